//! The sync lock and the publication lock: open file description locks (fcntl(2), `F_OFD_SETLK`) on the first
//! two bytes of the ledger. The queue mark: a shared one on a byte of the lock file.
//!
//! Invariant: such a lock belongs to the ledger's inode, as the decision lock does, and to another kind of lock than
//! that, a `flock`: so one process decides while another one syncs, which is what makes group commit possible.
//! It belongs to an open file, not to a process: two handles of one process exclude each other, and it is
//! given up when its handle is closed, at a process's death too. It is never waited for in the kernel.

use std::fs::File;
use std::io;

use crate::store::file::sys::{self, ByteLock};

/// The byte of the sync lock; every ledger has it.
const SYNC: u8 = 0;

/// The byte of the publication lock.
const PUBLICATION: u8 = 1;

/// The byte of the lock file on which each process that blocks on the name lock has a shared lock.
const QUEUE: u8 = 2;

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
        RangeTry::Held(range) => Some(range),
        RangeTry::Busy | RangeTry::Unsupported => None,
    })
}

/// Takes the sync lock through a handle for reading and writing, if nobody holds it.
pub(crate) fn try_range(file: &File) -> io::Result<RangeTry<'_>> {
    try_byte(file, SYNC)
}

/// What came of a try.
#[derive(Debug)]
pub(crate) enum RangeTry<'a> {
    /// It is held until this is dropped.
    Held(RangeLock<'a>),
    /// Another handle holds it.
    Busy,
    /// There is no such lock here: not in this system, not on this file system, or not for this process.
    Unsupported,
}

/// Marks a process as waiting in the kernel's queue for the lock of this file, until [`leave_queue`] or its death.
/// Where there are no such locks, nothing is marked.
pub(crate) fn join_queue(file: &File) {
    sys::share_byte(file, QUEUE);
}

/// Takes the mark away.
pub(crate) fn leave_queue(file: &File) {
    sys::unlock_byte(file, QUEUE);
}

/// Whether another handle has the mark.
pub(crate) fn is_queued_for(file: &File) -> bool {
    sys::is_byte_locked(file, QUEUE)
}

/// Whether another handle holds the publication lock.
pub(crate) fn is_published_under(file: &File) -> bool {
    sys::is_byte_locked(file, PUBLICATION)
}

fn try_byte(file: &File, byte: u8) -> io::Result<RangeTry<'_>> {
    Ok(match sys::try_lock_byte(file, byte)? {
        ByteLock::Held => RangeTry::Held(RangeLock { file, byte }),
        ByteLock::Busy => RangeTry::Busy,
        ByteLock::Unsupported => RangeTry::Unsupported,
    })
}

impl Drop for RangeLock<'_> {
    fn drop(&mut self) {
        sys::unlock_byte(self.file, self.byte);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

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
