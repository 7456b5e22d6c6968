//! The findings of a judgement, as they are made.

use super::verdict::{AnomalyCount, HistoryFinding, HistoryVerdict, MAX_TOLD};
use super::words;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::Evidence;

/// Takes down what is found.
pub(super) struct Findings<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) verdict: HistoryVerdict,
    /// Whether they are put in words.
    pub(super) is_told: bool,
}

impl Findings<'_> {
    #[cold]
    pub(super) fn add(
        &mut self,
        kind: Anomaly,
        operations: &[u32],
        version: impl Into<Option<u64>>,
    ) {
        let counts = &mut self.verdict.counts;
        let at = counts.iter().position(|count| count.kind == kind);
        let at = at.unwrap_or_else(|| {
            counts.push(AnomalyCount { kind, count: 0 });
            counts.len() - 1
        });
        let Some(count) = counts.get_mut(at) else {
            return;
        };
        count.count += 1;
        if count.count > MAX_TOLD {
            return;
        }
        let buyer = |index: &u32| {
            let operation = self.evidence.operation(*index);
            operation.map_or("", |operation| self.evidence.names.name(operation.buyer))
        };
        let mut finding = HistoryFinding {
            kind,
            operations: operations.to_vec(),
            buyers: operations.iter().map(|at| buyer(at).to_owned()).collect(),
            version: version.into(),
            guessed: false,
            text: String::new(),
        };
        // Those are put in words when all is known.
        if self.is_told && kind != Anomaly::LostUpdate {
            finding.text = words::sentence(self.evidence, &finding);
        }
        self.verdict.findings.push(finding);
    }
}
