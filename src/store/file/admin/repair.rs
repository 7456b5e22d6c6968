//! Repair: what an audit found is put right from the ledger, where that can be proven.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::ledger::CountFile;
use crate::plural;
use crate::store::audit::{Audit, Flaw};
use crate::store::file::admin::audit::examine;
use crate::store::file::admin::torn_booking::torn_booking;
use crate::store::file::count::kept::{BROKEN, REPLACED, keep_count};
use crate::store::file::count::publish::publish;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::FileStore;
use crate::store::file::files::open::Access;
use crate::store::file::lock::wait::Wait;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::raw_lines::line_starting;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::recovery::clean_up::clean_up;
use crate::store::file::recovery::orphans::orphans;
use crate::store::file::recovery::recover::recover_tail;
use crate::store::file::sellable::refuse_unsellable;
use crate::store::file::sync::prove;
use crate::store::file::sync::sync_lock::acquire_sync;
use crate::store::results::{CountGivenUp, GivenUp};

impl FileStore {
    /// Audits under both locks and repairs what can be proven: the ledger is the truth, as long as all
    /// of it adds up. The count is written anew from it, a torn tail is kept in a file of its own,
    /// a missing newline is put back, orphans are removed. A ledger that does not add up is left alone.
    /// `forced`: so is no count that includes lines which its ledger lacks; it is kept beside.
    ///
    /// # Errors
    /// When the files cannot be read or written, and [`Kind::Busy`] when the locks were not had within `wait`.
    pub(crate) fn put_right(&mut self, wait: Duration, forced: bool) -> Result<Audit> {
        if open_ledger(&self.files, Access::Read)?.is_none() {
            let audit = self.audit()?;
            // What is no event, and has no ledger to be mended by, gets no lock file either.
            if audit.findings.iter().any(|found| found.kind == Flaw::Count) {
                return Ok(audit);
            }
        }
        let wanted = &mut || true;
        let mut wait = Wait::wanted(wait, wanted);
        let _held = self.decision_locks.acquire(&mut self.strategy, &mut wait)?;
        let ledger = open_ledger(&self.files, Access::ReadWrite)?;
        let _sync = match &ledger {
            Some(ledger) => Some(acquire_sync(&self.files, ledger, &mut wait)?),
            None => None,
        };
        let ledger = ledger.as_ref();
        self.last = None;
        let orphans = orphans(&self.files)?.len();
        let (before, unfinished) = examine(&self.files, ledger, orphans)?;
        if !(before.is_repairable() || forced && before.is_repairable_by_force()) {
            return Ok(before);
        }
        if !before.findings.is_empty() {
            refuse_unsellable(&self.files)?;
        }
        let torn = unfinished.map(|unfinished| unfinished.start());
        let mut given_up = match ledger {
            Some(ledger) if !before.is_repairable() => lost(&self.files, ledger, &before, torn)?,
            _ => None,
        };
        let (repaired, kept) = mend(&self.files, ledger, &before)?;
        if let Some(given_up) = &mut given_up {
            given_up.file = kept.map(|kept| kept.display().to_string());
        }
        let (after, _) = examine(&self.files, ledger, 0)?;
        Ok(Audit {
            repaired,
            given_up,
            ..after
        })
    }
}

/// What the count includes and the ledger lacks; `torn`: where what is no whole line begins.
fn lost(
    files: &EventFiles,
    ledger: &LedgerFile,
    audit: &Audit,
    torn: Option<u64>,
) -> Result<Option<GivenUp>> {
    let count = CountFile::look(&files.count)
        .ok()
        .and_then(|(count, _)| count);
    let Some(count) = count.as_ref().and_then(CountGivenUp::of) else {
        return Ok(None);
    };
    // The line that it includes last is none of this ledger's, however many that has.
    let lost = count.line.saturating_sub(audit.records).max(1);
    let torn = torn
        .map(|torn| line_starting(&ledger.file, torn))
        .transpose();
    let torn = torn.map_err(|e| Error::io("read the end of", &files.ledger, e))?;
    Ok(Some(GivenUp {
        bookings: torn
            .and_then(|torn| torn_booking(&torn))
            .into_iter()
            .collect(),
        lost,
        count: Some(count),
        ..GivenUp::default()
    }))
}

/// Puts right what was found, all of it repairable. Only for the holder of both locks. Returns what was done, and where
/// the count is that is replaced.
fn mend(
    files: &EventFiles,
    ledger: Option<&LedgerFile>,
    audit: &Audit,
) -> Result<(Vec<String>, Option<PathBuf>)> {
    let (mut done, kept) = match ledger {
        Some(ledger) => by_the_ledger(files, ledger, audit)?,
        None => (Vec::new(), None),
    };
    let cleaned = clean_up(files)?;
    done.extend(cleaned.told());
    match cleaned.orphans {
        0 => {}
        swept => done.push(format!(
            "{} of killed processes removed from beside {}",
            plural::count(swept as u64, "temporary file"),
            files.count.display()
        )),
    }
    Ok((done, kept))
}

/// Mends the ledger's end, and writes the count anew where it is not what the ledger says.
fn by_the_ledger(
    files: &EventFiles,
    ledger: &LedgerFile,
    audit: &Audit,
) -> Result<(Vec<String>, Option<PathBuf>)> {
    let (mut done, mut kept) = (Vec::new(), None);
    let has = |flaw: Flaw| audit.findings.iter().any(|finding| finding.kind == flaw);
    if has(Flaw::TornTail) || has(Flaw::Newline) {
        let view = match audit.records {
            // The opening line itself: the stock stands in the count only.
            0 => LedgerView::take(files, Some(ledger))?,
            _ => LedgerView::from_the_start(files, ledger)?,
        };
        done.extend(recover_tail(files, ledger, &view)?);
    }
    let view = LedgerView::from_the_start(files, ledger)?;
    let stale = match CountFile::look(&files.count) {
        Ok((Some(count), _)) => count.counting(&view.tally) != count,
        _ => true,
    };
    if stale && view.tally.seq > 0 {
        prove::secure(files, ledger, 0, view.tally.bytes)?;
        kept = if has(Flaw::Count) {
            keep_count(files, BROKEN)?
        } else if !audit.is_repairable() || has(Flaw::Drift) {
            // It may be right, and the ledger that of a copy.
            keep_count(files, REPLACED)?
        } else {
            None
        };
        // One that is too long to be read has no version, and is kept.
        let known = match &kept {
            Some(_) if view.version().is_missing() => None,
            _ => Some(view.version()),
        };
        let count = (&view.count, &view.tally);
        publish(files, ledger, count, known)?;
        let beside = kept.as_ref();
        let beside = beside.map(|kept| kept_beside(&view.count, kept, has(Flaw::Count)));
        done.push(format!(
            "{} was written anew from the ledger: {} left, {} sold{}",
            files.count.display(),
            view.tally.left,
            view.tally.sold,
            beside.unwrap_or_default()
        ));
    }
    Ok((done, kept))
}

/// Where what stood in a count is kept, and which members of somebody's own it has still: of one that made no sense those
/// that could be read.
fn kept_beside(count: &CountFile, kept: &Path, broken: bool) -> String {
    let own = count.own_names().map(|name| format!("{name:?}"));
    let own = own.collect::<Vec<_>>().join(", ");
    let own = match own.as_str() {
        _ if !broken => String::new(),
        "" => "; no member of your own could be read in it".to_owned(),
        own => format!("; of your own members it has {own}, as far as they could be read"),
    };
    format!("{own}; what stood in it is kept as {}", kept.display())
}
