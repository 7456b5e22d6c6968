//! Every read is of a version on the chain, and saw what that version holds.

use std::collections::HashSet;

use super::chain::Chain;
use super::findings::Findings;
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

/// Checksums of what was read, beside those of the ledger's lines.
struct Sums<'a> {
    read: std::iter::Peekable<std::slice::Iter<'a, (u32, u64)>>,
    /// Of the first line of each version.
    committed: Vec<Option<u64>>,
    /// Of further lines of a version that was written more than once: who read one of them read no less.
    others: HashSet<(usize, u64)>,
    first: u64,
}

impl<'a> Sums<'a> {
    fn of(evidence: &'a Evidence, chain: &Chain) -> Self {
        let mut sums = Self {
            read: evidence.sums.iter().peekable(),
            committed: Vec::new(),
            others: HashSet::new(),
            first: chain.first,
        };
        if evidence.sums.is_empty() || evidence.ledger_sums.is_empty() {
            return sums;
        }
        sums.committed = vec![None; (chain.last() - chain.first) as usize + 1];
        for (index, sum) in &evidence.ledger_sums {
            let lines = evidence.ledger.as_deref().unwrap_or_default();
            let line = lines.get(*index as usize);
            let at = line.and_then(|line| line.seq.checked_sub(chain.first));
            let at = at.map_or(usize::MAX, |at| at as usize);
            match sums.committed.get_mut(at) {
                Some(slot @ None) => *slot = Some(*sum),
                Some(Some(_)) => drop(sums.others.insert((at, *sum))),
                None => {}
            }
        }
        sums
    }

    /// Whether the operation read other bytes than the version has. To be asked in rising order.
    fn differ(&mut self, operation: u32, version: u64) -> bool {
        while self.read.next_if(|sum| sum.0 < operation).is_some() {}
        let Some((_, sum)) = self.read.next_if(|sum| sum.0 == operation) else {
            return false;
        };
        let at = (version - self.first) as usize;
        let committed = self.committed.get(at).copied().flatten();
        let other = || self.others.contains(&(at, *sum));
        committed.is_some_and(|committed| committed != *sum && !other())
    }
}
