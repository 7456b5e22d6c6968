//! Drift: how the count differs from the ledger.

use crate::error::Error;
use crate::ledger::{CountFile, Counted, Tally};
use crate::plural;
use crate::store::audit::{Finding, Flaw};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_summary::LedgerSummary;

/// How the count differs from the ledger at the line that it counts last.
pub(crate) fn drift(
    files: &EventFiles,
    count: &CountFile,
    summary: &LedgerSummary,
    sound: bool,
) -> Option<Finding> {
    let finding = |kind, text, repairable| {
        Some(Finding {
            kind,
            file: files.count.display().to_string(),
            line: 0,
            text,
            repairable,
        })
    };
    let Some(counted) = count.counted.filter(|counted| counted.seq > 0) else {
        return match summary.opening {
            Some(opening) if opening != count.ticket => finding(
                Flaw::Drift,
                format!(
                    "says {} left and counts no sale, but the ledger opens with {opening}",
                    count.ticket
                ),
                sound,
            ),
            _ => None,
        };
    };
    match &summary.at_counted {
        Some(tally) if tally.seq == counted.seq => {
            finding(Flaw::Drift, differs(count, counted, tally)?, sound)
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
            finding(Flaw::Short, text, false)
        }
        _ => {
            let text = format!(
                "counts {} up to byte {} of the ledger, where no such line ends",
                plural::count(counted.seq, "line"),
                counted.bytes
            );
            finding(Flaw::Drift, text, false)
        }
    }
}

/// How a count differs from the ledger at the line that it counts last, if it does.
fn differs(count: &CountFile, counted: Counted, is: &Tally) -> Option<String> {
    let said = (count.ticket, counted.sold, counted.held);
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
    (counted.index != is.index).then(|| {
        let seq = counted.seq;
        format!("its \"index\" at line {seq} is not what the ledger says of holds, settings and closing there")
    })
}

pub(crate) fn count_finding(files: &EventFiles, error: &Error, repairable: bool) -> Finding {
    Finding {
        kind: Flaw::Count,
        file: files.count.display().to_string(),
        line: error.place().map_or(0, |place| place.line),
        text: error.message().to_owned(),
        repairable,
    }
}
