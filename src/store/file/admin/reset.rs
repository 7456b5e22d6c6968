//! Starting an event anew.

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, MAX_STOCK};
use crate::plural;
use crate::store::file::admin::booked::refuse_bookings;
use crate::store::file::admin::restart::restart;
use crate::store::file::admin::way_back::way_back;
use crate::store::file::count::read::missing;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::FileStore;
use crate::store::file::files::open::Access;
use crate::store::file::lock::wait::Wait;
use crate::store::file::reader::apart::apart;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::view::base::is_borne_out;
use crate::store::file::recovery::archive::finish_interrupted;
use crate::store::file::recovery::clean_up::{CleanedUp, clean_up};
use crate::store::file::recovery::create::create_event;
use crate::store::file::recovery::shared_ledger::refuse_shared_ledger;
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
    /// [`Kind::Refused`]: the ledger has another name; and, unless it is `forced`: there are real bookings, which no rush made and nobody cancelled;
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
        let made = self.have_an_event(how)?;
        refuse_unsellable(&self.files)?;
        refuse_fixed_ledger(&self.files)?;
        refuse_shared_ledger(&self.files)?;
        // What is no file of ours is left alone, and gets no lock beside it.
        match CountFile::look(&self.files.count) {
            Err(error) if error.kind() != Kind::Integrity => return Err(error),
            _ => {}
        }
        let wanted = &mut || true;
        let mut wait = Wait::wanted(how.wait, wanted);
        if how.stock.is_none() {
            opening_stock(&self.files, forced)?;
        }
        self.decision_locks.name.make_an_event();
        let _held = self.decision_locks.acquire(&mut self.strategy, &mut wait)?;
        let ledger = open_ledger(&self.files, Access::ReadWrite)?;
        let _sync = match &ledger {
            Some(ledger) => Some(acquire_sync(&self.files, ledger, &mut wait)?),
            None => None,
        };
        keep_off(&self.files, ledger.as_ref(), forced)?;
        let stock = match stock {
            Some(stock) => stock,
            None => opening_stock(&self.files, forced)?,
        };
        // An old ledger whose archiving was interrupted must have its name before another one does.
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
        let archive = done.archive.as_deref().filter(|_| forced);
        Ok(Reset {
            back: way_back(&self.files, archive),
            made,
            stock,
            archive: done.archive,
            kept: done.kept,
        })
    }

    /// Makes the event where there is none, if that is asked for, and says whether it did; refuses what is refused
    /// without a lock file, too: a refusal leaves nothing behind.
    fn have_an_event(&self, how: Restart) -> Result<bool> {
        let is_there = FileId::of_name(&self.files.count).is_ok_and(|id| id.is_some());
        match open_ledger(&self.files, Access::Read)? {
            Some(_) if is_there => Ok(false),
            Some(ledger) => keep_off(&self.files, Some(&ledger), how.forced).map(|()| false),
            None if is_there => keep_off(&self.files, None, how.forced).map(|()| false),
            None if !how.makes => Err(missing(&self.files.count)),
            None => create_event(&self.files, how.stock.unwrap_or(USUAL)).map(|()| true),
        }
    }
}

/// Refuses to start anew what may be real, unless that is `forced`.
fn keep_off(files: &EventFiles, ledger: Option<&LedgerFile>, forced: bool) -> Result<()> {
    if forced {
        return Ok(());
    }
    if let Some(ledger) = ledger {
        refuse_bookings(files, ledger)?;
    }
    known_bad!(ResetUnasked => return Ok(()));
    let opening = match ledger {
        Some(ledger) => ledger.first_line(files)?,
        None => None,
    };
    let count = match CountFile::look(&files.count) {
        Ok((count, _)) => count,
        Err(error) if error.kind() == Kind::Integrity && ledger.is_none() => {
            return Err(no_event(files, &error));
        }
        Err(error) if error.kind() == Kind::Integrity => None,
        Err(error) => return Err(error),
    };
    let counted = count.as_ref().and_then(|count| count.counted);
    let lines = counted.map_or(0, |counted| counted.seq);
    let name = files.count.display();
    let why = match (ledger, &count) {
        (None, _) if lines > 0 => {
            let lines = plural::count(lines, "line");
            format!("is missing, but {name} counts {lines} of it")
        }
        (Some(_), _) if opening.is_none() => "does not begin with an opening line".to_owned(),
        (Some(ledger), Some(count)) if !is_borne_out(count, ledger, files)? => {
            let end = counted.map_or(0, |counted| counted.bytes);
            format!("has no line {lines} that ends at byte {end}, where {name} counts it")
        }
        _ => return Ok(()),
    };
    let message = format!("{why}: what was booked is unknown");
    let apart = count
        .as_ref()
        .and_then(|count| apart(files, count.counted?, count.ticket));
    if let Some(apart) = apart {
        let error = Error::new(Kind::Refused, message + &apart.told()).at(&files.ledger, 0, 0);
        return Err(error.hint(format!("nothing was changed; {}", apart.way_out())));
    }
    let error = Error::new(Kind::Refused, message).at(&files.ledger, 0, 0);
    Err(error.hint(
        "nothing was changed; 'tickets restore DIR' puts a backup back; --force resets all the same, and keeps what is \
         there",
    ))
}

/// A file that is no count, without a ledger beside it.
fn no_event(files: &EventFiles, error: &Error) -> Error {
    let what = error.message();
    let message = if what.starts_with("is ") || what.starts_with("has ") {
        format!("is no event: it {what}")
    } else {
        format!("is no event: {what}")
    };
    let error = Error::new(Kind::Refused, message).at(&files.count, 0, 0);
    error.hint(
        "nothing was changed; name the tickets.json of an event with -f FILE; --force makes an event here, and keeps \
         this file beside it",
    )
}

/// The stock of an event to practise on.
const USUAL: u64 = 2;

/// The stock that the event opened with; where no ledger says it, all that the count knows of. Where nothing says it, and
/// that is `forced`, [`USUAL`].
fn opening_stock(files: &EventFiles, forced: bool) -> Result<u64> {
    if let Some(ledger) = open_ledger(files, Access::Read)?
        && let Some(line) = ledger.first_line(files)?
    {
        return Ok(line.left);
    }
    let count = match CountFile::read(&files.count) {
        Err(error) if error.kind() == Kind::Integrity && forced => return Ok(USUAL),
        read => read.map_err(stock_unknown)?,
    };
    let sold = count.counted.map_or(0, |counted| counted.sold);
    Ok(count.ticket.saturating_add(sold).min(MAX_STOCK))
}

/// With how many tickets the event is to start is not known.
fn stock_unknown(error: Error) -> Error {
    match error.kind() {
        Kind::Integrity => error.hint(
            "nothing was changed; nothing says how many tickets there were: 'tickets reset 2' makes an event with 2 here, \
             and so does --force alone",
        ),
        _ => error,
    }
}
