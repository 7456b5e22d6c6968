//! The replay: how many each version left, from the stock on; gaps, and what does not add up.

use super::chain::Chain;
use super::findings::Findings;
use super::possible_lefts::PossibleLefts;
use super::seen_versions::SeenVersions;
use super::sold::{SaleSums, more_than_left};
use super::verdict::HistoryFinding;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, OperationOutcome, UNSAID};

pub(super) fn replay(
    chain: &mut Chain,
    evidence: &Evidence,
    waiting: &[u32],
    findings: &mut Findings<'_>,
) {
    let seen = SeenVersions::of(evidence, waiting, |version| chain.writer(version).is_none());
    let known = chain.writers.iter().rposition(|writer| *writer != 0);
    let strange = chain.strangers.iter().max();
    let strange = strange.map_or(0, |version| (version - chain.first) as usize);
    let known = known.map_or(0, |last| last + 1).max(strange);
    let wanted = seen.last.saturating_sub(chain.first) as usize;
    let mut end = match waiting {
        [] => known,
        _ => known.max(wanted).min(chain.writers.len()),
    };
    let is_cut = evidence.ledger.is_some() && evidence.last.is_none();
    let cut_behind = is_cut.then(|| evidence.cut_behind());
    let mut left = evidence.stock.cast_signed();
    let (mut short, mut missing) = (false, false);
    for slot in 0..end {
        let version = chain.first + slot as u64 + 1;
        if chain.writer(version).is_none() {
            let before = (!missing).then_some(left);
            let writer = seen.choose(evidence, waiting, version, before);
            if let Some(operation) = evidence.operation(writer) {
                chain.write(writer, operation);
            } else if slot >= known && !seen.is_followed(evidence, waiting, version) {
                end = slot;
                break;
            }
        }
        if let Some(writer) = chain.writer(version) {
            if missing && let Some(saw) = saw(evidence, writer) {
                // What is behind a gap is judged by what its first writer saw.
                left = saw;
                if !chain.possible.is_empty() {
                    chain.possible.push((version, PossibleLefts::one()));
                }
            }
            let change = chain.left.get(slot + 1).copied().unwrap_or_default();
            fork(chain, version, change);
            left = left.saturating_add(change);
            missing = false;
            let most = chain.possible.last().map_or(Some(0), |last| last.1.most());
            let is_known = !chain.is_open(version) && !short;
            if most.is_some_and(|most| left.saturating_add(most) < 0) && is_known {
                short = true;
                findings.add(Anomaly::Oversold, &[writer], version);
            }
        } else if chain.strangers.contains(&version) {
            if missing && let Some(said) = on_ledger(evidence, version) {
                left = said;
                if !chain.possible.is_empty() {
                    chain.possible.push((version, PossibleLefts::one()));
                }
            } else {
                let change = chain.left.get(slot + 1).copied().unwrap_or_default();
                fork(chain, version, change);
                left = left.saturating_add(change);
            }
            missing = false;
        } else {
            // What a ledger that was cut had of it is not known.
            let is_cut = cut_behind.is_some_and(|behind| version > behind);
            if !chain.is_open(version) && !is_cut {
                findings.add(Anomaly::Gap, &[], version);
            }
            missing = true;
        }
        if let Some(at) = chain.left.get_mut(slot + 1) {
            *at = left;
        }
    }
    chain.finish(evidence.stock, end);
    count(chain, evidence, findings);
}

/// Notes how many may be left from this version on, where several sales wrote it; `change`: what the one of the chain did.
fn fork(chain: &mut Chain, version: u64, change: i64) {
    let others = [&chain.forks, &chain.tried].into_iter();
    let others: Vec<u32> = others
        .filter_map(|all| all.get(&version))
        .flatten()
        .copied()
        .collect();
    let own = u32::try_from(change.unsigned_abs()).unwrap_or(u32::MAX);
    if others
        .iter()
        .all(|other| chain.possible.is_empty() && *other == own)
    {
        return;
    }
    let before = chain.possible.last().map(|last| last.1.clone());
    let after = before
        .unwrap_or_else(PossibleLefts::one)
        .forked(own, &others);
    chain.possible.push((version, after));
}

