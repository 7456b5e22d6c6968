//! Whether a ledger is one that a count or another ledger was of: by its lines, each with its id and its checksum, and not
//! by their numbers and lengths alone, in which another sale in the same place is alike.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use crate::ledger::{Counted, Line, Sum, Tally};
use crate::store::file::files::open::{Access, try_open_regular};
use crate::store::file::reader::raw_lines::{RawLines, line_before};

/// Whether every line of this ledger adds up, and it says so many left, sold and held where the line ends that a count
/// includes last.
pub(super) fn includes(ledger: &Path, counted: Counted, left: u64) -> bool {
    let (wanted, file) = (counted.bytes, opened(ledger, counted.bytes));
    let Some(file) = file.filter(|file| numbered(file, wanted) == Some(counted.seq)) else {
        return false;
    };
    let mut found = false;
    let (mut tally, mut raw_lines) = (Tally::default(), RawLines::new(&file, 0));
    while let Ok(Some(raw_line)) = raw_lines.next() {
        if raw_line.bytes.is_empty() || (found && !raw_line.terminated) {
            // Preallocation, or a line that is just being written.
            break;
        }
        let line = Line::parse(raw_line.bytes, Some(tally.sum));
        let after = line.and_then(|line| tally.after(&line, raw_line.end));
        let Ok(after) = after else { return false };
        tally = after;
        if tally.bytes == wanted {
            let is = (tally.seq, tally.left, tally.sold, tally.held);
            found = is == (counted.seq, left, counted.sold, counted.held);
        }
    }
    found
}

/// Whether a line of this number ends in this ledger where a count says so, sound or not.
pub(super) fn holds_line(ledger: &Path, counted: Counted) -> bool {
    let file = opened(ledger, counted.bytes);
    file.is_some_and(|file| numbered(&file, counted.bytes) == Some(counted.seq))
}

/// Whether each line of the other ledger stands in this one, by its checksum. What cannot be read there may be a sale.
pub(super) fn holds_all_of(ledger: &Path, other: &Path) -> bool {
    let (Some(file), Some(other)) = (opened(ledger, 0), opened(other, 0)) else {
        return false;
    };
    let mut known: HashSet<Sum> = HashSet::new();
    let mut raw_lines = RawLines::new(&file, 0);
    while let Ok(Some(raw_line)) = raw_lines.next() {
        known.extend(Line::parse(raw_line.bytes, None).map(|line| line.sum));
    }
    let mut raw_lines = RawLines::new(&other, 0);
    loop {
        match raw_lines.next() {
            Ok(None) => return true,
            Ok(Some(raw_line)) => {
                let line = Line::parse(Line::as_written(raw_line.bytes), None);
                let is_known = line.is_ok_and(|line| known.contains(&line.sum));
                if !raw_line.bytes.is_empty() && !is_known {
                    return false;
                }
            }
            Err(_) => return false,
        }
    }
}

/// A ledger of at least so many bytes.
fn opened(ledger: &Path, bytes: u64) -> Option<File> {
    let (file, own) = try_open_regular(ledger, Access::Read).ok()??;
    (own.length >= bytes).then_some(file)
}

/// The number of the line that ends at this byte.
fn numbered(file: &File, end: u64) -> Option<u64> {
    let bytes = line_before(file, end).ok()??;
    Line::parse(&bytes, None).ok().map(|line| line.record.seq)
}
