//! This process: its program, its children, and how it is asked to end: Ctrl-C and its like are told to the work,
//! which then stops by itself.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::{flag, low_level};

use crate::error::told;
use crate::{Error, Kind, Result};

/// This program, which is started as each child.
pub(crate) fn program() -> Result<PathBuf> {
    let problem = |e| problem("find this program's own file", &e);
    std::env::current_exe().map_err(problem)
}

fn problem(doing: &str, error: &io::Error) -> Error {
    Error::new(Kind::Io, format!("could not {doing}: {}", told(error)))
}

/// A write beyond a limit of file size (`ulimit -f`) is an error then, as on a full disk, and not the end of the
/// process; children inherit that.
pub(crate) fn outlive_size_limit() {
    let _ = flag::register(SIGXFSZ, Arc::default());
}

/// Before processes are started: its parent may have passed on that SIGCHLD is ignored, and then
/// the number of a child that has ended may be another process's before anybody has waited for it.
pub(crate) fn keep_children() {
    if is_in(ignored(), SIGCHLD) {
        // What handles a signal is not passed on: the children are as if nothing had been ignored.
        let _ = flag::register(SIGCHLD, Arc::default());
    }
}

/// Whether the parent process wants this signal to be ignored.
#[cfg(feature = "serve")]
pub(crate) fn ignores(signal: i32) -> bool {
    is_in(ignored(), signal)
}

/// The signals that this process ignores, a bit each, where the system tells.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok())
        .unwrap_or(0)
}

fn is_in(signals: u64, number: i32) -> bool {
    signals >> (number - 1) & 1 == 1
}

/// What becomes readable when the process is asked to end.
#[derive(Debug)]
pub(crate) struct Stop {
    told: UnixStream,
    signal: Arc<AtomicUsize>,
}

impl Stop {
    /// Takes the signals over, for the rest of the process's life, but for those that its parent wants
    /// to be ignored: a hangup under `nohup`, Ctrl-C in a background job of a script.
    pub(crate) fn on_signals() -> Result<Self> {
        Self::registered().map_err(|e| problem("watch for signals", &e))
    }

    fn registered() -> io::Result<Self> {
        let (told, teller) = UnixStream::pair()?;
        let signal = Arc::new(AtomicUsize::new(0));
        let ignored = ignored();
        let obeyed = [SIGINT, SIGTERM, SIGHUP].into_iter();
        for number in obeyed.filter(|number| !is_in(ignored, *number)) {
            // The number first: a thread that is told finds it.
            flag::register_usize(number, Arc::clone(&signal), number.unsigned_abs() as usize)?;
            low_level::pipe::register(number, teller.try_clone()?)?;
        }
        Ok(Self { told, signal })
    }

    /// What to wait on.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.told.as_fd()
    }

    /// Waits so long, until the process is asked to end, or until nobody reads what it prints any more. Returns
    /// whether it is to end.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        use rustix::event::{PollFd, PollFlags, poll};
        let out = io::stdout();
        let mut told = [
            PollFd::new(&self.told, PollFlags::IN),
            PollFd::new(&out, PollFlags::empty()),
        ];
        let time = rustix::event::Timespec {
            tv_sec: time.as_secs().cast_signed(),
            tv_nsec: time.subsec_nanos().into(),
        };
        let _ = poll(&mut told, Some(&time));
        let gone = PollFlags::ERR | PollFlags::HUP;
        let [_, out] = told;
        self.was_told() || out.revents().intersects(gone)
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
