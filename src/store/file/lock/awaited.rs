//! A lock that somebody else holds, and that is waited for.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::store::file::lock::busy::lock_busy;
use crate::store::file::lock::flock::{LockMode, attempt};
use crate::store::file::sys::FileId;

/// The lock of a file that is open.
pub(crate) struct AwaitedLock<'p> {
    pub(crate) path: &'p Path,
    pub(crate) file: File,
    pub(crate) id: FileId,
    pub(crate) mode: LockMode,
}

impl AwaitedLock<'_> {
    /// Takes it, if nobody holds it.
    pub(crate) fn attempt(&self) -> Result<bool> {
        attempt(&self.file, self.mode).map_err(|error| self.unusable(error))
    }

    /// Says that it was not had in this time.
    pub(crate) fn late(&self, limit: Duration) -> impl Fn() -> Error + Send + 'static {
        let (path, id) = (self.path.to_path_buf(), self.id);
        move || lock_busy(&path, id, limit)
    }

    /// It cannot be locked at all.
    pub(crate) fn unusable(&self, error: io::Error) -> Error {
        unusable(self.path, error)
    }
}

/// A file that cannot be locked.
pub(crate) fn unusable(path: &Path, error: io::Error) -> Error {
    Error::io("lock", path, error)
        .hint("this file system may not support locks (some network file systems do not): keep the event on a local disk")
}
