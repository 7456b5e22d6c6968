//! Guarded blocking: the thread itself blocks in the kernel's queue, and a guard ends the process at the deadline.

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::store::file::lock::awaited::AwaitedLock;
use crate::store::file::lock::flock::lock_in_queue;

/// Ends a process that has blocked on a lock for too long.
pub(crate) trait DeadlineGuard: Send {
    /// From now until [`DeadlineGuard::disarm`], the process ends at the deadline, and may end before when
    /// the lock is not wanted any more. `late` says why.
    fn arm(&mut self, deadline: Instant, late: Box<dyn Fn() -> Error + Send>) -> io::Result<()>;

    /// The lock is there.
    fn disarm(&mut self);
}

/// Blocks until the lock is there.
pub(crate) fn lock(
    lock: AwaitedLock<'_>,
    guard: &mut dyn DeadlineGuard,
    deadline: Instant,
    limit: Duration,
) -> Result<File> {
    guard
        .arm(deadline, Box::new(lock.late(limit)))
        .map_err(|error| lock.unusable(error))?;
    let locked = lock_in_queue(&lock.file, lock.mode);
    guard.disarm();
    locked.map_err(|error| lock.unusable(error))?;
    Ok(lock.file)
}
