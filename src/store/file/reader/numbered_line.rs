//! A line found by its number alone: what is not found is told as damage where the head counts it.

use std::ops::ControlFlow;

use crate::error::Result;
use crate::ledger::{Line, Tally};
use crate::store::Scan;
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::scan::scan;
use crate::store::file::reader::search::{Mark, locate};
use crate::store::file::reader::view::tail::broken;

/// The end of the line before the one with this number. `None`: there is no such line up to this
/// head.
///
/// # Errors
/// [`Kind::Integrity`](crate::Kind::Integrity): the head counts a line of this number, and none is found.
pub(crate) fn before_line(
    files: &EventFiles,
    ledger: &LedgerFile,
    number: &str,
    head: &Tally,
) -> Result<Option<Mark>> {
    let Ok(seq) = number.parse() else {
        return Ok(None);
    };
    if seq == 0 || seq > head.seq {
        return Ok(None);
    }
    if let Some(mark) = locate(files, ledger, seq, head.bytes)? {
        return Ok(Some(mark));
    }
    // The look went by the numbers of lines that nobody had checked.
    verify(files, ledger, head)?;
    Err(broken(files, seq, "no line has this number"))
}

/// Checks every line up to this head.
pub(crate) fn verify(files: &EventFiles, ledger: &LedgerFile, head: &Tally) -> Result<()> {
    let visit = &mut |_: &Line<'_>| ControlFlow::Continue(());
    scan(files, ledger, Scan::All, head.bytes, visit)
}
