//! Operations that were told that they failed, and wrote all the same without saying so: who fails behind its write does not come to
//! say `wrote`. That it wrote is known where nobody else can have written what was read.

use std::collections::HashMap;

use super::cut::is_untold;
use super::model::Evidence;
use super::operation::{Operation, UNSAID};
use super::record::OperationOutcome;

/// What was seen of a version: by which operation, or for `None` in the end; when, ns; and how many left, or [`UNSAID`].
struct Sight {
    by: Option<u32>,
    at: u64,
    left: u64,
}

/// Those who meant to write one version.
#[derive(Default)]
struct Candidates {
    /// Those who failed and do not say that they wrote.
    failed: Vec<u32>,
    /// Whether there are others.
    has_others: bool,
    /// How many of all there are by how many they left; `None`: of those that is not said.
    lefts: HashMap<Option<u64>, u32>,
}

/// Gives those the time by which their write was seen, but none later than their answer.
pub(super) fn denied_writes(evidence: &mut Evidence) {
    let cut_behind = evidence.cut_behind();
    let is_one = |did: &Operation| {
        is_unwritten(did)
            && is_untold(did, cut_behind)
            && did.write > evidence.first
            && (did.read == UNSAID || did.read.checked_add(1) == Some(did.write))
    };
    let all = || (0_u32..).zip(&evidence.operations);
    let mut versions: HashMap<u64, Candidates> = HashMap::new();
    for (at, did) in all().filter(|(_, did)| is_one(did)) {
        versions.entry(did.write).or_default().failed.push(at);
    }
    // Of what was intended before something else it is not said what it left.
    for intent in &evidence.earlier_intents {
        versions.remove(&intent.write);
    }
    if versions.is_empty() || evidence.silent_sales().next().is_some() {
        return;
    }
    for (_, did) in all() {
        if let Some(version) = versions.get_mut(&did.write) {
            version.has_others |= !is_one(did);
            *version.lefts.entry(did.left_behind()).or_default() += 1;
        }
    }
    let mut sights = sights(evidence, &versions);
    let mut wrote = Vec::new();
    for (seq, version) in &versions {
        let seen = sights.remove(seq).unwrap_or_default();
        if !version.has_others && version.lefts.len() == 1 {
            wrote.extend(first_of_all(evidence, version, &seen));
        } else if !version.lefts.contains_key(&None) {
            wrote.extend(by_what_they_left(evidence, version, &seen));
        }
    }
    for (at, by) in wrote {
        if let Some(did) = evidence.operations.get_mut(at as usize) {
            did.wrote = by.min(did.returned);
        }
    }
}

/// Where nobody else can have written a version that was seen: the first of them to have begun that, and when it was seen.
fn first_of_all(evidence: &Evidence, version: &Candidates, seen: &[Sight]) -> Option<(u32, u64)> {
    let all = version.failed.iter().filter_map(|at| {
        let did = evidence.operation(*at)?;
        Some((did.writes_from(), did.invoke, *at, did.left_behind()))
    });
    let (from, _, at, own) = all.min()?;
    let mut seen = seen.iter().filter(|sight| sight.by != Some(at)).peekable();
    seen.peek()?;
    let mut first = UNSAID;
    for sight in seen {
        let fits = sight.left == UNSAID || own.is_none_or(|own| own == sight.left);
        if sight.at < from || !fits {
            return None;
        }
        first = first.min(sight.at);
    }
    Some((at, first))
}

/// Those who alone left what was seen of a version, and when that was first.
fn by_what_they_left(evidence: &Evidence, version: &Candidates, seen: &[Sight]) -> Vec<(u32, u64)> {
    let mut first: HashMap<u64, (Option<u32>, u64)> = HashMap::new();
    for sight in seen {
        let slot = first.entry(sight.left).or_insert((sight.by, UNSAID));
        if sight.at <= slot.1 {
            *slot = (sight.by, sight.at);
        }
    }
    let all = version.failed.iter().filter_map(|at| {
        let did = evidence.operation(*at)?;
        let left = did.left_behind()?;
        let (by, when) = first.get(&left).copied()?;
        let is_alone = version.lefts.get(&Some(left)) == Some(&1);
        (is_alone && by != Some(*at) && when >= did.writes_from()).then_some((*at, when))
    });
    all.collect()
}

impl Evidence {
    /// Who was told that it failed as well, and may have written this version in place of the one that is taken to have: whose write
    /// was only seen has the time of the first who saw it, or of its answer.
    pub(crate) fn or_written_by(&self, did: &Operation) -> Vec<u32> {
        let mut reads = self.operations.iter();
        let mut further = self.further_reads.iter();
        let is_seen = did.wrote == did.returned
            || reads.any(|read| read.read == did.write && read.read_by() == did.wrote)
            || further.any(|read| read.version == did.write && read.read_at == did.wrote);
        let all = (0..).zip(&self.operations);
        let alike = all.filter(|(_, other)| {
            let is_alike = is_unwritten(other) && other.left_behind() == did.left_behind();
            is_seen && is_alike && other.write == did.write && !std::ptr::eq(*other, did)
        });
        alike.map(|(at, _)| at).collect()
    }
}

fn is_unwritten(did: &Operation) -> bool {
    did.outcome == OperationOutcome::Failed && did.wrote == UNSAID && did.write != UNSAID
}

fn sights(evidence: &Evidence, versions: &HashMap<u64, Candidates>) -> HashMap<u64, Vec<Sight>> {
    let mut sights: HashMap<u64, Vec<Sight>> = HashMap::new();
    let mut add = |version: u64, sight: Sight| {
        if versions.contains_key(&version) {
            sights.entry(version).or_default().push(sight);
        }
    };
    for (at, did) in (0..).zip(&evidence.operations) {
        let sight = Sight {
            by: Some(at),
            at: did.read_by(),
            left: did.left_at_read(),
        };
        add(did.read, sight);
    }
    for read in &evidence.further_reads {
        let sight = Sight {
            by: Some(read.operation),
            at: read.read_at,
            left: read.seen,
        };
        add(read.version, sight);
    }
    if let Some(last) = evidence.last {
        let sight = Sight {
            by: None,
            at: UNSAID,
            left: last.left,
        };
        add(last.seq, sight);
    }
    sights
}
