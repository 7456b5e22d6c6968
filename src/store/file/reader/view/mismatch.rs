//! What is said of a count and a ledger that do not agree: the ledger lacks what the count includes, or says another
//! number.

use crate::error::{Error, Result};
use crate::ledger::{CountFile, Counted, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::apart::{Apart, apart};
use crate::store::file::reader::edited::edited;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::view::breaks::whole_lines;
use crate::store::file::reader::view::tail::{Stands, all_lost, break_at, disagreement};

/// The ledger lacks the line that the count includes last, where so many are left. `opened`: it has its opening line.
pub(crate) fn lacks(
    (counted, left): (Counted, u64),
    length: u64,
    opened: bool,
    (ledger, files): (&LedgerFile, &EventFiles),
) -> Error {
    let count = files.count.display();
    let Counted { seq, bytes, .. } = counted;
    let message = if bytes > length {
        format!(
            "has {length} bytes, but {count} counts {bytes} of them: it is cut short, or belongs to another count"
        )
    } else {
        format!("has no line {seq} that ends at byte {bytes}, where {count} counts it")
    };
    if let Some(edited) = edited(files, ledger)
        && (!opened || edited.has_all())
    {
        return edited.error(files);
    }
    if let Some(apart) = apart(files, counted, left) {
        let error = disagreement(message + &apart.told(), &files.ledger, seq);
        return error.hint(or_a_backup(&apart));
    }
    if !opened {
        let error = all_lost(message, &files.ledger);
        return if length > 0 {
            error.hint(UNREAD)
        } else {
            error
        };
    }
    match whole_lines(ledger, bytes) {
        Ok(Some(all))
            if all.is_told_by(&counted, left) && (bytes <= all.bytes || seq == all.seq) =>
        {
            miscounted(counted, &all, files)
        }
        // What the ledger has adds up: that can be gone on with.
        Ok(_) => disagreement(message, &files.ledger, seq),
        Err((line, why)) => break_at(files, line, &why, Stands::No),
    }
}

/// What to do about a count whose ledger goes by another name, or is lost.
pub(crate) fn or_a_backup(apart: &Apart<'_>) -> String {
    format!(
        "nothing was sold; {}; else 'tickets restore DIR' puts a backup back",
        apart.way_out()
    )
}

/// The ledger adds up, and its last line says what the count says: the place that the count names is changed.
fn miscounted(counted: Counted, all: &Tally, files: &EventFiles) -> Error {
    let Counted { seq, bytes, .. } = counted;
    let ledger = files.ledger.display();
    let message = format!(
        "somebody changed the count by hand, or {ledger} is that of a copy from which as many were sold: it has no line {seq} that \
         ends at byte {bytes}, and all its lines add up to what the count says is left and sold"
    );
    let hint = if bytes == all.bytes {
        MISCOUNTED
    } else {
        ANOTHER
    };
    disagreement(message, &files.count, 1).hint(hint)
}

/// The count says another number than the line that it includes last.
pub(crate) fn differs(count: &CountFile, counted: Counted, left: u64, files: &EventFiles) -> Error {
    let message = format!(
        "says {} left, but line {} of {} says {left}: somebody changed the count by hand, or sold without the ledger, or this is the \
         ledger of a copy",
        count.ticket,
        counted.seq,
        files.ledger.display(),
    );
    disagreement(message, &files.count, 1).hint(DRIFT)
}

/// What the count says is left, sold and held comes to another number than there are in all.
pub(crate) fn not_in_all(said: &Tally, is: u64, files: &EventFiles) -> Error {
    let held = match said.held {
        0 => String::new(),
        held => format!(", {held} held"),
    };
    let message = format!(
        "says {} left, {} sold{held}: that makes {}, but by line {} of {} there are {is} in all: somebody changed the \
         count by hand",
        said.left,
        said.sold,
        said.capacity(),
        said.seq,
        files.ledger.display(),
    );
    disagreement(message, &files.count, 1).hint(DRIFT)
}

/// A count that is not tied to the ledger must be the stock that the ledger opens with.
pub(crate) fn check_stock(
    count: &CountFile,
    tally: &Tally,
    counted: u64,
    files: &EventFiles,
) -> Result<()> {
    let tied = count.counted.is_some_and(|counted| counted.seq > 0);
    if counted > 0 || tied || tally.seq != 1 || tally.left == count.ticket {
        return Ok(());
    }
    let message = format!(
        "says {} left and counts no sale, but {} opens with {}: somebody changed the count by hand",
        count.ticket,
        files.ledger.display(),
        tally.left
    );
    Err(disagreement(message, &files.count, 1).hint(DRIFT))
}

/// What to do about a ledger that has bytes, and no opening line: an editor may have changed the ends of its lines, or put
/// something before the first.
const UNREAD: &str = "nothing more was sold; 'tickets audit' says what is wrong with it; 'tickets restore DIR' puts a backup \
                      back; where there is none, 'tickets reset --help' says how to start afresh without what was sold";

/// What to do about a count that names another line of its ledger than its numbers are of.
const MISCOUNTED: &str =
    "nothing more was sold; 'tickets audit --repair' writes the count anew from the ledger";

/// The same where the ledger is longer or shorter than the count says: lines may be lost, or it may be another event's.
const ANOTHER: &str = "nothing more was sold; put the right ledger back, as 'tickets restore DIR' does from a backup; where you know that only the count was \
                      changed, 'tickets audit --repair --force' writes it anew from the ledger, and goes by its sales alone";

/// What to do about a count that was changed by hand.
const DRIFT: &str = "the ledger is the truth: 'tickets audit --repair' writes the count anew from it, \
                     and 'tickets adjust +N --reason TEXT' changes the stock";
