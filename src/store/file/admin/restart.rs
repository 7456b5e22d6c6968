//! Starting an event anew: the old ledger is archived whole, and nothing that was written is lost.

use std::path::PathBuf;

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, Replaced};
use crate::store::file::count::kept::{BROKEN, REPLACED, keep_count};
use crate::store::file::count::publish::put_count_over;
use crate::store::file::event::EventFiles;
use crate::store::file::files::directory::sync_directory;
use crate::store::file::files::open::Access;
use crate::store::file::files::version::Version;
use crate::store::file::preallocation::trim;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::settings::settings;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::reader::view::base::is_borne_out;
use crate::store::file::recovery::archive::{Archived, take_place};
use crate::store::file::recovery::beginning::Beginning;
use crate::store::file::recovery::create::write_ledger;
use crate::store::file::rights::Rights;
use crate::store::file::sync::prove;

/// What a restart archived, and where that is now.
#[derive(Debug, Default)]
pub(crate) struct Restarted {
    /// The old ledger.
    pub(crate) archive: Option<PathBuf>,
    /// What stood in `tickets.json`, where no ledger says the same.
    pub(crate) kept: Option<PathBuf>,
}

/// The count as it was found; an error: what is no count.
type OldCount = Result<(Option<CountFile>, Version)>;

/// Starts an event anew with `stock`: the old ledger is archived whole, under its own name with
/// the time in it. Only for the holder of the decision locks and the sync lock.
///
/// That the new ledger takes the old one's name is the commit. Before it nothing has changed;
/// after it, the new ledger's opening line says which count it took the place of, so that a process that
/// reads the old `tickets.json` knows that it is stale. An event that is made for real stays one, with what it is sold
/// by.
pub(crate) fn restart(files: &EventFiles, stock: u64) -> Result<Restarted> {
    let old = match CountFile::look(&files.count) {
        Err(error) if error.kind() != Kind::Integrity => return Err(error),
        result => result,
    };
    let Some(ledger) = open_ledger(files, Access::ReadWrite)? else {
        // Without a ledger the count was the event.
        let begun = Beginning::of(stock, None, None)?;
        let kept = put_fresh_count(files, &old, false, (stock, &begun))?;
        return Ok(Restarted {
            archive: None,
            kept,
        });
    };
    let borne_out = match &old {
        Ok((Some(old), _)) => is_borne_out(old, &ledger, files)?,
        _ => true,
    };
    let replaces = what_is_replaced(files, &ledger, &old)?;
    // Those who may read the old one may be fewer than may read the count.
    let rights = Rights::of_handle(&ledger.file);
    let rights = rights.map_err(|e| Error::io("look at", &files.ledger, e))?;
    let settings = settings(files, &ledger.file)?;
    let begun = Beginning::of(stock, Some(replaces), settings.as_ref())?;
    let new = write_ledger(files, &begun.bytes, Some(&rights))?;
    let mut done = false;
    let archived = take_place(files, new, &mut done);
    let finished = archived.and_then(|archived| {
        let kept = put_fresh_count(files, &old, borne_out, (stock, &begun))?;
        Ok(restarted(archived, kept))
    });
    finished.map_err(|error| {
        if !done {
            return error;
        }
        error.with_kind(Kind::OutcomeUnknown).hint(
            "the event was started anew, but not all of it is proven to be on disk: \
             'tickets query' says how it stands",
        )
    })
}

/// Settles the old ledger, and says what the new one takes the place of: the count that includes so much of it, and
/// the ledger that is durable up to there.
fn what_is_replaced(files: &EventFiles, ledger: &LedgerFile, old: &OldCount) -> Result<Replaced> {
    let counted = match old {
        Ok((Some(old), _)) => old.counted,
        _ => None,
    };
    let end = settle(files, ledger)?;
    let opened = ledger.first_line(files)?;
    Ok(Replaced {
        seq: counted.map_or(0, |counted| counted.seq),
        bytes: counted.map_or(0, |counted| counted.bytes),
        opened: opened.map_or_else(String::new, |line| line.sum.to_string()),
        end,
    })
}

