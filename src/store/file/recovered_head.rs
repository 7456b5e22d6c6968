//! The head of a ledger under the decision locks, after recovery of what a crash left behind it.

use std::time::Duration;

use crate::error::Result;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::no_ledger;
use crate::store::file::lock::wait::Wait;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::reader::view::tail::Tail;
use crate::store::file::recovery::recover::recover_tail;
use crate::store::file::sync::open_ledger::OpenLedger;
use crate::store::file::sync::sync_lock::acquire_sync;

/// The view of a ledger that can be written to: this one, or the one after recovery. What was recovered is noted. Only
/// for the holder of the decision locks.
pub(crate) fn recovered(
    files: &EventFiles,
    ledger: &OpenLedger,
    view: LedgerView,
    wait: Duration,
    notes: &mut Vec<String>,
) -> Result<LedgerView> {
    let mut view = view.sound(files)?;
    if view.rebuilt {
        notes.push(rebuilt(files, &view));
    }
    if view.tail != Tail::Clean || view.tally.seq == 0 {
        view = recover(files, ledger, wait, notes)?;
    }
    if view.tally.seq == 0 {
        return Err(no_ledger(files));
    }
    Ok(view)
}

/// That the count was made anew, and why.
fn rebuilt(files: &EventFiles, view: &LedgerView) -> String {
    let how = if view.version().is_missing() {
        "was missing"
    } else {
        "was empty, as a power cut leaves it"
    };
    format!("{} {how}: rebuilt from the ledger", files.count.display())
}

/// Recovers the end of the ledger, and looks again.
fn recover(
    files: &EventFiles,
    ledger: &OpenLedger,
    wait: Duration,
    notes: &mut Vec<String>,
) -> Result<LedgerView> {
    let ledger = &ledger.rewrite;
    let wanted = &mut || true;
    let _sync = acquire_sync(files, ledger, &mut Wait::wanted(wait, wanted))?;
    let view = LedgerView::take(files, Some(ledger))?.sound(files)?;
    notes.extend(recover_tail(files, ledger, &view)?);
    LedgerView::take(files, Some(ledger))?.sound(files)
}
