//! Conservation: what is left is the stock less what was sold, and the count says so.

use super::model::{FinalState, StateFinding};
use crate::check::anomaly::Anomaly;
use crate::check::listing::names;

/// What the count says must be what the ledger adds up to, up to the line that the count names; and
/// it must name the last line whose buyer was told that it bought, or a later one.
pub(super) fn conservation(after: &FinalState, change: i64) -> Option<StateFinding> {
    if after.replaced {
        return None;
    }
    let Some(told) = after.left else {
        let why = after.unreadable.as_deref().unwrap_or("unreadable");
        return Some(StateFinding::new(
            Anomaly::Conservation,
            format!("the count cannot be read any more: {why}"),
        ));
    };
    let mut left = after.stock.cast_signed();
    let mut before = after.seq;
    let mut linear = true;
    // Where the count ends: before the first line, or behind one of them.
    let is_old = told == after.stock || after.before == Some((told, after.counted));
    let mut counted = (after.counted <= first_start(after) && is_old).then_some(0);
    for (at, line) in after.lines.iter().enumerate() {
        linear &= before.checked_add(1) == Some(line.seq);
        before = line.seq;
        left = left.saturating_add(line.change);
        if line.end == after.counted && left == told.cast_signed() {
            counted = Some(at + 1);
        }
    }
    if linear && let Some(counted) = counted {
        let behind = after.lines.get(counted..).unwrap_or_default();
        let missed = behind.iter().any(|line| line.own && line.told);
        return missed.then(|| stale_count(after, counted));
    }
    let expected = after.stock.cast_signed().saturating_add(change);
    (expected != told.cast_signed()).then(|| {
        StateFinding::new(
            Anomaly::Conservation,
            format!(
                "it does not add up: {} in stock less {} sold is not the {told} left that tickets.json says",
                after.stock,
                change.min(0).unsigned_abs(),
            ),
        )
    })
}

/// No line of the run ends here or before.
fn first_start(after: &FinalState) -> u64 {
    after
        .lines
        .first()
        .map_or(u64::MAX, |line| line.end.saturating_sub(1))
}

fn stale_count(after: &FinalState, counted: usize) -> StateFinding {
    let behind = after.lines.get(counted..).unwrap_or_default();
    let missed: Vec<String> = behind
        .iter()
        .filter(|line| line.told)
        .map(|line| line.buyer.clone())
        .collect();
    let writer = counted
        .checked_sub(1)
        .and_then(|at| after.lines.get(at))
        .map_or("somebody", |line| line.buyer.as_str());
    StateFinding {
        buyers: missed.clone(),
        ..StateFinding::new(
            Anomaly::Conservation,
            format!(
                "{writer} wrote its count of {} last, over the newer one: the count misses {}",
                after.left.unwrap_or_default(),
                names(&missed)
            ),
        )
    }
}
