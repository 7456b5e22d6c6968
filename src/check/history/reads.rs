//! Every read is of a version on the chain, and saw what that version holds.

use super::chain::Chain;
use super::findings::Findings;
use super::further_reads;
use super::sums::{Sums, unlike};
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, NONE, Operation, OperationOutcome, UNSAID};

/// Of the operations that read a version and did not write the next one, who was over first.
pub(super) struct FirstReaders {
    first: u64,
    over: Vec<u32>,
}

impl FirstReaders {
    fn of(chain: &Chain) -> Self {
        Self {
            first: chain.first,
            over: vec![NONE; (chain.last() - chain.first) as usize + 1],
        }
    }

    /// Or [`NONE`].
    pub(super) fn of_version(&self, version: u64) -> u32 {
        let at = version.checked_sub(self.first);
        let over = at.and_then(|at| self.over.get(at as usize));
        over.copied().unwrap_or(NONE)
    }

    pub(super) fn read(&mut self, evidence: &Evidence, version: u64, index: u32) {
        let at = version.checked_sub(self.first);
        let Some(over) = at.and_then(|at| self.over.get_mut(at as usize)) else {
            return;
        };
        let end = |at: u32| evidence.operation(at).map_or(UNSAID, Operation::over);
        if *over == NONE || end(index) < end(*over) {
            *over = index;
        }
    }
}

/// Checks all reads; gives who of those who read a version was over first.
pub(super) fn check(
    evidence: &Evidence,
    chain: &Chain,
    findings: &mut Findings<'_>,
) -> FirstReaders {
    let mut readers = FirstReaders::of(chain);
    let cut_behind = evidence.ledger.as_ref().map(|_| evidence.cut_behind());
    let mut sums = Sums::of(evidence, chain);
    for (index, operation) in (0..).zip(&evidence.operations) {
        if operation.torn {
            findings.add(Anomaly::TornRead, &[index], None);
        }
        if operation.read == UNSAID {
            continue;
        }
        if chain.left(operation.read).is_none() {
            let is_cut = cut_behind.is_some_and(|behind| operation.read > behind);
            if chain.is_open(operation.read) || is_cut {
                continue;
            }
            findings.add(Anomaly::DirtyRead, &[index], operation.read);
            continue;
        }
        let holds = |left: u64| chain.may_leave(operation.read, left.cast_signed());
        let torn = operation.seen != UNSAID && !holds(operation.seen);
        if torn || sums.differ(index, operation.read) {
            findings.add(Anomaly::TornRead, &[index], operation.read);
        }
        told(index, operation, chain, findings);
        if chain.writer(operation.write) != Some(index) {
            readers.read(evidence, operation.read, index);
        }
    }
    further_reads::check(evidence, chain, &sums, &mut readers, findings);
    unlike(evidence, findings);
    readers
}

/// What it was told must be what the version that it read, or wrote, holds.
fn told(index: u32, operation: &Operation, chain: &Chain, findings: &mut Findings<'_>) {
    let quantity = i64::from(operation.quantity);
    let sold_out = operation.outcome == OperationOutcome::SoldOut;
    if sold_out && chain.fewest_left(operation.read) >= Some(quantity) {
        findings.add(Anomaly::FalseSoldOut, &[index], operation.read);
    }
    let sold = match operation.outcome {
        OperationOutcome::Sold => quantity,
        _ => 0,
    };
    let before = operation.left.cast_signed().saturating_add(sold);
    if operation.left != UNSAID && !chain.may_leave(operation.read, before) {
        findings.add(Anomaly::Conservation, &[index], operation.read);
    }
}
