//! What it means that a process writes: by what it goes, and what is lost or oversold by that.

use super::super::model::Time;
use super::super::operation::DrawnOperation;
use super::super::words::{count, thousands};
use super::event::{Happening, StepEvent};
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
    // Who has emptied the count has sold by that.
    let has_sold = before.timeline().time == Time::Steps && operation.cut_at().is_some();
    let sells = if has_sold {
        String::new()
    } else {
        sells(before, event, operation)
    };
    let Some(Pending { version, step, .. }) = before.pending(lane) else {
        // Which version it goes by is not known.
        return sells.trim_start().to_owned();
    };
    let known = before.version(version);
    let old = read_old(before, lane);
    let sells = sells + &replaced(before, lane);
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
    let gone = before.writes_over(version);
    let lost = match event.over {
        Some(over) if before.timeline().time == Time::Nanoseconds => format!(
            " The sale of {} is overwritten, and its buyer keeps the ticket.",
            before.name(over)
        ),
        Some(over) if gone.is_empty() => before.gone(&[over]),
        None if gone.is_empty() => String::new(),
        _ => before.gone(&gone),
    };
    if let Some(since) = old {
        return format!(
            "It read {known} at step {step}, which was old then: out of date since step {since}. By now {}. It does not look again: it \
             writes {wrote}.{lost}{sells}",
            before.says_now()
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
        "It read {known} at step {step}, and goes by that. Since then {others}, and {}. It does not look again: it writes \
         {wrote}.{lost}{sells}",
        before.says_now()
    )
}

/// Since which step that is out of date by which a process goes, where it was so when it was read.
fn read_old(before: &Situation<'_>, lane: usize) -> Option<u64> {
    let Pending { version, step, .. } = before.pending(lane)?;
    let passed = before.passed.get(&version).copied();
    passed.filter(|since| *since < step)
}

/// That the sale of an operation is one more than there were tickets, and why its process did not see that; empty where it is not.
pub(super) fn sells(
    before: &Situation<'_>,
    event: &StepEvent,
    operation: &DrawnOperation,
) -> String {
    let missed = missed(before, event, operation);
    let lane = event.place.lane;
    let reason = before.pending(lane).and_then(|pending| {
        if read_old(before, lane).is_some() {
            return Some("what it saw was gone");
        }
        let is_cut = before.cut.is_some_and(|by| by != lane);
        let is_old = pending.version != before.latest || is_cut;
        let looked_before = is_old.then_some("it looked before, not now");
        missed.as_deref().or(looked_before)
    });
    oversells(before, event, operation.wrote, reason)
}

/// Whose sale a write replaces that goes by an older version: that which was written last.
pub(super) fn written_over(before: &Situation<'_>, event: &StepEvent) -> Option<usize> {
    let writes = matches!(&event.what, Happening::Does(doing) if doing.writes());
    let version = before.pending(event.place.lane).filter(|_| writes)?.version;
    let over = before.writes_over(version).last().copied();
    over.filter(|over| *over != event.place.lane)
}

/// That the count misses tickets that were sold before, where it says by that that there are enough: then a new look would not have
/// shown that there are none. An empty count says nothing.
fn missed(before: &Situation<'_>, event: &StepEvent, operation: &DrawnOperation) -> Option<String> {
    let versions = &before.timeline().versions;
    let stock = versions.first()?.left?;
    let left = versions.get(before.latest)?.left?;
    let sold = before
        .sales
        .sold_by(event.at, operation.wrote.unwrap_or(usize::MAX));
    let sold_before = sold.checked_sub(operation.takes())?;
    let missed = sold_before.checked_sub(stock.checked_sub(left)?)?;
    let says_nothing = before.cut.is_some() || left < operation.takes();
    if missed == 0 || says_nothing || before.timeline().sales.is_least {
        return None;
    }
    let (tickets, are) = (
        count(missed, "ticket"),
        if missed == 1 { "is" } else { "are" },
    );
    Some(format!(
        "{tickets} sold before {are} missing from {}, and even a new look would have found {} left",
        before.count_name(),
        thousands(left)
    ))
}

/// That with the sale that is made in an event there are more than there were tickets; empty where there are not. `reason`: why
/// its seller did not see that, where that is known.
pub(super) fn oversells(
    before: &Situation<'_>,
    event: &StepEvent,
    wrote: Option<usize>,
    reason: Option<&str>,
) -> String {
    let stock = before.timeline().versions.first();
    let stock = stock.and_then(|first| first.left);
    let sold = before.sales.sold_by(event.at, wrote.unwrap_or(usize::MAX));
    match stock {
        Some(stock) if sold > stock => format!(
            " So {}{} {} sold, but there {} only {}{}.",
            if before.timeline().sales.is_least {
                "at least "
            } else {
                ""
            },
            count(sold, "ticket"),
            if sold == 1 { "is" } else { "are" },
            if stock == 1 { "was" } else { "were" },
            thousands(stock),
            reason.map_or_else(String::new, |reason| format!(": {reason}"))
        ),
        _ => String::new(),
    }
}
