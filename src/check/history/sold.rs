//! How many were sold in all, beside the stock and beside what is left.

use crate::check::evidence::{Evidence, OperationOutcome, UNSAID};

/// How many were sold, of how many, and how many of them do not exist.
pub(crate) fn too_many(evidence: &Evidence) -> String {
    let sold = evidence.operations.iter();
    let sold = sold.filter(|did| did.outcome == OperationOutcome::Sold);
    let sold = sold.fold(0_u64, |sum, did| sum.saturating_add(did.quantity.into()));
    let tickets = |many: u64, one: &str, more: &str| match many {
        1 => format!("1 ticket {one}"),
        many => format!("{many} tickets {more}"),
    };
    format!(
        "{} sold, but there {} only {}: {}",
        tickets(sold, "was", "were"),
        if evidence.stock == 1 { "was" } else { "were" },
        evidence.stock,
        tickets(
            sold.saturating_sub(evidence.stock),
            "that was sold does not exist",
            "that were sold do not exist"
        )
    )
}

/// How many were sold in all, as far as it was written, where several sales wrote one version and the final count does
/// not show them all.
pub(super) fn sold_beside_count(evidence: &Evidence) -> Option<u64> {
    let last = evidence.last?;
    let mut versions: Vec<(u64, u32)> = if let Some(lines) = &evidence.ledger {
        lines.iter().map(|line| (line.seq, line.quantity)).collect()
    } else {
        let presumed = evidence.presumed_writers();
        let all = (0..).zip(&evidence.operations);
        let wrote = all.filter(|(at, did)| did.has_written() || presumed.contains(at));
        let wrote = wrote.filter(|(_, did)| did.write != UNSAID);
        wrote.map(|(_, did)| (did.write, did.quantity)).collect()
    };
    versions.sort_unstable();
    let forked = versions
        .windows(2)
        .any(|two| matches!(two, [one, other] if one.0 == other.0));
    let sold = versions.iter();
    let sold = sold.fold(0_u64, |sum, sale| sum.saturating_add(sale.1.into()));
    let silent = evidence
        .silent_sales()
        .filter(|_| evidence.ledger.is_none());
    let sold = silent.fold(sold, |sum, did| sum.saturating_add(did.quantity.into()));
    (forked && sold.checked_add(last.left) != Some(evidence.stock)).then_some(sold)
}
