//! The chain of versions: who wrote each, and how many it left.

use std::collections::{HashMap, HashSet};

use super::possible_lefts::PossibleLefts;
use crate::check::evidence::{Evidence, Operation};

/// The versions of a run, from the one before it.
pub(super) struct Chain {
    /// The version before the run.
    pub(super) first: u64,
    /// Who wrote each version after the first: an index of the operations and 1, or 0 for nobody. Memory
    /// that starts as zeros takes no room before it is used.
    pub(super) writers: Vec<u32>,
    /// How many were left at each version, the first included. Until the replay: how many more than at the
    /// version before.
    pub(super) left: Vec<i64>,
    /// Versions that nobody of the run is known to have written, and that were there all the same.
    pub(super) strangers: HashSet<u64>,
    /// What further sales of a version wanted, which its writer overwrote or was overwritten by.
    pub(super) forks: HashMap<u64, Vec<u32>>,
    /// What operations wanted that may have written a version, and went on to write another: what they left was read.
    pub(super) tried: HashMap<u64, Vec<u32>>,
    /// From which version on how many may be left, in rising order: where more than one value may.
    pub(super) possible: Vec<(u64, PossibleLefts)>,
    /// From which version on a sale may have written it that does not say which: of those nobody knows what they left.
    pub(super) silent_from: u64,
}

impl Chain {
    /// A chain of which nothing is known.
    pub(super) fn of(evidence: &Evidence) -> Self {
        // No chain without a gap is longer.
        let lines = evidence.ledger.as_ref().map_or(0, Vec::len);
        let most = evidence.operations.len() + evidence.earlier_intents.len() + lines;
        Self {
            first: evidence.first,
            writers: vec![0; most],
            left: vec![0; most + 1],
            strangers: HashSet::new(),
            forks: HashMap::new(),
            tried: HashMap::new(),
            possible: Vec::new(),
            silent_from: evidence.silent_from(),
        }
    }

    /// Who wrote this version.
    pub(super) fn writer(&self, version: u64) -> Option<u32> {
        self.writers.get(self.slot(version)?)?.checked_sub(1)
    }

    /// How many were left at this version; `None` where it was never committed.
    pub(super) fn left(&self, version: u64) -> Option<i64> {
        let at = version.checked_sub(self.first)?;
        if at > 0 && self.writer(version).is_none() && !self.strangers.contains(&version) {
            return None;
        }
        self.left.get(at as usize).copied()
    }

    /// Whether a sale that does not say what it wrote may have written this version.
    pub(super) fn is_open(&self, version: u64) -> bool {
        version >= self.silent_from
    }

    /// Whether this version was committed, or may have been by a sale that does not say so.
    pub(super) fn is_known(&self, version: u64) -> bool {
        self.is_open(version) || self.left(version).is_some()
    }

    /// Whether so many may have been left at this version, which was committed.
    pub(super) fn may_leave(&self, version: u64, left: i64) -> bool {
        if self.is_open(version) {
            return true;
        }
        self.left(version)
            .is_some_and(|one| match self.possible_at(version) {
                Some(possible) => possible.contain(left.saturating_sub(one)),
                None => one == left,
            })
    }

    /// How many were left at this version at least, as far as that can be told.
    pub(super) fn fewest_left(&self, version: u64) -> Option<i64> {
        if self.is_open(version) {
            return None;
        }
        let left = self.left(version)?;
        match self.possible_at(version) {
            Some(possible) => Some(left.saturating_add(possible.fewest()?)),
            None => Some(left),
        }
    }

    fn possible_at(&self, version: u64) -> Option<&PossibleLefts> {
        let behind = self.possible.partition_point(|(from, _)| *from <= version);
        let at = self.possible.get(behind.checked_sub(1)?)?;
        Some(&at.1)
    }

    /// Another sale wrote this version too.
    pub(super) fn fork(&mut self, version: u64, quantity: u32) {
        self.forks.entry(version).or_default().push(quantity);
    }

    /// The last version.
    pub(super) fn last(&self) -> u64 {
        self.first + (self.left.len() as u64).saturating_sub(1)
    }

    fn slot(&self, version: u64) -> Option<usize> {
        Some(version.checked_sub(self.first)?.checked_sub(1)? as usize)
    }

    /// Puts a writer to its version, if there is room for that.
    pub(super) fn write(&mut self, index: u32, operation: &Operation) -> bool {
        let slot = self.slot(operation.write);
        let Some(slot) = slot.filter(|slot| *slot < self.writers.len()) else {
            return false;
        };
        if let (Some(writer), Some(change)) =
            (self.writers.get_mut(slot), self.left.get_mut(slot + 1))
        {
            (*writer, *change) = (index + 1, -i64::from(operation.quantity));
        }
        true
    }

    /// A version of so many tickets that none of the run is known to have written.
    pub(super) fn write_strange(&mut self, version: u64, quantity: u32) {
        if self.writer(version).is_some() {
            self.tried.entry(version).or_default().push(quantity);
            return;
        }
        let slot = self.slot(version).filter(|slot| *slot < self.writers.len());
        let change = slot.and_then(|slot| self.left.get_mut(slot + 1));
        let Some(change) = change else { return };
        if self.strangers.insert(version) {
            *change = -i64::from(quantity);
        } else {
            self.fork(version, quantity);
        }
    }

    /// Ends the chain behind so many versions; so many were left before the first.
    pub(super) fn finish(&mut self, stock: u64, end: usize) {
        if let Some(first) = self.left.first_mut() {
            *first = stock.cast_signed();
        }
        self.writers.truncate(end);
        self.left.truncate(end + 1);
    }
}
