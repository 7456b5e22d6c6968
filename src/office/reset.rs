//! Starting an event anew.

use std::path::PathBuf;
use std::time::Duration;

use super::{BoxOffice, refuse_bookings};
use crate::error::{Error, Kind, Result};
use crate::store::deciding::sync_too;
use crate::store::event::EventFiles;
use crate::store::files::{Access, FileId};
use crate::store::ledger_file::{LedgerFile, open_ledger};
use crate::store::lock::Wait;
use crate::store::open;
use crate::store::sellable::{refuse_fixed_ledger, refuse_unsellable};
use crate::store::snapshot::{MAX_STOCK, Snapshot};

/// What a reset did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// The stock now.
    pub stock: u64,
    /// Where the old ledger is, if there was one.
    pub archive: Option<PathBuf>,
}

impl BoxOffice {
    /// Starts the event anew with `stock`, or with the stock it opened with, or with 2. The old
    /// ledger is put away, never deleted. Waits for whoever holds the lock.
    ///
    /// # Errors
    /// [`Kind::Refused`]: there are real bookings, which no rush made and nobody cancelled, and it is
    /// not `forced`.
    pub fn reset(&mut self, stock: Option<u64>, forced: bool, wait: Duration) -> Result<Reset> {
        if let Some(stock) = stock.filter(|stock| *stock > MAX_STOCK) {
            return Err(Error::new(
                Kind::Usage,
                format!("a stock of {stock} is more than the {MAX_STOCK} that can be counted"),
            ));
        }
        if FileId::of_name(&self.files.count).is_ok_and(|id| id.is_none()) {
            // A refusal leaves nothing behind.
            if let Some(ledger) = open_ledger(&self.files, Access::Read)? {
                keep_off_bookings(&self.files, &ledger, forced)?;
            }
            open::create_event(&self.files, stock.unwrap_or(2))?;
        }
        refuse_unsellable(&self.files)?;
        refuse_fixed_ledger(&self.files)?;
        // What is no file of ours is left alone, and gets no lock beside it.
        match Snapshot::read(&self.files.count) {
            Err(error) if error.kind() != Kind::Integrity => return Err(error),
            _ => {}
        }
        let wanted = &mut || true;
        let mut wait = Wait::wanted(wait, wanted);
        let _held = self.deciding.acquire(&mut self.patience, &mut wait)?;
        let ledger = open_ledger(&self.files, Access::ReadWrite)?;
        let _sync = match &ledger {
            Some(ledger) => Some(sync_too(&self.files, ledger, &mut wait)?),
            None => None,
        };
        if let Some(ledger) = &ledger {
            keep_off_bookings(&self.files, ledger, forced)?;
        }
        let stock = match stock {
            Some(stock) => stock,
            None => opening_stock(&self.files)?,
        };
        let archive = open::restart(&self.files, stock)?;
        // Strays harm nobody: the next one may sweep them.
        let _ = open::sweep(&self.files);
        self.ledger = None;
        self.last = None;
        Ok(Reset { stock, archive })
    }
}

fn keep_off_bookings(files: &EventFiles, ledger: &LedgerFile, forced: bool) -> Result<()> {
    if forced {
        return Ok(());
    }
    refuse_bookings(files, ledger, "a reset would start the event anew without them").map_err(|error| {
        error.hint("--force resets all the same; the old ledger is kept, but nobody's ticket counts any more")
    })
}

/// The stock that the event opened with.
fn opening_stock(files: &EventFiles) -> Result<u64> {
    if let Some(ledger) = open_ledger(files, Access::Read)?
        && let Some(line) = ledger.first_line(files)?
    {
        return Ok(line.left);
    }
    Ok(Snapshot::read(&files.count)?.ticket)
}
