//! Blocks that the disk lacks although a sync of them succeeded: the end of the ledger is written anew.

use std::time::Instant;

use crate::error::Result;
use crate::store::file::files::directory::sync_directory;
use crate::store::file::lock::wait::Wait;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::sync::open_ledger::OpenLedger;
use crate::store::file::sync::outcome::{
    Durable, outcome_of, publish_view, settled_by_reset, too_short, unknown,
};
use crate::store::file::sync::prove;
use crate::store::file::sync::sync_attempt::GroupCommit;
use crate::store::file::sync::sync_lock::acquire_sync;

/// Writes the end of the ledger anew where the disk lacks it although a sync succeeded, and publishes the
/// count. Blocks are written as a whole, so that nobody may append meanwhile: it takes the decision locks.
pub(crate) fn rewrite_unwritten(
    commit: &mut GroupCommit<'_>,
    ledger: &OpenLedger,
    end: u64,
    last: &mut Option<LedgerView>,
    deadline: Instant,
) -> Result<Durable> {
    let files = commit.files;
    *last = None;
    let wanted = &mut || true;
    let mut wait = Wait::wanted(deadline.saturating_duration_since(Instant::now()), wanted);
    let locks = commit.decision_locks.acquire(commit.strategy, &mut wait);
    let _locks = locks.map_err(unknown)?;
    let (ledger, recycled) = (&ledger.rewrite, &ledger.recycled);
    let _sync = acquire_sync(files, ledger, &mut wait).map_err(unknown)?;
    if !ledger.is_at(&files.ledger) {
        return settled_by_reset(files, ledger, end);
    }
    let view = match LedgerView::take(files, Some(ledger)) {
        Ok(view) => view.sound(files).map_err(unknown)?,
        Err(error) => {
            // The count is unreadable or contradicts the ledger. The sale stands all the same.
            prove::secure(files, ledger, 0, end).map_err(unknown)?;
            sync_directory(&files.ledger).map_err(unknown)?;
            return Ok(Durable::Unpublished(error));
        }
    };
    if view.counted < end {
        prove::secure(files, ledger, view.counted, view.tally.bytes).map_err(unknown)?;
    }
    if view.tally.bytes < end {
        return Err(too_short(files));
    }
    if view.counted == 0 {
        sync_directory(&files.ledger).map_err(unknown)?;
    }
    let published = publish_view(files, recycled, ledger, view);
    Ok(outcome_of(published, last))
}
