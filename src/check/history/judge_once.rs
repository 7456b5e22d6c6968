//! One judgement, step after step.

use super::chain::Chain;
use super::findings::Findings;
use super::ledger_claims::LedgerClaims;
use super::verdict::HistoryVerdict;
use super::words::tell_lost_updates;
use super::{lock, order, placing, reads, replay};
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, UNSAID};

/// Judges a run, with those who may have written without saying so taken as the evidence supposes.
/// `is_told`: whether its findings are put in words.
pub(super) fn judge_once(evidence: &Evidence, is_told: bool) -> HistoryVerdict {
    let mut findings = Findings {
        evidence,
        verdict: HistoryVerdict {
            operations: evidence.operations.len() as u64,
            ledger: evidence.ledger.is_some(),
            last: evidence.last.is_some(),
            ..HistoryVerdict::default()
        },
        is_told,
    };
    if evidence.spoiled.is_some() {
        let operations = evidence.operations.iter();
        operations.for_each(|operation| findings.verdict.count_in(evidence, operation));
        let got = evidence.holds.iter().filter(|hold| hold.got != UNSAID);
        findings.verdict.locked = got.count() as u64;
    } else {
        // Counts the operations on its way.
        let chain = chain_of(evidence, &mut findings);
        let readers = reads::check(evidence, &chain, &mut findings);
        order::check(evidence, &chain, &readers, &mut findings);
        findings.verdict.locked = lock::check(evidence, &mut findings);
    }
    let mut verdict = findings.verdict;
    if is_told {
        tell_lost_updates(evidence, &mut verdict.findings);
    }
    // Locks are judged by themselves; a sale of which nobody says what it read is not.
    let is_of_locks = verdict.locked > 0 && verdict.sales == 0;
    let nothing = match (verdict.operations, verdict.reads) {
        (0, _) => Some("there are no operations in it"),
        (_, 0) if is_of_locks => None,
        (_, 0) => Some("no operation says which version it read"),
        _ => None,
    };
    verdict.blind = evidence.spoiled.clone().or(nothing.map(str::to_owned));
    verdict
}

/// Puts the chain together and replays it.
fn chain_of(evidence: &Evidence, findings: &mut Findings<'_>) -> Chain {
    let mut chain = Chain::of(evidence);
    let lines = evidence.ledger.as_ref();
    let mut claims = lines.map(|lines| LedgerClaims::of(lines, evidence.first));
    let waiting = placing::place_all(&mut chain, evidence, claims.as_mut(), findings);
    if let Some(claims) = claims {
        claims.check(evidence, findings);
        for line in claims.unclaimed() {
            chain.write_strange(line.seq, line.quantity);
        }
    } else {
        for (version, writer) in evidence.retried_versions() {
            let quantity = evidence.operation(writer).map_or(0, |did| did.quantity);
            chain.write_strange(version, quantity);
        }
        for version in evidence.bought_twice() {
            findings.add(Anomaly::Phantom, &[], version);
        }
        for intent in &evidence.earlier_intents {
            let did = evidence.operation(intent.operation);
            let quantity = did.map_or(0, |did| did.quantity);
            chain.tried.entry(intent.write).or_default().push(quantity);
        }
    }
    replay::replay(&mut chain, evidence, &waiting, findings);
    chain
}
