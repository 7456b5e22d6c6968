//! Putting another ledger, and its count, in the place of an event's.
//!
//! Invariant: at every moment the count fits the ledger beside it, the one before or the one after: it is tied to no
//! line of either, and keeps the members of people; or, where the two opened with different stocks, it is empty, so
//! that the ledger alone counts, and what stood in it is kept beside.

use std::path::PathBuf;

use tempfile::NamedTempFile;

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, MAX_COUNT_BYTES, Record, Tally};
use crate::store::file::admin::restart::settle;
use crate::store::file::count::kept::{BROKEN, REPLACED, keep_count};
use crate::store::file::count::publish::put_count;
use crate::store::file::count::replace::replace;
use crate::store::file::event::EventFiles;
use crate::store::file::files::copy::copy_beside;
use crate::store::file::files::directory::sync_directory;
use crate::store::file::files::read::read_capped;
use crate::store::file::files::write::{name_new, write_beside};
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::recovery::archive::take_place;
use crate::store::file::rights::Rights;
use crate::store::file::sync::prove;

/// What takes the event's place.
pub(crate) struct Fresh<'a> {
    pub(crate) count: &'a CountFile,
    /// What its ledger comes to.
    pub(crate) tally: Tally,
    /// Its ledger; `None`: one that was only just opened is made.
    pub(crate) from: Option<&'a LedgerFile>,
    /// Whether its last line lacks its newline.
    pub(crate) unterminated: bool,
    /// Where the event has no file left: the rights are those of the first of these that is there, the ledger's and
    /// the count's.
    pub(crate) model: [&'a PathBuf; 2],
}

/// What was put in place.
pub(crate) struct PutBack {
    pub(crate) tally: Tally,
    /// Where that is which was replaced.
    pub(crate) kept: Vec<PathBuf>,
}

/// The event that is replaced: its ledger, its count, and whether that ledger has what the count includes.
type Old<'a> = (Option<&'a LedgerFile>, &'a Result<Option<CountFile>>, bool);

/// Puts it in place. `is_same`: the ledger is the same already. `check` looks at the copy before it gets its name.
/// Only for the holder of the decision locks and the sync lock.
///
/// # Errors
/// [`Kind::OutcomeUnknown`]: the ledger has its name, and the rest is not proven.
pub(crate) fn put_back(
    files: &EventFiles,
    fresh: &Fresh<'_>,
    (living, count, borne_out): Old<'_>,
    is_same: bool,
    check: &dyn Fn(&NamedTempFile, &Tally) -> Result<()>,
) -> Result<PutBack> {
    let mut kept = Vec::new();
    let mut tally = fresh.tally;
    let mut done = false;
    let mut act = || -> Result<()> {
        if let (Some(living), true) = (living, is_same) {
            prove::secure(files, living, 0, tally.bytes)?;
            kept.extend(keep(files, fresh, count, borne_out)?);
            return finish(files, fresh, &tally);
        }
        let new = copy(files, fresh, &mut tally)?;
        check(&new, &tally)?;
        kept.extend(keep(files, fresh, count, borne_out)?);
        let Some(living) = living else {
            let named = name_new(new, &files.ledger);
            named.map_err(|e| Error::io("create", &files.ledger, e))?;
            done = true;
            sync_directory(&files.ledger)?;
            return finish(files, fresh, &tally);
        };
        settle(files, living)?;
        let loosened = loosen(files, fresh, living, count, kept.is_empty())?;
        let archived = take_place(files, new, &mut done);
        // It did not get its name: then all is as it was.
        if archived.is_err() && !done {
            loosened.undo(files);
            return archived.map(drop);
        }
        let archived = archived?;
        kept.push(archived.archive.clone());
        // The new ledger stays locked until its count is there.
        finish(files, fresh, &tally)?;
        loosened.forget();
        Ok(())
    };
    match act() {
        Ok(()) => Ok(PutBack { tally, kept }),
        Err(error) if done => Err(error.with_kind(Kind::OutcomeUnknown).hint(
            "the backup is back, but not all of it is proven to be on disk: restore it again",
        )),
        Err(error) => Err(error),
    }
}

