//! What `tickets.json` said and no ledger says: kept beside it under a name of its own when it is replaced.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::event::EventFiles;
use super::files::{look, name_new};
use super::open::{copy_from, stamp};
use crate::error::{Error, Result};

/// The label of counts that made no sense, in the names under which they are kept.
pub(crate) const BROKEN: &str = "broken";

/// The label of counts that said more than the ledger beside them.
pub(crate) const REPLACED: &str = "replaced";

/// Gives the count a second name with this label in it, unless it is missing or empty. Returns that name.
pub(crate) fn keep_count(files: &EventFiles, label: &str) -> Result<Option<PathBuf>> {
    let count = &files.count;
    let found = look(count).map_err(|e| Error::io("look at", count, e))?;
    if found.is_none_or(|found| found.length == 0) {
        return Ok(None);
    }
    keep(files, count, label).map(Some)
}

/// Gives a file a second name like the count's, with this label in it. Returns that name.
pub(super) fn keep(files: &EventFiles, file: &Path, label: &str) -> Result<PathBuf> {
    let count = &files.count;
    let stamp = stamp();
    for attempt in 0..1000 {
        let again = match attempt {
            0 => String::new(),
            attempt => format!("-{attempt}"),
        };
        let name = count.with_extension(format!("{label}-{stamp}{again}.json"));
        match second_name(file, &name) {
            Ok(()) => return Ok(name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::io("keep what stood in the count as", &name, error)),
        }
    }
    let taken = io::ErrorKind::AlreadyExists.into();
    Err(Error::io("keep what stands in", count, taken))
}

/// Gives a file a second name that no other file has; a copy with its rights, where the file system knows no
/// second names.
fn second_name(file: &Path, name: &Path) -> io::Result<()> {
    match fs::hard_link(file, name) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            let copy = copy_from(&File::open(file)?, 0, file)?;
            name_new(copy, name).map(drop)
        }
        result => result,
    }
}
