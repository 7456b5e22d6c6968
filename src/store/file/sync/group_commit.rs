//! Group commit: making sales durable, one sync for all who wait, and publishing the count.
//!
//! The invariant: `tickets.json` counts a line only after one process has proven that line and every line before it
//! durable ([`crate::store::file::sync::prove`]).

#[cfg(test)]
#[path = "group_commit_tests.rs"]
mod tests;

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::sync::open_ledger::OpenLedger;
use crate::store::file::sync::outcome::{Durable, unknown};
use crate::store::file::sync::sync_attempt::{Attempt, GroupCommit, counted, sync_once};
use crate::store::file::sync::sync_lock::sync_busy;
use crate::store::file::sync::unwritten::rewrite_unwritten;

/// Makes the ledger durable up to `end` at least, and publishes the count; for lines that were decided under the
/// decision locks, which are given up by now. The process that gets the sync lock does it for all who have appended by
/// then, and notifies them; the others wait for the wakeup and look.
///
/// `last` is what this caller last read, and what it has read in the end.
///
/// # Errors
/// [`crate::error::Kind::OutcomeUnknown`]: the line is on the ledger, and not proven durable.
pub(crate) fn commit_group(
    commit: &mut GroupCommit<'_>,
    ledger: &mut OpenLedger,
    end: u64,
    last: &mut Option<LedgerView>,
    wait: Duration,
) -> Result<Durable> {
    let deadline = Instant::now() + wait;
    let mut limit = SHORTEST;
    let files = commit.files;
    // Whose lock on the name kept the count from being published.
    let mut named = None;
    loop {
        let done = match sync_once(commit, ledger, end, last)? {
            Attempt::Busy => None,
            Attempt::NameLocked(holder) => {
                named = Some(holder);
                None
            }
            Attempt::Done(result) => Some(result),
            Attempt::Unwritten => Some(rewrite_unwritten(commit, ledger, end, last, deadline)),
        };
        if let Some(result) = done {
            commit.state.commit_delay.answered(counted(last.as_ref()));
            // Also after an error: the next attempt may succeed.
            ledger.wakeup.notify();
            return result;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return match named {
                // Durable, and the next publication counts it.
                Some(file) => Ok(Durable::Unpublished(
                    commit.decision_locks.name.busy(file, wait),
                )),
                None => Err(unknown(sync_busy(files, wait))),
            };
        }
        ledger.wakeup.wait(left.min(limit));
        limit = LONGEST.min(2 * limit);
        if is_covered(files, &ledger.rewrite, end, last) {
            commit.state.commit_delay.answered(counted(last.as_ref()));
            return Ok(Durable::Published);
        }
    }
}

/// How long a wakeup is waited for before one looks, at first and at last: it may have come just before,
/// and the process that should notify may have been killed.
const SHORTEST: Duration = Duration::from_millis(2);
const LONGEST: Duration = Duration::from_millis(100);

/// Whether `tickets.json` counts this ledger up to `end`. Without the sync lock.
///
/// A reset renames the new ledger over the old before it writes a new count. So if the name still means
/// this ledger after the count was read, the count is of this ledger.
fn is_covered(
    files: &EventFiles,
    ledger: &LedgerFile,
    end: u64,
    last: &mut Option<LedgerView>,
) -> bool {
    let looked = match last.take() {
        Some(view) => view.covers(end, files, ledger),
        None => LedgerView::take(files, Some(ledger)).map(|view| {
            let covered = view.counted >= end;
            (view, covered)
        }),
    };
    // What does not add up is told by the holder of the sync lock.
    let Ok((view, covered)) = looked else {
        return false;
    };
    *last = Some(view);
    covered && ledger.is_at(&files.ledger)
}
