//! When each write is known to be done: by its own stamps, by who read it, and by what was written after it.

use std::collections::HashSet;

use super::times::{end, start};
use crate::check::evidence::{Evidence, NONE, UNSAID};

/// By operation, ns; [`UNSAID`] where nothing tells. `writers`: those that wrote, by version; `lines`: the line of the ledger
/// that each wrote, or [`NONE`]; `perhaps`: the versions that somebody else may have written who does not say so.
pub(super) fn done(
    evidence: &Evidence,
    writers: &[(u64, u32)],
    lines: &[u32],
    perhaps: &HashSet<u64>,
) -> Vec<u64> {
    let mut done = evidence.operations.iter().map(end).collect::<Vec<_>>();
    before_it_was_read(evidence, writers, perhaps, &mut done);
    before_the_next_line(evidence, lines, &mut done);
    done
}

/// A version that one alone wrote was written before anybody had read it, and before the next one was.
fn before_it_was_read(
    evidence: &Evidence,
    writers: &[(u64, u32)],
    perhaps: &HashSet<u64>,
    done: &mut [u64],
) {
    let reads = evidence.operations.iter();
    let reads = reads.filter(|did| ![did.read, did.read_at].contains(&UNSAID));
    let mut reads: Vec<(u64, u64)> = reads.map(|did| (did.read, did.read_at)).collect();
    reads.sort_unstable();
    reads.dedup_by_key(|read| read.0);
    let silent_from = evidence.silent_from();
    // The version behind, and when one of those who wrote it is known to be done.
    let mut next = (UNSAID, UNSAID);
    for group in writers.chunk_by(|one, other| one.0 == other.0).rev() {
        let version = group.first().map_or(UNSAID, |writer| writer.0);
        if let [(_, writer)] = group
            && version < silent_from
            && !perhaps.contains(&version)
        {
            let read = reads.binary_search_by_key(&version, |read| read.0).ok();
            let read = read.and_then(|at| reads.get(at));
            let read = read.map_or(UNSAID, |read| read.1);
            let behind = if next.0 == version.wrapping_add(1) {
                next.1
            } else {
                UNSAID
            };
            bound(evidence, done, *writer, read.min(behind));
        }
        let done = group.iter().filter_map(|(_, at)| done.get(*at as usize));
        next = (version, done.copied().min().unwrap_or(UNSAID));
    }
}

/// A line of the ledger was written before the next one was.
fn before_the_next_line(evidence: &Evidence, lines: &[u32], done: &mut [u64]) {
    let mut on_ledger: Vec<(u32, u32)> = (0..)
        .zip(lines)
        .filter(|(_, line)| **line != NONE)
        .map(|(at, line)| (*line, at))
        .collect();
    on_ledger.sort_unstable();
    let mut next = UNSAID;
    for (_, at) in on_ledger.into_iter().rev() {
        next = bound(evidence, done, at, next);
    }
}

/// That a write was done by then, unless it had not begun; gives when it was done.
fn bound(evidence: &Evidence, done: &mut [u64], at: u32, by: u64) -> u64 {
    let (Some(did), Some(done)) = (evidence.operation(at), done.get_mut(at as usize)) else {
        return by;
    };
    *done = (*done).min(by).max(start(did));
    *done
}
