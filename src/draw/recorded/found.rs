//! What was found in a recorded run, for its drawing: what weighs most first, then its causes, and once what was found of many.

use super::of_end::is_of_end;
use crate::check::evidence::Evidence;
use crate::check::write_order::WriteOrder;
use crate::check::{
    Anomaly, HistoryFinding, HistoryVerdict, clashing, is_of_the_future, overwritten, too_many,
};
use crate::timeline::{Clash, DrawnFinding, Spot};

/// Of so many versions the lost updates are told apart.
const FORKS: usize = 3;

/// The findings of a drawing: all lost updates of one version as one, and one of each other kind. `written`: who wrote
/// the count that stands in the end, or those one of whom did; and with whose write it stopped adding up, where that is known.
pub(super) fn findings(
    evidence: &Evidence,
    verdict: &HistoryVerdict,
    places: &[Option<Spot>],
    order: &WriteOrder<'_>,
    (written, unbalanced): (&[Spot], Option<Spot>),
) -> Vec<DrawnFinding> {
    let place = |at: &u32| places.get(*at as usize).copied().flatten();
    let lost = lost_updates(evidence, verdict, place).into_iter();
    let mut findings: Vec<_> = lost
        .map(|one| (Anomaly::LostUpdate.place_in_drawing(), one))
        .collect();
    let mut told: Vec<Anomaly> = Vec::new();
    if !findings.is_empty() {
        told.push(Anomaly::LostUpdate);
    }
    for found in &verdict.findings {
        if told.contains(&found.kind) {
            continue;
        }
        told.push(found.kind);
        let mut one = drawn(evidence, verdict, found, order, place);
        if one.places.is_empty() {
            // What is said of the whole run stands where it stopped adding up, else where the count was written last.
            if let Some(place) = unbalanced.filter(|_| found.kind == Anomaly::Conservation) {
                one.places.push(place);
            } else {
                one.places.extend(written);
                // Where several wrote the last count it stopped adding up by the second of them at the latest.
                let is_sum = found.kind == Anomaly::Conservation;
                one.takes = if is_sum { written.len().min(2) } else { 0 };
            }
        }
        if one.of_end {
            // Whose count it is that misses them.
            one.beside.extend(written);
        }
        findings.push((found.kind.place_in_drawing(), one));
    }
    findings.sort_by_key(|(rank, _)| *rank);
    findings.into_iter().map(|(_, one)| one).collect()
}

/// A finding with all that are of its kind.
fn drawn(
    evidence: &Evidence,
    verdict: &HistoryVerdict,
    found: &HistoryFinding,
    order: &WriteOrder<'_>,
    place: impl Fn(&u32) -> Option<Spot>,
) -> DrawnFinding {
    let more = match verdict.count(found.kind) {
        0 | 1 => String::new(),
        all => format!(" (and {} more like this)", all - 1),
    };
    let is_oversale = found.kind == Anomaly::Oversold && found.version.is_none();
    let is_ordered = is_oversale && order.knows_beyond_stock();
    let alike = verdict.findings.iter();
    let alike = alike.filter(|other| other.kind == found.kind);
    let clash = clash(evidence, found);
    let locks = alike
        .clone()
        .flat_map(|other| locks(evidence, other, &place))
        .collect();
    let mut beside = Vec::new();
    let operations = match (is_oversale, is_ordered) {
        (true, true) => order.beyond_stock(),
        (true, false) => order.perhaps_beyond_stock(),
        (false, _)
            if matches!(clash, Clash::Reads | Clash::TornReads | Clash::OwnWrites)
                || found.kind == Anomaly::UnlockedWrite =>
        {
            // The first of a pair is who did it; the other is what that is measured by.
            let pairs = alike.filter_map(|other| other.operations.split_first());
            let (first, others): (Vec<u32>, Vec<&[u32]>) = pairs.unzip();
            beside = others.concat();
            first
        }
        (false, _) => alike.flat_map(|other| named(evidence, other)).collect(),
    };
    DrawnFinding {
        kind: explained(evidence, found),
        clash,
        sentence: if is_oversale {
            too_many(evidence)
        } else {
            format!("{}{more}", found.text)
        },
        places: operations.iter().filter_map(&place).collect(),
        beside: beside.iter().filter_map(&place).collect(),
        takes: match found.kind {
            Anomaly::DeadInodeLock | Anomaly::UnlockedWrite => 1,
            Anomaly::Oversold if is_oversale && !is_ordered => order.many_beyond(&operations),
            _ => 0,
        },
        locks,
        of_end: is_of_end(evidence, found),
        // Where the order of the writes is not known, neither is whose tickets there are not.
        harm: if is_oversale && !is_ordered {
            String::new()
        } else {
            found.kind.harm().to_owned()
        },
        ..DrawnFinding::default()
    }
}

