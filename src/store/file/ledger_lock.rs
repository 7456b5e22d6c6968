//! The ledger lock, on a ledger that may yet have to be made.

use crate::error::{Error, Result};
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::no_ledger;
use crate::store::file::lock::held::Held;
use crate::store::file::lock::lock_file::LockFile;
use crate::store::file::lock::strategy::WaitStrategy;
use crate::store::file::lock::wait::Wait;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::recovery::create::create_ledger;
use crate::store::file::recycled::RecycledVersions;
use crate::store::file::sync::open_ledger::OpenLedger;
use crate::store::file::sys::look;

/// Takes the lock of the ledger that the name means, and opens that ledger; creates it where it is missing.
/// Only for the holder of the name lock.
pub(crate) fn lock_ledger<'l>(
    files: &EventFiles,
    lock: &'l mut LockFile,
    (ledger, recycled): (&mut Option<OpenLedger>, &RecycledVersions),
    strategy: &mut WaitStrategy,
    wait: &mut Wait<'_>,
) -> Result<Held<'l>> {
    if ledger.is_none() {
        ready_ledger(files, ledger, recycled)?;
    }
    lock.acquire_where(strategy, wait, &mut |found| {
        let fits = |ledger: &Option<OpenLedger>| match (ledger, found) {
            (Some(ledger), Some(found)) => ledger.rewrite.id == found.id,
            _ => false,
        };
        if fits(ledger) {
            return Ok(true);
        }
        ready_ledger(files, ledger, recycled)?;
        Ok(fits(ledger))
    })
}

/// Opens the ledger that the name means now, and creates it where it is missing. Only for the holder of the
/// name lock.
fn ready_ledger(
    files: &EventFiles,
    ledger: &mut Option<OpenLedger>,
    recycled: &RecycledVersions,
) -> Result<()> {
    *ledger = None;
    let named = look(&files.ledger).map_err(|e| Error::io("look at", &files.ledger, e))?;
    if named.is_none() {
        let view = LedgerView::take(files, None)?;
        create_ledger(files, view.count.ticket)?;
    }
    *ledger = OpenLedger::open(files, recycled)?;
    if ledger.is_none() {
        return Err(no_ledger(files));
    }
    Ok(())
}
