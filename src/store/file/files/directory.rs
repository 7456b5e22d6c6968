//! Directories: the one that holds a file, and the durability of the names in it.

use std::fs::File;
use std::path::Path;

use crate::error::{Error, Result};

/// The directory that holds `path`.
pub(crate) fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes the names in the directory of `path` durable.
pub(crate) fn sync_directory(path: &Path) -> Result<()> {
    known_bad!(DirectoryUnsynced => return Ok(()));
    let directory = directory(path);
    File::open(directory)
        .and_then(|handle| handle.sync_all())
        .map_err(|e| Error::io("sync", directory, e))
}
