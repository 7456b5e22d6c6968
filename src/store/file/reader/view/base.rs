//! What `tickets.json` says about the ledger, and whether the ledger bears it out.

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, Counted, Index, Line, MAX_LINE, Op, Tally};
use crate::store::file::count::read::without_a_ledger;
use crate::store::file::event::EventFiles;
use crate::store::file::files::version::Version;
use crate::store::file::reader::edited::edited;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::{RawLines, line_before};
use crate::store::file::reader::view::in_all::in_all;
use crate::store::file::reader::view::mismatch::{check_stock, differs, lacks};
use crate::store::file::reader::view::tail::ALL_LOST;
use crate::store::file::sys::Attributes;

/// The tally at the line that `tickets.json` counts last, and what does not add up between that
/// line and the one before it.
pub(crate) fn base(
    count: &CountFile,
    ledger: &LedgerFile,
    length: u64,
    files: &EventFiles,
) -> Result<(Tally, Option<String>)> {
    let problem = |e| Error::io("read", &files.ledger, e);
    let start = Tally {
        left: count.ticket,
        ..Tally::default()
    };
    let Some(counted) = count.counted.filter(|counted| counted.seq > 0) else {
        return Ok((start, None));
    };
    let bytes = last_counted(counted, ledger, length).map_err(problem)?;
    let line = Line::parse(&bytes, None).ok();
    let Some(line) = line.filter(|line| line.record.seq == counted.seq) else {
        if replaced(ledger, counted.seq, counted.bytes).map_err(problem)? {
            // A reset that was killed after its commit, before it wrote the new count.
            return Ok((start, None));
        }
        let opened = ledger.opening_line().map_err(problem)?.is_some();
        return Err(lacks(
            (counted, count.ticket),
            length,
            opened,
            (ledger, files),
        ));
    };
    known_bad!(DriftBelieved => return Ok((Tally { seq: counted.seq, bytes: counted.bytes, left: count.ticket, sold: counted.sold, held: counted.held, index: counted.index, sum: line.sum }, None)));
    if line.record.left != count.ticket {
        return Err(differs(count, counted, line.record.left, files));
    }
    let start_of_line = counted.bytes - bytes.len() as u64 - 1;
    let chain_break = chain_break(ledger, &line, &bytes, start_of_line).map_err(problem)?;
    let tally = Tally {
        seq: counted.seq,
        bytes: counted.bytes,
        left: count.ticket,
        sold: counted.sold,
        held: counted.held,
        index: counted.index,
        sum: line.sum,
    };
    Ok((in_all(tally, ledger, files)?, chain_break))
}

/// The bytes of what should be the line that the count includes last.
fn last_counted(counted: Counted, ledger: &LedgerFile, length: u64) -> std::io::Result<Vec<u8>> {
    let last = if counted.bytes <= length {
        line_before(&ledger.file, counted.bytes)?
    } else if counted.bytes == length + 1 {
        unterminated_end(ledger, length)?
    } else {
        None
    };
    Ok(last.unwrap_or_default())
}

/// Whether the line that the count includes last stands where it says, or it is the count of a ledger that this
/// one took the place of. Else there were lines of which this ledger knows nothing.
pub(crate) fn is_borne_out(
    count: &CountFile,
    ledger: &LedgerFile,
    files: &EventFiles,
) -> Result<bool> {
    let problem = |e| Error::io("read", &files.ledger, e);
    let Some(counted) = count.counted.filter(|counted| counted.seq > 0) else {
        return Ok(true);
    };
    let length = Attributes::of_handle(&ledger.file).map_err(problem)?.length;
    let bytes = last_counted(counted, ledger, length).map_err(problem)?;
    let is_there = Line::parse(&bytes, None).is_ok_and(|line| line.record.seq == counted.seq);
    Ok(is_there || replaced(ledger, counted.seq, counted.bytes).map_err(problem)?)
}

