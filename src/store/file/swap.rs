//! Putting another ledger, and its count, in the place of an event's.
//!
//! Invariant: at every moment the count fits the ledger beside it, the one before or the one after, or is empty, so
//! that the ledger alone counts.

use std::path::PathBuf;

use tempfile::NamedTempFile;

use super::aside::take_place;
use super::copied::copy_beside;
use super::durable::put_count;
use super::event::EventFiles;
use super::files::{name_new, sync_directory, write_beside};
use super::kept::{BROKEN, REPLACED, keep_count};
use super::ledger_file::LedgerFile;
use super::replace::replace;
use super::restart::settle;
use super::rights::Rights;
use super::vouch;
use crate::error::{Error, Kind, Result};
use crate::ledger::CountFile;
use crate::ledger::{Record, Tally};

/// What takes the event's place.
pub(crate) struct Fresh<'a> {
    pub(crate) snapshot: &'a CountFile,
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
/// Only for the holder of the deciding locks and the sync lock.
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
            vouch::secure(files, living, 0, tally.bytes)?;
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
        clear_count(files, living)?;
        let put_away = take_place(files, new, &mut done)?;
        kept.push(put_away.archive.clone());
        // The new ledger stays locked until its count is there.
        finish(files, fresh, &tally)
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
    let record = Record::open(fresh.snapshot.ticket, None);
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
        Ok(Some(count)) if !borne_out || count.restarted(0) != fresh.snapshot.restarted(0) => {
            keep_count(files, REPLACED)
        }
        Ok(_) => Ok(None),
    }
}

/// Empties the count, so that it contradicts neither the ledger that is there nor the one that comes; but where the
/// ledger that is there says nothing, the count is all that does.
fn clear_count(files: &EventFiles, living: &LedgerFile) -> Result<()> {
    if living.first_line(files)?.is_none() {
        return Ok(());
    }
    match replace(&files.count, b"", false) {
        Err(error) if error.is_not_found() => Ok(()),
        replaced => replaced.map(drop),
    }?;
    sync_directory(&files.count)
}

fn finish(files: &EventFiles, fresh: &Fresh<'_>, tally: &Tally) -> Result<()> {
    put_count(files, &fresh.snapshot.counting(tally), true)?;
    sync_directory(&files.count)
}
