//! The first line of a ledger that does not add up, as an audit names it.

use crate::error::Error;
use crate::ledger::{Line, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::Access;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::raw_lines::{RawLine, RawLines};
use crate::store::file::reader::view::tail::{broken, is_whole};

/// The first line of the ledger that does not add up; where all that can be read do, this one.
pub(crate) fn first_break(files: &EventFiles, line: u64, why: &str) -> Error {
    // A count of a race counts a line whose number is not that of its place.
    let found = match open_ledger(files, Access::Read) {
        Ok(Some(ledger)) => add_up(&ledger, |_| true).err(),
        _ => None,
    };
    let (line, why) = found.unwrap_or_else(|| (line, why.to_owned()));
    broken(files, line, &why)
}

/// Whether each line up to the first that is not whole adds up with those before it; else the number of the first that
/// does not, and why.
pub(super) fn whole_lines(ledger: &LedgerFile) -> std::result::Result<(), (u64, String)> {
    add_up(ledger, is_whole)
}

/// The same of all lines up to the first that is none of those wanted.
fn add_up(
    ledger: &LedgerFile,
    wanted: impl Fn(&RawLine<'_>) -> bool,
) -> std::result::Result<(), (u64, String)> {
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
    Ok(())
}
