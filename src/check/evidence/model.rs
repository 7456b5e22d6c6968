//! All that is known of a run.

use super::file::File;
use super::further_reads::FurtherRead;
use super::moment::Moment;
use super::names::Names;
use super::nonce::WriteNonce;
use super::operation::{LockHold, Operation, UNSAID};
use crate::run_clock::RunClock;

/// What a run did.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The run's name.
    pub run: String,
    /// How many were left before it.
    pub stock: u64,
    /// The version before it.
    pub first: u64,
    /// Buyers by number.
    pub names: Names,
    /// Locked files by number.
    pub files: Vec<File>,
    /// In the order in which they began; as they were told, where several began at once.
    pub operations: Vec<Operation>,
    /// Locks that were wanted or held.
    pub holds: Vec<LockHold>,
    /// Checksums of what was read: the operation's index, in rising order, and the sum.
    pub sums: Vec<(u32, u64)>,
    /// Reads that made no sense, of those that say when: the operation's index, in rising order, and until when it read, ns.
    pub torn_reads: Vec<(u32, u64)>,
    /// What operations read beside what they acted by: by the operation's index, those of one in their order.
    pub further_reads: Vec<FurtherRead>,
    /// What operations intended before what they intended last.
    pub earlier_intents: Vec<EarlierIntent>,
    /// The ledger's lines since the first version, in their order; `None` when nobody said what it holds.
    pub ledger: Option<Vec<CommittedLine>>,
    /// Checksums of the ledger's lines: the index, in rising order, and the sum.
    pub ledger_sums: Vec<(u32, u64)>,
    /// The count after the run.
    pub last: Option<FinalCount>,
    /// The checksum of that count's version, where it was said.
    pub last_sum: Option<u64>,
    /// Why it cannot be judged, if its recorder said so.
    pub spoiled: Option<String>,
    /// Each way in which those may have written who got no answer and do not say so: as those who did, in rising order. `None`
    /// where that was not looked for, empty where there are too many ways.
    pub possibilities: Option<Vec<Vec<u32>>>,
}

impl Evidence {
    /// An operation by its index.
    #[must_use]
    pub fn operation(&self, index: u32) -> Option<&Operation> {
        self.operations.get(index as usize)
    }

    /// What its times are told since: the first operation that it has, of those whose time is known; and how long it went
    /// on to the end of the last.
    pub(crate) fn clock(&self) -> RunClock {
        let is_timed = |did: &&Operation| !did.is_timeless(self.names.name(did.buyer));
        let zero = self
            .operations
            .iter()
            .find(is_timed)
            .map_or(0, |did| did.invoke);
        let last = self.operations.iter().rev().find(is_timed);
        let times = last.map(|did| [did.invoke, did.read_at, did.intend, did.wrote, did.returned]);
        let times = times.into_iter().flatten().filter(|at| *at != UNSAID);
        let length = times.max().map_or(0, |end| end.saturating_sub(zero));
        RunClock { zero, length }
    }

    /// The last time that it tells, ns.
    pub(crate) fn end(&self) -> u64 {
        let dids = self.operations.iter();
        let dids = dids.flat_map(|did| {
            let done = [did.invoke, did.read_at, did.intend, did.wrote];
            done.into_iter().chain([did.returned, did.killed])
        });
        let holds = self.holds.iter();
        let holds = holds.flat_map(|hold| [hold.wanted, hold.got, hold.released]);
        let reads = self.further_reads.iter().map(|read| read.read_at);
        let said = dids.chain(holds).chain(reads).filter(|at| *at != UNSAID);
        said.max().unwrap_or(0)
    }

