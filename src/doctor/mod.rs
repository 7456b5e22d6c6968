//! Whether a directory is fit for an event: do locks, atomic replace and sync work there, and how
//! fast.
//!
//! Everything is tried with the program's own means, in a temporary sub-directory, and beside a
//! second process (the witness), because a lock that only threads of one process respect is none.

mod costs;
mod ground;
mod life;
mod locks;
mod party;
mod replace;
mod report;
mod witness;

use std::ffi::OsString;
use std::fs::File;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

use ground::Ground;

pub use report::{Check, Cost, Costs, Finding, Report};

use crate::error::{Kind, Result};
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
        if ground::is_full(&error) {
            error.hint("make room there first: some 200 KB are needed")
        } else {
            error
        }
    })
}

fn try_all(directory: &Path, program: &Path, stop: Option<BorrowedFd<'_>>) -> Result<Report> {
    let ground = Ground::lay_out(directory, program, stop)?;
    let file_system = File::open(ground.directory()).map_or_else(
        |_| sys::UNKNOWN.to_owned(),
        |directory| sys::file_system(&directory),
    );
    let mut checks = vec![report::on_file_system(&file_system)];
    checks.extend(locks::examine(&ground)?);
    checks.extend(replace::examine(&ground)?);
    checks.push(life::examine(&ground)?);
    Ok(Report {
        directory: directory.display().to_string(),
        file_system,
        checks,
        costs_us: costs::measure(&ground)?,
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
        checks.push(Check::new(NAME, Finding::Fail, error.to_string()));
    }
    let closed = people::closed_to_us(&files).into_iter();
    checks.extend(closed.map(|told| Check::new(NAME, Finding::Fail, told)));
    let notes = sellable::second_names(&files).into_iter();
    checks.extend(notes.map(|note| Check::new(NAME, Finding::Note, note)));
    Ok(checks)
}

/// The directory that holds an event's files: links are followed as a sale follows them.
pub fn directory_of(file: &Path) -> Result<PathBuf> {
    let files = EventFiles::at(file)?;
    Ok(files::directory(&files.count).to_path_buf())
}

/// The hidden first argument of the second process.
pub(crate) const WITNESS: &str = "__witness";

/// What such a process does with the arguments that follow: the one is a directory. It gets orders
/// on its standard input, answers on its standard output, and ends with its input. Returns the exit
/// code.
#[must_use]
pub(crate) fn bear_witness(mut arguments: impl Iterator<Item = OsString>) -> u8 {
    match (arguments.next(), arguments.next()) {
        (Some(directory), None) => party::serve(Path::new(&directory)),
        _ => Kind::Usage.exit_code(),
    }
}
