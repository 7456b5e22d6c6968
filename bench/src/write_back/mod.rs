//! What becomes of answered sales after the write-back of another process failed: `tickets` beside
//! databases, on file systems whose storage was full for a moment.
//!
//! When the write-back of a newly allocated block fails, ext4 leaves it marked as unwritten. Who writes the
//! same bytes again writes them to the page that is still in the page cache; the sync succeeds, and the
//! block stays unwritten: it reads as zeros once the page is gone.

mod disk;
mod line;
mod place;
mod protocol;
mod report;
mod seller;
mod storage;
mod trial;
mod worker;

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use clap::ValueEnum as _;

pub(crate) use report::Report;
pub(crate) use worker::{WorkerArgs, run as work};

use crate::args::{Common, Program};
use crate::machine::Machine;
use crate::sales::{lmdb, sqlite};
use crate::scratch::Scratch;
use crate::{Result, note};
use disk::{Disk, KINDS, Kind};
use protocol::Store;
use report::{Row, Tried, Tries};
use trial::{End, Outcome, Trial};

/// What the command line of `tickets-bench write-back` says.
#[derive(Debug, clap::Args)]
#[command(mut_arg("quick", |arg| arg.help("One file system: does everything work")))]
pub(crate) struct Args {
    #[command(flatten)]
    program: Program,
    /// How many sales others make after the failure
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=200))]
    sales: u32,
    /// How many sales a database makes first: enough for `SQLite` to have more pages in its log than its database
    /// file has room for, and too few for it to write over its log
    #[arg(long, value_name = "N", default_value_t = 250, value_parser = clap::value_parser!(u32).range(0..=3000))]
    before: u32,
    /// How often it is tried, on a fresh file system each time, until a commit fails
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=100))]
    tries: u32,
    /// Only the rows whose name contains this, such as "ext4, 4 KiB, LMDB"
    #[arg(long, value_name = "SUBSTRING")]
    only: Option<String>,
    /// Fail if a sale that tickets answered is gone, or no commit of it failed
    #[arg(long)]
    hold: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Tries what the command line asks for.
pub(crate) fn run(args: &Args) -> Result<Report> {
    let kinds = if args.common.quick {
        KINDS.get(..1).unwrap_or_default()
    } else {
        &KINDS
    };
    let rows = rows(kinds, args.only.as_deref())?;
    let tickets = args.program.find()?;
    if let Err(reason) = alone() {
        return Ok(Report::Skipped(reason));
    }
    let scratch = Scratch::new()?;
    let software = [("SQLite", sqlite::version()), ("LMDB", lmdb::version())];
    let machine = Machine::look(scratch.path(), &software);
    let mut tried = Tried {
        machine,
        others: args.sales,
        rows: Vec::new(),
        missing: Vec::new(),
    };
    for (kind, stores) in rows {
        if let Err(reason) = Disk::new(kind, scratch.path(), 0) {
            tried.missing.push((kind.name, reason));
            continue;
        }
        for store in stores {
            note(&format!("trying: {}, {}", kind.name, store.label()));
            let row = row(args, kind, store, &tickets, &scratch);
            tried.rows.push(
                row.map_err(|problem| format!("{}, {}: {problem}", kind.name, store.label()))?,
            );
        }
    }
    if tried.rows.is_empty() {
        let reasons: Vec<_> = tried
            .missing
            .into_iter()
            .map(|(_, reason)| reason)
            .collect();
        return Ok(Report::Skipped(reasons.join("; ")));
    }
    Ok(Report::Tried(tried))
}

/// The file systems and their stores whose names contain this.
fn rows(kinds: &[Kind], only: Option<&str>) -> Result<Vec<(Kind, Vec<Store>)>> {
    let only = only.unwrap_or("");
    let mut rows = Vec::new();
    for &kind in kinds {
        let name = |store: &Store| format!("{}, {}", kind.name, store.label());
        let chosen = |store: &Store| name(store).contains(only);
        let stores: Vec<_> = Store::value_variants()
            .iter()
            .copied()
            .filter(chosen)
            .collect();
        if !stores.is_empty() {
            rows.push((kind, stores));
        }
    }
    if rows.is_empty() {
        return Err(format!(
            "no row's name contains {only:?}; the names are such as \"ext4, 4 KiB, LMDB\""
        ));
    }
    Ok(rows)
}

/// Tries one store on one file system, unmounted and after a power cut.
fn row(args: &Args, kind: Kind, store: Store, tickets: &Path, scratch: &Scratch) -> Result<Row> {
    let until_struck = |end| {
        let trial = Trial {
            kind,
            store,
            end,
            before: args.before,
            others: args.sales,
            tickets,
        };
        until_struck(&trial, args.tries, scratch)
    };
    Ok(Row {
        file_system: kind.name,
        store,
        unmount: until_struck(End::Unmount)?,
        cut: until_struck(End::Cut)?,
    })
}

fn until_struck(trial: &Trial<'_>, most: u32, scratch: &Scratch) -> Result<Tries> {
    let mut tries = 0;
    loop {
        let outcome = trial.run(tries, scratch)?;
        tries += 1;
        if outcome != Outcome::Missed || tries >= most {
            return Ok(Tries { tries, outcome });
        }
    }
}

/// Sees to it that nothing stays mounted, however this process ends: it gets a view of the mounts that is
/// its own and that of its children, and a mount ends with the last of them.
fn alone() -> Result<()> {
    let this = fs::metadata("/proc/self").map_err(|error| format!("no /proc: {error}"))?;
    if this.uid() != 0 {
        return Err("needs root, to mount file systems".to_owned());
    }
    // SAFETY: no other thread runs yet, and no file descriptors are unshared.
    #[expect(unsafe_code, reason = "the standard library knows no such call")]
    let unshared = unsafe { rustix::thread::unshare_unsafe(rustix::thread::UnshareFlags::NEWNS) };
    unshared.map_err(|error| format!("no mounts of its own: {error}"))?;
    let mut private = Command::new("mount");
    private.args(["--make-rprivate", "/"]);
    storage::done(&mut private).map(drop)
}

#[cfg(test)]
mod tests {
    use super::{KINDS, Store, rows};

    #[test]
    fn a_row_is_chosen_by_file_system_and_program() {
        let all = rows(&KINDS, None).unwrap();
        assert_eq!(all.len(), KINDS.len());
        let one = rows(&KINDS, Some("xfs, LMDB")).unwrap();
        assert_eq!(one.len(), 1);
        assert_eq!(one[0].1, [Store::Lmdb]);
        assert!(rows(&KINDS, Some("nonsense")).is_err());
    }
}
