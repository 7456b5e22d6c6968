//! Locks on single bytes of a file: open file description locks (fcntl(2), `F_OFD_SETLK`).

use std::fs::File;
use std::io;

use crate::store::file::sys::types::ByteLock;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

const READ: libc::c_int = libc::F_RDLCK;
const WRITE: libc::c_int = libc::F_WRLCK;
const UNLOCK: libc::c_int = libc::F_UNLCK;

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
pub(crate) fn is_byte_locked(file: &File, byte: u8) -> bool {
    let mut range = range(byte, WRITE);
    let asked = fcntl(file, FcntlArg::F_OFD_GETLK(&mut range));
    asked.is_ok() && libc::c_int::from(range.l_type) != UNLOCK
}

/// Nothing but these locks is kept on the bytes.
fn set(file: &File, byte: u8, kind: libc::c_int) -> nix::Result<()> {
    let range = range(byte, kind);
    loop {
        match fcntl(file, FcntlArg::F_OFD_SETLK(&range)) {
            Err(Errno::EINTR) => {}
            result => return result.map(drop),
        }
    }
}

/// Takes the exclusive lock on a byte through a handle for reading and writing, if nobody holds one.
pub(crate) fn try_lock_byte(file: &File, byte: u8) -> io::Result<ByteLock> {
    match set(file, byte, WRITE) {
        Ok(()) => Ok(ByteLock::Held),
        Err(Errno::EAGAIN) => Ok(ByteLock::Busy),
        Err(
            Errno::EINVAL
            | Errno::ENOSYS
            | Errno::EPERM
            | Errno::EOPNOTSUPP
            | Errno::ENOTTY
            | Errno::ENOLCK,
        ) => Ok(ByteLock::Unsupported),
        Err(error) => Err(error.into()),
    }
}

/// Takes a shared lock on a byte, where there are such locks and nobody holds an exclusive one.
pub(crate) fn share_byte(file: &File, byte: u8) {
    let _ = set(file, byte, READ);
}

/// Gives up the lock on a byte.
pub(crate) fn unlock_byte(file: &File, byte: u8) {
    // Nothing can be done about a failure here; closing the file releases the lock too.
    let _ = set(file, byte, UNLOCK);
}
