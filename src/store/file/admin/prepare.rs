//! Getting an event ready for a rush, and off real bookings.

use std::time::Duration;

use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, Tally};
use crate::plural::count;
use crate::store::audit::Flaw;
use crate::store::file::admin::booked::refuse_booked;
use crate::store::file::event::{EventFiles, free_event};
use crate::store::file::file_store::{FileStore, no_ledger};
use crate::store::file::files::open::Access;
use crate::store::file::ledger_lock::lock_ledger;
use crate::store::file::lock::decision::DecisionGuard;
use crate::store::file::lock::wait::Wait;
use crate::store::file::people::explain_denied;
use crate::store::file::preallocation::trim;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::ledger_summary::LedgerSummary;
use crate::store::file::reader::settings::settings;
use crate::store::file::reader::verify::summarize_ledger;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::reader::view::tail::{Tail, broken};
use crate::store::file::recovery::clean_up::clean_up;
use crate::store::file::recovery::orphans::count_orphans;
use crate::store::file::recovery::recover::recover_tail;
use crate::store::file::sellable::{refuse_unsellable, try_files};
use crate::store::file::sync::prove;
use crate::store::file::sync::sync_lock::acquire_sync;
use crate::store::options::Force;

/// The state of an event before a rush, to judge the rush by.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) tally: Tally,
    /// The ledger, which stays readable when a reset puts it away.
    pub(crate) ledger: LedgerFile,
    /// Where it ended, in bytes.
    pub(crate) end: u64,
    /// Whether the event is for real, and nothing keeps the buyers from ruining it.
    pub(crate) endangered: bool,
    /// What `tickets.json` said was left, and up to where it counted the ledger, in bytes: it may be behind.
    pub(crate) counted: (u64, u64),
}

impl FileStore {
    /// Gets the event ready for a rush: the ledger exists, what killed processes left is cleaned up, and everything
    /// adds up. `force`: how far it goes where the event is for real.
    ///
    /// # Errors
    /// [`Kind::Integrity`]: an earlier race or damage, whatever the lock and the force; nothing was sold.
    pub(crate) fn prepare(
        &mut self,
        lock: LockKind,
        force: Force,
        wait: Duration,
        still_wanted: &mut dyn FnMut() -> bool,
    ) -> Result<Opening> {
        let ready = self.get_ready(lock, force, wait, still_wanted);
        ready.map_err(|error| explain_denied(&self.files, error))
    }

    fn get_ready(
        &mut self,
        lock: LockKind,
        force: Force,
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
        self.settled(|files, _| look_at_opening(files, (lock, force)), |_| None)
    }

    /// Whether killed processes left something, or the ledger is not there yet.
    fn needs_recovery(&self, lock: LockKind) -> Result<bool> {
        let view = self.reread(Ok)?;
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

/// The event as it is before a rush, while others may be selling; everything must add up.
fn look_at_opening(files: &EventFiles, (lock, force): (LockKind, Force)) -> Result<Opening> {
    let Some(ledger) = open_ledger(files, Access::Read)? else {
        return Err(no_ledger(files));
    };
    // Also for buyers without a lock, who believe what they see: a rush over a ruined event cannot be judged.
    let view = LedgerView::take(files, Some(&ledger))?.sound(files)?;
    let endangered = keep_off(files, (&ledger, &view), (lock, force))?;
    let metadata = ledger.file.metadata();
    let metadata = metadata.map_err(|e| Error::io("look at", &files.ledger, e))?;
    let (ticket, counted) = (view.count.ticket, view.count.counted);
    let counted = counted.map_or(0, |counted| counted.bytes);
    Ok(Opening {
        endangered,
        counted: (ticket, counted),
        tally: view.tally,
        end: match lock {
            LockKind::Exclusive => view.tally.bytes,
            _ => metadata.len(),
        },
        ledger,
    })
}

/// An error where a line of the ledger does not add up, however long ago it was written.
fn refuse_break(files: &EventFiles, summary: &LedgerSummary) -> Result<()> {
    let mut findings = summary.findings.iter();
    match findings.find(|finding| finding.kind == Flaw::Ledger) {
        Some(found) => Err(broken(files, found.line, &found.text)),
        None => Ok(()),
    }
}

/// Keeps a rush off an event that is for real, as far as it is not forced. `true`: it goes on, and may ruin it.
fn keep_off(
    files: &EventFiles,
    (ledger, view): (&LedgerFile, &LedgerView),
    (lock, force): (LockKind, Force),
) -> Result<bool> {
    let locked = lock == LockKind::Exclusive;
    if locked && force != Force::No {
        return Ok(false);
    }
    let mut real = refuse_real(files, ledger, view);
    // What was never sold is not booked, and need not be looked for.
    if real.is_ok() && (view.tally.sold > 0 || !locked) {
        let summary = summarize_ledger(files, ledger, None)?;
        refuse_break(files, &summary)?;
        real = refuse_booked(&summary, "a rush would sell what is left to nobody");
    }
    match (real, force) {
        (Ok(()), _) => Ok(false),
        (Err(_), Force::Racing) => Ok(true),
        (Err(error), _) if error.kind() != Kind::Refused => Err(error),
        (Err(error), Force::Locked) => {
            let message = format!(
                "{}, and without a lock that keeps others out it can ruin the event",
                error.message()
            );
            Err(error.with_message(message).hint(under_the_lock()))
        }
        (Err(error), Force::No) => Err(error.hint(elsewhere(locked))),
    }
}

/// Refuses an event that is made for real, whether anything was booked yet or not.
fn refuse_real(files: &EventFiles, ledger: &LedgerFile, view: &LedgerView) -> Result<()> {
    if settings(files, &ledger.file)?.is_none() {
        return Ok(());
    }
    let left = count(view.tally.left, "ticket");
    let message =
        format!("this event was made for real: a rush would sell what is left, {left}, to nobody");
    Err(Error::new(Kind::Refused, message).at(&files.count, 0, 0))
}

/// Where a rush without a lock belongs, and how it is had here all the same.
fn under_the_lock() -> String {
    format!(
        "nothing was sold; --lock --force rushes here and harms no booking; {}; '--force --lock=none' races here all \
         the same: make a backup first, 'tickets backup DIR'",
        on_another()
    )
}

/// Where a rush belongs: on an event that is none.
fn elsewhere(locked: bool) -> String {
    let lock = if locked { "" } else { "--lock " };
    format!(
        "nothing was sold; {}; {lock}--force rushes here all the same",
        on_another()
    )
}

/// How an event to rush on is made.
fn on_another() -> String {
    let other = free_event("other");
    format!("to rush elsewhere: echo '{{\"ticket\": 50}}' > {other}, then say -f {other}")
}
