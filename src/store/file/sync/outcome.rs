//! What becomes of a line that is on the ledger: durable and published, or not.

use crate::error::{Error, Kind, Result};
use crate::store::file::count::publish::publish_on;
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::Access;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::view::LedgerView;
use crate::store::file::recycled::RecycledVersions;

/// What became of a sale that is on the ledger.
#[derive(Debug)]
pub(crate) enum Durable {
    /// Durable, and counted in `tickets.json`.
    Published,
    /// Durable, but `tickets.json` could not be brought up to it.
    Unpublished(Error),
}

pub(crate) fn too_short(files: &EventFiles) -> Error {
    let message = "the ledger does not add up as far as the line that was written";
    Error::new(Kind::OutcomeUnknown, message).at(&files.ledger, 0, 0)
}

/// Writes the count of all that was read.
pub(crate) fn publish_view(
    files: &EventFiles,
    recycled: &RecycledVersions,
    ledger: &LedgerFile,
    view: LedgerView,
) -> Result<LedgerView> {
    let count = (&view.count, &view.tally);
    let (count, version) = publish_on(files, recycled, ledger, count, Some(view.version()))?;
    Ok(view.published(count, version))
}

/// Another ledger stands under the name. A reset put ours away, and synced it first: if the new
/// ledger says so. Whatever else has replaced it proves nothing.
pub(crate) fn settled_by_reset(
    files: &EventFiles,
    ledger: &LedgerFile,
    end: u64,
) -> Result<Durable> {
    let ours = ledger.first_line(files).map_err(unknown)?;
    let new = open_ledger(files, Access::Read).map_err(unknown)?;
    let new = match &new {
        Some(new) => new.first_line(files).map_err(unknown)?,
        None => None,
    };
    let replaced = new.and_then(|line| line.replaces);
    match (ours, replaced) {
        (Some(ours), Some(replaced))
            if replaced.opened == ours.sum.to_string() && replaced.end >= end =>
        {
            Ok(Durable::Published)
        }
        _ => {
            let message = "another ledger has taken this one's place before the sale was durable";
            Err(Error::new(Kind::OutcomeUnknown, message).at(&files.ledger, 0, 0))
        }
    }
}

pub(crate) fn unknown(error: Error) -> Error {
    error.with_kind(Kind::OutcomeUnknown)
}

/// What came of publishing; `last`: what was read in the end.
pub(crate) fn outcome_of(published: Result<LedgerView>, last: &mut Option<LedgerView>) -> Durable {
    match published {
        Ok(view) => {
            *last = Some(view);
            Durable::Published
        }
        Err(error) => Durable::Unpublished(error),
    }
}
