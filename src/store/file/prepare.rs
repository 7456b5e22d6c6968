//! Getting an event ready for a rush, and off real bookings.

use std::path::Path;
use std::time::Duration;

use super::beginning::settings;
use super::deciding::{Decider, sync_too};
use super::event::EventFiles;
use super::file_store::{FileStore, no_ledger};
use super::files::Access;
use super::ledger_file::{LedgerFile, open_ledger};
use super::lock::Wait;
use super::people::explain_denied;
use super::reading::{Reading, Rest};
use super::sellable::{refuse_unsellable, try_files};
use super::transaction::lock_ledger;
use super::verify::read_books;
use super::{open, vouch};
use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, Tally};

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
    /// swept. Under a lock everything must add up; without one, buyers believe what they see. `force`: even
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
        let ledger = open_ledger(&self.files, Access::Read)?;
        let reading = Reading::take(&self.files, ledger.as_ref())?;
        // Buyers without a lock append, and would leave blank lines behind them.
        let blank = lock != LockKind::Exclusive && reading.is_padded();
        let ready = reading.tally.seq > 0 && reading.rest == Rest::Clean && !blank;
        if !ready || open::count_strays(&self.files)? > 0 {
            let name = self.deciding.name.acquire(&mut self.patience, wait)?;
            let ledger = lock_ledger(
                &self.files,
                &mut self.deciding.ledger,
                (&mut self.ledger, &self.shelf),
                &mut self.patience,
                wait,
            )?;
            let _held = Decider::of(name, ledger);
            if let Some(ledger) = &self.ledger {
                let _sync = sync_too(&self.files, &ledger.rewrite, wait)?;
                let reading = Reading::take(&self.files, Some(&ledger.rewrite))?;
                let healed = open::heal(&self.files, &ledger.rewrite, &reading)?;
                self.notes.extend(healed);
                if lock != LockKind::Exclusive {
                    open::trim(&self.files, &ledger.rewrite)?;
                }
            }
            let swept = open::sweep(&self.files)?;
            self.notes.extend(swept.told());
        }
        let Some(ledger) = open_ledger(&self.files, Access::Read)? else {
            return Err(no_ledger(&self.files));
        };
        let reading = Reading::take(&self.files, Some(&ledger))?;
        let reading = if lock == LockKind::Exclusive {
            reading.sound(&self.files)?
        } else {
            reading
        };
        if !force {
            refuse_real(&self.files, &ledger, &reading)?;
        }
        // What was never sold is not booked, and need not be looked for.
        if !force && (reading.tally.sold > 0 || lock != LockKind::Exclusive) {
            refuse_rush(&self.files, &ledger)?;
        }
        let metadata = ledger.file.metadata();
        let metadata = metadata.map_err(|e| Error::io("look at", &self.files.ledger, e))?;
        let snapshot = &reading.snapshot;
        let counted = snapshot.counted.map_or(0, |counted| counted.bytes);
        Ok(Opening {
            counted: (snapshot.ticket, counted),
            tally: reading.tally,
            end: match lock {
                LockKind::Exclusive => reading.tally.bytes,
                _ => metadata.len(),
            },
            ledger,
        })
    }

    /// Makes durable what is on the ledger, whichever process wrote it.
    pub(crate) fn sync(&self) -> Result<()> {
        match open_ledger(&self.files, Access::ReadWrite)? {
            Some(ledger) => vouch::sync(&self.files, &ledger.file),
            None => Ok(()),
        }
    }
}

/// An error when there are real bookings that were not all cancelled.
pub(super) fn refuse_bookings(files: &EventFiles, ledger: &LedgerFile, why: &str) -> Result<()> {
    match read_books(files, ledger, None)?.booked {
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
fn refuse_real(files: &EventFiles, ledger: &LedgerFile, reading: &Reading) -> Result<()> {
    if settings(files, ledger)?.is_none() {
        return Ok(());
    }
    let message = format!(
        "this event was made for real: a rush would sell the {} that are left to nobody",
        reading.tally.left
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
