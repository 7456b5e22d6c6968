//! Findings that hold whether those wrote or not who got no answer and do not say so.

use std::collections::{HashMap, HashSet};

use super::findings::Findings;
use super::judge_once::judge_once;
use super::possibilities::{StaleReaders, may_be_put_back, stale_readers};
use super::possible_forks::PossibleForks;
use super::sold::SaleSums;
use super::verdict::{HistoryFinding, HistoryVerdict};
use super::words::{sentence, tell_lost_updates};
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, UNSAID};

type Key = (Anomaly, Vec<u32>, Option<u64>);

fn key(found: &HistoryFinding) -> Key {
    (found.kind, found.operations.clone(), found.version)
}

/// Leaves the findings that there are in every possibility, and adds those that are missing.
pub(super) fn in_all(evidence: &Evidence, verdict: &mut HistoryVerdict) {
    let verdicts: Vec<HistoryVerdict> = (evidence.possible().iter())
        .map(|one| judge_once(one, false))
        .collect();
    let keys = |verdict: &HistoryVerdict| verdict.findings.iter().map(key).collect::<HashSet<_>>();
    let mut all: Vec<HashSet<Key>> = verdicts.iter().map(keys).collect();
    let ways = evidence.possibilities.iter().flatten();
    for (way, keys) in ways.zip(&mut all) {
        keys.extend(stale_all_the_same(evidence, way, &stale_readers(verdict)));
    }
    let is_certain = |found: &HistoryFinding| all.iter().all(|keys| keys.contains(&key(found)));
    let before = verdict.clone();
    leave_out(verdict, |found| found.is_open() && !is_certain(found));
    let own = keys(verdict);
    let found = verdicts.first().into_iter().flat_map(|one| &one.findings);
    // A sum that somebody may make up for adds up, whatever else tells against that.
    let last = evidence.last;
    let adds_up = last.is_some_and(|last| SaleSums::of(evidence).adds_up(last.left));
    let is_sum =
        |found: &HistoryFinding| found.kind == Anomaly::Conservation && found.operations.is_empty();
    let missing = found.filter(|found| {
        let is_known = found.is_open() && is_certain(found) && !own.contains(&key(found));
        is_known && !(is_sum(found) && adds_up)
    });
    let mut findings = Findings {
        evidence,
        verdict: std::mem::take(verdict),
        is_told: true,
    };
    for found in missing {
        findings.add(found.kind, &found.operations, found.version);
    }
    for (at, version) in overwritten_by_nobody_known(&verdicts, &findings.verdict) {
        findings.add(Anomaly::LostUpdate, &[at], version);
    }
    *verdict = findings.verdict;
    // Where each possibility shows another thing, all that is known is that something is wrong.
    if verdict.counts.is_empty() && verdicts.iter().all(|one| !one.counts.is_empty()) {
        *verdict = before;
        say_guessed(evidence, verdict);
        verdict
            .findings
            .iter_mut()
            .for_each(|found| found.guessed = true);
        tell_supposed(evidence, verdict);
        return;
    }
    tell_lost_updates(evidence, &mut verdict.findings);
    say_guessed(evidence, verdict);
}

/// The stale reads that there are in one way without those who did not write what was read: as they are told where those did not
/// write, and not as a lost update of theirs.
fn stale_all_the_same(evidence: &Evidence, way: &[u32], readers: &StaleReaders) -> Vec<Key> {
    let perhaps = evidence.perhaps_writers(&evidence.presumed_writers());
    let mut open = way.to_vec();
    open.extend(&perhaps);
    let mut fewer: HashMap<Vec<u32>, Vec<u32>> = HashMap::new();
    for (reader, newer) in readers {
        let put_back = |at: u32| may_be_put_back(evidence, (*reader, *newer), at);
        let explains = |at: &u32| !perhaps.contains(at) || put_back(*at);
        let those: Vec<u32> = way.iter().copied().filter(explains).collect();
        if those.len() < way.len() {
            fewer.entry(those).or_default().push(*reader);
        }
    }
    let stale = fewer.iter().flat_map(|(those, readers)| {
        let verdict = judge_once(&evidence.supposing(those, &open), false);
        let found = verdict.findings.into_iter().filter(|found| {
            let reader = found.operations.first();
            found.kind == Anomaly::StaleRead && reader.is_some_and(|at| readers.contains(at))
        });
        found.collect::<Vec<HistoryFinding>>()
    });
    stale.map(|found| key(&found)).collect()
}

