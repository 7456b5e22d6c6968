//! Which version was written last.

use super::written::WrittenVersion;
use crate::check::evidence::Evidence;
use crate::check::write_order::WriteOrder;

/// So many writes are compared each with each.
const COMPARED: usize = 64;

/// The versions one of which stands in the end: the one at `latest`, which is known to be done last, and those that may
/// have been written after it; of its number, where the final count has one.
pub(super) fn candidates(
    evidence: &Evidence,
    latest: usize,
    written: &[WrittenVersion],
    order: &WriteOrder<'_>,
) -> Vec<usize> {
    let line = latest.checked_sub(1).and_then(|at| written.get(at));
    let Some((last, seq)) = line.and_then(|line| Some((line.by?, line.seq))) else {
        return vec![latest];
    };
    let is_of = |line: &WrittenVersion| evidence.last.is_none() || line.seq == seq;
    let lines = (1..).zip(written).filter(|(_, line)| is_of(line));
    let lines = lines.filter_map(|(at, line)| Some((at, line.by?)));
    let mut all: Vec<(usize, u32)> = lines
        .filter(|(at, by)| *at == latest || !order.is_before(*by, last))
        .filter(|(_, by)| order.may_be_last(*by))
        .collect();
    if all.len() <= COMPARED {
        let any = all.clone();
        all.retain(|(at, by)| {
            let is_over = any.iter().any(|(_, other)| order.is_before(*by, *other));
            *at == latest || !is_over
        });
    }
    all.into_iter().map(|(at, _)| at).collect()
}

/// The version whose checksum is that of the final count.
pub(super) fn exact(evidence: &Evidence, written: &[WrittenVersion]) -> Option<usize> {
    let sum = evidence.last_sum?;
    let line = written.iter().position(|line| line.sum == Some(sum));
    line.map(|line| line + 1)
}
