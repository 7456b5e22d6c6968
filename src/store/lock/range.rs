//! The sync lock: an open file description lock (fcntl(2), `F_OFD_SETLK`) on one byte of the ledger.
//!
//! Invariant: it belongs to the ledger's inode, as the deciding lock does, and to another kind of lock than
//! that, a `flock`: so one process decides while another one syncs, which is what makes group commit possible.
//! It belongs to an open file, not to a process: two handles of one process exclude each other, and it is
//! given up when its handle is closed, at a process's death too. It is never waited for in the kernel.

use std::fs::File;
use std::io;

/// What came of a try.
#[derive(Debug)]
pub(crate) enum Tried<'a> {
    /// It is held until this is dropped.
    Held(RangeLock<'a>),
    /// Somebody else holds it.
    Busy,
    /// There is no such lock here: not in this system, not on this file system, or not for this process.
    Unsupported,
}

/// The lock, held until it is dropped.
#[derive(Debug)]
pub(crate) struct RangeLock<'a> {
    file: &'a File,
}

/// Takes the lock through a handle for reading and writing, if nobody holds it.
#[cfg(target_os = "linux")]
pub(crate) fn try_range(file: &File) -> io::Result<Tried<'_>> {
    use nix::errno::Errno;
    match linux::set(file, linux::WRITE) {
        Ok(()) => Ok(Tried::Held(RangeLock { file })),
        Err(Errno::EAGAIN) => Ok(Tried::Busy),
        Err(
            Errno::EINVAL
            | Errno::ENOSYS
            | Errno::EPERM
            | Errno::EOPNOTSUPP
            | Errno::ENOTTY
            | Errno::ENOLCK,
        ) => Ok(Tried::Unsupported),
        Err(error) => Err(error.into()),
    }
}

/// Takes the lock through a handle for reading and writing, if nobody holds it.
#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
pub(crate) fn try_range(_: &File) -> io::Result<Tried<'_>> {
    Ok(Tried::Unsupported)
}

impl Drop for RangeLock<'_> {
    fn drop(&mut self) {
        // Nothing can be done about a failure here; closing the file releases the lock too.
        #[cfg(target_os = "linux")]
        let _ = linux::set(self.file, linux::UNLOCK);
        #[cfg(not(target_os = "linux"))]
        let _ = self.file;
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;

    use nix::errno::Errno;
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::libc;

    pub(super) const WRITE: libc::c_int = libc::F_WRLCK;
    pub(super) const UNLOCK: libc::c_int = libc::F_UNLCK;

    /// Of the first byte, which every ledger has; nothing but this lock is kept on it.
    pub(super) fn set(file: &File, kind: libc::c_int) -> nix::Result<()> {
        // The fields have other types elsewhere, and there are more of them.
        let range = libc::flock {
            l_type: kind as libc::c_short,
            l_whence: libc::SEEK_SET as libc::c_short,
            l_start: 0,
            l_len: 1,
            l_pid: 0,
        };
        loop {
            match fcntl(file, FcntlArg::F_OFD_SETLK(&range)) {
                Err(Errno::EINTR) => {}
                result => return result.map(drop),
            }
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::store::lock::{try_lock, unlock};

    #[test]
    fn it_is_a_lock_of_handles_and_keeps_off_no_deciding_lock() {
        let one = tempfile::NamedTempFile::new().unwrap();
        let mut options = File::options();
        let other = options.read(true).write(true).open(one.path()).unwrap();
        let held = try_range(one.as_file()).unwrap();
        assert!(matches!(held, Tried::Held(_)));
        assert!(matches!(try_range(&other).unwrap(), Tried::Busy));
        drop(held);
        assert!(matches!(try_range(&other).unwrap(), Tried::Held(_)));
        assert!(try_lock(one.as_file()).unwrap());
        assert!(matches!(try_range(&other).unwrap(), Tried::Held(_)));
        unlock(one.as_file()).unwrap();
    }
}
