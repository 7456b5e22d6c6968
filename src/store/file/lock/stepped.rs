//! Stepped locking: the lock is tried whenever a step control says so.

use std::fs::File;

use crate::error::Result;
use crate::store::file::lock::awaited::AwaitedLock;
use crate::store::file::sys::FileId;

/// Decides when a lock that somebody else holds is tried again.
pub(crate) trait StepControl: Send {
    /// Returns when it is to be tried again. An error ends the wait.
    fn busy(&mut self, file: FileId) -> Result<()>;
}

/// Tries the lock until it is there.
pub(crate) fn lock(lock: AwaitedLock<'_>, control: &mut dyn StepControl) -> Result<File> {
    while !lock.attempt()? {
        control.busy(lock.id)?;
    }
    Ok(lock.file)
}