    /// The locks that an operation asked for, the last first.
    pub fn holds_of<'a>(&'a self, operation: &Operation) -> impl Iterator<Item = &'a LockHold> {
        let at = |index: u32| self.holds.get(index as usize);
        std::iter::successors(at(operation.hold), move |hold| at(hold.previous))
    }

    /// Since when a lock was asked for, at the earliest.
    pub(crate) fn asked(&self, hold: &LockHold) -> u64 {
        let begun = || self.operation(hold.operation).map_or(0, |did| did.invoke);
        if hold.wanted == UNSAID {
            begun()
        } else {
            hold.wanted
        }
    }

    /// Since when a lock was held, in whatever mode: through holds of it that follow one another, or lie one within the other.
    pub(crate) fn held_from(&self, hold: &LockHold) -> u64 {
        let Some(own) = self.operation(hold.operation) else {
            return hold.got;
        };
        let mut from = hold.got;
        loop {
            let mut before = self.holds_of(own);
            let before = before.find(|one| {
                let is_held = one.got < from && self.held_until(one) >= from;
                one.lock == hold.lock && is_held
            });
            match before {
                Some(one) => from = one.got,
                None => return from,
            }
        }
    }

    /// Since when a lock was held in its mode.
    pub(crate) fn held_so_from(&self, hold: &LockHold) -> u64 {
        let first = |later: &LockHold| {
            let first = self.holds.get(later.converts as usize);
            first.filter(|first| first.shared == hold.shared)
        };
        let all = std::iter::successors(first(hold), |hold| first(hold));
        all.fold(hold.got, |from, hold| hold.got.min(from))
    }

    /// The hold that goes on another one of the same lock.
    pub(crate) fn held_on<'a>(&'a self, hold: &LockHold) -> Option<&'a LockHold> {
        let own = self.operation(hold.operation)?;
        let mut own = self.holds_of(own);
        let first = |later: &LockHold| self.holds.get(later.converts as usize);
        own.find(|later| first(later).is_some_and(|first| std::ptr::eq(first, hold)))
    }

    /// Until when a lock that was got was held for sure: one whose release nobody stamped was held at least until the
    /// last thing that its holder did.
    pub(crate) fn held_until(&self, hold: &LockHold) -> u64 {
        if hold.released != UNSAID {
            return hold.released;
        }
        let operation = self.operation(hold.operation);
        let did = operation.map_or([UNSAID; 3], |did| [did.read_at, did.intend, did.wrote]);
        let further = self.further_reads_of(hold.operation);
        let did = did.into_iter().chain(further.map(|read| read.read_at));
        did.filter(|time| *time != UNSAID).fold(hold.got, u64::max)
    }

    /// The checksum of what an operation read.
    #[must_use]
    pub fn sum_of(&self, operation: u32) -> Option<u64> {
        let at = self
            .sums
            .binary_search_by_key(&operation, |sum| sum.0)
            .ok()?;
        self.sums.get(at).map(|sum| sum.1)
    }

    /// Whose count is the final one: by its checksum on the ledger, else by how many it left, where that tells one
    /// writer from all others. `None` where nothing tells.
    #[must_use]
    pub fn final_writer(&self) -> Option<u32> {
        let last = self.last?;
        let wrote = |did: &Operation| did.write == last.seq;
        let writers = (0..).zip(&self.operations).filter(|(_, did)| wrote(did));
        let lines = self.ledger.as_deref().unwrap_or_default();
        if let Some(sum) = self.last_sum
            && let Some((line, _)) = self.ledger_sums.iter().find(|line| line.1 == sum)
        {
            let line = lines.get(*line as usize)?;
            return writers
                .clone()
                .find(|(_, did)| line.is_of(did))
                .map(|it| it.0);
        }
        if last.seq >= self.silent_from() {
            return None;
        }
        let presumed = self.presumed_writers();
        let perhaps = self.perhaps_writers(&presumed);
        let written = |at: u32, did: &Operation| match &self.ledger {
            Some(lines) => lines.iter().any(|line| line.is_of(did)),
            None => did.has_written() || presumed.contains(&at) || perhaps.contains(&at),
        };
        let fits = |did: &Operation| did.left_behind().is_none_or(|left| left == last.left);
        let mut fitting = writers.filter(|(at, did)| written(*at, did) && fits(did));
        let one = fitting.next()?.0;
        let is_known = fitting.next().is_none() && !perhaps.contains(&one);
        is_known.then_some(one)
    }
}

/// A line of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommittedLine {
    /// Its version.
    pub seq: u64,
    /// How many it left.
    pub left: u64,
    /// Which attempt wrote it.
    pub nonce: WriteNonce,
    /// Who bought: a number of [`Evidence::names`].
    pub buyer: u32,
    /// How many.
    pub quantity: u32,
}

impl CommittedLine {
    /// Whether this is what the operation wrote: by the nonce, or by the buyer where one is not said.
    #[must_use]
    pub fn is_of(&self, operation: &Operation) -> bool {
        self.seq == operation.write
            && if self.nonce == WriteNonce::UNSAID || operation.nonce == WriteNonce::UNSAID {
                self.buyer == operation.buyer
            } else {
                self.nonce == operation.nonce
            }
    }

    /// Whether it says of what the operation wrote what that wanted.
    #[must_use]
    pub fn agrees_with(&self, operation: &Operation) -> bool {
        (self.buyer, self.quantity) == (operation.buyer, operation.quantity)
    }
}

/// A write that an operation intended before the one that it intended last, as after an answer that did not tell whether
/// it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierIntent {
    /// The operation's index.
    pub operation: u32,
    /// The version that it was to write.
    pub write: u64,
    /// What tells this write from others.
    pub nonce: WriteNonce,
    /// When it said so.
    pub(super) said: Moment,
}

/// The count when all was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinalCount {
    /// Its version.
    pub seq: u64,
    /// How many it says are left.
    pub left: u64,
}
