//! Operations that were told that they failed, and wrote all the same without saying so: who fails behind its write does not come to
//! say `wrote`. That it wrote is known where nobody else can have written what was read.

use std::collections::{HashMap, HashSet};

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

/// Gives those the time by which their write was seen, but none later than their answer.
pub(super) fn denied_writes(evidence: &mut Evidence) {
    let cut_behind = evidence.cut_behind();
    let is_one = |did: &Operation| {
        did.outcome == OperationOutcome::Failed
            && did.wrote == UNSAID
            && is_untold(did, cut_behind)
            && did.write > evidence.first
            && (did.read == UNSAID || did.read.checked_add(1) == Some(did.write))
    };
    let all = || (0_u32..).zip(&evidence.operations);
    let failed: Vec<u32> = all()
        .filter(|(_, did)| is_one(did))
        .map(|(at, _)| at)
        .collect();
    if failed.is_empty() || evidence.silent_sales().next().is_some() {
        return;
    }
    let versions = failed.iter().filter_map(|at| evidence.operation(*at));
    let versions: HashSet<u64> = versions.map(|did| did.write).collect();
    let mut meant: HashMap<u64, Vec<u32>> = HashMap::new();
    for (at, did) in all().filter(|(_, did)| versions.contains(&did.write)) {
        meant.entry(did.write).or_default().push(at);
    }
    // Of these it is not said what they left.
    let earlier = evidence.earlier_intents.iter();
    let earlier: HashSet<u64> = earlier.map(|intent| intent.write).collect();
    let sights = sights(evidence, &versions);
    let mut wrote = Vec::new();
    for at in failed {
        let Some(did) = evidence.operation(at) else {
            continue;
        };
        let others = meant.get(&did.write).into_iter().flatten();
        let others: Vec<&Operation> = others
            .filter(|other| **other != at)
            .filter_map(|other| evidence.operation(*other))
            .collect();
        let seen = sights.get(&did.write).map_or(&[][..], Vec::as_slice);
        if !earlier.contains(&did.write)
            && let Some(by) = seen_by(did, at, &others, seen)
        {
            wrote.push((at, by.min(did.returned)));
        }
    }
    for (at, by) in wrote {
        if let Some(did) = evidence.operations.get_mut(at as usize) {
            did.wrote = by;
        }
    }
}

/// When what an operation was to write was first seen, where nobody else can have written it.
fn seen_by(did: &Operation, at: u32, others: &[&Operation], seen: &[Sight]) -> Option<u64> {
    let own = did.left_behind();
    let from = did.writes_from();
    let mut seen = seen.iter().filter(|sight| sight.by != Some(at));
    let fits = |sight: &&Sight| {
        sight.at >= from && (sight.left == UNSAID || own.is_none_or(|own| own == sight.left))
    };
    if others.is_empty() {
        let all: Vec<&Sight> = seen.collect();
        return all
            .iter()
            .all(fits)
            .then(|| all.iter().map(|sight| sight.at).min())?;
    }
    let is_own = |sight: &&Sight| {
        let is_anothers = |other: &&Operation| {
            let left = other.left_behind();
            left.is_none_or(|left| left == sight.left)
        };
        own == Some(sight.left) && fits(sight) && !others.iter().any(is_anothers)
    };
    seen.by_ref().filter(is_own).map(|sight| sight.at).min()
}

fn sights(evidence: &Evidence, versions: &HashSet<u64>) -> HashMap<u64, Vec<Sight>> {
    let mut sights: HashMap<u64, Vec<Sight>> = HashMap::new();
    let mut add = |version: u64, sight: Sight| {
        if versions.contains(&version) {
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
