//! `flock`: the one file that calls `fs2`.

use std::fs::File;
use std::io;

use crate::store::file::lock::range::{join_queue, leave_queue};

/// How a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LockMode {
    /// By one.
    Exclusive,
    /// By many.
    Shared,
}

/// Takes the exclusive lock. `Ok(false)`: somebody else holds it.
pub(crate) fn try_lock(file: &File) -> io::Result<bool> {
    attempt(file, LockMode::Exclusive)
}

/// Takes the lock as one of many. `Ok(false)`: somebody else holds it alone.
pub(crate) fn try_lock_shared(file: &File) -> io::Result<bool> {
    attempt(file, LockMode::Shared)
}

/// Gives up a lock that [`try_lock`] or [`try_lock_shared`] took.
#[expect(clippy::disallowed_methods, reason = "this is the one file that locks")]
pub(crate) fn unlock(file: &File) -> io::Result<()> {
    fs2::FileExt::unlock(file)
}

#[expect(clippy::disallowed_methods, reason = "this is the one file that locks")]
pub(crate) fn attempt(file: &File, mode: LockMode) -> io::Result<bool> {
    loop {
        let tried = match mode {
            LockMode::Exclusive => fs2::FileExt::try_lock_exclusive(file),
            LockMode::Shared => fs2::FileExt::try_lock_shared(file),
        };
        match tried {
            Ok(()) => return Ok(true),
            Err(error) if error.kind() == fs2::lock_contended_error().kind() => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one file that locks")]
fn lock(file: &File, mode: LockMode) -> io::Result<()> {
    known_bad!(LockPolled => return crate::known_bad::poll(|| attempt(file, mode)));
    loop {
        let locked = match mode {
            LockMode::Exclusive => fs2::FileExt::lock_exclusive(file),
            LockMode::Shared => fs2::FileExt::lock_shared(file),
        };
        match locked {
            // Neither fs2 nor std goes on waiting after a signal.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Blocks, seen by those who ask whether somebody does.
pub(crate) fn lock_in_queue(file: &File, mode: LockMode) -> io::Result<()> {
    join_queue(file);
    let locked = lock(file, mode);
    leave_queue(file);
    locked
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A handle that is good for its name alone.
    #[test]
    fn a_lock_that_cannot_be_had_at_all_is_not_waited_for() {
        use std::os::unix::fs::OpenOptionsExt as _;
        let named = tempfile::NamedTempFile::new().unwrap();
        let flags = rustix::fs::OFlags::PATH.bits().cast_signed();
        let mut options = File::options();
        let file = options
            .read(true)
            .custom_flags(flags)
            .open(named.path())
            .unwrap();
        assert!(try_lock(&file).is_err());
        assert!(try_lock_shared(&file).is_err());
        assert!(lock(&file, LockMode::Exclusive).is_err());
        assert!(lock(&file, LockMode::Shared).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_range_lock_is_one_of_handles_and_keeps_off_no_flock() {
        use crate::store::file::lock::range::{RangeTry, try_range};

        let one = tempfile::NamedTempFile::new().unwrap();
        let mut options = File::options();
        let other = options.read(true).write(true).open(one.path()).unwrap();
        let held = try_range(one.as_file()).unwrap();
        assert!(matches!(held, RangeTry::Held(_)));
        assert!(matches!(try_range(&other).unwrap(), RangeTry::Busy));
        drop(held);
        assert!(matches!(try_range(&other).unwrap(), RangeTry::Held(_)));
        assert!(try_lock(one.as_file()).unwrap());
        assert!(matches!(try_range(&other).unwrap(), RangeTry::Held(_)));
        unlock(one.as_file()).unwrap();
    }
}
