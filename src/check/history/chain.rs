//! The chain of versions: who wrote each, and how many it left.

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
}

impl Chain {
    /// A chain of which nothing is known.
    pub(super) fn of(evidence: &Evidence) -> Self {
        // No chain without a gap is longer.
        let most = evidence.operations.len() + evidence.ledger.as_ref().map_or(0, Vec::len);
        Self {
            first: evidence.first,
            writers: vec![0; most],
            left: vec![0; most + 1],
        }
    }

    /// Who wrote this version.
    pub(super) fn writer(&self, version: u64) -> Option<u32> {
        self.writers.get(self.slot(version)?)?.checked_sub(1)
    }

    /// How many were left at this version; `None` where it was never committed.
    pub(super) fn left(&self, version: u64) -> Option<i64> {
        let at = version.checked_sub(self.first)?;
        if at > 0 {
            self.writer(version)?;
        }
        self.left.get(at as usize).copied()
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

    /// Ends the chain behind so many versions; so many were left before the first.
    pub(super) fn finish(&mut self, stock: u64, end: usize) {
        if let Some(first) = self.left.first_mut() {
            *first = stock.cast_signed();
        }
        self.writers.truncate(end);
        self.left.truncate(end + 1);
    }
}
