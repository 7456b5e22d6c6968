//! `tickets copy`: an event from a file to a cluster, or the other way, or to another name.

use serde::Serialize;

use super::args::CopyArgs;
use super::screen::{GOOD, Screen};
use crate::plural::count;
use crate::{BoxOffice, Result, shown};

pub(super) fn copy(arguments: &CopyArgs, screen: &Screen) -> Result<u8> {
    let CopyArgs { from, to, wait } = arguments;
    let done = BoxOffice::copy(from, to, wait.limit)?;
    let document = CopyDocument {
        ok: true,
        command: "copy",
        from: from.display().to_string(),
        to: to.display().to_string(),
        left: done.left,
        sold: done.sold,
        seq: done.seq,
    };
    screen.answer(&document, |out| {
        if screen.quiet {
            return Ok(());
        }
        let (lines, to) = (count(done.seq, "line"), shown(&document.to));
        writeln!(
            out,
            "{GOOD}copied{GOOD:#}  {} left, {} sold, {lines} of the ledger, to {to}",
            done.left, done.sold
        )
    });
    Ok(0)
}

#[derive(Serialize)]
struct CopyDocument {
    ok: bool,
    command: &'static str,
    from: String,
    to: String,
    left: u64,
    sold: u64,
    seq: u64,
}
