//! How many there are in all: what a count says is left, sold and held must come to that.
//!
//! A ledger line says how many are left, and no more: without this nobody would notice a count whose `sold` or `held` was
//! changed.

use memchr::memmem::find;

use crate::error::{Error, Result};
use crate::ledger::{Line, Op, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::RawLines;
use crate::store::file::reader::view::mismatch::not_in_all;

/// The tally of a count, if it comes to as many as there are in all: those that the event opened with, or what the index
/// says since that was adjusted. Costs no look at the ledger, but where they differ.
pub(crate) fn in_all(tally: Tally, ledger: &LedgerFile, files: &EventFiles) -> Result<Tally> {
    let said = tally.capacity();
    if tally.index.in_all.or(ledger.opened()) == Some(said) {
        return Ok(tally);
    }
    let differs = |is| Err(not_in_all(&tally, is, files));
    if let Some(is) = tally.index.in_all {
        return differs(is);
    }
    // What the event opened with stands in no line that can be believed: `audit` names that.
    let Some(opening) = ledger.first_line(files)? else {
        return Ok(tally);
    };
    if opening.left == said {
        return Ok(tally);
    }
    // A count from before the index said it.
    let problem = |e| Error::io("read", &files.ledger, e);
    let adjusted = adjusted(ledger, tally.bytes).map_err(problem)?;
    let is = opening
        .left
        .saturating_add_signed(adjusted.unwrap_or_default());
    if is != said {
        return differs(is);
    }
    let mut tally = tally;
    tally.index.in_all = Some(is);
    Ok(tally)
}

/// By how many the stock was adjusted up to this byte; `None`: never.
fn adjusted(ledger: &LedgerFile, end: u64) -> std::io::Result<Option<i64>> {
    let mut raw_lines = RawLines::new(&ledger.file, 0).until(end);
    let mut sum = None;
    while let Some(raw_line) = raw_lines.next()? {
        if find(raw_line.bytes, b"\"op\":\"adjust\"").is_none() {
            continue;
        }
        if let Ok(line) = Line::parse(raw_line.bytes, None)
            && line.record.op == Op::Adjust
        {
            sum = Some(line.record.quantity.saturating_add(sum.unwrap_or(0)));
        }
    }
    Ok(sum)
}
