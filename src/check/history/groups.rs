//! Lost updates told once for each version that was written over: everybody who wrote it, and who wrote last.

use std::collections::BTreeMap;

use super::verdict::HistoryVerdict;
use super::words_of_versions::AT_ONE_TIME;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, Operation, UNSAID};
use crate::check::listing::names;
use crate::check::write_order::WriteOrder;

/// All sales that wrote one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverwrittenVersion {
    /// The version that they wrote.
    pub version: u64,
    /// The operations, in the order in which their writes are known to be done; whose count stands is last, where that
    /// is known.
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
        if did.has_written() && did.write != UNSAID {
            versions.entry(did.write).or_default().push(index);
        }
    }
    versions.retain(|_, writers| writers.len() > 1);
    let order = WriteOrder::of(evidence);
    let standing = evidence.final_writer();
    let mut all: Vec<OverwrittenVersion> = versions
        .into_iter()
        .map(|(version, mut writers)| {
            order.sort(&mut writers);
            // Stable: the others stay in their order.
            writers.sort_by_key(|at| standing == Some(*at));
            let stands = writers.last().is_some_and(|last| standing == Some(*last));
            let last = writers.split_last();
            let told = stands
                || last.is_some_and(|(last, rest)| {
                    rest.iter().all(|one| order.is_before(*one, *last))
                });
            OverwrittenVersion {
                version,
                text: sentence(evidence, version, &writers, told),
                writers,
            }
        })
        .collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.writers.len()));
    all
}

fn sentence(evidence: &Evidence, version: u64, writers: &[u32], told: bool) -> String {
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
    let order = if told {
        format!("{last} wrote last and overwrote {overwritten}")
    } else {
        let mut all = writers.iter().filter_map(|at| evidence.operation(*at));
        let timed = all.all(|did| did.wrote != UNSAID);
        let why = if timed { AT_ONE_TIME } else { "not said" };
        format!("which of them wrote last is {why}")
    };
    let silent = writers.iter().filter(|at| {
        evidence
            .operation(**at)
            .is_some_and(|did| did.read == UNSAID)
    });
    let silent: Vec<String> = silent.map(name).collect();
    if !silent.is_empty() {
        return format!(
            "{} {both} wrote version {version}: {order}{counted}; what {} read is not said",
            names(&all),
            names(&silent)
        );
    }
    format!(
        "{} {both} read version {read}{saw} and {both} wrote version {version}: {order}{counted}",
        names(&all)
    )
}