/// How many a writer saw left, where it was said.
fn saw(evidence: &Evidence, writer: u32) -> Option<i64> {
    let seen = evidence.operation(writer)?.seen;
    (seen != UNSAID).then_some(seen.cast_signed())
}

/// How many the ledger's first line of a version says it left.
fn on_ledger(evidence: &Evidence, version: u64) -> Option<i64> {
    let mut lines = evidence.ledger.iter().flatten();
    let line = lines.find(|line| line.seq == version)?;
    Some(line.left.cast_signed())
}

/// What the ledger and the final count say is left must be what the chain leaves.
fn count(chain: &Chain, evidence: &Evidence, findings: &mut Findings<'_>) {
    for line in evidence.ledger.iter().flatten() {
        let is_known = chain.left(line.seq).is_some();
        if is_known && !chain.may_leave(line.seq, line.left.cast_signed()) {
            let writer = chain.writer(line.seq);
            findings.add(Anomaly::Conservation, writer.as_slice(), line.seq);
        }
    }
    let Some(last) = evidence.last else { return };
    let is_known = last.seq >= chain.first && chain.is_known(last.seq);
    let adds_up = final_adds_up(chain, evidence, is_known);
    if !adds_up {
        findings.add(Anomaly::Conservation, &[], None);
    }
    if !is_known && last.seq > chain.first && !is_told(evidence, findings, (last.seq, adds_up)) {
        findings.add(Anomaly::Gap, &[], last.seq);
    }
    if !chain.may_leave(last.seq, last.left.cast_signed()) {
        return;
    }
    // Each sale that was acknowledged must be in the count.
    let all = (0..).zip(&evidence.operations);
    let told = all.filter(|(at, did)| {
        let is_behind =
            did.outcome == OperationOutcome::Sold && did.write != UNSAID && did.write > last.seq;
        let writer = chain.writer(did.write).filter(|_| is_behind);
        writer.is_some_and(|writer| writer == *at || evidence.ledger.is_none())
    });
    let mut told: Vec<(u64, u32)> = told.map(|(at, did)| (did.write, at)).collect();
    told.sort_unstable();
    for (_, told) in told {
        findings.add(Anomaly::LostSale, &[told], None);
    }
}

/// Whether the final count is what the sales leave that lead to it; of a version of which nobody knows who wrote it, what all
/// sales leave.
fn final_adds_up(chain: &Chain, evidence: &Evidence, is_known: bool) -> bool {
    let Some(last) = evidence.last else {
        return true;
    };
    if more_than_left(evidence).is_some() {
        return false;
    }
    if is_known && chain.forks.is_empty() && chain.may_leave(last.seq, last.left.cast_signed()) {
        return true;
    }
    let sold = SaleSums::of(evidence);
    if !is_known {
        return last.seq > chain.first && sold.adds_up(last.left);
    }
    // The ledger decides how many each version took.
    let up_to = sold.up_to(chain.first, last.seq);
    let by_ledger = up_to.filter(|_| evidence.ledger.is_some());
    if by_ledger.is_some_and(|up_to| up_to.checked_add(last.left) == Some(evidence.stock)) {
        return true;
    }
    let leaves = chain.may_leave(last.seq, last.left.cast_signed());
    leaves && (!sold.is_forked() || sold.adds_up(last.left))
}

/// Whether of the final count's version, which nobody is known to have written, something is told already: also that the sum
/// does not add up, where somebody says that it wrote that version, or that a sale is lost.
fn is_told(evidence: &Evidence, findings: &Findings<'_>, (version, adds_up): (u64, bool)) -> bool {
    let is_of = |found: &HistoryFinding| {
        found.kind == Anomaly::Gap && found.operations.is_empty() && found.version == Some(version)
    };
    let mut lines = evidence.ledger.iter().flatten();
    let mut all = evidence.operations.iter();
    findings.verdict.findings.iter().any(is_of)
        || lines.any(|line| line.seq == version)
        || all.any(|did| {
            let is_sold = did.outcome == OperationOutcome::Sold;
            did.write == version && (is_sold || !adds_up && did.has_written())
        })
}
