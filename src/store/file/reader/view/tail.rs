//! What stands behind the last line that adds up.

use std::path::Path;

use crate::error::{Error, Kind};
use crate::ledger::{Line, Op, Record, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::Access;
use crate::store::file::reader::by_hand::{BY_HAND, is_by_hand, without_them};
use crate::store::file::reader::changed_line::changed;
use crate::store::file::reader::edited::{Edited, edited};
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::raw_lines::{RawLine, RawLines, is_blank, line_starting};
use crate::store::file::reader::saved_line::{as_before, is_spread};
use crate::store::file::reader::torn_tail::begins_with_lost_write;

/// What stands in the ledger after the last line that adds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tail {
    /// Nothing.
    Clean,
    /// A last line that adds up but has no newline: an editor took it away, or somebody is just
    /// writing it.
    Unterminated {
        /// The tally with that line.
        with_it: Tally,
    },
    /// Bytes that are no line: what a crash in the middle of an append leaves, or a power cut that also
    /// leaves whole lines behind them.
    Torn {
        /// Where they begin; they go on to the end of the file.
        from: u64,
    },
    /// A whole line that does not add up with the lines before it.
    Broken {
        /// Its number, from 1.
        line: u64,
        /// What does not add up.
        why: String,
    },
}

/// What the first raw line that does not add up is: the torn end of the ledger, or a break in it.
///
/// A crash leaves bytes that are no line, and nothing after them; a power cut loses writes in between, too. Where a
/// whole line follows anything else, or stands there itself, something else happened; and so where somebody wrote a line
/// by hand.
pub(crate) fn judge_tail(
    tally: &Tally,
    (start, whole): (u64, bool),
    (ledger, raw_lines): (&LedgerFile, &mut RawLines<'_>),
    why: String,
) -> std::io::Result<Tail> {
    let line = tally.seq + 1;
    let broken = Tail::Broken { line, why };
    if whole {
        return Ok(broken);
    }
    let by_hand = || Tail::Broken {
        line,
        why: BY_HAND.to_owned(),
    };
    let first = line_starting(&ledger.file, start)?;
    if is_by_hand(&first, start) {
        return Ok(by_hand());
    }
    match as_before(&first, tally.sum) {
        Some((_, _, marks)) if !marks.is_empty() => return Ok(broken),
        // Somebody has just written the rest of it: it grew beyond where the reader took the file to end.
        Some(_) => return Ok(Tail::Torn { from: start }),
        None => {}
    }
    // Mostly preallocation, in which a line by line search would take its time.
    if is_blank(&ledger.file, raw_lines.at(), u64::MAX)? {
        return Ok(Tail::Torn { from: start });
    }
    while let Some(raw_line) = raw_lines.next()? {
        if is_by_hand(raw_line.bytes, raw_line.start) {
            return Ok(by_hand());
        }
        if is_whole(&raw_line) {
            known_bad!(LostWriteRefused => return Ok(broken));
            // A power cut, or something else.
            let lost = begins_with_lost_write(&ledger.file, tally)?;
            return Ok(if lost {
                Tail::Torn { from: start }
            } else {
                broken
            });
        }
    }
    Ok(Tail::Torn { from: start })
}

/// Whether it is a whole line, as an editor may have saved it.
pub(crate) fn is_whole(raw_line: &RawLine<'_>) -> bool {
    Line::parse(Line::as_written(raw_line.bytes), None).is_ok() || is_spread(raw_line.bytes)
}

/// Whether the line that the count includes last stands in the ledger where it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    Yes,
    No,
}

/// A line of the ledger does not add up, but the one that the count includes last stands where it says.
pub(crate) fn broken(files: &EventFiles, line: u64, why: &str) -> Error {
    break_at(files, line, why, Stands::Yes)
}

