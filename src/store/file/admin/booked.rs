//! What is booked for somebody real keeps a reset and a rush off.

use crate::error::{Error, Kind, Result};
use crate::plural::{are, count};
use crate::store::audit::Flaw;
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::ledger_summary::LedgerSummary;
use crate::store::file::reader::verify::summarize_ledger;

/// An error when there are real bookings that were not all cancelled: a reset would start the event anew without them.
pub(crate) fn refuse_bookings(files: &EventFiles, ledger: &LedgerFile) -> Result<()> {
    let summary = summarize_ledger(files, ledger, None)?;
    let refused = refuse_booked(&summary, "a reset would start the event anew without them");
    let first = if broken_line(&summary).is_some() {
        "'tickets audit' says what is wrong, and what to do"
    } else {
        "'tickets adjust +N --reason TEXT' changes how many there are, and leaves all that is booked"
    };
    refused.map_err(|error| {
        error.hint(format!(
            "nothing was changed; {first}; --force resets all the same: the old ledger is kept, but nobody's ticket counts any more"
        ))
    })
}

/// The same of a ledger that was read. Of one that does not add up it is not known how many there are: what was cancelled,
/// confirmed or released behind the break is not counted.
pub(crate) fn refuse_booked(summary: &LedgerSummary, why: &str) -> Result<()> {
    // No rush holds.
    let held = summary.tally.held.min(summary.booked);
    let broken = broken_line(summary).filter(|_| summary.booked > 0);
    if let Some(line) = broken {
        let message = format!(
            "tickets are booked, and how many is not known, for line {line} of the ledger does not add up: {why}"
        );
        return Err(Error::new(Kind::Refused, message));
    }
    let booked = match (summary.booked - held, summary.unread) {
        (0, _) if held > 0 => format!("{} {} held", count(held, "ticket"), are(held)),
        (0, 0) => return Ok(()),
        (0, 1) => "1 line of the ledger cannot be read, and may be a booking".to_owned(),
        (0, unread) => format!("{unread} lines of the ledger cannot be read, and may be bookings"),
        (sold, _) => {
            let booked = format!("{} {} booked", count(sold, "ticket"), are(sold));
            match held {
                0 => booked,
                held => format!("{booked}, and {held} {} held", are(held)),
            }
        }
    };
    Err(Error::new(Kind::Refused, format!("{booked}: {why}")))
}

/// The first line that does not add up, if one does not.
fn broken_line(summary: &LedgerSummary) -> Option<u64> {
    let mut findings = summary.findings.iter();
    let broken = findings.find(|finding| finding.kind == Flaw::Ledger);
    broken.map(|finding| finding.line)
}
