//! What is tried in the lab, and what came of it.

use std::path::PathBuf;

use super::protocol::{Point, SeenCount, WorkerEnd};
use super::scenario::Scenario;
use super::step::{LabStep, LabSteps};
use crate::check::final_state::StateVerdict;
use crate::ledger::LockKind;
use crate::office::Writes;
use crate::store::place::is_address;

/// What is tried.
#[derive(Debug, Clone)]
pub struct Trial {
    /// How many buyers, up to [`MAX_BUYERS`](super::step::MAX_BUYERS).
    pub users: usize,
    /// How many tickets there are.
    pub stock: u64,
    /// Which lock they take.
    pub lock: LockKind,
    /// How they write the count.
    pub writes: Writes,
    /// Whether each looks at the count first, outside its lock, as the chapter's program does.
    pub query: bool,
    /// Whether any of them may be killed before any of its steps.
    pub crashes: bool,
    /// Whether every second buyer reaches the ledger by another name: a hard link beside a count and a lock file
    /// of its own.
    pub second_name: bool,
    /// What the processes do, where they are no buyers of one ticket each.
    pub scenario: Option<Scenario>,
    /// Where the scratch event is put: a directory, or an address, beside whose event it is made; `None`: in memory, where
    /// the system has such a place.
    pub place: Option<PathBuf>,
    /// The `tickets` program, which is started as each buyer.
    pub program: PathBuf,
}

impl Trial {
    /// The same with another number of buyers.
    #[must_use]
    pub fn with_users(&self, users: usize) -> Self {
        Self {
            users,
            ..self.clone()
        }
    }

    /// How many steps a run has at least: a buyer that finds none left makes none after that.
    #[must_use]
    pub fn fewest_steps(&self) -> usize {
        // Killed at the first, or failed at a query that reads an empty count.
        if self.crashes || (self.query && self.writes == Writes::InPlace) {
            return self.users;
        }
        let locks_first = !matches!(
            self.lock,
            LockKind::None | LockKind::WriteOnly | LockKind::Cas
        );
        self.users * (1 + usize::from(self.query) + usize::from(locks_first))
    }

    /// The fewest buyers, and the fewest tickets with them, by which this way of selling is known to go wrong where
    /// nobody is killed; `None`: none is known. Below that a proof says less than it seems to.
    #[must_use]
    pub fn breaks_with(&self) -> Option<(usize, u64)> {
        match (self.lock, self.writes) {
            _ if self.scenario.is_some() => None,
            (LockKind::Exclusive | LockKind::Cas, Writes::Replace) => None,
            // One sells, so that the count is another file; a second has opened the old one, a third opens the new.
            (LockKind::DataFile, Writes::Replace) if !self.second_name => Some((3, 2)),
            (LockKind::Exclusive | LockKind::DataFile, Writes::InPlace)
                if !self.query && !self.second_name =>
            {
                None
            }
            _ => Some((2, 1)),
        }
    }

    /// Whether the scratch event is on a cluster.
    #[must_use]
    pub fn is_on_cluster(&self) -> bool {
        self.place.as_deref().is_some_and(is_address)
    }

    /// Whether leases hold the locks of its buyers, so that any of them may end.
    #[must_use]
    pub fn has_leases(&self) -> bool {
        self.is_on_cluster() && matches!(self.lock, LockKind::Exclusive | LockKind::Lease)
    }

    /// Whether its buyers sell as real sales in files are made: the count is published behind the lock.
    #[must_use]
    pub(crate) fn publishes(&self) -> bool {
        let sound = self.lock == LockKind::Exclusive && self.writes == Writes::Replace;
        sound && !self.is_on_cluster()
    }

    /// How many steps a buyer makes that finds its lock free and a ticket left.
    #[must_use]
    pub fn steps(&self) -> u64 {
        let lock = u64::from(!matches!(self.lock, LockKind::None | LockKind::Cas));
        let after = match (self.lock, self.writes) {
            // To give the lock up.
            _ if self.has_leases() => 1,
            // To give the lock up, and to publish.
            (LockKind::Exclusive, Writes::Replace) => 2,
            (_, Writes::Replace) => 0,
            // To fill what was cut.
            (_, Writes::InPlace) => 1,
        };
        let read_and_write = 2;
        u64::from(self.query) + lock + read_and_write + after
    }
}

/// One step of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Who made it.
    pub buyer: usize,
    /// Which.
    pub point: Point,
    /// What was read; of the write of a scenario's process, what it made of it.
    pub seen: Option<SeenCount>,
    /// Of a buyer's look outside the lock: how many were left, as the count had it.
    pub looked: Option<u64>,
    /// The lock was somebody else's; of a write on a cluster: it was refused, for what it compares had changed.
    pub busy: bool,
    /// It was killed before it.
    pub killed: bool,
    /// Its clock was past the time in question.
    pub late: bool,
}

impl Move {
    pub(super) fn step(&self) -> LabStep {
        match (self.killed, self.late) {
            _ if self.point == Point::LeaseEnd => LabStep::LeaseEnd(self.buyer),
            (true, _) => LabStep::Kill(self.buyer),
            (_, true) => LabStep::Late(self.buyer),
            _ => LabStep::Go(self.buyer),
        }
    }
}

/// A run, from its first step to its last.
#[derive(Debug, Clone)]
pub struct Run {
    /// The steps in their order.
    pub moves: Vec<Move>,
    /// How each buyer ended; `None`: it never did.
    pub ends: Vec<Option<WorkerEnd>>,
    /// The judgement.
    pub verdict: StateVerdict,
    /// What was left after each sale, in the order of the ledger, and how many there are at the end.
    pub left: Vec<u64>,
    /// Who made each sale, in the order of the ledger.
    pub sellers: Vec<usize>,
    /// Of a scenario: the lines of the ledger in their order, and what the processes were told.
    pub story: Vec<String>,
}

impl Run {
    /// Whether something was found, or somebody who was not killed could not go on.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        !self.verdict.is_safe() || self.stuck() > 0
    }

    /// How many were killed.
    #[must_use]
    pub fn killed(&self) -> usize {
        self.moves.iter().filter(|step| step.killed).count()
    }

    /// How many could not go on, without having been killed.
    #[must_use]
    pub fn stuck(&self) -> usize {
        let unended = self.ends.iter().filter(|end| end.is_none()).count();
        unended.saturating_sub(self.killed())
    }

    /// Who made each step.
    #[must_use]
    pub fn steps(&self) -> LabSteps {
        LabSteps(self.moves.iter().map(Move::step).collect())
    }
}

/// What a buyer is called.
pub(super) fn buyer_name(buyer: usize) -> String {
    format!("user-{}", buyer + 1)
}

/// Which buyer is called so.
pub(super) fn buyer_number(name: &str) -> Option<usize> {
    let number: usize = name.strip_prefix("user-")?.parse().ok()?;
    number.checked_sub(1)
}
