//! Ctrl-C and its like: told to the rush, which then stops by itself.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

/// What becomes readable when the process is asked to end.
#[derive(Debug)]
pub(crate) struct Stop {
    told: UnixStream,
    signal: Arc<AtomicUsize>,
}

impl Stop {
    /// Takes the signals over, for the rest of the process's life.
    pub(crate) fn on_signals() -> io::Result<Self> {
        let (told, teller) = UnixStream::pair()?;
        let signal = Arc::new(AtomicUsize::new(0));
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // The number first: whoever is told finds it.
            flag::register_usize(number, Arc::clone(&signal), number.unsigned_abs() as usize)?;
            low_level::pipe::register(number, teller.try_clone()?)?;
        }
        Ok(Self { told, signal })
    }

    /// What to wait on.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.told.as_fd()
    }

    /// Whether the process was asked to end.
    pub(crate) fn was_told(&self) -> bool {
        self.signal.load(Ordering::SeqCst) != 0
    }

    /// The exit code of a process that a signal ended: 128 and the signal's number.
    pub(crate) fn exit_code(&self) -> u8 {
        128 + self.signal.load(Ordering::SeqCst) as u8
    }
}
