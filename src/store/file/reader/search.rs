//! Finding lines in a ledger: by their number, and by what stands in them.

use std::fs::File;
use std::io;

use crate::error::{Error, Result};
use crate::ledger::{Line, MAX_LINE, Sum, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::{RawLines, line_before};
use crate::store::file::reader::settings::line_ending_at;
use crate::store::file::reader::view::tail::broken;
use crate::store::follower::{Followed, Follower};

use memchr::memmem::Finder;

/// How far a search has come: everything up to the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mark {
    /// The number of that line; 0 for the beginning.
    pub(crate) seq: u64,
    /// Where it ends, in bytes.
    pub(crate) bytes: u64,
    sum: Sum,
}

impl Mark {
    /// The end of this line, with its sum.
    pub(crate) fn at(seq: u64, bytes: u64, sum: Sum) -> Self {
        Self { seq, bytes, sum }
    }

    /// Whether it is where the ledger ends by this tally.
    pub(crate) fn is_at(&self, tally: &Tally) -> bool {
        (self.seq, self.bytes, self.sum) == (tally.seq, tally.bytes, tally.sum)
    }

    /// Whether the line that ends there still is the one that was seen.
    pub(crate) fn stands_in(&self, ledger: &File) -> io::Result<bool> {
        match line_ending_at(ledger, self.bytes) {
            // The ledger is shorter by now.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            found => Ok(found? == (self.seq, self.sum)),
        }
    }
}

impl From<Tally> for Mark {
    fn from(tally: Tally) -> Self {
        Self {
            seq: tally.seq,
            bytes: tally.bytes,
            sum: tally.sum,
        }
    }
}

