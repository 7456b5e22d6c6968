//! In which ways those may have written who got no answer and do not say so: those ways in which most of what was read and
//! answered is explained.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::judge_once::judge_once;
use super::unexplained::unexplained;
use super::verdict::HistoryVerdict;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::Evidence;
use crate::check::write_order::WriteOrder;

/// So many who may have written are supposed to have, and not to have, each beside all others.
const MOST: usize = 5;
/// So many operations are judged for that, each as often as it is.
const WORK: usize = 1 << 20;

/// The evidence with the ways in which those may have written who got no answer and do not say so, where a finding may depend on
/// that: so that what is asked of it later finds them out no more than once.
#[must_use]
pub fn settle(mut evidence: Evidence) -> Evidence {
    if evidence.possibilities.is_none() {
        evidence.possibilities = possibilities(&evidence);
    }
    evidence
}

/// The same, of evidence that is to stay as it is.
pub(crate) fn settled(evidence: &Evidence) -> Cow<'_, Evidence> {
    if evidence.possibilities.is_some() {
        return Cow::Borrowed(evidence);
    }
    match possibilities(evidence) {
        None => Cow::Borrowed(evidence),
        all => Cow::Owned(Evidence {
            possibilities: all,
            ..evidence.clone()
        }),
    }
}

fn possibilities(evidence: &Evidence) -> Option<Vec<Vec<u32>>> {
    if evidence.spoiled.is_some() {
        return None;
    }
    let presumed = evidence.presumed_writers();
    let mut open: Vec<u32> = evidence.perhaps_writers(&presumed).into_iter().collect();
    if open.is_empty() || judge_once(evidence, false).is_clean() {
        return None;
    }
    open.sort_unstable();
    let is_too_much = open.len() > MOST || evidence.operations.len() << open.len() > WORK;
    if is_too_much {
        return Some(Vec::new());
    }
    let (mut best, mut fewest) = (Vec::new(), u64::MAX);
    // Ways, a bit for each who wrote, in which some order of the writes explains what was read.
    let mut explained: Vec<u32> = Vec::new();
    let mut stale: Vec<StaleReaders> = Vec::new();
    for chosen in 0..1_u32 << open.len() {
        let is_chosen = |bit: usize| chosen >> bit & 1 == 1;
        let wrote = open.iter().enumerate().filter(|(bit, _)| is_chosen(*bit));
        let mut wrote: Vec<u32> = wrote.map(|(_, at)| *at).collect();
        wrote.extend(&presumed);
        wrote.sort_unstable();
        let supposed = evidence.supposing(&wrote, &open);
        // A contradiction that somebody brings in by having written is that of its own read, which is there all the same.
        let is_denied = WriteOrder::of(&supposed).is_denied();
        if !is_denied {
            explained.push(chosen);
        }
        let is_denied = !explained.iter().any(|fewer| fewer & !chosen == 0);
        let found = judge_once(&supposed, false);
        stale.push(stale_readers(&found));
        let others = stale_all_the_same(evidence, &open, &stale, chosen) + u64::from(is_denied);
        let many = unexplained(&supposed, &wrote, &found) + others;
        if many < fewest {
            (best, fewest) = (Vec::new(), many);
        }
        if many == fewest {
            best.push(wrote);
        }
    }
    Some(best)
}

/// Those who read an older version after a newer one had been answered, each with that.
pub(super) type StaleReaders = HashMap<u32, u64>;

pub(super) fn stale_readers(verdict: &HistoryVerdict) -> StaleReaders {
    let found = verdict.findings.iter();
    let stale = found.filter(|found| found.kind == Anomaly::StaleRead);
    let readers = stale.filter_map(|found| Some((*found.operations.first()?, found.version?)));
    readers.collect()
}

/// Whether what an operation read that is older than another version may have been put back by a write.
pub(super) fn may_be_put_back(
    evidence: &Evidence,
    (reader, newer): (u32, u64),
    writer: u32,
) -> bool {
    let did = evidence.operation(reader);
    let write = evidence.operation(writer).map(|did| did.write);
    let further = evidence.further_reads_of(reader).map(|read| read.version);
    let mut read = further.chain(did.map(|did| did.read));
    reader != writer
        && may_be_there(evidence, reader, newer)
        && read.any(|version| version < newer && Some(version) == write)
}

/// Whether a version may have been written before an operation began. Who had read it by then read what nobody had written, and no
/// write of an older one explains that.
fn may_be_there(evidence: &Evidence, before: u32, version: u64) -> bool {
    let begun = evidence.operation(before).map_or(0, |did| did.invoke);
    let mut all = evidence.operations.iter();
    // Or it has read that itself.
    let mut own = evidence.touched(before).into_iter();
    own.any(|one| one.version == version)
        || evidence.ledger.is_some()
        || evidence.silent_sales().next().is_some()
        || all.any(|did| did.write == version && did.writes_from() < begun)
}

/// How many stale reads more there are in one way than are told: each that is one without those who did not write what was read.
/// Having written they explain nothing of it, and what is found of it then is a lost update of theirs.
/// `stale`: those who read stale in the ways so far, a bit of whose number is for each who wrote.
fn stale_all_the_same(
    evidence: &Evidence,
    open: &[u32],
    stale: &[StaleReaders],
    chosen: u32,
) -> u64 {
    let is_in = |way: u32, reader: u32| {
        let readers = stale.get(way as usize);
        readers.is_some_and(|readers| readers.contains_key(&reader))
    };
    let all = stale.iter().flatten();
    let more = all.filter(|(reader, newer)| {
        let explains = |at: &u32| may_be_put_back(evidence, (**reader, **newer), *at);
        let explain = (0..).zip(open).filter(|(_, at)| explains(at));
        let those = explain.fold(0, |bits: u32, (bit, _)| bits | 1 << bit);
        !is_in(chosen, **reader) && is_in(chosen & those, **reader)
    });
    more.map(|(reader, _)| *reader)
        .collect::<HashSet<u32>>()
        .len() as u64
}