fn copy(files: &EventFiles, fresh: &Fresh<'_>, tally: &mut Tally) -> Result<NamedTempFile> {
    let [ledger, count] = fresh.model;
    // What people attached to a count stays there.
    let rights = Rights::of_name(&files.ledger)
        .or_else(|_| Rights::of_name(&files.count).map(Rights::bare))
        .or_else(|_| Rights::of_name(ledger))
        .or_else(|_| Rights::of_name(count).map(Rights::bare));
    let rights = rights.map_err(|e| Error::io("look at", &files.count, e))?;
    if let Some(ledger) = fresh.from {
        let (length, newline) = (tally.bytes, fresh.unterminated);
        tally.bytes += u64::from(newline);
        return copy_beside(&files.ledger, &ledger.file, length, newline, &rights);
    }
    let record = Record::open(fresh.count.ticket, None);
    let (line, sum) = record.encode(Tally::default().sum).unwrap_or_default();
    let opened = Tally::default().apply(&record, sum, line.len() as u64);
    *tally = opened.map_err(|why| Error::new(Kind::Integrity, why))?;
    write_beside(&files.ledger, &line, Some(&rights), true, None)
}

/// Keeps what the count says, where neither ledger says it.
fn keep(
    files: &EventFiles,
    fresh: &Fresh<'_>,
    count: &Result<Option<CountFile>>,
    borne_out: bool,
) -> Result<Option<PathBuf>> {
    match count {
        Err(_) => keep_count(files, BROKEN),
        Ok(Some(count)) if !borne_out || count.restarted(0) != fresh.count.restarted(0) => {
            keep_count(files, REPLACED)
        }
        Ok(_) => Ok(None),
    }
}

/// What stood in a count that was tied to a ledger.
#[derive(Debug, Default)]
struct Loosened {
    /// Its bytes; `None`: nothing was changed.
    before: Option<Vec<u8>>,
    /// Where it is kept until the new count is there.
    beside: Option<PathBuf>,
}

impl Loosened {
    /// Writes it back. Where that fails too, what is there fits the ledger all the same.
    fn undo(self, files: &EventFiles) {
        let Some(before) = &self.before else { return };
        if replace(&files.count, before, true).is_ok() {
            self.forget();
        }
    }

    /// It need not be kept any more.
    fn forget(self) {
        if let Some(beside) = self.beside {
            let _ = std::fs::remove_file(beside);
        }
    }
}

/// Makes the count contradict neither the ledger that is there nor the one that comes: of an event that opens with
/// the same stock in both it keeps the members, and counts no line; else it is empty. But where the ledger that is
/// there says nothing, the count is all that does. `alone`: what stands in it is not kept yet.
fn loosen(
    files: &EventFiles,
    fresh: &Fresh<'_>,
    living: &LedgerFile,
    count: &Result<Option<CountFile>>,
    alone: bool,
) -> Result<Loosened> {
    let Some(opening) = living.first_line(files)? else {
        return Ok(Loosened::default());
    };
    let before = match read_capped(&files.count, MAX_COUNT_BYTES) {
        Ok((bytes, _)) => Some(bytes),
        Err(error) if error.is_not_found() => return Ok(Loosened::default()),
        // What is no count is kept beside by now.
        Err(_) => None,
    };
    let coming = match fresh.from {
        Some(ledger) => ledger.first_line(files)?.map(|line| line.left),
        None => Some(fresh.count.ticket),
    };
    let mut beside = None;
    match count {
        Ok(Some(count)) if coming == Some(opening.left) => {
            put_count(files, &count.restarted(opening.left), true)?;
        }
        Ok(Some(count)) => {
            if alone && count.is_personal() {
                beside = keep_count(files, REPLACED)?;
            }
            replace(&files.count, b"", false)?;
        }
        _ => drop(replace(&files.count, b"", false)?),
    }
    sync_directory(&files.count)?;
    Ok(Loosened { before, beside })
}

fn finish(files: &EventFiles, fresh: &Fresh<'_>, tally: &Tally) -> Result<()> {
    put_count(files, &fresh.count.counting(tally), true)?;
    sync_directory(&files.count)
}

#[cfg(test)]
mod tests;
