//! Operations are numbered in the order in which they began, whatever order their lines have.

use super::model::Evidence;
use super::operation::{NONE, UNSAID};

/// Sorts the operations by when they began, and with them what names one by its index. Those of which nobody knows when
/// they were come last, unless all others are in order as they stand.
pub(super) fn by_beginning(evidence: &mut Evidence) {
    let Evidence {
        operations, names, ..
    } = &*evidence;
    let timed = operations
        .iter()
        .filter(|did| !did.is_timeless(names.name(did.buyer)));
    if timed.is_sorted_by_key(|did| did.invoke) {
        return;
    }
    let begun = operations.iter().map(|did| {
        if did.is_timeless(names.name(did.buyer)) {
            UNSAID
        } else {
            did.invoke
        }
    });
    let mut order: Vec<(u64, u32)> = begun.zip(0..).collect();
    order.sort_unstable();
    let mut places = vec![NONE; order.len()];
    for (place, (_, before)) in (0..).zip(&order) {
        if let Some(slot) = places.get_mut(*before as usize) {
            *slot = place;
        }
    }
    let place = |before: u32| places.get(before as usize).copied().unwrap_or(NONE);
    let sorted = order
        .iter()
        .filter_map(|(_, at)| evidence.operation(*at).copied());
    evidence.operations = sorted.collect();
    for hold in &mut evidence.holds {
        hold.operation = place(hold.operation);
    }
    for sum in &mut evidence.sums {
        sum.0 = place(sum.0);
    }
    for intent in &mut evidence.earlier_intents {
        intent.operation = place(intent.operation);
    }
    for read in &mut evidence.further_reads {
        read.operation = place(read.operation);
    }
    for read in &mut evidence.torn_reads {
        read.0 = place(read.0);
    }
}
