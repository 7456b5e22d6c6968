//! Whether what a restore or a reset has replaced can be put back by a restore.

use std::path::Path;

use crate::error::{Error, Result};
use crate::store::audit::Flaw;
use crate::store::file::event::EventFiles;
use crate::store::file::files::compare::common;
use crate::store::file::files::open::{Access, open_file};
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::verify::summarize_ledger;
use crate::store::results::WayBack;

/// The way back to the ledger that was put away under this name. It is read whole.
pub(crate) fn way_back(files: &EventFiles, archive: Option<&Path>) -> WayBack {
    let way = archive.map_or(Ok(WayBack::None), |archive| look(files, archive));
    // What was done stands, whether or not a way back can be told.
    way.unwrap_or(WayBack::None)
}

fn look(files: &EventFiles, archive: &Path) -> Result<WayBack> {
    let (file, own) = open_file(archive, Access::Read)?;
    let before = LedgerFile::of(file, own.id);
    let summary = summarize_ledger(files, &before, None)?;
    let is_broken = summary.findings.iter().any(|it| it.kind == Flaw::Ledger);
    let (Some(_), false, Some(living)) = (
        summary.opening,
        is_broken,
        open_ledger(files, Access::Read)?,
    ) else {
        return Ok(WayBack::None);
    };
    let length = living.length().unwrap_or(u64::MAX);
    let shared = common(&before.file, &living.file, length);
    let shared = shared.map_err(|e| Error::io("compare", archive, e))?;
    Ok(if shared == length {
        WayBack::Restored
    } else {
        WayBack::Forced
    })
}
