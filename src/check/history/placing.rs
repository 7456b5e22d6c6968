//! Placing: each sale gets its version.

use super::chain::Chain;
use super::findings::Findings;
use super::ledger_claims::LedgerClaims;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, Operation, OperationOutcome, UNSAID, is_untold};
use crate::check::write_order::WriteOrder;

/// Gives each sale its version. Returns those of which nobody knows whether they sold, by version.
pub(super) fn place_all(
    chain: &mut Chain,
    evidence: &Evidence,
    mut ledger: Option<&mut LedgerClaims<'_>>,
    findings: &mut Findings<'_>,
) -> Vec<u32> {
    let (mut waiting, mut odd, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    let mut denied = Vec::new();
    oversold(evidence, findings);
    let (presumed, cut_behind) = (evidence.presumed_writers(), evidence.cut_behind());
    findings.verdict.guessed = evidence.perhaps_writers(&presumed).len() as u64;
    for (index, operation) in (0..).zip(&evidence.operations) {
        findings.verdict.count_in(evidence, operation);
        let sold = operation.outcome == OperationOutcome::Sold;
        if operation.write == UNSAID {
            continue;
        }
        let written = ledger.as_mut().map(|ledger| ledger.claim(operation));
        let written = written.filter(|written| *written || !is_untold(operation, cut_behind));
        // Who was not answered has sold all the same; others than the run's buyers are none of it.
        let unanswered = operation.is_pending()
            && written.unwrap_or(operation.wrote != UNSAID || presumed.contains(&index))
            && !operation.is_timeless(evidence.names.name(operation.buyer));
        findings.verdict.sales += u64::from(unanswered);
        if !sold && !operation.is_pending() {
            if written.unwrap_or(operation.wrote != UNSAID) {
                findings.add(Anomaly::Phantom, &[index], operation.write);
            }
            denied.extend(
                written
                    .unwrap_or(operation.wrote != UNSAID)
                    .then_some(index),
            );
            continue;
        }
        if written == Some(true)
            && (sold || operation.is_pending())
            && let Some(ledger) = ledger.as_deref()
            && !ledger.agrees(operation)
        {
            findings.add(Anomaly::Phantom, &[index], operation.write);
        }
        match written {
            Some(false) if sold => missing.push(index),
            // Without a ledger, an operation that says that it wrote has written.
            None if !sold && operation.wrote == UNSAID && !presumed.contains(&index) => {
                waiting.push(index);
            }
            Some(false) => {}
            _ if !follows(operation) || operation.write <= chain.first => odd.push(index),
            _ => place(chain, index, operation, findings),
        }
    }
    let is_odd = |at: &u32| evidence.operation(*at).is_some_and(|did| !follows(did));
    odd.extend(denied.extract_if(.., |at| is_odd(at)));
    odd.sort_unstable();
    place_denied(chain, evidence, &denied, findings);
    place_odd(chain, evidence, &odd, findings);
    tell_missing(chain, evidence, &missing, findings);
    for index in evidence.unwritten_sales() {
        findings.add(Anomaly::LostSale, &[index], None);
    }
    by_version(evidence, waiting)
}

/// Those of which nobody knows whether they sold and which may have, by the version that they were to write.
fn by_version(evidence: &Evidence, mut waiting: Vec<u32>) -> Vec<u32> {
    let version = |index: &u32| {
        let operation = evidence.operation(*index);
        operation.map_or((0, 0), |operation| (operation.write, operation.invoke))
    };
    waiting.retain(|index| evidence.operation(*index).is_some_and(follows));
    waiting.sort_by_key(version);
    waiting
}

/// Those whose version does not follow the one that they read: they come after all that do. Who was told that nothing was sold
/// is told as a phantom already.
fn place_odd(chain: &mut Chain, evidence: &Evidence, odd: &[u32], findings: &mut Findings<'_>) {
    for &index in odd {
        let Some(operation) = evidence.operation(index) else {
            continue;
        };
        if !operation.is_denied() {
            findings.add(Anomaly::Phantom, &[index], None);
        }
        if operation.write <= chain.first || chain.writer(operation.write).is_some() {
            continue;
        }
        if operation.is_denied() {
            chain.write(index, operation);
        } else {
            place(chain, index, operation, findings);
        }
    }
}

/// What those wrote who were told that nothing was sold, each the version behind the one that it read: it took from the stock all
/// the same, and is told as a phantom already.
fn place_denied(
    chain: &mut Chain,
    evidence: &Evidence,
    denied: &[u32],
    findings: &mut Findings<'_>,
) {
    for &index in denied {
        let operation = evidence.operation(index);
        let operation = operation.filter(|did| did.write > chain.first);
        let Some(operation) = operation else { continue };
        let version = operation.write;
        match chain.writer(version) {
            None => drop(chain.write(index, operation)),
            Some(writer) => {
                chain.fork(version, operation.quantity);
                findings.add(Anomaly::LostUpdate, &[writer, index], version - 1);
            }
        }
    }
}

/// Acknowledged sales that the ledger does not have.
fn tell_missing(
    chain: &mut Chain,
    evidence: &Evidence,
    missing: &[u32],
    findings: &mut Findings<'_>,
) {
    for &index in missing {
        let Some(operation) = evidence.operation(index) else {
            continue;
        };
        let version = operation.write;
        match chain.writer(version) {
            _ if !follows(operation) || version <= chain.first => {
                findings.add(Anomaly::Phantom, &[index], None);
            }
            Some(writer) if evidence.operation(writer).is_some_and(follows) => {
                chain.fork(version, operation.quantity);
                findings.add(Anomaly::LostUpdate, &[index, writer], version - 1);
            }
            _ => findings.add(Anomaly::LostSale, &[index], version),
        }
    }
}

fn place(chain: &mut Chain, index: u32, operation: &Operation, findings: &mut Findings<'_>) {
    let version = operation.write;
    match chain.writer(version) {
        Some(writer) => {
            chain.fork(version, operation.quantity);
            findings.add(Anomaly::LostUpdate, &[writer, index], version - 1);
        }
        None if chain.write(index, operation) => {}
        // More versions than there are writes: some in between must be missing, or written by whom nobody knows.
        None if chain.is_open(version) => {}
        None => findings.add(Anomaly::Gap, &[index], version),
    }
}

/// Whether the version it writes follows the one that it read.
fn follows(operation: &Operation) -> bool {
    operation.read == UNSAID && operation.write > 0
        || operation.read.checked_add(1) == Some(operation.write)
}

/// More was sold than there was: the first sale beyond the stock, in the order in which they were written.
fn oversold(evidence: &Evidence, findings: &mut Findings<'_>) {
    let all = evidence.operations.iter();
    let sold = all.filter(|did| did.outcome == OperationOutcome::Sold || did.is_pending());
    let sold = sold.fold(0_u64, |sum, did| sum.saturating_add(did.quantity.into()));
    if sold > evidence.stock
        && let Some(first) = WriteOrder::of(evidence).beyond_stock().first()
    {
        findings.add(Anomaly::Oversold, &[*first], None);
    }
}