/// Whether the ledger bears out what a count says, whatever else it holds.
pub(crate) fn bears_out(count: &CountFile, ledger: &LedgerFile, files: &EventFiles) -> Result<()> {
    let length = ledger.length().unwrap_or_default();
    let (tally, _) = base(count, ledger, length, files)?;
    if tally.seq > 0 {
        return Ok(());
    }
    // It counts no sale: then it must say with how many the event opened.
    let opening = ledger.first_line(files)?.map_or(0, |opening| opening.left);
    let opened = Tally {
        seq: 1,
        left: opening,
        ..Tally::default()
    };
    check_stock(count, &opened, 0, files)
}

/// What does not add up between a line and the one before it.
fn chain_break(
    ledger: &LedgerFile,
    line: &Line<'_>,
    bytes: &[u8],
    start: u64,
) -> std::io::Result<Option<String>> {
    let before = match start {
        0 => Tally::default(),
        start => {
            let before = line_before(&ledger.file, start)?.unwrap_or_default();
            let Ok(before) = Line::parse(&before, None) else {
                return Ok(Some("the line before it is none".to_owned()));
            };
            Tally {
                seq: before.record.seq,
                bytes: start,
                left: before.record.left,
                // No line says how many are sold and held; here it is enough that what gives back may follow.
                sold: match line.record.op {
                    Op::Cancel => line.record.quantity.unsigned_abs(),
                    _ => 0,
                },
                held: match line.record.op {
                    Op::Confirm | Op::Release | Op::Expire => line.record.quantity.unsigned_abs(),
                    _ => 0,
                },
                index: Index::default(),
                sum: before.sum,
            }
        }
    };
    let checked = before
        .after(line, start)
        .and_then(|_| Line::parse(bytes, Some(before.sum)));
    Ok(checked.err())
}

/// The last line of a ledger that does not end in a newline.
fn unterminated_end(ledger: &LedgerFile, length: u64) -> std::io::Result<Option<Vec<u8>>> {
    let from = length.saturating_sub(MAX_LINE as u64);
    let mut raw_lines = RawLines::new(&ledger.file, from);
    let mut last = None;
    while let Some(raw_line) = raw_lines.next()? {
        last = (!raw_line.terminated).then(|| raw_line.bytes.to_vec());
    }
    Ok(last)
}

/// Whether the ledger's opening line says that it took the place of one counted up to there.
fn replaced(ledger: &LedgerFile, seq: u64, bytes: u64) -> std::io::Result<bool> {
    Ok(ledger
        .opening_line()?
        .and_then(|line| line.replaces)
        .is_some_and(|replaced| replaced.seq == seq && replaced.bytes == bytes))
}

/// Looks at the count, and says of one that makes no sense what can be done about it here.
pub(crate) fn look_at_count(
    files: &EventFiles,
    ledger: Option<&LedgerFile>,
) -> Result<(Option<CountFile>, Version)> {
    CountFile::look(&files.count).map_err(|error| {
        let opened = ledger.is_some_and(|ledger| matches!(ledger.opening_line(), Ok(Some(_))));
        match (error.kind(), opened) {
            (Kind::Integrity, true) => error.hint(
                "nothing was sold; 'tickets audit --repair' writes it anew from the ledger, and keeps these \
                 bytes beside it",
            ),
            (_, false) if ledger.is_none() && !files.ledger.exists() => {
                without_a_ledger(error, &files.count, &files.ledger)
            }
            _ => error,
        }
    })
}

/// A count that is missing or has no contents, as it was when the event opened.
pub(crate) fn rebuilt_from(
    ledger: &LedgerFile,
    files: &EventFiles,
    version: &Version,
) -> Result<CountFile> {
    if let Some(opening) = ledger.first_line(files)? {
        return Ok(CountFile::fresh(opening.left));
    }
    if let Some(edited) = edited(files, ledger) {
        return Err(edited.error(files));
    }
    let how = if version.is_missing() {
        "is missing"
    } else {
        "is empty"
    };
    let message = format!(
        "{how}, and {} does not begin with an opening line: what was sold stands in neither",
        files.ledger.display()
    );
    let error = Error::new(Kind::Integrity, message).at(&files.count, 1, 1);
    Err(error.hint(ALL_LOST))
}
