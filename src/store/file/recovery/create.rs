//! Creation: a new event, and the opening line of a ledger.

use std::{fs, io};

use crate::error::{Error, Result};
use crate::ledger::CountFile;
use crate::store::file::event::EventFiles;
use crate::store::file::files::directory::{directory, sync_directory};
use crate::store::file::files::write::{name_new, write_beside};
use crate::store::file::recovery::beginning::Beginning;
use crate::store::file::rights::Rights;
use crate::store::file::sys::FileId;

/// Creates the ledger with its opening line, durably. Only for the holder of the name lock.
pub(crate) fn create_ledger(files: &EventFiles, stock: u64) -> Result<()> {
    let rights = Rights::of_name(&files.count);
    let rights = rights.map_err(|e| Error::io("look at", &files.count, e))?;
    let begun = Beginning::of(stock, None, None)?;
    let temp = write_ledger(files, &begun.bytes, Some(&rights.bare()))?;
    match name_new(temp, &files.ledger) {
        Ok(_) => sync_directory(&files.ledger),
        // Somebody who locks another file was faster: one of the two is the ledger.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::io("create", &files.ledger, error)),
    }
}

/// A ledger that has no name yet, on the disk.
pub(crate) fn write_ledger(
    files: &EventFiles,
    bytes: &[u8],
    rights: Option<&Rights>,
) -> Result<tempfile::NamedTempFile> {
    // Each publication renames in the directory, which changes its inode.
    let apart = FileId::of_name(directory(&files.ledger)).unwrap_or(None);
    write_beside(&files.ledger, bytes, rights, true, apart)
}

/// Makes a new event with `stock`, and its directory where that is missing.
pub(crate) fn create_event(files: &EventFiles, stock: u64) -> Result<()> {
    let directory = directory(&files.count);
    if !directory.is_dir() {
        fs::create_dir_all(directory).map_err(|e| Error::io("create", directory, e))?;
        sync_directory(directory)?;
    }
    let text = CountFile::fresh(stock).render();
    let temp = write_beside(&files.count, text.as_bytes(), None, true, None)?;
    match name_new(temp, &files.count) {
        // Somebody else has made it just now.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Error::io("create", &files.count, error)),
        Ok(_) => {}
    }
    sync_directory(&files.count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_that_somebody_else_has_made_first_stays() {
        let place = tempfile::tempdir().unwrap();
        let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
        fs::write(&files.count, r#"{"ticket": 5}"#).unwrap();
        create_ledger(&files, 5).unwrap();
        let made = fs::read(&files.ledger).unwrap();
        create_ledger(&files, 7).unwrap();
        assert_eq!(fs::read(&files.ledger).unwrap(), made);
        assert_eq!(fs::read_dir(&place).unwrap().count(), 2);
    }
}
