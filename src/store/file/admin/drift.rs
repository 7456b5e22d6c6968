//! Drift: how the count differs from the ledger.

use crate::error::Error;
use crate::ledger::{CountFile, Counted, Tally};
use crate::plural;
use crate::store::audit::{Finding, Flaw};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::apart::apart;
use crate::store::file::reader::ledger_summary::LedgerSummary;

/// How the count differs from the ledger at the line that it counts last. `sound`: every line of the ledger adds up.
pub(crate) fn drift(
    files: &EventFiles,
    count: &CountFile,
    summary: &LedgerSummary,
    sound: bool,
) -> Option<Finding> {
    let found = match count.counted.filter(|counted| counted.seq > 0) {
        None => opening_drift(count, summary, sound),
        Some(counted) => counted_drift(count.ticket, counted, summary, sound),
    };
    found.map(|(kind, text, repairable)| {
        let short = count.counted.filter(|_| kind == Flaw::Short);
        let apart = short.and_then(|counted| apart(files, counted, count.ticket));
        let (told, hint) = match &apart {
            Some(apart) => (apart.told(), Some(apart.way_out())),
            None => (String::new(), None),
        };
        Finding {
            kind,
            file: files.count.display().to_string(),
            line: 0,
            text: text + &told,
            repairable,
            hint,
        }
    })
}

/// What is wrong, in words, and whether a repair may go by the ledger.
type Drift = (Flaw, String, bool);

/// A count that is tied to no line must say with how many the ledger opens.
fn opening_drift(count: &CountFile, summary: &LedgerSummary, sound: bool) -> Option<Drift> {
    let opening = summary.opening.filter(|&opening| opening != count.ticket)?;
    let text = format!(
        "says {} left and counts no sale, but the ledger opens with {opening}",
        count.ticket
    );
    Some((Flaw::Drift, text, sound))
}

/// A count must say what the ledger says at the line that it counts last.
fn counted_drift(
    left: u64,
    counted: Counted,
    summary: &LedgerSummary,
    sound: bool,
) -> Option<Drift> {
    match &summary.at_counted {
        Some(tally) if tally.seq == counted.seq => {
            let text = differs(left, counted, tally)?;
            Some((Flaw::Drift, text, sound))
        }
        // What it says of a ledger that this one took the place of: a reset was killed.
        _ if summary.replaces == Some((counted.seq, counted.bytes)) => None,
        _ if summary.tally.bytes < counted.bytes || !sound => {
            let text = format!(
                "counts {} and {} of the ledger, of which only {} and {} add up",
                plural::count(counted.seq, "line"),
                plural::count(counted.bytes, "byte"),
                plural::count(summary.tally.seq, "line"),
                plural::count(summary.tally.bytes, "byte")
            );
            Some((Flaw::Short, text, false))
        }
        _ => {
            // Also where the last line says the same: a copy from which as many were sold does.
            let is_told = summary.tally.is_told_by(&counted, left);
            let or_a_copy = if is_told {
                ": somebody changed it by hand, or this is the ledger of a copy from which as many were sold"
            } else {
                ""
            };
            // Of the same length and with the same numbers it is this ledger's.
            let is_own = is_told && counted.bytes == summary.tally.bytes;
            let text = format!(
                "counts {} up to byte {} of the ledger, where no such line ends{or_a_copy}",
                plural::count(counted.seq, "line"),
                counted.bytes
            );
            Some((Flaw::Drift, text, is_own))
        }
    }
}

/// How a count differs from the ledger at the line that it counts last, if it does.
fn differs(left: u64, counted: Counted, is: &Tally) -> Option<String> {
    let said = (left, counted.sold, counted.held);
    if said != (is.left, is.sold, is.held) {
        let told = |(left, sold, held): (u64, u64, u64)| match held {
            0 if said.2 == is.held => format!("{left} left and {sold} sold"),
            held => format!("{left} left, {sold} sold and {held} held"),
        };
        return Some(format!(
            "says {} at line {}, but the ledger says {} there",
            told(said),
            counted.seq,
            told((is.left, is.sold, is.held))
        ));
    }
    let mut index = counted.index;
    // A count from before the index said how many there are in all.
    index.in_all = index.in_all.or(is.index.in_all);
    (index != is.index).then(|| {
        let seq = counted.seq;
        format!("its \"index\" at line {seq} is not what the ledger says of holds, settings and closing there")
    })
}

/// A count that cannot be read, or is not there.
pub(crate) fn count_finding(files: &EventFiles, error: &Error, repairable: bool) -> Finding {
    Finding {
        kind: Flaw::Count,
        file: files.count.display().to_string(),
        line: error.place().map_or(0, |place| place.line),
        text: error.message().to_owned(),
        repairable,
        hint: None,
    }
}
