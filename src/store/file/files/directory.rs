//! Directories: the one that holds a file, and the durability of the names in it.

use std::fs::{self, File};
use std::path::Path;

use crate::error::{Error, Result};

/// The directory that holds `path`.
pub(crate) fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes this directory, durably, where it is missing.
pub(crate) fn make_directory(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(path).map_err(|e| Error::io("create", path, e))?;
    sync_directory(path)
}

/// Makes the names in the directory of `path` durable.
pub(crate) fn sync_directory(path: &Path) -> Result<()> {
    known_bad!(DirectoryUnsynced => return Ok(()));
    let directory = directory(path);
    File::open(directory)
        .and_then(|handle| handle.sync_all())
        .map_err(|e| Error::io("sync", directory, e))
}
