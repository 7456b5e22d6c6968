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

    /// A time, on the clock of the run.
    pub(super) fn time(&self, at: u64) -> String {
        if at == UNSAID {
            return "an unknown time".to_owned();
        }
        self.evidence.clock().told(at)
    }
}
