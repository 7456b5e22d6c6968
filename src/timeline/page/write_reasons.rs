//! What it means that a process writes: by what it goes, and what is lost or oversold by that.

use super::super::operation::DrawnOperation;
use super::super::words::{count, thousands};
use super::event::StepEvent;
use super::lock_reasons::replaced;
use super::situation::{Pending, Situation};

/// That a process writes its sale.
pub(super) fn wrote(
    before: &Situation<'_>,
    event: &StepEvent,
    operation: &DrawnOperation,
) -> String {
    let lane = event.place.lane;
    let Some(wrote) = operation.wrote.map(|wrote| before.says(wrote)) else {
        return String::new();
    };
    let Some(Pending { version, step, .. }) = before.pending(lane) else {
        return String::new();
    };
    let known = before.version(version);
    // What was old when it was read.
    let old = before.passed.get(&version).filter(|since| **since < step);
    let sells = oversells(before, old.is_some()) + &replaced(before, lane);
    // What it read is before what it has just written: anything between was written by others.
    if version == before.latest {
        let later = if before.timeline().publishes {
            " The sale is on the ledger now; the count in the file says so when it is published. Until then whoever holds the lock \
             goes by the ledger."
        } else {
            ""
        };
        return format!(
            "It read {known} at step {step}, and nobody has written since: it makes that {wrote}.{later}{sells}"
        );
    }
    let lost = match event.over {
        Some(over) => format!(
            " The sale of {} is gone from the count, and its buyer keeps the ticket.",
            before.name(over)
        ),
        None => String::new(),
    };
    if let Some(since) = old {
        return format!(
            "It read {known} at step {step}, which was old then: out of date since step {since}. By now the count says {}. It does not \
             look again: it writes {wrote}.{lost}{sells}",
            before.version(before.latest)
        );
    }
    let versions = &before.timeline().versions;
    let by = versions.get(before.latest).and_then(|one| one.writer);
    let by = by.map_or_else(|| "somebody".to_owned(), |spot| before.name(spot.lane));
    let others = match before.latest.checked_sub(version) {
        Some(1) => format!("{by} has written"),
        // Another order of these writes may be the right one.
        _ if versions.get(before.latest).is_some_and(|one| one.unordered) => {
            format!("others have written, {by} the last of them in the order shown")
        }
        _ => format!("others have written, {by} the last of them"),
    };
    format!(
        "It read {known} at step {step}, and goes by that. Since then {others}, and the count says {}. It does not look again: it \
         writes {wrote}.{lost}{sells}",
        before.version(before.latest)
    )
}

/// That with one sale more than were written down there are more than there were tickets; empty where there are not.
/// `was_old`: what its seller read was out of date when it was read.
fn oversells(before: &Situation<'_>, was_old: bool) -> String {
    let stock = before.timeline().versions.first();
    let stock = stock.and_then(|first| first.left);
    let sold = before.tickets(before.lines.saturating_add(1));
    match stock {
        Some(stock) if sold > stock => format!(
            " So {} are sold, but there {} only {}: {}.",
            count(sold, "ticket"),
            if stock == 1 { "was" } else { "were" },
            thousands(stock),
            if was_old {
                "what it saw was gone"
            } else {
                "it looked before, not now"
            }
        ),
        _ => String::new(),
    }
}
