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
mod tests {
    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::BoxOffice;
    use crate::store::file::files::open::Access;
    use crate::store::file::reader::ledger_file::open_ledger;

    const MEMBER: &str = "\"door\": \"north\"";

    /// An event with two sales, and a backup with one of them, or of another stock.
    fn event(stock: u64) -> (tempfile::TempDir, EventFiles, EventFiles) {
        let place = tempfile::tempdir().unwrap();
        let make = |path: &Path, stock: u64| {
            fs::write(path, format!("{{\"ticket\": {stock}, {MEMBER}}}\n")).unwrap();
            let mut office = BoxOffice::at(path).unwrap();
            office.book("anna", 1).unwrap();
            office
        };
        let path = place.path().join("tickets.json");
        let saved = place.path().join("saved.json");
        let mut office = make(&path, 5);
        if stock == 5 {
            let safe = place.path().join("safe");
            office.backup(&safe, Duration::from_secs(60)).unwrap();
            for name in ["tickets.json", "tickets.ledger.jsonl"] {
                let to = place.path().join(name.replace("tickets", "saved"));
                fs::rename(safe.join(name), to).unwrap();
            }
        } else {
            make(&saved, stock);
        }
        office.book("ben", 1).unwrap();
        let [files, saved] = [&path, &saved].map(|path| EventFiles::at(path).unwrap());
        (place, files, saved)
    }

    /// Puts the backup back; `check` may spoil the copy.
    fn restored(
        files: &EventFiles,
        saved: &EventFiles,
        check: &dyn Fn(&NamedTempFile, &Tally) -> Result<()>,
    ) -> Result<PutBack> {
        let ledger = |files| open_ledger(files, Access::ReadWrite).unwrap().unwrap();
        let (living, from) = (ledger(files), ledger(saved));
        let count = CountFile::read(&saved.count).unwrap();
        let counted = count.counted.unwrap();
        let fresh = Fresh {
            count: &count,
            tally: Tally {
                seq: counted.seq,
                bytes: counted.bytes,
                left: count.ticket,
                sold: counted.sold,
                ..Tally::default()
            },
            from: Some(&from),
            unterminated: false,
            model: [&saved.ledger, &saved.count],
        };
        let count = Ok(Some(CountFile::read(&files.count).unwrap()));
        put_back(files, &fresh, (Some(&living), &count, true), false, check)
    }

    fn names(place: &Path) -> Vec<String> {
        let entries = fs::read_dir(place).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_restore_that_fails_before_its_commit_leaves_the_count_as_it_was() {
        for stock in [5, 9] {
            let (place, files, saved) = event(stock);
            let before = (fs::read(&files.count).unwrap(), names(place.path()));
            let spoil = |copy: &NamedTempFile, _: &Tally| {
                fs::remove_file(copy.path()).unwrap();
                Ok(())
            };
            assert!(restored(&files, &saved, &spoil).is_err());
            assert_eq!(
                before,
                (fs::read(&files.count).unwrap(), names(place.path()))
            );
        }
    }

    #[test]
    fn a_restore_that_is_killed_before_its_commit_loses_no_member() {
        for stock in [5, 9] {
            let (place, files, saved) = event(stock);
            let [living, from] = [&files, &saved]
                .map(|files| open_ledger(files, Access::ReadWrite).unwrap().unwrap());
            let count = CountFile::read(&saved.count).unwrap();
            let fresh = Fresh {
                count: &count,
                tally: Tally::default(),
                from: Some(&from),
                unterminated: false,
                model: [&saved.ledger, &saved.count],
            };
            let count = Ok(Some(CountFile::read(&files.count).unwrap()));
            // A process that is killed here does nothing more.
            drop(loosen(&files, &fresh, &living, &count, true).unwrap());
            let mut office = BoxOffice::at(&files.count).unwrap();
            assert_eq!(office.audit().unwrap().sold, 2);
            office.book("carl", 1).unwrap();
            assert!(office.audit().unwrap().findings.is_empty());
            let kept = names(place.path());
            let kept = kept
                .iter()
                .filter(|name| name.contains(".json") && !name.starts_with("saved"));
            let kept = kept.filter(|name| {
                fs::read_to_string(place.path().join(name))
                    .unwrap()
                    .contains(MEMBER)
            });
            assert_eq!(kept.count(), 1, "{:?}", names(place.path()));
        }
    }

    #[test]
    fn a_restore_that_is_killed_after_its_commit_loses_no_member() {
        let (_place, files, saved) = event(5);
        let count = CountFile::read(&files.count).unwrap();
        let done = restored(&files, &saved, &|_, _| Ok(())).unwrap();
        assert_eq!(done.tally.sold, 1);
        put_count(&files, &count.restarted(5), true).unwrap();
        let mut office = BoxOffice::at(&files.count).unwrap();
        assert!(office.audit().unwrap().findings.is_empty());
        office.book("carl", 1).unwrap();
        assert!(fs::read_to_string(&files.count).unwrap().contains(MEMBER));
        assert_eq!(office.audit().unwrap().sold, 2);
    }
}
