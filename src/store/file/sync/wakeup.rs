//! A bell that every process on one ledger hears: "something was made durable, look again".
//!
//! It is a futex (futex(2)) on the ledger's first word, mapped by all. The word never changes, so
//! a wait cannot tell whether the bell rang just before it: **a ring is a hint, never a promise**.
//! Whoever waits looks at the files afterwards, and waits with a limit. Where there is no futex, or
//! the ledger cannot be mapped, a wait is a short sleep.
//!
//! Why not a lock: those who wait must all be released at once. Released one by one, whoever has
//! just synced comes back with its next sale before the others have run, and a sync covers two
//! sales instead of all.

use std::fs::File;
use std::time::Duration;

/// Without a futex: how long a wait sleeps at most.
const NAP: Duration = Duration::from_micros(100);

/// The bell of one ledger.
#[derive(Debug)]
pub(crate) struct Bell {
    #[cfg(target_os = "linux")]
    word: Option<linux::Word>,
}

impl Bell {
    /// The bell of this ledger.
    #[cfg(target_os = "linux")]
    pub(crate) fn of(ledger: &File) -> Self {
        Self {
            word: linux::Word::map(ledger),
        }
    }

    /// The bell of this ledger.
    #[cfg(not(target_os = "linux"))]
    #[cfg_attr(windows, mutants::skip)]
    pub(crate) fn of(_: &File) -> Self {
        Self {}
    }

    /// Waits until the bell rings, so long at most.
    pub(crate) fn wait(&self, limit: Duration) {
        #[cfg(target_os = "linux")]
        if self.word.as_ref().is_some_and(|word| word.wait(limit)) {
            return;
        }
        std::thread::sleep(limit.min(NAP));
    }

    /// Releases all who wait.
    pub(crate) fn ring(&self) {
        #[cfg(target_os = "linux")]
        if let Some(word) = &self.word {
            word.wake_all();
        }
    }
}

#[cfg(target_os = "linux")]
#[expect(
    unsafe_code,
    reason = "mapping a file and futex(2) have no safe interface; measured: with naps instead, 32 \
              processes sell a third as fast"
)]
mod linux {
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
    pub(crate) struct Word {
        at: *mut c_void,
    }

    // SAFETY: the address is only given to system calls, which any thread may make.
    unsafe impl Send for Word {}
    // SAFETY: as above.
    unsafe impl Sync for Word {}

    impl Word {
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

    impl Drop for Word {
        fn drop(&mut self) {
            // SAFETY: ours, and used no more.
            let _ = unsafe { libc::munmap(self.at, LENGTH) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Instant;

    #[test]
    fn a_ring_releases_all_who_wait() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"{\"seq\":1}").unwrap();
        let (done, all_done) = mpsc::channel();
        for _ in 0..4 {
            let (bell, done) = (Bell::of(&file.reopen().unwrap()), done.clone());
            thread::spawn(move || {
                bell.wait(Duration::from_secs(600));
                done.send(()).unwrap();
            });
        }
        let bell = Bell::of(file.as_file());
        for _ in 0..4 {
            // A ring before the wait is lost, as it may be: so it rings again.
            while all_done.recv_timeout(Duration::from_millis(5)).is_err() {
                bell.ring();
            }
        }
    }

    #[test]
    fn a_wait_ends_at_its_limit_and_a_cut_ledger_harms_nobody() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bell = Bell::of(file.as_file());
        let start = Instant::now();
        bell.wait(Duration::from_millis(2));
        bell.ring();
        assert!(start.elapsed() < Duration::from_secs(60));
    }
}
