//! Getting an event ready for a rush, and off real bookings.

use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::{FileStore, no_ledger};
use crate::store::file::files::open::Access;
use crate::store::file::ledger_lock::lock_ledger;
use crate::store::file::lock::decision::DecisionGuard;
use crate::store::file::lock::wait::Wait;
use crate::store::file::people::explain_denied;
use crate::store::file::preallocation::trim;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::settings::settings;
use crate::store::file::reader::verify::summarize_ledger;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::reader::view::tail::Tail;
use crate::store::file::recovery::clean_up::clean_up;
use crate::store::file::recovery::orphans::count_orphans;
use crate::store::file::recovery::recover::recover_tail;
use crate::store::file::sellable::{refuse_unsellable, try_files};
use crate::store::file::sync::prove;
use crate::store::file::sync::sync_lock::acquire_sync;

/// The state of an event before a rush, to judge the rush by.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) tally: Tally,
    /// The ledger, which stays readable when a reset puts it away.
    pub(crate) ledger: LedgerFile,
    /// Where it ended, in bytes.
    pub(crate) end: u64,
    /// What `tickets.json` said was left, and up to where it counted the ledger, in bytes: it may be behind.
    pub(crate) counted: (u64, u64),
}

impl FileStore {
    /// Gets the event ready for a rush: the ledger exists, and what killed processes left is
    /// cleaned up. Under a lock everything must add up; without one, buyers believe what they see. `force`: even
    /// where tickets are booked.
    pub(crate) fn prepare(
        &mut self,
        lock: LockKind,
        force: bool,
        wait: Duration,
        still_wanted: &mut dyn FnMut() -> bool,
    ) -> Result<Opening> {
        let ready = self.get_ready(lock, force, wait, still_wanted);
        ready.map_err(|error| explain_denied(&self.files, error))
    }

    fn get_ready(
        &mut self,
        lock: LockKind,
        force: bool,
        wait: Duration,
        still_wanted: &mut dyn FnMut() -> bool,
    ) -> Result<Opening> {
        let wait = &mut Wait::wanted(wait, still_wanted);
        refuse_unsellable(&self.files)?;
        // Else each of the buyers would find it out.
        let wrong = try_files(&self.files, lock == LockKind::Exclusive);
        if let Some(error) = wrong.into_iter().next() {
            return Err(error);
        }
        if self.needs_recovery(lock)? {
            self.recover(lock, wait)?;
        }
        let Some(ledger) = open_ledger(&self.files, Access::Read)? else {
            return Err(no_ledger(&self.files));
        };
        let mut view = LedgerView::take(&self.files, Some(&ledger))?;
        if lock == LockKind::Exclusive {
            view = view.sound(&self.files)?;
        }
        if !force {
            refuse_real(&self.files, &ledger, &view)?;
        }
        // What was never sold is not booked, and need not be looked for.
        if !force && (view.tally.sold > 0 || lock != LockKind::Exclusive) {
            refuse_rush(&self.files, &ledger)?;
        }
        let metadata = ledger.file.metadata();
        let metadata = metadata.map_err(|e| Error::io("look at", &self.files.ledger, e))?;
        let count = &view.count;
        let counted = count.counted.map_or(0, |counted| counted.bytes);
        Ok(Opening {
            counted: (count.ticket, counted),
            tally: view.tally,
            end: match lock {
                LockKind::Exclusive => view.tally.bytes,
                _ => metadata.len(),
            },
            ledger,
        })
    }

    /// Whether killed processes left something, or the ledger is not there yet.
    fn needs_recovery(&self, lock: LockKind) -> Result<bool> {
        let ledger = open_ledger(&self.files, Access::Read)?;
        let view = LedgerView::take(&self.files, ledger.as_ref())?;
        // Buyers without a lock append, and would leave blank lines behind them.
        let blank = lock != LockKind::Exclusive && view.is_preallocated();
        let ready = view.tally.seq > 0 && view.tail == Tail::Clean && !blank;
        Ok(!ready || count_orphans(&self.files)? > 0)
    }

    /// Recovers the ledger's tail and cleans up, under all three locks.
    fn recover(&mut self, lock: LockKind, wait: &mut Wait<'_>) -> Result<()> {
        let name = self.decision_locks.name.acquire(&mut self.strategy, wait)?;
        let ledger = lock_ledger(
            &self.files,
            &mut self.decision_locks.ledger,
            (&mut self.ledger, &self.recycled),
            &mut self.strategy,
            wait,
        )?;
        let _held = DecisionGuard::of(name, ledger);
        if let Some(ledger) = &self.ledger {
            let _sync = acquire_sync(&self.files, &ledger.rewrite, wait)?;
            let view = LedgerView::take(&self.files, Some(&ledger.rewrite))?;
            let recovered = recover_tail(&self.files, &ledger.rewrite, &view)?;
            self.notes.extend(recovered);
            if lock != LockKind::Exclusive {
                trim(&self.files, &ledger.rewrite)?;
            }
        }
        let cleaned = clean_up(&self.files)?;
        self.notes.extend(cleaned.told());
        Ok(())
    }

    /// Makes durable what is on the ledger, whichever process wrote it.
    pub(crate) fn sync(&self) -> Result<()> {
        match open_ledger(&self.files, Access::ReadWrite)? {
            Some(ledger) => prove::sync(&self.files, &ledger.file),
            None => Ok(()),
        }
    }
}

/// An error when there are real bookings that were not all cancelled.
pub(crate) fn refuse_bookings(files: &EventFiles, ledger: &LedgerFile, why: &str) -> Result<()> {
    match summarize_ledger(files, ledger, None)?.booked {
        0 => Ok(()),
        1 => Err(Error::new(
            Kind::Refused,
            format!("1 ticket is booked: {why}"),
        )),
        booked => Err(Error::new(
            Kind::Refused,
            format!("{booked} tickets are booked: {why}"),
        )),
    }
}

/// The same for a rush, whose buyers are nobody: with the name of an event of its own.
fn refuse_rush(files: &EventFiles, ledger: &LedgerFile) -> Result<()> {
    let why = "a rush would sell what is left to nobody";
    refuse_bookings(files, ledger, why).map_err(|error| {
        if error.kind() != Kind::Refused {
            return error;
        }
        error.hint(elsewhere())
    })
}

/// The same on an event that is made for real, whether anything was booked yet or not.
fn refuse_real(files: &EventFiles, ledger: &LedgerFile, view: &LedgerView) -> Result<()> {
    if settings(files, &ledger.file)?.is_none() {
        return Ok(());
    }
    let message = format!(
        "this event was made for real: a rush would sell the {} that are left to nobody",
        view.tally.left
    );
    let error = Error::new(Kind::Refused, message).at(&files.count, 0, 0);
    Err(error.hint(elsewhere()))
}

/// Where a rush belongs: on an event that is none.
fn elsewhere() -> String {
    let other = (1..).map(|at| match at {
        1 => "other.json".to_owned(),
        at => format!("other-{at}.json"),
    });
    let mut free = other.filter(|name| !Path::new(name).exists());
    let other = free.next().unwrap_or_default();
    format!(
        "nothing was sold; to rush elsewhere: echo '{{\"ticket\": 50}}' > {other}, then say -f {other}; --force rushes \
         here all the same"
    )
}
