//! The first line of a ledger that does not add up, as an audit names it.

use crate::error::Error;
use crate::ledger::{Line, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::Access;
use crate::store::file::reader::by_hand::BY_HAND;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::raw_lines::{RawLine, RawLines, is_blank};
use crate::store::file::reader::view::tail::{broken, is_whole};

/// The first line of the ledger that does not add up; where all that can be read do, this one.
pub(crate) fn first_break(files: &EventFiles, line: u64, why: &str) -> Error {
    // A count of a race counts a line whose number is not that of its place.
    let found = match open_ledger(files, Access::Read) {
        Ok(Some(_)) if why == BY_HAND => None,
        Ok(Some(ledger)) => add_up(&ledger, |_| true).err(),
        _ => None,
    };
    let (line, why) = found.unwrap_or_else(|| (line, why.to_owned()));
    broken(files, line, &why)
}

/// The number of a line that does not add up with those before it, and why.
type Break = (u64, String);

/// Whether each line up to the first that is not whole adds up with those before it, and no whole line stands behind
/// that one, unless the count includes none of it: it includes so many bytes. Else the first that does not.
///
/// What they come to, if nothing is behind them.
pub(super) fn whole_lines(
    ledger: &LedgerFile,
    counted: u64,
) -> std::result::Result<Option<Tally>, Break> {
    let tally = add_up(ledger, is_whole)?;
    let is_all = is_blank(&ledger.file, tally.bytes, u64::MAX).unwrap_or(false);
    if counted <= tally.bytes || is_all {
        return Ok(is_all.then_some(tally));
    }
    let mut behind = RawLines::new(&ledger.file, tally.bytes);
    let mut why = None;
    while let Ok(Some(raw_line)) = behind.next() {
        if is_whole(&raw_line) {
            let why = why.unwrap_or_else(|| "blank lines stand before it".to_owned());
            return Err((tally.seq + 1, why));
        }
        if why.is_none() && !raw_line.bytes.is_empty() {
            why = Line::parse(raw_line.bytes, Some(tally.sum)).err();
        }
    }
    Ok(None)
}

/// What the lines come to up to the first that is none of those wanted; else the first that does not add up.
fn add_up(
    ledger: &LedgerFile,
    wanted: impl Fn(&RawLine<'_>) -> bool,
) -> std::result::Result<Tally, Break> {
    let mut tally = Tally::default();
    let mut raw_lines = RawLines::new(&ledger.file, 0);
    while let Ok(Some(raw_line)) = raw_lines.next() {
        if !wanted(&raw_line) {
            break;
        }
        // What a race leaves is told by its numbers, which say more than a checksum.
        let line = Line::parse(raw_line.bytes, None);
        let taken = line.and_then(|line| {
            let after = tally.after(&line, raw_line.end)?;
            Line::check(raw_line.bytes, Some(tally.sum))?;
            Ok(after)
        });
        tally = taken.map_err(|why| (tally.seq + 1, why))?;
    }
    Ok(tally)
}
