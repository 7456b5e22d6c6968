//! The sync lock and the publication lock: open file description locks (fcntl(2), `F_OFD_SETLK`) on the first
//! two bytes of the ledger. The queue mark: a shared one on a byte of the lock file.
//!
//! Invariant: such a lock belongs to the ledger's inode, as the deciding lock does, and to another kind of lock than
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

/// The byte of the sync lock; every ledger has it.
const SYNC: u8 = 0;

/// The byte of the publication lock.
const PUBLICATION: u8 = 1;

/// The byte of the lock file on which each process that blocks on the name lock has a shared lock.
const QUEUE: u8 = 2;

/// Marks a process as waiting in the kernel's queue for the lock of this file, until [`leave_queue`] or its death.
/// Where there are no such locks, nothing is marked.
#[cfg(target_os = "linux")]
pub(super) fn join_queue(file: &File) {
    let _ = linux::set(file, QUEUE, linux::READ);
}

/// Takes the mark away.
#[cfg(target_os = "linux")]
pub(super) fn leave_queue(file: &File) {
    let _ = linux::set(file, QUEUE, linux::UNLOCK);
}

/// Whether another handle has the mark.
#[cfg(target_os = "linux")]
pub(super) fn is_queued_for(file: &File) -> bool {
    linux::is_held(file, QUEUE)
}

/// There are no such locks here.
#[cfg(not(target_os = "linux"))]
pub(super) fn join_queue(_: &File) {}

/// There are no such locks here.
#[cfg(not(target_os = "linux"))]
pub(super) fn leave_queue(_: &File) {}

/// There are no such locks here.
#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
pub(super) fn is_queued_for(_: &File) -> bool {
    false
}

/// A lock, held until it is dropped.
#[derive(Debug)]
pub(crate) struct RangeLock<'a> {
    file: &'a File,
    byte: u8,
}

/// Takes the publication lock through a handle for reading and writing. `None`: it is not to be had. Only for the
/// holder of the sync lock, so that nobody else wants it.
pub(crate) fn try_publication(file: &File) -> io::Result<Option<RangeLock<'_>>> {
    Ok(match try_byte(file, PUBLICATION)? {
        Tried::Held(range) => Some(range),
        Tried::Busy | Tried::Unsupported => None,
    })
}

/// Whether another handle holds the publication lock.
#[cfg(target_os = "linux")]
pub(crate) fn is_published_under(file: &File) -> bool {
    linux::is_held(file, PUBLICATION)
}

/// Whether another handle holds the publication lock.
#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
pub(crate) fn is_published_under(_: &File) -> bool {
    false
}

/// Takes the sync lock through a handle for reading and writing, if nobody holds it.
pub(crate) fn try_range(file: &File) -> io::Result<Tried<'_>> {
    try_byte(file, SYNC)
}

#[cfg(target_os = "linux")]
fn try_byte(file: &File, byte: u8) -> io::Result<Tried<'_>> {
    use nix::errno::Errno;
    match linux::set(file, byte, linux::WRITE) {
        Ok(()) => Ok(Tried::Held(RangeLock { file, byte })),
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

#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
fn try_byte(_: &File, _: u8) -> io::Result<Tried<'_>> {
    Ok(Tried::Unsupported)
}

impl Drop for RangeLock<'_> {
    fn drop(&mut self) {
        // Nothing can be done about a failure here; closing the file releases the lock too.
        #[cfg(target_os = "linux")]
        let _ = linux::set(self.file, self.byte, linux::UNLOCK);
        #[cfg(not(target_os = "linux"))]
        let _ = (self.file, self.byte);
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;

    use nix::errno::Errno;
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::libc;

    pub(super) const READ: libc::c_int = libc::F_RDLCK;
    pub(super) const WRITE: libc::c_int = libc::F_WRLCK;
    pub(super) const UNLOCK: libc::c_int = libc::F_UNLCK;

    /// The fields have other types elsewhere, and there are more of them.
    fn range(byte: u8, kind: libc::c_int) -> libc::flock {
        libc::flock {
            l_type: kind as libc::c_short,
            l_whence: libc::SEEK_SET as libc::c_short,
            l_start: byte.into(),
            l_len: 1,
            l_pid: 0,
        }
    }

    /// Whether another handle's lock is on this byte.
    pub(super) fn is_held(file: &File, byte: u8) -> bool {
        let mut range = range(byte, WRITE);
        let asked = fcntl(file, FcntlArg::F_OFD_GETLK(&mut range));
        asked.is_ok() && libc::c_int::from(range.l_type) != UNLOCK
    }

    /// Nothing but these locks is kept on the bytes.
    pub(super) fn set(file: &File, byte: u8, kind: libc::c_int) -> nix::Result<()> {
        let range = range(byte, kind);
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
    use crate::store::file::lock::{try_lock, unlock};

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

    #[test]
    fn a_queue_is_seen_by_others_until_the_last_has_left_it() {
        let one = tempfile::NamedTempFile::new().unwrap();
        let [first, second, looks] = [(); 3].map(|()| File::open(one.path()).unwrap());
        assert!(!is_queued_for(&looks));
        join_queue(&first);
        join_queue(&second);
        assert!(is_queued_for(&looks));
        leave_queue(&first);
        assert!(is_queued_for(&looks));
        assert!(!is_queued_for(&second));
        drop(second);
        assert!(!is_queued_for(&looks));
    }
}
