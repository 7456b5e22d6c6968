//! Findings in words.

use super::phrases::Phrases;
use super::verdict::HistoryFinding;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::Evidence;

/// One finding as a sentence, with names, times and values; its own text is not looked at.
#[must_use]
pub fn sentence(evidence: &Evidence, finding: &HistoryFinding) -> String {
    let words = Phrases { evidence, finding };
    let version = finding.version.unwrap_or_default();
    match finding.kind {
        Anomaly::LostUpdate => words.lost_update(version),
        Anomaly::StaleRead => words.stale(version),
        Anomaly::TornRead => words.torn(),
        Anomaly::DirtyRead => words.dirty(version),
        Anomaly::Phantom => words.phantom(),
        Anomaly::Oversold => words.oversold(version),
        Anomaly::LostSale => words.lost_sale(),
        Anomaly::Conservation => words.conservation(version),
        Anomaly::FalseSoldOut => words.false_sold_out(version),
        Anomaly::Gap => words.gap(version),
        _ => words.lock(),
    }
}
