//! A holder's pause: the first buyer that holds the lock is stopped after it has read, as a pause of a collector, the move of
//! a virtual machine or a closed laptop would stop it, and goes on too late to know.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use super::roster::Roster;

/// For how long it is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HolderPause {
    /// Until another buyer has bought; or until all others are done, where none can.
    UntilSold,
    /// For so long.
    For(Duration),
}

/// The pause of a rush, as far as it has come.
#[derive(Debug)]
pub(super) struct PausedHolder {
    wanted: HolderPause,
    /// Which one is stopped: its number, its process, and since when.
    holder: Option<(u32, Pid, Instant)>,
    is_over: bool,
}

impl PausedHolder {
    pub(super) fn new(wanted: HolderPause) -> Self {
        Self {
            wanted,
            holder: None,
            is_over: false,
        }
    }

    /// A buyer has read, holds its lock if it takes one, and waits to be released. Whether it was stopped, as the first
    /// one is.
    pub(super) fn stops(&mut self, buyer: u32, pid: u32) -> bool {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let Some(pid) = pid.filter(|_| self.holder.is_none() && !self.is_over) else {
            return false;
        };
        if kill_process(pid, Signal::STOP).is_err() {
            return false;
        }
        await_stop(pid);
        self.holder = Some((buyer, pid, Instant::now()));
        true
    }

    /// Lets the one that is stopped go on, if its time has come: then it gives its number, and it is to be released.
    pub(super) fn end(&mut self, roster: &Roster, is_told_to_stop: bool) -> Option<u32> {
        let (buyer, pid, since) = self.holder.filter(|_| !self.is_over)?;
        let (over, sold) = roster.over();
        let is_time = match self.wanted {
            HolderPause::UntilSold => sold > 0 || over + 1 >= roster.len() as u32,
            HolderPause::For(time) => since.elapsed() >= time,
        };
        if !is_time && !is_told_to_stop && !roster.is_done(buyer) {
            return None;
        }
        self.is_over = true;
        // A stop that has not come to it yet is taken back by this.
        let _ = kill_process(pid, Signal::CONT);
        Some(buyer)
    }
}

/// So long a signal may be on its way.
const SIGNALLED: Duration = Duration::from_secs(1);

/// Waits until a process has stopped. All wait for their release at one pipe: one that is not stopped yet takes the release that
/// is meant for another, and then stops with it.
fn await_stop(pid: Pid) {
    let since = Instant::now();
    let path = format!("/proc/{}/stat", pid.as_raw_nonzero());
    // Where the system does not tell, nothing is waited for.
    while let Ok(stat) = std::fs::read_to_string(&path) {
        let runs = |state: &str| state.starts_with(['R', 'S', 'D']);
        if !stat.rsplit(") ").next().is_some_and(runs) || since.elapsed() > SIGNALLED {
            return;
        }
        std::thread::yield_now();
    }
}
