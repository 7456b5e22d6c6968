//! How a change is committed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ledger::LockKind;

/// What an answered sale survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The end of the machine's power too: it is on disk.
    #[default]
    Disk,
    /// The end of every process, `kill -9` included, but not of the power: it is on the ledger, and
    /// the operating system writes it when it likes, or when the next sale is made durable.
    Process,
}

/// How `tickets.json` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Writes {
    /// Replaced by another file in one step: a process that reads finds the old count or the new one.
    #[default]
    Replace,
    /// Cut to nothing and written over, under whatever lock: a process that reads in between finds an empty
    /// file. For the race lab only.
    InPlace,
}

/// How far a rush goes on an event that is for real: tickets are booked there, or it was made by `init`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// It is refused there.
    #[default]
    No,
    /// It sells there under the exclusive lock, which takes from the stock and harms nothing else.
    Locked,
    /// It sells there under any lock or none: a race leaves a ledger that nobody can sell from.
    Racing,
}

/// How an event is started anew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Restart {
    /// With so many tickets; `None`: with as many as it opened with, or with 2.
    pub(crate) stock: Option<u64>,
    /// Even while tickets are booked.
    pub(crate) forced: bool,
    /// Whether it is made where there is none.
    pub(crate) makes: bool,
    /// How long the locks are waited for.
    pub(crate) wait: Duration,
}

/// How a line is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommitOptions {
    pub(crate) lock: LockKind,
    pub(crate) wait: Duration,
    pub(crate) durability: Durability,
    pub(crate) writes: Writes,
}

impl CommitOptions {
    /// Under the exclusive lock, and durable.
    pub(crate) fn durable(wait: Duration) -> Self {
        Self {
            lock: LockKind::Exclusive,
            wait,
            durability: Durability::Disk,
            writes: Writes::Replace,
        }
    }

    /// Whether nothing can be oversold: the lock covers the read and the write, and readers see whole counts.
    pub(crate) fn is_sound(&self) -> bool {
        matches!(self.lock, LockKind::Exclusive | LockKind::Cas) && self.writes == Writes::Replace
    }
}
