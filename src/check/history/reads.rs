//! Every read is of a version on the chain, and saw what that version holds.

use super::chain::Chain;
use super::findings::Findings;
use super::sums::{Sums, unlike};
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, NONE, Operation, OperationOutcome, UNSAID};

/// Of the operations that read a version and did not write the next one, those two that matter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Readers {
    /// Who began last.
    pub(super) last_begun: u32,
    /// Who was over first.
    pub(super) first_over: u32,
}

/// Checks all reads; gives the readers of each version, from the first on.
pub(super) fn check(
    evidence: &Evidence,
    chain: &Chain,
    findings: &mut Findings<'_>,
) -> Vec<Readers> {
    let nobody = Readers {
        last_begun: NONE,
        first_over: NONE,
    };
    let mut readers = vec![nobody; (chain.last() - chain.first) as usize + 1];
    let mut sums = Sums::of(evidence, chain);
    for (index, operation) in (0..).zip(&evidence.operations) {
        if operation.torn {
            findings.add(Anomaly::TornRead, &[index], None);
        }
        if operation.read == UNSAID {
            continue;
        }
        if chain.left(operation.read).is_none() {
            if chain.is_open(operation.read) {
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
        if chain.writer(operation.write) == Some(index) {
            continue;
        }
        let at = (operation.read - chain.first) as usize;
        if let Some(readers) = readers.get_mut(at) {
            let begun = evidence.operation(readers.last_begun);
            if begun.is_none_or(|last| last.invoke < operation.invoke) {
                readers.last_begun = index;
            }
            let over = evidence.operation(readers.first_over);
            if over.is_none_or(|first| operation.over() < first.over()) {
                readers.first_over = index;
            }
        }
    }
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
