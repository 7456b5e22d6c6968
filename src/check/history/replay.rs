//! The replay: how many each version left, from the stock on; gaps, and what does not add up.

use super::chain::Chain;
use super::findings::Findings;
use super::seen_versions::SeenVersions;
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
    let known = known.map_or(0, |last| last + 1);
    let wanted = seen.last.saturating_sub(chain.first) as usize;
    let mut end = match waiting {
        [] => known,
        _ => known.max(wanted).min(chain.writers.len()),
    };
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
            }
            left = left.saturating_add(chain.left.get(slot + 1).copied().unwrap_or_default());
            missing = false;
            if left < 0 && !short {
                short = true;
                findings.add(Anomaly::Oversold, &[writer], version);
            }
        } else {
            findings.add(Anomaly::Gap, &[], version);
            missing = true;
        }
        if let Some(at) = chain.left.get_mut(slot + 1) {
            *at = left;
        }
    }
    chain.finish(evidence.stock, end);
    count(chain, evidence, findings);
}

/// How many a writer saw left, where it was said.
fn saw(evidence: &Evidence, writer: u32) -> Option<i64> {
    let seen = evidence.operation(writer)?.seen;
    (seen != UNSAID).then_some(seen.cast_signed())
}

/// What the ledger and the final count say is left must be what the chain leaves.
fn count(chain: &Chain, evidence: &Evidence, findings: &mut Findings<'_>) {
    for line in evidence.ledger.iter().flatten() {
        let left = chain.left(line.seq);
        if left.is_some_and(|left| left != line.left.cast_signed()) {
            let writer = chain.writer(line.seq);
            findings.add(Anomaly::Conservation, writer.as_slice(), line.seq);
        }
    }
    let Some(last) = evidence.last else { return };
    if chain.left(last.seq) != Some(last.left.cast_signed()) {
        findings.add(Anomaly::Conservation, &[], None);
        return;
    }
    // A sale that was acknowledged must be in the count.
    let behind = last.seq + 1..=chain.last();
    let told = behind
        .filter_map(|version| chain.writer(version))
        .find(|writer| {
            let operation = evidence.operation(*writer);
            operation.is_some_and(|operation| operation.outcome == OperationOutcome::Sold)
        });
    if let Some(told) = told {
        findings.add(Anomaly::LostSale, &[told], None);
    }
}