/// A line of the ledger does not add up.
pub(crate) fn break_at(files: &EventFiles, line: u64, why: &str, counted: Stands) -> Error {
    if let Some(edited) = edited_of(files).filter(|edited| edited.line == line) {
        return edited.error(files);
    }
    if why == BY_HAND {
        let told = format!("this line does not add up: {why}");
        return disagreement(told, &files.ledger, line).hint(format!(
            "nothing more was sold; 'tickets audit' says more; {}",
            without_them(files)
        ));
    }
    let ledger = open_ledger(files, Access::Read).ok().flatten();
    let changed = ledger.and_then(|ledger| changed(files, &ledger, line, why));
    let told = match &changed {
        Some(changed) => format!("this line does not add up: {}", changed.told),
        None => format!(
            "this line does not add up: {why}. A race without a lock leaves such lines, and so does a damaged file"
        ),
    };
    let error = disagreement(told, &files.ledger, line);
    if let Some(added) = changed.as_ref().filter(|changed| changed.added) {
        return error.hint(format!(
            "nothing more was sold; 'tickets audit' says more; {}",
            added.undo(files)
        ));
    }
    error.hint(match (booked(files), counted) {
        (Booked::Some, _) if changed.is_some() => {
            "nothing more was sold; 'tickets audit' says more; undo what was edited in it, for rename ID NAME is what gives a \
             sale another name; or put the right ledger back: 'tickets restore DIR' takes it from a backup"
        }
        (Booked::Some, _) => {
            "nothing more was sold; 'tickets audit' says more; undo what was edited in it, or put the right ledger back: \
             'tickets restore DIR' takes it from a backup"
        }
        (Booked::None, Stands::Yes) => {
            "nothing more was sold; 'tickets audit' says more; put the right file back, or, where it was only a rush, \
             'tickets reset' starts afresh and keeps the old ledger"
        }
        // A reset keeps off what may be booked, and what the count counts and the ledger lacks.
        _ => {
            "nothing more was sold; 'tickets audit' says more; put the right file back, or, where it was only a rush, \
             'tickets reset --force' starts afresh and keeps the old ledger"
        }
    })
}

fn edited_of(files: &EventFiles) -> Option<Edited> {
    edited(files, &open_ledger(files, Access::Read).ok()??)
}

/// What of a ledger is somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Booked {
    None,
    /// It has lines that cannot be read.
    Perhaps,
    Some,
}

/// Whether any line of the ledger is a sale which no rush made, or a hold, or says that the event is for real, as far as they can be
/// read. Where there is one it is among the first, so that this is no long search.
fn booked(files: &EventFiles) -> Booked {
    let Ok(Some(ledger)) = open_ledger(files, Access::Read) else {
        return Booked::Some;
    };
    let mut booked = Booked::None;
    let mut raw_lines = RawLines::new(&ledger.file, 0);
    while let Ok(Some(raw_line)) = raw_lines.next() {
        let is_real = |record: &Record<'_>| match record.op {
            Op::Sell => record.rush.is_none(),
            op => matches!(op, Op::Set | Op::Hold),
        };
        match Line::parse(Line::as_written(raw_line.bytes), None) {
            Ok(line) if is_real(&line.record) => return Booked::Some,
            Err(_) if !raw_line.bytes.is_empty() => booked = Booked::Perhaps,
            _ => {}
        }
    }
    booked
}

/// The two files do not agree.
pub(crate) fn disagreement(message: String, file: &Path, line: u64) -> Error {
    Error::new(Kind::Integrity, message)
        .at(file, line, 0)
        .hint(
            "nothing more was sold; 'tickets audit' says more; undo what was edited in it, or put the right ledger back: \
             'tickets restore DIR' takes it from a backup; else 'tickets audit --repair --force' goes on with what the ledger has",
        )
}

/// The count includes lines of a ledger of which nothing is left.
pub(crate) fn all_lost(message: String, file: &Path) -> Error {
    disagreement(message, file, 0).hint(ALL_LOST)
}

/// What to do where no ledger says what was sold.
pub(crate) const ALL_LOST: &str = "nothing was sold; 'tickets restore DIR' puts a backup back; where there is \
                                   none, 'tickets reset --help' says how to start afresh without what was sold";
