//! Whether a directory is fit for an event: do locks, atomic replace and sync work there, and how
//! fast.
//!
//! Everything is tried with the program's own means, in a scratch directory, and beside a second process
//! (the peer process), because a lock that only threads of one process respect is none. It knows nothing of
//! the command line.

mod costs;
mod life;
mod locks;
mod peer;
mod peer_process;
mod replace;
mod report;
mod scratch;
mod watch;

use std::fs::File;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

use scratch::Scratch;

pub use peer::{PEER, serve_peer};
pub use report::{Check, CheckResult, Cost, Costs, Report};

use crate::error::Result;
use crate::store::event::EventFiles;
use crate::store::{files, people, sellable, sys};

/// Examines a directory. Nothing is left there, whatever comes of it.
///
/// `program`: the `tickets` program, which is started as the second process.
///
/// `stop`: becomes readable when the examination is to stop, for instance on Ctrl-C.
///
/// # Errors
/// When the directory could not be examined: it is missing, nothing can be written there, the
/// program could not be started. What does not hold there is no error; it is in the report.
pub fn examine(directory: &Path, program: &Path, stop: Option<BorrowedFd<'_>>) -> Result<Report> {
    try_all(directory, program, stop).map_err(|error| {
        if scratch::is_full(&error) {
            error.hint("make room there first: some 200 KB are needed")
        } else {
            error
        }
    })
}

fn try_all(directory: &Path, program: &Path, stop: Option<BorrowedFd<'_>>) -> Result<Report> {
    let scratch = Scratch::lay_out(directory, program, stop)?;
    let file_system = File::open(scratch.directory()).map_or_else(
        |_| sys::UNKNOWN.to_owned(),
        |directory| sys::file_system(&directory),
    );
    let mut checks = vec![report::on_file_system(&file_system)];
    checks.extend(locks::examine(&scratch)?);
    checks.extend(replace::examine(&scratch)?);
    checks.push(life::examine(&scratch)?);
    Ok(Report {
        directory: directory.display().to_string(),
        file_system,
        checks,
        costs_us: costs::measure(&scratch)?,
    })
}

/// What is to be said of an event that is there: whether it can be sold from where it stands, and by which second
/// names its ledger can be reached. Nothing is tried, nothing is changed.
///
/// # Errors
/// No event can have this name.
pub fn look_at_event(file: &Path) -> Result<Vec<Check>> {
    const NAME: &str = "event";
    let files = EventFiles::at(file)?;
    let mut checks = Vec::new();
    if let Err(error) = sellable::refuse_unsellable(&files) {
        checks.push(Check::new(NAME, CheckResult::Fail, error.to_string()));
    }
    let closed = people::closed_to_us(&files).into_iter();
    checks.extend(closed.map(|told| Check::new(NAME, CheckResult::Fail, told)));
    let notes = sellable::second_names(&files).into_iter();
    checks.extend(notes.map(|note| Check::new(NAME, CheckResult::Note, note)));
    Ok(checks)
}

/// The directory that holds an event's files: links are followed as a sale follows them.
pub fn directory_of(file: &Path) -> Result<PathBuf> {
    let files = EventFiles::at(file)?;
    Ok(files::directory(&files.count).to_path_buf())
}
