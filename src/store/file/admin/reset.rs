//! Starting an event anew.

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, MAX_STOCK};
use crate::plural;
use crate::store::file::admin::prepare::refuse_bookings;
use crate::store::file::admin::restart::restart;
use crate::store::file::count::read::missing;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::FileStore;
use crate::store::file::files::open::Access;
use crate::store::file::lock::wait::Wait;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::view::base::is_borne_out;
use crate::store::file::recovery::archive::finish_interrupted;
use crate::store::file::recovery::clean_up::{CleanedUp, clean_up};
use crate::store::file::recovery::create::create_event;
use crate::store::file::sellable::{refuse_fixed_ledger, refuse_unsellable};
use crate::store::file::sync::sync_lock::acquire_sync;
use crate::store::file::sys::FileId;
use crate::store::options::Restart;
use crate::store::results::Reset;

impl FileStore {
    /// Starts the event anew with `stock`, or with the stock it opened with, or with 2. The old
    /// ledger is archived, never deleted. Waits for a process that holds the lock.
    ///
    /// # Errors
    /// [`Kind::Missing`]: there is none, and it is not to be made.
    ///
    /// [`Kind::Refused`], unless it is `forced`: there are real bookings, which no rush made and nobody cancelled;
    /// or what was booked is unknown, for the ledger is missing, empty or shorter than the count says; or the file
    /// is no event.
    pub(crate) fn reset(&mut self, how: Restart) -> Result<Reset> {
        let (stock, forced) = (how.stock, how.forced);
        if let Some(stock) = stock.filter(|stock| *stock > MAX_STOCK) {
            return Err(Error::new(
                Kind::Usage,
                format!("a stock of {stock} is more than the {MAX_STOCK} that can be counted"),
            ));
        }
        let is_there = |path| FileId::of_name(path).is_ok_and(|id| id.is_some());
        match open_ledger(&self.files, Access::Read)? {
            // A refusal leaves nothing behind, no lock file either.
            Some(ledger) if !is_there(&self.files.count) => {
                keep_off(&self.files, Some(&ledger), forced)?;
            }
            Some(_) => {}
            None if is_there(&self.files.count) => keep_off(&self.files, None, forced)?,
            None if !how.makes => return Err(missing(&self.files.count)),
            None => create_event(&self.files, stock.unwrap_or(2))?,
        }
        refuse_unsellable(&self.files)?;
        refuse_fixed_ledger(&self.files)?;
        // What is no file of ours is left alone, and gets no lock beside it.
        match CountFile::look(&self.files.count) {
            Err(error) if error.kind() != Kind::Integrity => return Err(error),
            _ => {}
        }
        let wanted = &mut || true;
        let mut wait = Wait::wanted(how.wait, wanted);
        let _held = self.decision_locks.acquire(&mut self.strategy, &mut wait)?;
        let ledger = open_ledger(&self.files, Access::ReadWrite)?;
        let _sync = match &ledger {
            Some(ledger) => Some(acquire_sync(&self.files, ledger, &mut wait)?),
            None => None,
        };
        keep_off(&self.files, ledger.as_ref(), forced)?;
        let stock = match stock {
            Some(stock) => stock,
            None => opening_stock(&self.files)?,
        };
        // An old ledger that somebody was putting away must have its name before another one does.
        let found = CleanedUp {
            archives: finish_interrupted(&self.files)?,
            orphans: 0,
        };
        self.notes.extend(found.told());
        let done = restart(&self.files, stock)?;
        // Orphans harm nobody: the next one may clean them up.
        let _ = clean_up(&self.files);
        self.ledger = None;
        self.last = None;
        Ok(Reset {
            stock,
            archive: done.archive,
            kept: done.kept,
        })
    }
}

/// Refuses to start anew what may be real, unless that is `forced`.
fn keep_off(files: &EventFiles, ledger: Option<&LedgerFile>, forced: bool) -> Result<()> {
    if forced {
        return Ok(());
    }
    let anew = "a reset would start the event anew without what is booked";
    if let Some(ledger) = ledger {
        refuse_bookings(files, ledger, anew).map_err(|error| {
            error.hint(
                "--force resets all the same; the old ledger is kept, but nobody's ticket counts any more",
            )
        })?;
    }
    known_bad!(ResetUnasked => return Ok(()));
    let refused = |message: String, file: &std::path::Path| {
        let error = Error::new(Kind::Refused, message).at(file, 0, 0);
        Err(error.hint(
            "nothing was changed; 'tickets restore DIR' puts a backup back; --force resets all the same, and keeps \
             what is there",
        ))
    };
    let opening = match ledger {
        Some(ledger) => ledger.first_line(files)?,
        None => None,
    };
    let count = match CountFile::look(&files.count) {
        Ok((count, _)) => count,
        Err(error) if error.kind() == Kind::Integrity && ledger.is_none() => {
            let message = format!("is no event: it {}", error.message());
            let error = Error::new(Kind::Refused, message).at(&files.count, 0, 0);
            return Err(error.hint(
                "nothing was changed; name the tickets.json of an event with -f FILE; --force makes an event here, \
                 and keeps this file beside it",
            ));
        }
        Err(error) if error.kind() == Kind::Integrity => None,
        Err(error) => return Err(error),
    };
    let counted = count.as_ref().and_then(|count| count.counted);
    let lines = counted.map_or(0, |counted| counted.seq);
    let unknown = "what was booked is unknown";
    match (ledger, &count) {
        (None, _) if lines > 0 => {
            let count = files.count.display();
            let lines = plural::count(lines, "line");
            let message = format!("is missing, but {count} counts {lines} of it: {unknown}");
            refused(message, &files.ledger)
        }
        (Some(_), _) if opening.is_none() => {
            let message = format!("does not begin with an opening line: {unknown}");
            refused(message, &files.ledger)
        }
        (Some(ledger), Some(count)) if !is_borne_out(count, ledger, files)? => {
            let message = format!(
                "lacks the line {lines} that {} counts: {unknown}",
                files.count.display()
            );
            refused(message, &files.ledger)
        }
        _ => Ok(()),
    }
}

/// The stock that the event opened with; where no ledger says it, all that the count knows of.
fn opening_stock(files: &EventFiles) -> Result<u64> {
    if let Some(ledger) = open_ledger(files, Access::Read)?
        && let Some(line) = ledger.first_line(files)?
    {
        return Ok(line.left);
    }
    let count = CountFile::read(&files.count)?;
    let sold = count.counted.map_or(0, |counted| counted.sold);
    Ok(count.ticket.saturating_add(sold).min(MAX_STOCK))
}
