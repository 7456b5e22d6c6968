//! A lock that is held, and whether it still guards anything.

use std::fs::File;
use std::path::Path;

use crate::error::{Error, Result};
use crate::store::file::lock::flock::unlock;
use crate::store::file::sys::{Attributes, FileId, look};

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    path: &'a Path,
    file: &'a File,
    id: FileId,
    /// Of the file, when its name was looked at, if it was.
    length: Option<u64>,
}

impl<'a> Held<'a> {
    /// `found`: what the name meant when the lock was had, if that was looked at.
    pub(crate) fn new(
        path: &'a Path,
        file: &'a File,
        id: FileId,
        found: Option<Attributes>,
    ) -> Self {
        let length = found.map(|found| found.length);
        Self {
            path,
            file,
            id,
            length,
        }
    }

    /// Which file is locked.
    pub(crate) fn id(&self) -> FileId {
        self.id
    }

    /// Whether the name still means the file that is locked. `false`: somebody deleted or replaced
    /// the lock file, and another process may hold the new one.
    pub(crate) fn verify(&self) -> Result<bool> {
        Ok(named(self.path, self.id)?.is_some())
    }

    /// The same in a third of the time, by the number of its names: a file that was deleted or replaced has none
    /// left. One that was moved away has, and one of several: for the lock of a file whose only use is to keep out
    /// people's own programs.
    pub(crate) fn has_a_name(&self) -> Result<bool> {
        known_bad!(LockUnverified | LockOnData => return Ok(true));
        let own = Attributes::of_handle(self.file);
        Ok(own.map_err(|e| Error::io("look at", self.path, e))?.links > 0)
    }

    /// The handle that holds it.
    pub(crate) fn file(&self) -> &'a File {
        self.file
    }

    /// How long the file was in bytes, when its name was seen to mean it.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // Nothing can be done about a failure here; closing the file releases the lock too.
        let _ = unlock(self.file);
        known_bad!(LockDeleted => crate::known_bad::delete_lock_file(self.path));
    }
}

/// What stands under the name, if it is this file.
pub(crate) fn named(path: &Path, id: FileId) -> Result<Option<Attributes>> {
    let found = look(path).map_err(|e| Error::io("look at", path, e))?;
    known_bad!(LockUnverified | LockOnData => return Ok(found.or_else(|| Attributes::of_name(Path::new(".")).ok())));
    Ok(found.filter(|found| found.id == id))
}
