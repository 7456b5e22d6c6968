//! The parts of a sentence: who, when, which operation.

use super::verdict::HistoryFinding;
use crate::check::evidence::{Evidence, Operation, UNSAID};

/// A finding that becomes a sentence.
pub(super) struct Phrases<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) finding: &'a HistoryFinding,
}

impl Phrases<'_> {
    pub(super) fn operation(&self, at: usize) -> Operation {
        let index = self.finding.operations.get(at);
        let operation = index.and_then(|index| self.evidence.operation(*index));
        operation.copied().unwrap_or(Operation::new(0, 0, 0))
    }

    pub(super) fn who(&self, at: usize) -> &str {
        self.finding
            .buyers
            .get(at)
            .map_or("somebody", String::as_str)
    }

    /// A time, after the first in the evidence.
    pub(super) fn time(&self, at: u64) -> String {
        let start = self
            .evidence
            .operations
            .first()
            .map_or(0, |first| first.invoke);
        if at == UNSAID {
            return "an unknown time".to_owned();
        }
        match at.checked_sub(start) {
            Some(later) => format!("{}.{:03} µs", later / 1000, later % 1000),
            None => format!("-{}.{:03} µs", (start - at) / 1000, (start - at) % 1000),
        }
    }
}
