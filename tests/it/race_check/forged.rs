//! Findings that are not so: what a proof must refuse.

use tickets::check::evidence::{Evidence, UNSAID};
use tickets::check::{Anomaly, HistoryFinding, sentence};

/// All that evidence can show.
pub(super) const ALL: [Anomaly; 16] = [
    Anomaly::LostUpdate,
    Anomaly::Oversold,
    Anomaly::Conservation,
    Anomaly::LostSale,
    Anomaly::TornRead,
    Anomaly::DirtyRead,
    Anomaly::Gap,
    Anomaly::Phantom,
    Anomaly::FalseSoldOut,
    Anomaly::StaleRead,
    Anomaly::BrokenLock,
    Anomaly::SplitLock,
    Anomaly::DeadInodeLock,
    Anomaly::UnlockedWrite,
    Anomaly::EndedLock,
    Anomaly::Deadlock,
];

/// The finding with one field changed, each field in several ways.
pub(super) fn tampered(finding: &HistoryFinding) -> Vec<HistoryFinding> {
    let mut all = Vec::new();
    let mut change = |how: &dyn Fn(&mut HistoryFinding)| {
        let mut other = finding.clone();
        how(&mut other);
        if other != *finding {
            all.push(other);
        }
    };
    for kind in ALL {
        change(&|other| other.kind = kind);
    }
    change(&|other| other.operations.reverse());
    change(&|other| other.operations.push(0));
    change(&|other| other.operations.truncate(1));
    change(&|other| other.operations.clear());
    for index in (0..7).chain([u32::MAX]) {
        change(&|other| other.operations.fill(index));
        change(&|other| {
            if let Some(first) = other.operations.first_mut() {
                *first = index;
            }
        });
    }
    change(&|other| other.buyers.push("mallory".to_owned()));
    change(&|other| drop(other.buyers.pop()));
    change(&|other| other.buyers.reverse());
    change(&|other| other.buyers.iter_mut().for_each(|buyer| buyer.push('x')));
    for version in [None, Some(0), Some(1), Some(99), Some(UNSAID)] {
        change(&|other| other.version = version);
    }
    change(&|other| other.text.push('.'));
    change(&|other| other.text.clear());
    all
}

/// Every finding that could be told of this evidence, in the right words.
pub(super) fn forgeries(evidence: &Evidence) -> Vec<HistoryFinding> {
    let indexes = 0..evidence.operations.len() as u32;
    let mut chosen = vec![Vec::new()];
    for one in indexes.clone() {
        chosen.push(vec![one]);
        chosen.extend(indexes.clone().map(|other| vec![one, other]));
    }
    let versions = (0..=evidence.first + 8).map(Some).chain([None]);
    let mut all = Vec::new();
    for (kind, version) in ALL
        .iter()
        .flat_map(|kind| versions.clone().map(|v| (*kind, v)))
    {
        for operations in &chosen {
            let name = |at: &u32| {
                let did = evidence.operation(*at).unwrap();
                evidence.names.name(did.buyer).to_owned()
            };
            let mut forged = HistoryFinding {
                kind,
                operations: operations.clone(),
                buyers: operations.iter().map(name).collect(),
                version,
                guessed: false,
                text: String::new(),
            };
            forged.text = sentence(evidence, &forged);
            all.push(forged);
        }
    }
    all
}
