//! What an event has that a backup lacks, and would lose.

use std::collections::HashSet;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, Line, Op, Sum, Tally};
use crate::plural;
use crate::store::file::admin::given_up::LinesGivenUp;
use crate::store::file::admin::saved::Saved;
use crate::store::file::event::EventFiles;
use crate::store::file::files::compare::common;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::{RawLines, is_blank, line_before};

/// What the event's ledger has that the backup lacks.
pub(crate) struct Extra {
    pub(crate) lines: LinesGivenUp,
    /// With the holds among them that became one.
    pub(crate) sales: u64,
    /// What it comes to, if it has all that the backup has, and no more.
    pub(crate) same: Option<Tally>,
    /// Not even the opening line is the backup's: another event's, or this one's of before a reset.
    pub(crate) differs_from_start: bool,
}

/// Compares the event's ledger with the backup's, from the line on in which they differ.
pub(crate) fn extra(
    files: &EventFiles,
    living: Option<&LedgerFile>,
    saved: &Saved,
) -> Result<Extra> {
    let problem = |e| Error::io("compare", &files.ledger, e);
    let mut extra = Extra {
        lines: LinesGivenUp::default(),
        sales: 0,
        same: None,
        differs_from_start: false,
    };
    let Some(living) = living else {
        return Ok(extra);
    };
    let length = living.file.metadata().map_err(problem)?.len();
    let end = saved.tally.bytes;
    let mut from = 0;
    if let Some(theirs) = &saved.ledger {
        from = common(&living.file, &theirs.file, end).map_err(problem)?;
        let blank = is_blank(&living.file, end, length).map_err(problem)?;
        if from == end && blank && !saved.unterminated {
            extra.same = Some(saved.tally);
        }
    } else if let Some(tally) = only_opened(living, length).map_err(problem)?
        && tally.left == saved.tally.left
    {
        extra.same = Some(tally);
        return Ok(extra);
    }
    // From the start of the line in which they differ.
    while from > 0 && line_before(&living.file, from).map_err(problem)?.is_none() {
        from -= 1;
    }
    extra.differs_from_start = from == 0 && saved.ledger.is_some();
    let known = match &saved.ledger {
        Some(theirs) => KnownLines::of(theirs, from, end).map_err(problem)?,
        None => KnownLines::default(),
    };
    count_lacking(living, (from, end), &known, &mut extra).map_err(problem)?;
    extra.lines.name_kept(living).map_err(problem)?;
    Ok(extra)
}

/// Counts the lines of a ledger, from this byte on, that are not among the known ones, which end at another.
fn count_lacking(
    ledger: &LedgerFile,
    (from, end): (u64, u64),
    known: &KnownLines,
    extra: &mut Extra,
) -> std::io::Result<()> {
    let mut before = match line_before(&ledger.file, from) {
        Ok(Some(line)) => Line::check(&line, None).unwrap_or_default(),
        _ => Sum::default(),
    };
    let mut raw_lines = RawLines::new(&ledger.file, from);
    while let Some(raw_line) = raw_lines.next()? {
        // An editor has changed no line by what it puts at the ends of them.
        let bytes = Line::as_written(raw_line.bytes);
        let Ok(line) = Line::parse(bytes, None) else {
            // One that stands where the backup has lines is damaged, and comes back.
            if raw_line.start >= end && raw_line.bytes.iter().any(|byte| *byte != 0) {
                extra.lines.add_unreadable();
            }
            continue;
        };
        let sound = Line::check(bytes, Some(before)).is_ok();
        before = line.sum;
        if known.has(&line, bytes, sound) {
            continue;
        }
        extra.lines.add(&line.record);
        extra.sales += u64::from(matches!(line.record.op, Op::Sell | Op::Confirm));
    }
    Ok(())
}

/// What a ledger comes to that has its opening line only.
fn only_opened(ledger: &LedgerFile, length: u64) -> std::io::Result<Option<Tally>> {
    let mut raw_lines = RawLines::new(&ledger.file, 0);
    let Some(first) = raw_lines.next()?.filter(|first| first.terminated) else {
        return Ok(None);
    };
    let start = Tally::default();
    let line = Line::parse(first.bytes, Some(start.sum)).ok();
    let tally = line.and_then(|line| start.after(&line, first.end).ok());
    match tally {
        Some(tally) if is_blank(&ledger.file, tally.bytes, length)? => Ok(Some(tally)),
        _ => Ok(None),
    }
}

/// The lines of a backup's ledger.
#[derive(Default)]
struct KnownLines {
    sums: HashSet<Sum>,
    /// Of the bytes of each.
    hashes: HashSet<u64>,
    /// From the first one on that differs.
    numbers: HashSet<u64>,
}

impl KnownLines {
    fn of(ledger: &LedgerFile, from: u64, to: u64) -> std::io::Result<Self> {
        let mut known = Self::default();
        let mut raw_lines = RawLines::new(&ledger.file, 0).until(to);
        while let Some(raw_line) = raw_lines.next()? {
            if let Ok(line) = Line::parse(raw_line.bytes, None) {
                known.sums.insert(line.sum);
                known.hashes.insert(xxh3_64(raw_line.bytes));
                if raw_line.start >= from {
                    known.numbers.insert(line.record.seq);
                }
            }
        }
        Ok(known)
    }

    /// Whether the backup has this line of these bytes. A line that was damaged, and stands in the backup as it was, is none that
    /// the backup lacks, and neither is a copy of one that it has.
    fn has(&self, line: &Line<'_>, bytes: &[u8], sound: bool) -> bool {
        if sound {
            return self.sums.contains(&line.sum);
        }
        self.numbers.contains(&line.record.seq) || self.hashes.contains(&xxh3_64(bytes))
    }
}

/// So many sales, holds and changes are named where a restore is refused.
const NAMED: usize = 5;

/// Whose sales and holds a restore would give up, and which would be as before, behind how it is forced.
fn whose(lines: &LinesGivenUp) -> String {
    let (words, more) = lines.first_in_words(NAMED);
    if words.is_empty() {
        return String::new();
    }
    let more = match more {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!(". By that {}{more}", words.join("; "))
}

/// Refuses to put a backup back that lacks what the event has. `borne_out`: the event's ledger has what its count
/// includes.
pub(crate) fn refuse_to_lose(
    files: &EventFiles,
    extra: &Extra,
    count: &Result<Option<CountFile>>,
    borne_out: bool,
    saved: &Saved,
) -> Result<()> {
    let refused = |file: &Path, message: String| {
        let error = Error::new(Kind::Refused, message).at(file, 0, 0);
        let way = "nothing was changed; --force puts the backup back all the same, and keeps what is there beside";
        Err(error.hint(format!("{way}{}", whose(&extra.lines))))
    };
    let lines = extra.lines.lines();
    if lines > 0 {
        let (lines, sales) = (
            plural::count(lines, "line"),
            plural::count(extra.sales, "sale"),
        );
        let other = if extra.differs_from_start {
            "; it begins otherwise: the backup is of another event, or of before a reset"
        } else {
            ""
        };
        let message = format!("has {lines} that the backup lacks, {sales} among them{other}");
        return refused(&files.ledger, message);
    }
    let counted = match count {
        Ok(Some(count)) => count.counted.map_or(0, |counted| counted.seq),
        _ => 0,
    };
    if !borne_out && counted > saved.tally.seq {
        let message = format!(
            "counts {}, and the backup has {}: {} on no ledger any more",
            plural::count(counted, "line"),
            saved.tally.seq,
            counted - saved.tally.seq
        );
        return refused(&files.count, message);
    }
    Ok(())
}
