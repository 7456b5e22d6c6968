//! Lost updates told once for each version that was written over: everybody who wrote it, and who wrote last.

use std::collections::BTreeMap;

use super::possibilities::settled;
use super::possible_forks::PossibleForks;
use super::verdict::{HistoryFinding, HistoryVerdict};
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, FinalCount, Operation, UNSAID};
use crate::check::fork_words::{ForkOutcome, reading};
use crate::check::listing::names;

/// All sales that wrote one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverwrittenVersion {
    /// The version that they wrote.
    pub version: u64,
    /// The operations, in the order in which their writes are known to be done; the one that the count goes by
    /// is last, where that is known.
    pub writers: Vec<u32>,
    /// Those who had gone on from one that was overwritten, and were overwritten with it.
    pub with: Vec<u32>,
    /// Who read what, who wrote what, and who overwrote whom, in one sentence.
    pub text: String,
}

/// The lost updates of a run by the version that was written more than once, the one with most writers first.
#[must_use]
pub fn overwritten(evidence: &Evidence, verdict: &HistoryVerdict) -> Vec<OverwrittenVersion> {
    if verdict.count(Anomaly::LostUpdate) == 0 {
        return Vec::new();
    }
    let evidence = &*settled(evidence);
    let possible = evidence.possible();
    let forks = PossibleForks::of(evidence, &possible);
    // Those who say so, whatever the ledger has, and those who got no answer and of whom it is known all the same.
    let known = forks.wrote();
    let mut versions: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for (index, did) in (0..).zip(&evidence.operations) {
        let wrote = did.has_written() && !did.is_denied() || known.contains(&index);
        if wrote && did.write != UNSAID {
            versions.entry(did.write).or_default().push(index);
        }
    }
    versions.retain(|_, writers| writers.len() > 1);
    let mut gone_on = forks.gone_on(|version| versions.contains_key(&version));
    let mut all: Vec<OverwrittenVersion> = versions
        .into_iter()
        .map(|(version, mut writers)| {
            forks.sort(&mut writers);
            let with = gone_on.remove(&version).unwrap_or_default();
            let outcome = forks.outcome(&writers).map(|outcome| ForkOutcome {
                with: with.iter().map(|at| forks.name(*at)).collect(),
                ..outcome
            });
            OverwrittenVersion {
                version,
                text: sentence((evidence, &forks), version, &writers, outcome.as_ref()),
                writers,
                with,
            }
        })
        .collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.writers.len()));
    all
}

/// Whether a finding is a lost update that is told by one of these.
pub(crate) fn is_grouped(found: &HistoryFinding, groups: &[OverwrittenVersion]) -> bool {
    let is_pair = found.kind == Anomaly::LostUpdate && found.operations.len() > 1;
    is_pair && !groups.is_empty()
}

fn sentence(
    (evidence, forks): (&Evidence, &PossibleForks<'_>),
    version: u64,
    writers: &[u32],
    outcome: Option<&ForkOutcome>,
) -> String {
    let name = |at: &u32| forks.name(*at);
    let all: Vec<String> = writers.iter().map(name).collect();
    let seen = writers.iter().filter_map(|at| evidence.operation(*at));
    let mut seen = seen.map(Operation::left_at_read);
    let first = seen.next().filter(|left| *left != UNSAID);
    let saw = first.filter(|first| seen.all(|left| left == *first));
    let read = version.saturating_sub(1);
    let both = if all.len() == 2 { "both" } else { "all" };
    let counted = match evidence.last {
        Some(end)
            if end.seq == version
                && left_by_one(evidence, writers, end.left)
                && outcome.is_none_or(|outcome| outcome.kept.is_some()) =>
        {
            let most = if may_be_anothers(evidence, writers, end) {
                " at most"
            } else {
                ""
            };
            format!("; of these {} sales the count shows one{most}", all.len())
        }
        _ => String::new(),
    };
    let order = outcome.map_or_else(|| forks.undecided(writers), ForkOutcome::told);
    let silent = writers.iter().filter(|at| {
        evidence
            .operation(**at)
            .is_some_and(|did| did.read == UNSAID)
    });
    let silent: Vec<String> = silent.map(name).collect();
    let with = outcome.map_or(String::new(), ForkOutcome::went_with);
    if !silent.is_empty() {
        return format!(
            "{} {both} wrote version {version}: {order}{counted}{with}; what {} read is not said",
            names(&all),
            names(&silent)
        );
    }
    let had_read = reading(read, saw, all.len(), &forks.whose(writers));
    format!(
        "{} {had_read} and {both} wrote version {version}: {order}{counted}{with}",
        names(&all)
    )
}

/// Whether the final count may be what somebody else wrote, who got no answer and does not say so.
fn may_be_anothers(evidence: &Evidence, writers: &[u32], end: FinalCount) -> bool {
    let mut all = (0..).zip(&evidence.operations);
    evidence.ledger.is_none()
        && all.any(|(at, did)| {
            let left = did.left_behind();
            did.is_pending()
                && did.write == end.seq
                && !writers.contains(&at)
                && left.is_none_or(|left| left == end.left)
        })
}

/// Whether one of these left so many, as far as it tells.
fn left_by_one(evidence: &Evidence, writers: &[u32], left: u64) -> bool {
    let mut all = writers.iter().filter_map(|at| evidence.operation(*at));
    all.any(|did| did.left_behind().is_none_or(|behind| behind == left))
}
