//! A word that processes share, to wait on it and to wake all who wait (futex(2)).
#![expect(
    unsafe_code,
    reason = "mapping a file and futex(2) have no safe interface; measured: with naps instead, 32 \
              processes sell a third as fast"
)]

use std::ffi::c_void;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::ptr;
use std::time::Duration;

/// The first bytes of every ledger: `{"seq":1,…`.
const EXPECTED: u32 = u32::from_ne_bytes(*b"{\"se");

const LENGTH: usize = size_of::<u32>();

/// The first word of a ledger, mapped for reading and shared with all who map it.
///
/// Invariant: `at` is the start of a mapping of [`LENGTH`] bytes that is ours until it is
/// dropped. It is never dereferenced in this process: it only goes to the kernel, which answers
/// with an error where the file has been cut shorter. So no change to the file can harm us.
#[derive(Debug)]
pub(crate) struct SharedWord {
    at: *mut c_void,
}

// SAFETY: the address is only given to system calls, which any thread may make.
unsafe impl Send for SharedWord {}
// SAFETY: as above.
unsafe impl Sync for SharedWord {}

impl SharedWord {
    pub(crate) fn map(file: &File) -> Option<Self> {
        // SAFETY: a new mapping at an address of the kernel's choice, of an open file.
        let at = unsafe {
            libc::mmap(
                ptr::null_mut(),
                LENGTH,
                libc::PROT_READ,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                0,
            )
        };
        (at != libc::MAP_FAILED).then_some(Self { at })
    }

    /// `false`: this did not wait.
    pub(crate) fn wait(&self, limit: Duration) -> bool {
        let timeout = libc::timespec {
            tv_sec: limit.as_secs().cast_signed(),
            tv_nsec: limit.subsec_nanos().into(),
        };
        // SAFETY: `at` is mapped (the invariant); the kernel reads the word and the time.
        let result = unsafe {
            libc::syscall(
                libc::SYS_futex,
                self.at,
                libc::FUTEX_WAIT,
                EXPECTED,
                &raw const timeout,
            )
        };
        let waited = [libc::ETIMEDOUT, libc::EINTR].map(Some);
        result == 0 || waited.contains(&std::io::Error::last_os_error().raw_os_error())
    }

    pub(crate) fn wake_all(&self) {
        // SAFETY: `at` is mapped (the invariant); the kernel takes it for a key.
        let _ = unsafe { libc::syscall(libc::SYS_futex, self.at, libc::FUTEX_WAKE, i32::MAX) };
    }
}

impl Drop for SharedWord {
    fn drop(&mut self) {
        // SAFETY: ours, and used no more.
        let _ = unsafe { libc::munmap(self.at, LENGTH) };
    }
}
