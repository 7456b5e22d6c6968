//! Which line of the ledger each operation wrote, and whether their order can be that of the writes.

use std::collections::HashMap;

use super::times::{is_over, start};
use crate::check::evidence::{Evidence, NONE, Operation};

/// Whether the ledger has two lines of one version in another order than their times.
pub(super) fn contradict_times(evidence: &Evidence, lines: &[u32]) -> bool {
    let mut on_ledger: Vec<(u32, u32)> = lines.iter().copied().zip(0..).collect();
    on_ledger.retain(|(line, _)| *line != NONE);
    on_ledger.sort_unstable();
    // Of each version, who began last of those whose lines stand before.
    let mut latest: HashMap<u64, &Operation> = HashMap::new();
    let all = on_ledger.iter();
    let mut all = all.filter_map(|(_, at)| evidence.operation(*at));
    all.any(|did| {
        let before = latest.entry(did.write).or_insert(did);
        let contradicts = is_over(did, before);
        if start(did) > start(before) {
            *before = did;
        }
        contradicts
    })
}

/// By operation: the line of the ledger that it wrote, or [`NONE`].
pub(super) fn lines(evidence: &Evidence, writers: &[(u64, u32)]) -> Vec<u32> {
    let mut lines = vec![NONE; evidence.operations.len()];
    for (line, written) in (0..).zip(evidence.ledger.iter().flatten()) {
        let from = writers.partition_point(|writer| writer.0 < written.seq);
        let of_version = writers.iter().skip(from);
        let mut of_version = of_version.take_while(|writer| writer.0 == written.seq);
        let writer = of_version.find(|(_, at)| {
            let free = lines.get(*at as usize) == Some(&NONE);
            free && evidence
                .operation(*at)
                .is_some_and(|did| written.is_of(did))
        });
        if let Some(own) = writer.and_then(|(_, at)| lines.get_mut(*at as usize)) {
            *own = line;
        }
    }
    lines
}
