//! What a rush is to be.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::holder_pause::HolderPause;
use super::think::Think;
use crate::error::{Error, Kind, Result};
use crate::ledger::LockKind;
use crate::store::options::Force;
use crate::store::place::is_address;

/// The most buyers of one rush.
pub const MAX_USERS: u32 = 10_000;

/// What a rush is to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rush {
    /// The event's `tickets.json`.
    #[serde(skip)]
    pub file: PathBuf,
    /// How many buyers, 1 to [`MAX_USERS`].
    pub users: u32,
    /// The lock they take.
    pub lock: LockKind,
    /// Threads of this process instead of processes.
    pub threads: bool,
    /// How long each thinks between reading and writing.
    pub think: Think,
    /// How many tickets each wants.
    pub quantity: u64,
    /// Decides every buyer's think time.
    pub seed: u64,
    /// How long a buyer waits for the lock.
    pub wait: Duration,
    /// Nobody writes before everybody has read: without a lock, a certain race.
    pub together: bool,
    /// Whether, and for how long, the first buyer that holds the lock is stopped after it has read.
    pub pause: Option<HolderPause>,
    /// How long the lease of a lock lives, on a cluster.
    pub time_to_live: Duration,
    /// Whether it goes on where the event is for real.
    pub force: Force,
    /// The `tickets` program, which starts the buyers' processes.
    #[serde(skip)]
    pub program: PathBuf,
    /// Whether the buyers write down what they do.
    #[serde(skip)]
    pub recording: Recording,
}

/// Whether a rush records evidence of what its buyers do, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Recording {
    /// None; it costs nothing.
    #[default]
    Off,
    /// In this file, which is made, or written anew if it is empty or holds evidence.
    File(PathBuf),
    /// In a file that goes away: the report has what it held.
    Fleeting,
}

impl Rush {
    /// Refuses what makes no sense, before anything is read or written.
    pub(super) fn check(&self) -> Result<()> {
        let usage = |message: String| Err(Error::new(Kind::Usage, message));
        if self.users == 0 || self.users > MAX_USERS {
            return usage(format!(
                "a rush has 1 to {MAX_USERS} users, not {}",
                self.users
            ));
        }
        let alone = [
            LockKind::Exclusive,
            LockKind::DataFile,
            LockKind::Mutex,
            LockKind::Lease,
        ];
        if self.together && alone.contains(&self.lock) {
            return usage(
                "--together needs --lock=none, shared or write-only: under this lock only one buyer reads at a time"
                    .into(),
            );
        }
        if self.pause.is_some() && self.threads {
            return usage(
                "--pause-holder stops a process with all its threads: it goes without --threads"
                    .into(),
            );
        }
        if self.pause.is_some() && self.together {
            return usage(
                "--pause-holder and --together each say who waits behind the read: name one of them"
                    .into(),
            );
        }
        if self.recording != Recording::Off && self.quantity >= u64::from(u32::MAX) {
            return usage("evidence has no room for so many tickets: buy fewer".into());
        }
        let on_cluster = is_address(&self.file);
        let kinds: &[LockKind] = if on_cluster {
            &LockKind::ON_CLUSTER
        } else {
            &LockKind::ALL
        };
        if !kinds.contains(&self.lock) {
            let place = if on_cluster {
                "on a cluster"
            } else {
                "in a file"
            };
            let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
            return usage(format!(
                "there is no lock {} for an event {place}, only {}",
                self.lock.name(),
                names.join(", ")
            ));
        }
        if self.lock == LockKind::Mutex && !self.threads {
            return usage("--lock=mutex needs --threads: processes share no mutex".into());
        }
        Ok(())
    }
}
