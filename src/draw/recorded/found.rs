//! What was found in a recorded run, for its drawing: what weighs most first, and once what was found of many.

use std::collections::BTreeMap;

use crate::check::evidence::{Evidence, Operation, OperationOutcome, UNSAID};
use crate::check::listing::names;
use crate::check::{Anomaly, HistoryVerdict};
use crate::timeline::{Clash, DrawnFinding, Spot};

/// Of so many versions the lost updates are told apart.
const FORKS: usize = 3;

/// The findings of a drawing. `wrote`: which version each operation wrote, in the order in which they were
/// written. All lost updates of one version as one, and one of each other kind.
pub(super) fn findings(
    evidence: &Evidence,
    verdict: &HistoryVerdict,
    places: &[Option<Spot>],
    wrote: &[Option<usize>],
) -> Vec<DrawnFinding> {
    let mut findings = lost_updates(evidence, verdict, places, wrote);
    let mut told: Vec<Anomaly> = vec![Anomaly::LostUpdate];
    for found in &verdict.findings {
        if told.contains(&found.kind) {
            continue;
        }
        told.push(found.kind);
        let more = match verdict.count(found.kind) {
            0 | 1 => String::new(),
            all => format!(" (and {} more like this)", all - 1),
        };
        let place = |at: &u32| places.get(*at as usize).copied().flatten();
        let (clash, points) = match found.kind {
            Anomaly::BrokenLock | Anomaly::SplitLock | Anomaly::DeadInodeLock => {
                (Clash::Holds, true)
            }
            // These say something of the whole run: they point at nobody.
            Anomaly::Oversold | Anomaly::Conservation | Anomaly::Gap => (Clash::Whole, false),
            _ => (Clash::Whole, true),
        };
        let named = found.operations.iter().filter(|_| points);
        let others = verdict.findings.iter();
        let others = others
            .filter(|other| points && other.kind == found.kind)
            .skip(1);
        findings.push(DrawnFinding {
            kind: found.kind.name().to_owned(),
            clash,
            sentence: format!("{}{more}", found.text),
            places: named.filter_map(place).collect(),
            also: others
                .flat_map(|other| &other.operations)
                .filter_map(place)
                .collect(),
        });
    }
    findings
}

/// The sales that wrote one version, whatever it is, where they are several.
fn lost_updates(
    evidence: &Evidence,
    verdict: &HistoryVerdict,
    places: &[Option<Spot>],
    wrote: &[Option<usize>],
) -> Vec<DrawnFinding> {
    if verdict.count(Anomaly::LostUpdate) == 0 {
        return Vec::new();
    }
    let mut writers: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for (index, did) in (0..).zip(&evidence.operations) {
        let sold = did.outcome == OperationOutcome::Sold || did.is_pending() && did.wrote != UNSAID;
        if sold && did.write != UNSAID {
            writers.entry(did.write).or_default().push(index);
        }
    }
    writers.retain(|_, writers| writers.len() > 1);
    let mut findings: Vec<(usize, DrawnFinding)> = writers
        .into_iter()
        .map(|(version, mut writers)| {
            writers.sort_by_key(|at| wrote.get(*at as usize).copied().flatten());
            let place = |at: &u32| places.get(*at as usize).copied().flatten();
            // The one that was overwritten last, and the one that wrote last.
            let two = writers.len().saturating_sub(2);
            let finding = DrawnFinding {
                kind: Anomaly::LostUpdate.name().to_owned(),
                clash: Clash::Writes,
                sentence: sentence(evidence, version, &writers),
                places: writers.iter().skip(two).filter_map(place).collect(),
                also: writers.iter().take(two).filter_map(place).collect(),
            };
            (writers.len(), finding)
        })
        .collect();
    // The worst first.
    findings.sort_by_key(|(writers, _)| std::cmp::Reverse(*writers));
    let mut findings: Vec<DrawnFinding> =
        findings.into_iter().map(|(_, finding)| finding).collect();
    let rest = findings.split_off(findings.len().min(FORKS));
    if let Some(last) = findings.last_mut().filter(|_| !rest.is_empty()) {
        let more = format!(" (and {} more versions like this)", rest.len());
        last.sentence.push_str(&more);
        let others = rest
            .into_iter()
            .flat_map(|other| [other.places, other.also]);
        last.also.extend(others.flatten());
    }
    findings
}

fn sentence(evidence: &Evidence, version: u64, writers: &[u32]) -> String {
    let name = |at: &u32| {
        let did = evidence.operation(*at);
        let name = did.map(|did| evidence.names.name(did.buyer));
        name.unwrap_or_default().to_owned()
    };
    let all: Vec<String> = writers.iter().map(name).collect();
    let seen = writers.iter().filter_map(|at| evidence.operation(*at));
    let mut seen = seen.map(Operation::left_at_read);
    let first = seen.next().filter(|left| *left != UNSAID);
    let saw = match first.filter(|first| seen.all(|left| left == *first)) {
        Some(left) => format!(" ({left} left)"),
        None => String::new(),
    };
    let (last, others) = (all.last().map_or("", String::as_str), all.len() - 1);
    let read = version.saturating_sub(1);
    let (both, overwritten) = match (others, all.first()) {
        (1, Some(other)) => ("both", other.clone()),
        _ => ("all", format!("the other {others}")),
    };
    format!(
        "{} {both} read version {read}{saw} and {both} wrote version {version}: {last} wrote last and overwrote {overwritten}",
        names(&all)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::check::evidence::read_lines;

    #[test]
    fn lost_updates_of_one_version_are_one_finding() {
        let sale = |name: &str, at: u64| {
            format!(
                "{{\"buyer\":\"{name}\",\"invoke\":{at},\"return\":{},\"read\":0,\"seen\":3,\"write\":1,\"intend\":{},\"wrote\":{},\"left\":2,\"outcome\":\"sold\"}}\n",
                at + 90,
                at + 50,
                at + 60
            )
        };
        let text = [
            "{\"evidence\":1,\"run\":\"r\",\"stock\":3,\"first\":0}\n".to_owned(),
            sale("a", 10),
            sale("b", 30),
            sale("c", 20),
        ]
        .concat();
        let evidence = read_lines(text.as_bytes(), "r".as_ref()).unwrap();
        let verdict = check::judge(&evidence);
        assert_eq!(verdict.count(Anomaly::LostUpdate), 2);
        let drawn = super::super::timeline(&evidence, &verdict);
        let [finding] = &drawn.findings[..] else {
            panic!("{:#?}", drawn.findings);
        };
        assert_eq!(
            finding.sentence,
            "a, c and b all read version 0 (3 left) and all wrote version 1: b wrote last and overwrote the other 2"
        );
        let places: Vec<usize> = finding.places.iter().map(|place| place.lane).collect();
        let names: Vec<&str> = drawn.lanes.iter().map(|lane| lane.name.as_str()).collect();
        assert_eq!((names, places), (vec!["a", "c", "b"], vec![1, 2]));
    }
}