/// Says of which findings the words go by who is taken to have written.
fn say_guessed(evidence: &Evidence, verdict: &mut HistoryVerdict) {
    if verdict.guessed == 0 {
        return;
    }
    let possible = evidence.possible();
    let forks = PossibleForks::of(evidence, &possible);
    for found in &mut verdict.findings {
        found.guessed = match (found.kind, &found.operations[..]) {
            (Anomaly::LostUpdate, [one, other]) => {
                possible.is_empty() || forks.is_doubted([*one, *other])
            }
            (Anomaly::LostUpdate, _) => true,
            (Anomaly::Oversold | Anomaly::Conservation, _) => found.version.is_none(),
            _ => possible.is_empty() && found.is_open(),
        };
    }
    tell_supposed(evidence, verdict);
}

/// Says of what is told as if nobody else wrote that it is.
fn tell_supposed(evidence: &Evidence, verdict: &mut HistoryVerdict) {
    let supposed = verdict.findings.iter_mut().filter(|it| it.is_supposed());
    supposed.for_each(|found| found.text = sentence(evidence, found));
}

/// Sales that wrote a version that another had written, or wrote too, in every possibility, and not in all of them the same:
/// with the version before.
fn overwritten_by_nobody_known(
    verdicts: &[HistoryVerdict],
    verdict: &HistoryVerdict,
) -> Vec<(u32, u64)> {
    let lost = |verdict: &HistoryVerdict| {
        let found = verdict.findings.iter();
        let found = found.filter(|found| found.kind == Anomaly::LostUpdate);
        let all = found.flat_map(|found| {
            let version = found.version.unwrap_or(UNSAID);
            found.operations.iter().map(move |at| (*at, version))
        });
        all.collect::<HashSet<_>>()
    };
    let told = lost(verdict);
    let told: HashSet<u64> = told.into_iter().map(|(_, version)| version).collect();
    let mut all = verdicts.iter().map(lost);
    let mut certain = all.next().unwrap_or_default();
    for other in all {
        certain.retain(|one| other.contains(one));
    }
    let mut certain: Vec<_> = certain.into_iter().collect();
    certain.retain(|(_, version)| !told.contains(version));
    certain.sort_unstable();
    certain
}

/// Where there are too many possibilities: leaves out what somebody may explain who got no answer.
pub(super) fn explained(evidence: &Evidence, verdict: &mut HistoryVerdict) {
    let perhaps = evidence.perhaps_writers(&evidence.presumed_writers());
    let mut perhaps: Vec<(u64, u64)> = perhaps
        .iter()
        .filter_map(|at| evidence.operation(*at))
        .map(|did| (did.write, did.writes_from()))
        .collect();
    perhaps.sort_unstable();
    // Of the versions up to each, when the first of those may have begun to write one.
    let mut first = UNSAID;
    let until: Vec<(u64, u64)> = perhaps
        .iter()
        .map(|(version, from)| {
            first = first.min(*from);
            (*version, first)
        })
        .collect();
    let is_begun = |version: u64, by: u64| {
        let up_to = until.partition_point(|one| one.0 <= version);
        let last = up_to.checked_sub(1).and_then(|at| until.get(at));
        last.is_some_and(|(_, from)| *from <= by)
    };
    let is_again = |version: u64, by: u64| {
        let from = perhaps.partition_point(|one| one.0 < version);
        perhaps
            .get(from)
            .is_some_and(|one| one.0 == version && one.1 <= by)
    };
    leave_out(verdict, |found| {
        let at = found.operations.first().copied();
        let did = at.and_then(|at| evidence.operation(at));
        let (Some(at), Some(did)) = (at, did) else {
            return false;
        };
        let version = found.version.unwrap_or(UNSAID);
        let by = did.over();
        match found.kind {
            Anomaly::StaleRead => {
                let further = evidence.further_reads_of(at);
                let mut read = further.map(|read| read.version).chain([did.read]);
                read.any(|read| is_again(read, by))
            }
            Anomaly::TornRead | Anomaly::FalseSoldOut | Anomaly::Conservation => {
                version != UNSAID && is_begun(version, by)
            }
            Anomaly::Oversold => version != UNSAID && is_begun(version, UNSAID),
            _ => false,
        }
    });
    say_guessed(evidence, verdict);
}

/// Takes findings out of a verdict.
fn leave_out(verdict: &mut HistoryVerdict, is_left_out: impl Fn(&HistoryFinding) -> bool) {
    let counts = &mut verdict.counts;
    verdict.findings.retain(|found| {
        let is_out = is_left_out(found);
        let count = counts.iter_mut().find(|count| count.kind == found.kind);
        if let Some(count) = count.filter(|_| is_out) {
            count.count -= 1;
        }
        !is_out
    });
    // What is not told was not looked at: where all that is told is out, so is that.
    let told = |kind: Anomaly| verdict.findings.iter().any(|found| found.kind == kind);
    counts.retain(|count| told(count.kind));
}