/// Walks from `mark` to `end` and shows the lines in which `text` stands. Every line that it passes is
/// checked against its sum; none but those shown is parsed.
///
/// `see` returns what is to be looked for from there on.
pub(crate) fn search(
    files: &EventFiles,
    ledger: &LedgerFile,
    mark: &mut Mark,
    end: u64,
    text: &str,
    see: &mut dyn FnMut(&Line<'_>, u64) -> Option<String>,
) -> Result<()> {
    if mark.bytes >= end {
        return Ok(());
    }
    let problem = |e| Error::io("read", &files.ledger, e);
    let mut finder = Finder::new(text.as_bytes()).into_owned();
    let mut raw_lines = RawLines::new(&ledger.file, mark.bytes);
    while mark.bytes < end {
        let Some(raw_line) = raw_lines.next().map_err(problem)? else {
            return Ok(());
        };
        if !raw_line.terminated {
            return Ok(());
        }
        let seq = mark.seq.saturating_add(1);
        let sum =
            Line::check(raw_line.bytes, Some(mark.sum)).map_err(|why| broken(files, seq, &why))?;
        if finder.find(raw_line.bytes).is_some() {
            let line = Line::parse(raw_line.bytes, Some(mark.sum))
                .map_err(|why| broken(files, seq, &why))?;
            if let Some(next) = see(&line, raw_line.end) {
                finder = Finder::new(next.as_bytes()).into_owned();
            }
        }
        *mark = Mark {
            seq,
            bytes: raw_line.end,
            sum,
        };
    }
    Ok(())
}

/// Shows a follower the lines that it wants, from where it has come to up to this head. Every line that it passes is
/// checked against its sum.
pub(crate) fn follow(
    files: &EventFiles,
    ledger: &LedgerFile,
    head: &Tally,
    follower: &mut dyn Follower,
) -> Result<()> {
    let problem = |e| Error::io("read", &files.ledger, e);
    let id = Some((ledger.id.device, ledger.id.inode));
    let is_of_it = follower.followed().ledger == id && follower.followed().bytes <= head.bytes;
    if !is_of_it {
        follower.begin(head);
        let start = follower.followed().bytes;
        let (seq, sum) = line_ending_at(&ledger.file, start).map_err(problem)?;
        *follower.followed() = Followed {
            ledger: id,
            seq,
            bytes: start,
            sum: Some(sum),
        };
    }
    let mut raw_lines = RawLines::new(&ledger.file, follower.followed().bytes);
    while follower.followed().bytes < head.bytes {
        let Some(raw_line) = raw_lines.next().map_err(problem)? else {
            return Ok(());
        };
        let Followed { seq, sum, .. } = *follower.followed();
        let broken = |why: String| broken(files, seq.saturating_add(1), &why);
        let sum = Line::check(raw_line.bytes, sum).map_err(broken)?;
        if Line::op(raw_line.bytes).is_none_or(|op| follower.wants(op)) {
            let line = Line::parse(raw_line.bytes, None).map_err(broken)?;
            if follower.wants(line.record.op) {
                follower.see(&line.record, raw_line.start);
            }
        }
        *follower.followed() = Followed {
            ledger: id,
            seq: seq.saturating_add(1),
            bytes: raw_line.end,
            sum: Some(sum),
        };
    }
    Ok(())
}

/// The line with this number, among those up to `end`: where the line before it ends. Takes a few
/// reads, however long the ledger is: the numbers only grow.
pub(crate) fn locate(
    files: &EventFiles,
    ledger: &LedgerFile,
    seq: u64,
    end: u64,
) -> Result<Option<Mark>> {
    find(&ledger.file, seq, end).map_err(|e| Error::io("read", &files.ledger, e))
}

fn find(file: &File, seq: u64, end: u64) -> io::Result<Option<Mark>> {
    if seq == 0 {
        return Ok(None);
    }
    // The line begins in `low..high`.
    let (mut low, mut high) = (0, end);
    while high - low > MAX_LINE as u64 {
        let middle = low + (high - low) / 2;
        match line_from(file, middle)? {
            Some((start, found)) if start < high => {
                if found <= seq {
                    low = start;
                } else {
                    high = middle;
                }
            }
            _ => high = middle,
        }
    }
    let mut raw_lines = RawLines::new(file, low).until(end);
    while let Some(raw_line) = raw_lines.next()? {
        match Line::parse(raw_line.bytes, None) {
            Ok(line) if line.record.seq == seq => return mark_before(file, seq, raw_line.start),
            Ok(line) if line.record.seq < seq => {}
            _ => break,
        }
    }
    Ok(None)
}

fn mark_before(file: &File, seq: u64, start: u64) -> io::Result<Option<Mark>> {
    if start == 0 {
        return Ok(Some(Mark::default()));
    }
    let before = line_before(file, start)?.unwrap_or_default();
    Ok(Line::parse(&before, None).ok().map(|line| Mark {
        seq: seq - 1,
        bytes: start,
        sum: line.sum,
    }))
}

/// The first line that begins after `at`: where, and its number.
fn line_from(file: &File, at: u64) -> io::Result<Option<(u64, u64)>> {
    let mut raw_lines = RawLines::new(file, at);
    if raw_lines.next()?.is_none_or(|part| !part.terminated) {
        return Ok(None);
    }
    Ok(raw_lines.next()?.and_then(|raw_line| {
        let line = Line::parse(raw_line.bytes, None).ok()?;
        Some((raw_line.start, line.record.seq))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Op, Record};
    use std::os::unix::fs::FileExt as _;

    #[test]
    fn a_line_is_found_by_its_number_with_what_stands_before_it() {
        let file = tempfile::tempfile().unwrap();
        let mut marks = vec![Tally::default()];
        for seq in 1..=2000 {
            let before = *marks.last().unwrap();
            let record = match seq {
                1 => Record::open(9, None),
                seq => Record::new(Op::Adjust, seq, 1, 8 + seq),
            };
            let (line, sum) = record.encode(before.sum).unwrap();
            file.write_all_at(&line, before.bytes).unwrap();
            let end = before.bytes + line.len() as u64;
            marks.push(before.apply(&record, sum, end).unwrap());
        }
        let end = marks.last().unwrap().bytes;
        let parts = |mark: &Mark| (mark.seq, mark.bytes, mark.sum);
        for seq in [1, 2, 3, 700, 1000, 1999, 2000] {
            let found = find(&file, seq, end).unwrap().unwrap();
            let before = marks[seq as usize - 1];
            assert_eq!(parts(&found), parts(&Mark::from(before)));
            assert_eq!(parts(&found), (before.seq, before.bytes, before.sum));
        }
        for seq in [0, 2001, u64::MAX] {
            assert!(find(&file, seq, end).unwrap().is_none(), "{seq}");
        }
    }
}
