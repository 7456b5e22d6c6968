//! The versions that were written, in the order in which that was done.

use std::collections::HashMap;

use crate::check::evidence::{Evidence, UNSAID, is_untold};
use crate::check::write_order::WriteOrder;

/// A version that was written, in the order in which that was done.
pub(super) struct WrittenVersion {
    /// Who: an operation.
    pub(super) by: Option<u32>,
    pub(super) seq: u64,
    pub(super) left: Option<u64>,
    pub(super) sum: Option<u64>,
    /// When, where that is known.
    pub(super) at: u64,
    /// Whether it is not known of each other whether that was written before it or after.
    pub(super) unordered: bool,
}

/// What the ledger has, in its order; behind that what it may have had before it was cut.
pub(super) fn on_ledger(evidence: &Evidence, order: &WriteOrder<'_>) -> Vec<WrittenVersion> {
    let cut_behind = evidence.cut_behind();
    let is_behind = |at: &u32| {
        let did = evidence.operation(*at);
        did.is_some_and(|did| is_untold(did, cut_behind))
    };
    let mut written = told_on_ledger(evidence);
    written.extend(in_order(evidence, order, order.wrote().filter(is_behind)));
    written
}

fn told_on_ledger(evidence: &Evidence) -> Vec<WrittenVersion> {
    let mut writers: HashMap<u64, Vec<u32>> = HashMap::new();
    for (index, did) in (0..).zip(&evidence.operations) {
        if did.write != UNSAID {
            writers.entry(did.write).or_default().push(index);
        }
    }
    let mut sums = evidence.ledger_sums.iter().peekable();
    let lines = (0..).zip(evidence.ledger.iter().flatten());
    lines
        .map(|(index, line)| {
            let by = writers.get_mut(&line.seq).and_then(|all| {
                let is_of = |by: &u32| evidence.operation(*by).is_some_and(|did| line.is_of(did));
                all.iter().position(is_of).map(|at| all.swap_remove(at))
            });
            WrittenVersion {
                seq: line.seq,
                left: Some(line.left),
                sum: sums.next_if(|sum| sum.0 == index).map(|sum| sum.1),
                at: time(evidence, by),
                by,
                unordered: false,
            }
        })
        .collect()
}

/// Without a ledger: what was answered, in the order in which it was written.
pub(super) fn by_time(evidence: &Evidence, order: &WriteOrder<'_>) -> Vec<WrittenVersion> {
    with_unsigned(evidence, in_order(evidence, order, order.wrote()))
}

/// What these wrote, in the order in which they did.
fn in_order(
    evidence: &Evidence,
    order: &WriteOrder<'_>,
    wrote: impl Iterator<Item = u32>,
) -> Vec<WrittenVersion> {
    let mut wrote: Vec<u32> = wrote.collect();
    order.sort(&mut wrote);
    let settled = order.settled(&wrote);
    let written = settled
        .into_iter()
        .zip(&wrote)
        .filter_map(|(settled, index)| Some((settled, *index, evidence.operation(*index)?)));
    written
        .map(|(settled, index, did)| WrittenVersion {
            by: Some(index),
            unordered: !settled,
            seq: did.write,
            left: did.left_behind(),
            sum: None,
            at: time(evidence, Some(index)),
        })
        .collect()
}

/// The same with those that one of several wrote: nobody knows when, but before it was gone on from.
fn with_unsigned(evidence: &Evidence, mut written: Vec<WrittenVersion>) -> Vec<WrittenVersion> {
    let presumed = evidence.presumed_writers();
    for version in evidence.unsigned_versions(&presumed) {
        let place = written.iter().position(|other| other.seq > version.seq);
        let unsigned = WrittenVersion {
            by: None,
            seq: version.seq,
            left: version.left,
            sum: None,
            at: version.from,
            unordered: true,
        };
        written.insert(place.unwrap_or(written.len()), unsigned);
    }
    written
}

/// When an operation wrote: not before that.
fn time(evidence: &Evidence, by: Option<u32>) -> u64 {
    let did = by.and_then(|by| evidence.operation(by));
    did.map_or(0, |did| match did.intend {
        UNSAID => did.invoke,
        intends => intends,
    })
}
