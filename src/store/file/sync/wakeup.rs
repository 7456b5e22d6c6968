//! Wakeup: every process that waits on one ledger is told that something was made durable, and looks again.
//!
//! It is a futex (futex(2)) on the ledger's first word, mapped by all. The word never changes, so
//! a wait cannot tell whether the wakeup came just before it: **a wakeup is a hint, never a promise**.
//! A process that waits looks at the files afterwards, and waits with a limit. Where there is no futex, or
//! the ledger cannot be mapped, a wait is a short sleep.
//!
//! Why not a lock: those who wait must all be released at once. Released one by one, the one that has
//! just synced comes back with its next sale before the others have run, and a sync covers two
//! sales instead of all.

use std::fs::File;
use std::time::Duration;

use crate::store::file::backoff::Backoff;
use crate::store::file::sys::SharedWord;

/// Without a futex: how long a wait sleeps at most.
const NAP: Duration = Duration::from_micros(100);

/// The wakeup of one ledger.
#[derive(Debug)]
pub(crate) struct Wakeup {
    word: Option<SharedWord>,
}

impl Wakeup {
    /// The wakeup of this ledger.
    pub(crate) fn of(ledger: &File) -> Self {
        Self {
            word: SharedWord::map(ledger),
        }
    }

    /// Waits to be notified, so long at most.
    pub(crate) fn wait(&self, limit: Duration) {
        if self.word.as_ref().is_some_and(|word| word.wait(limit)) {
            return;
        }
        Backoff::napping(limit.min(NAP)).pause();
    }

    /// Releases all who wait.
    pub(crate) fn notify(&self) {
        if let Some(word) = &self.word {
            word.wake_all();
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
            let (wakeup, done) = (Wakeup::of(&file.reopen().unwrap()), done.clone());
            thread::spawn(move || {
                wakeup.wait(Duration::from_secs(600));
                done.send(()).unwrap();
            });
        }
        let wakeup = Wakeup::of(file.as_file());
        for _ in 0..4 {
            // A wakeup before the wait is lost, as it may be: so it notifies again.
            while all_done.recv_timeout(Duration::from_millis(5)).is_err() {
                wakeup.notify();
            }
        }
    }

    #[test]
    fn a_wait_ends_at_its_limit_and_a_cut_ledger_harms_nobody() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let wakeup = Wakeup::of(file.as_file());
        let start = Instant::now();
        wakeup.wait(Duration::from_millis(2));
        wakeup.notify();
        assert!(start.elapsed() < Duration::from_secs(60));
    }
}
