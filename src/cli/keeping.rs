//! `tickets backup` and `tickets restore`: a copy of the event, and the way back.

use serde::Serialize;

use super::args::{Backup, Cli, Restore};
use super::screen::{GOOD, Screen};
use tickets::{BoxOffice, Result, shown};

pub(super) fn backup(cli: &Cli, arguments: &Backup, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(&cli.file)?;
    let done = office.backup(&arguments.directory, arguments.wait.limit);
    screen.notes(&office.notes());
    let done = done?;
    let document = BackupDocument {
        ok: true,
        command: "backup",
        to: arguments.directory.display().to_string(),
        left: done.left,
        sold: done.sold,
        seq: done.seq,
    };
    screen.answer(&document, |out| {
        writeln!(
            out,
            "{GOOD}saved{GOOD:#}  {} left, {} sold, {} lines of the ledger, in {}",
            done.left,
            done.sold,
            done.seq,
            shown(&document.to)
        )
    });
    Ok(0)
}

pub(super) fn restore(cli: &Cli, arguments: &Restore, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(&cli.file)?;
    let (force, wait) = (arguments.force, arguments.wait.limit);
    let done = office.restore(&arguments.directory, force, wait);
    screen.notes(&office.notes());
    let done = done?;
    let document = RestoreDocument {
        ok: true,
        command: "restore",
        from: arguments.directory.display().to_string(),
        left: done.left,
        sold: done.sold,
        seq: done.seq,
        kept: done
            .kept
            .iter()
            .map(|path| path.display().to_string())
            .collect(),
    };
    screen.answer(&document, |out| {
        writeln!(
            out,
            "{GOOD}restored{GOOD:#}  {} from {}: {} left, {} sold, {} lines of the ledger",
            shown(&cli.file.display().to_string()),
            shown(&document.from),
            done.left,
            done.sold,
            done.seq
        )?;
        for kept in &document.kept {
            writeln!(out, "what was replaced is kept as {}", shown(kept))?;
        }
        Ok(())
    });
    Ok(0)
}

#[derive(Serialize)]
struct BackupDocument {
    ok: bool,
    command: &'static str,
    to: String,
    left: u64,
    sold: u64,
    seq: u64,
}

#[derive(Serialize)]
struct RestoreDocument {
    ok: bool,
    command: &'static str,
    from: String,
    left: u64,
    sold: u64,
    seq: u64,
    kept: Vec<String>,
}
