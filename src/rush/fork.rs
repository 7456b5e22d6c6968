//! `fork(2)`: the one module of this room with unsafe code.
//!
//! Why: starting a process is mostly loading its program. Two thousand buyers started by
//! `posix_spawn` take most of the time of a rush; forked from a process that has loaded the program
//! once, they take a fraction of it (docs/design.md, "What a process costs").

use std::io;

/// Which of the two processes this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forked {
    /// The one that forked; the number of the new one.
    Parent(u32),
    /// The new one.
    Child,
}

/// The proof that this process has a single thread, and starts none while it forks.
#[derive(Debug)]
pub(crate) struct Alone(());

impl Alone {
    /// Looks whether this process has a single thread. Its holder starts no other before its last
    /// fork.
    pub(crate) fn prove() -> io::Result<Self> {
        match threads() {
            Some(1) => Ok(Self(())),
            _ => Err(io::Error::other(
                "only a process with a single thread can fork",
            )),
        }
    }

    /// Splits this process in two.
    ///
    /// # Errors
    /// When the system has no room for another process.
    #[expect(
        unsafe_code,
        reason = "std has no fork; the invariant is written at the call"
    )]
    pub(crate) fn fork(&self) -> io::Result<Forked> {
        let Self(()) = self;
        // SAFETY: this process has exactly one thread, the one that calls: `self` proves it. A lock
        // that another thread held would stay locked for ever in the child; there is no other
        // thread. So the child may run any code, not only what is async-signal-safe.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            0 => Ok(Forked::Child),
            child => Ok(Forked::Parent(child.unsigned_abs())),
        }
    }
}

/// How many threads this process has, where the system tells.
fn threads() -> Option<usize> {
    if cfg!(target_os = "linux") {
        // The 20th field of proc_pid_stat(5); the second one is in parentheses and may hold spaces.
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        stat.rsplit(')')
            .next()?
            .split_ascii_whitespace()
            .nth(17)?
            .parse()
            .ok()
    } else {
        // A fork server has just been started and starts no thread.
        Some(1)
    }
}