/// Which acts of its operations a finding is about.
fn clash(evidence: &Evidence, found: &HistoryFinding) -> Clash {
    match found.kind {
        Anomaly::BrokenLock | Anomaly::SplitLock | Anomaly::DeadInodeLock => Clash::Holds,
        Anomaly::LostUpdate => Clash::Writes,
        Anomaly::EndedLock => Clash::OwnWrites,
        Anomaly::Deadlock => Clash::Waits,
        Anomaly::StaleRead if is_before_write(evidence, found) => Clash::Whole,
        Anomaly::TornRead if found.version.is_none() => Clash::TornReads,
        Anomaly::TornRead | Anomaly::DirtyRead | Anomaly::FalseSoldOut | Anomaly::StaleRead => {
            Clash::Reads
        }
        _ => Clash::Whole,
    }
}

/// Whether a version was read before who wrote it began.
fn is_before_write(evidence: &Evidence, found: &HistoryFinding) -> bool {
    let [late, early] = found.operations[..] else {
        return false;
    };
    let dids = evidence.operation(late).zip(evidence.operation(early));
    let version = found.version.unwrap_or_default();
    dids.is_some_and(|(late, early)| is_of_the_future(late, early, version))
}

/// All that a finding is about: of a deadlock everybody in it.
fn named(evidence: &Evidence, found: &HistoryFinding) -> Vec<u32> {
    let waits = match found.kind {
        Anomaly::Deadlock => clashing(evidence, found),
        _ => Vec::new(),
    };
    if waits.len() < found.operations.len().max(1) {
        return found.operations.clone();
    }
    waits.iter().map(|wait| wait.operation).collect()
}

/// The locks that a finding is about, by whose they are, and when they were got, or asked for.
fn locks(
    evidence: &Evidence,
    found: &HistoryFinding,
    place: impl Fn(&u32) -> Option<Spot>,
) -> Vec<(Spot, u64)> {
    let locks = clashing(evidence, found).into_iter();
    let locks = locks.filter_map(|hold| {
        let from = if found.kind == Anomaly::Deadlock {
            hold.wanted
        } else {
            evidence.held_so_from(hold)
        };
        Some((place(&hold.operation)?, from))
    });
    locks.collect()
}

/// What a finding is, in words that need no explanation, and what that is called.
fn explained(evidence: &Evidence, found: &HistoryFinding) -> String {
    let plain = match (found.kind, &found.operations[..]) {
        (Anomaly::Deadlock, [_]) => "it waits for a lock that it holds itself",
        (Anomaly::StaleRead, _) if is_before_write(evidence, found) => {
            "a count was read before it was written"
        }
        _ => return found.kind.explained(),
    };
    format!("{plain} ({})", found.kind.name())
}

/// The sales that wrote one version, whatever it is, where they are several.
fn lost_updates(
    evidence: &Evidence,
    verdict: &HistoryVerdict,
    place: impl Fn(&u32) -> Option<Spot>,
) -> Vec<DrawnFinding> {
    let mut all = overwritten(evidence, verdict);
    let rest = all.split_off(all.len().min(FORKS));
    let findings = all.into_iter().map(|one| DrawnFinding {
        kind: Anomaly::LostUpdate.explained(),
        clash: Clash::Writes,
        sentence: one.text,
        places: in_order(&one.writers, &one.with)
            .filter_map(&place)
            .collect(),
        harm: Anomaly::LostUpdate.harm().to_owned(),
        ..DrawnFinding::default()
    });
    let mut findings: Vec<DrawnFinding> = findings.collect();
    if let Some(last) = findings.last_mut().filter(|_| !rest.is_empty()) {
        let more = format!(" (and {} more versions like this)", rest.len());
        last.sentence.push_str(&more);
        last.also = rest
            .iter()
            .flat_map(|one| one.writers.iter().chain(&one.with))
            .filter_map(&place)
            .collect();
    }
    findings
}

/// Those who wrote one version, and before the last of them those who had gone on from the others.
fn in_order<'a>(writers: &'a [u32], with: &'a [u32]) -> impl Iterator<Item = &'a u32> {
    let (last, others) = match writers.split_last() {
        Some((last, others)) => (Some(last), others),
        None => (None, writers),
    };
    others.iter().chain(with).chain(last)
}

#[cfg(test)]
mod tests;