fn restarted(archived: Archived, kept: Option<PathBuf>) -> Restarted {
    Restarted {
        archive: Some(archived.archive),
        kept,
    }
}

/// Writes the count of the new event. What the old one said and no ledger says is kept, and so are the members that
/// somebody writes just before.
fn put_fresh_count(
    files: &EventFiles,
    old: &OldCount,
    borne_out: bool,
    (stock, begun): (u64, &Beginning),
) -> Result<Option<PathBuf>> {
    let (fresh, kept) = match old {
        Err(_) => {
            let (own, _) = CountFile::look_whatever_it_says(&files.count)?;
            let fresh = own.map_or_else(|| CountFile::fresh(stock), |own| own.restarted(stock));
            (fresh, keep_count(files, BROKEN)?)
        }
        Ok((None, _)) => (CountFile::fresh(stock), None),
        Ok((Some(old), _)) => {
            let lost = !borne_out && old.counted.is_some_and(|counted| counted.seq > 0);
            let kept = if lost {
                keep_count(files, REPLACED)?
            } else {
                None
            };
            (old.restarted(stock), kept)
        }
    };
    let (old, known) = match old {
        Ok((old, known)) => (old.as_ref(), Some(known)),
        Err(_) => (None, None),
    };
    let edited = put_count_over(files, (old, known), begun.count(fresh))?;
    sync_directory(&files.count)?;
    Ok(kept.or(edited))
}

/// Makes everything that is on the ledger durable, so that a process that still waits for that may take
/// the new ledger's opening line for an answer. Returns up to where it adds up and is durable.
pub(crate) fn settle(files: &EventFiles, ledger: &LedgerFile) -> Result<u64> {
    let end = match LedgerView::take(files, Some(ledger)) {
        Ok(view) => {
            prove::secure(files, ledger, view.counted, view.tally.bytes)?;
            trim(files, ledger)?;
            view.tally.bytes
        }
        Err(_) => 0,
    };
    ledger
        .file
        .sync_data()
        .map_err(|e| Error::io("sync", &files.ledger, e))?;
    Ok(end)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// An edit that comes between the look at the count and the new one.
    fn edited(text: &str) -> (tempfile::TempDir, EventFiles, Option<PathBuf>) {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("tickets.json");
        fs::write(&path, "{\"ticket\": 5, \"door\": \"north\"}\n").unwrap();
        let files = EventFiles::at(&path).unwrap();
        let old = CountFile::look(&files.count);
        let edit = place.path().join("edit");
        fs::write(&edit, text).unwrap();
        fs::rename(&edit, &path).unwrap();
        let begun = Beginning::of(9, None, None).unwrap();
        let kept = put_fresh_count(&files, &old, true, (9, &begun)).unwrap();
        (place, files, kept)
    }

    #[test]
    fn a_reset_keeps_the_members_that_somebody_writes_just_before() {
        let (_place, files, kept) = edited("{\"ticket\": 5, \"door\": \"south\"}\n");
        let count = fs::read_to_string(&files.count).unwrap();
        assert!(count.contains("south") && count.contains('9'), "{count}");
        assert_eq!(kept, None);
    }

    #[test]
    fn a_reset_keeps_a_count_that_somebody_writes_just_before() {
        for (text, label) in [
            ("{\"ticket\": 7, \"door\": \"south\"}\n", "replaced"),
            ("{\"ticket\": ", "broken"),
        ] {
            let (_place, files, kept) = edited(text);
            let kept = kept.expect("it is kept");
            assert!(kept.to_string_lossy().contains(label), "{kept:?}");
            assert_eq!(fs::read_to_string(kept).unwrap(), text);
            let count = CountFile::read(&files.count).unwrap();
            assert_eq!(count.ticket, 9);
        }
    }
}
