//! Lost updates told once for each version that was written over: everybody who wrote it, and who wrote last.

use std::collections::BTreeMap;

use super::verdict::HistoryVerdict;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, Operation, OperationOutcome, UNSAID};
use crate::check::listing::names;

/// All sales that wrote one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverwrittenVersion {
    /// The version that they wrote.
    pub version: u64,
    /// The operations, in the order in which they wrote: the last one's count is what stands.
    pub writers: Vec<u32>,
    /// Who read what, who wrote what, and who wrote last, in one sentence.
    pub text: String,
}

/// The lost updates of a run by the version that was written more than once, the one with most writers first.
#[must_use]
pub fn overwritten(evidence: &Evidence, verdict: &HistoryVerdict) -> Vec<OverwrittenVersion> {
    if verdict.count(Anomaly::LostUpdate) == 0 {
        return Vec::new();
    }
    let mut versions: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for (index, did) in (0..).zip(&evidence.operations) {
        let sold = did.outcome == OperationOutcome::Sold || did.is_pending() && did.wrote != UNSAID;
        if sold && did.write != UNSAID {
            versions.entry(did.write).or_default().push(index);
        }
    }
    versions.retain(|_, writers| writers.len() > 1);
    let mut lines: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (at, line) in evidence.ledger.iter().flatten().enumerate() {
        if versions.contains_key(&line.seq) {
            lines.entry(line.seq).or_default().push(at);
        }
    }
    let mut all: Vec<OverwrittenVersion> = versions
        .into_iter()
        .map(|(version, mut writers)| {
            let lines = lines.get(&version).map_or(&[][..], Vec::as_slice);
            writers.sort_by_cached_key(|at| written(evidence, lines, *at));
            OverwrittenVersion {
                version,
                text: sentence(evidence, version, &writers),
                writers,
            }
        })
        .collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.writers.len()));
    all
}

/// What orders the writes of one version: their lines on the ledger, else the time.
fn written(evidence: &Evidence, lines: &[usize], at: u32) -> (usize, u64) {
    let Some(did) = evidence.operation(at) else {
        return (usize::MAX, u64::MAX);
    };
    let ledger = evidence.ledger.as_deref().unwrap_or_default();
    let is_own = |line: &&usize| ledger.get(**line).is_some_and(|line| line.is_of(did));
    let line = lines.iter().find(is_own).copied();
    let times = [did.wrote, did.intend, did.invoke];
    let time = times.into_iter().find(|time| *time != UNSAID);
    (line.unwrap_or(usize::MAX), time.unwrap_or(UNSAID))
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
    let (last, others) = (
        all.last().map_or("", String::as_str),
        all.len().saturating_sub(1),
    );
    let read = version.saturating_sub(1);
    let (both, overwritten) = match (others, all.first()) {
        (1, Some(other)) => ("both", other.clone()),
        _ => ("all", format!("the other {others}")),
    };
    let counted = match evidence.last {
        Some(end) if end.seq == version => {
            format!("; of these {} sales the count shows one", all.len())
        }
        _ => String::new(),
    };
    format!(
        "{} {both} read version {read}{saw} and {both} wrote version {version}: {last} wrote last and overwrote {overwritten}{counted}",
        names(&all)
    )
}
