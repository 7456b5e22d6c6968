//! The proof that nobody else has a file open: a write lease (fcntl(2), `F_SETLEASE`).
//!
//! The kernel grants it only while no other handle of any process is open on the file, and a process that
//! opens the file afterwards is kept waiting until the lease is given back. It may be given at all
//! only to the file's owner, and not by every file system: a process that does not get it does without.
#![expect(
    unsafe_code,
    reason = "leases have no safe interface; measured: a fresh file for every publication costs five \
              times as much, and ten times where ext4 has no journal (docs/design.md)"
)]

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use crate::store::file::sys::types::WriterElsewhere;

/// Does `work` on a file while nobody else has it open.
///
/// # Errors
/// [`io::ErrorKind::WouldBlock`]: somebody has. Another: this cannot be known here. Nothing was done.
///
/// A process that opens the file meanwhile waits for the end of `work`, or with `O_NONBLOCK` is refused
/// ([`io::ErrorKind::WouldBlock`]), so long as the system allows
/// (`/proc/sys/fs/lease-break-time`, 45 s unless somebody changed it).
pub(crate) fn under_write_lease<T>(file: &File, work: impl FnOnce() -> T) -> io::Result<T> {
    let lease = Lease::try_take(file, WRITE)?;
    let done = work();
    drop(lease);
    Ok(done)
}

/// Whether anybody else has a file open for writing. By a read lease on a handle for reading: while this looks,
/// a process that reads the file is not kept waiting.
pub(crate) fn writer_elsewhere(file: &File) -> WriterElsewhere {
    match Lease::try_take(file, READ) {
        Ok(_) => WriterElsewhere::NotOpen,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => WriterElsewhere::Open,
        Err(_) => WriterElsewhere::Unknown,
    }
}

/// As in Linux's `asm-generic/fcntl.h`; the crate libc lacks it.
const F_SETSIG: libc::c_int = 10;

const WRITE: libc::c_int = libc::F_WRLCK as libc::c_int;
const READ: libc::c_int = libc::F_RDLCK as libc::c_int;

/// A lease, until this is dropped.
///
/// Invariant: the handle is open as long as this lives, for it is borrowed.
struct Lease<'f>(&'f File);

impl<'f> Lease<'f> {
    /// [`io::ErrorKind::WouldBlock`]: somebody else has the file open, or for [`READ`], open for writing.
    fn try_take(file: &'f File, kind: libc::c_int) -> io::Result<Self> {
        // A process that wants to open the file makes the kernel send a signal, by default one that ends
        // the process. This one is ignored unless the program wants to hear it.
        // SAFETY: an open handle and an integer, as this operation takes it.
        let quiet = unsafe { libc::fcntl(file.as_raw_fd(), F_SETSIG, libc::SIGURG) };
        if quiet != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: as above.
        let taken = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, kind) };
        match taken {
            0 => Ok(Self(file)),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        // SAFETY: an open handle and an integer. A failure leaves it to the end of the handle.
        let _ = unsafe { libc::fcntl(self.0.as_raw_fd(), libc::F_SETLEASE, libc::F_UNLCK) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file::files::open::{Access, open_regular};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_process_that_has_it_open_is_noticed_and_one_that_opens_it_waits() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let reader = File::open(file.path()).unwrap();
        let refused = under_write_lease(file.as_file(), || ()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::WouldBlock);
        assert_eq!(writer_elsewhere(&reader), WriterElsewhere::Open);
        drop(reader);
        let (opened, when) = mpsc::channel();
        let path = file.path().to_owned();
        let waited = under_write_lease(file.as_file(), || {
            thread::spawn(move || opened.send(File::open(path).map(drop)));
            when.recv_timeout(Duration::from_millis(200)).is_err()
        });
        assert!(waited.unwrap(), "somebody opened it meanwhile");
        when.recv().unwrap().unwrap();
    }

    #[test]
    fn other_readers_are_none_who_write() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.into_temp_path();
        let (one, other) = (File::open(&path).unwrap(), File::open(&path).unwrap());
        assert_eq!(writer_elsewhere(&one), WriterElsewhere::NotOpen);
        let writer = File::options().append(true).open(&path).unwrap();
        assert_eq!(writer_elsewhere(&other), WriterElsewhere::Open);
        drop(writer);
        assert_eq!(writer_elsewhere(&other), WriterElsewhere::NotOpen);
    }

    #[test]
    fn a_file_of_ours_is_opened_as_soon_as_the_lease_ends() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (opened, when) = mpsc::channel();
        let path = file.path().to_owned();
        let waited = under_write_lease(file.as_file(), || {
            thread::spawn(move || opened.send(open_regular(&path, Access::Read).map(drop)));
            when.recv_timeout(Duration::from_millis(200)).is_err()
        });
        assert!(waited.unwrap(), "somebody opened it meanwhile");
        when.recv().unwrap().unwrap();
    }
}
