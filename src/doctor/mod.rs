//! Whether a directory is fit for an event: do locks, atomic replace and sync work there, and how
//! fast.
//!
//! Everything is tried with the program's own means, in a scratch directory, and beside a second process
//! (the peer process), because a lock that only threads of one process respect is none. It knows nothing of
//! the command line.

mod costs;
mod durability;
mod life;
mod locks;
mod peer;
mod peer_process;
mod replace;
mod report;
mod scratch;
mod sticky;
mod watch;

use crate::store::file::files::directory::directory;
use std::fs::File;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

use scratch::Scratch;

pub(crate) use peer::{PEER, serve_peer};
pub use report::{Check, CheckResult, Cost, Costs, Report};

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, LockKind};
use crate::store::Store as _;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::FileStore;
use crate::store::file::{people, sellable, sys};

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
    // Where nothing that was made can be taken away again, nothing is made.
    if let Err(error) = sellable::refuse_fixed_directory(directory) {
        let file_system = file_system(directory);
        let replace = Check::new("replace", CheckResult::Fail, error.to_string());
        return Ok(Report {
            directory: directory.display().to_string(),
            checks: vec![report::on_file_system(&file_system), replace],
            file_system,
            costs_us: Costs::default(),
        });
    }
    let scratch = Scratch::lay_out(directory, program, stop)?;
    let file_system = file_system(scratch.directory());
    let mut checks = vec![report::on_file_system(&file_system)];
    checks.extend(sticky::note(directory));
    checks.extend(scratch.leftovers());
    checks.extend(or_failed(&scratch, "exclusion", locks::examine(&scratch))?);
    checks.extend(or_failed(&scratch, "replace", replace::examine(&scratch))?);
    checks.push(durability::check(scratch.directory()));
    checks.push(life::examine(&scratch)?);
    let costs_us = match costs::measure(&scratch) {
        Err(error) if scratch.is_of_here(&error) => {
            checks.push(Check::new("costs", CheckResult::Fail, error.to_string()));
            Costs::default()
        }
        costs => costs?,
    };
    Ok(Report {
        directory: directory.display().to_string(),
        file_system,
        checks,
        costs_us,
    })
}

/// These checks; where the file system fails in the middle of them, that is what the first of them, of this name, found.
fn or_failed<const N: usize>(
    scratch: &Scratch<'_>,
    name: &'static str,
    found: Result<[Check; N]>,
) -> Result<Vec<Check>> {
    match found {
        Err(error) if scratch.is_of_here(&error) => {
            Ok(vec![Check::new(name, CheckResult::Fail, error.to_string())])
        }
        found => found.map(Vec::from),
    }
}

fn file_system(directory: &Path) -> String {
    let Ok(open) = File::open(directory) else {
        return sys::UNKNOWN.to_owned();
    };
    match sys::file_system(&open) {
        // The same number stands for ext2 and ext3.
        ext if ext.starts_with("ext") => durability::mounted_as(directory).unwrap_or(ext),
        other => other,
    }
}

/// What is to be said of an event that is there: whether it can be sold from where it stands, and reset, and by which
/// second names its ledger can be reached. Nothing is changed, and no file is made.
///
/// # Errors
/// No event can have this name.
pub fn look_at_event(file: &Path) -> Result<Vec<Check>> {
    const NAME: &str = report::EVENT;
    let files = EventFiles::at(file)?;
    let fixed = [
        sellable::refuse_unsellable(&files),
        sellable::refuse_fixed_ledger(&files),
    ];
    let fixed: Vec<Error> = fixed.into_iter().filter_map(Result::err).collect();
    let closed = people::closed_to_us(&files);
    // What was told of a file need not be told again.
    let is_news = |error: &Error| {
        let is_fixed = fixed.iter().any(|fixed| fixed.place() == error.place());
        !(is_fixed && sellable::is_forbidden(error))
            && (closed.is_empty() || !sellable::lacks_right(error))
    };
    let mut wrong: Vec<String> = fixed.iter().map(Error::to_string).collect();
    wrong.dedup();
    let tried = sellable::try_event(&files).into_iter().filter(is_news);
    let tried: Vec<String> = tried.map(|error| error.to_string()).collect();
    wrong.extend(closed.iter().cloned().chain(tried));
    let wrong = wrong.into_iter();
    let mut checks: Vec<_> = wrong
        .map(|told| Check::new(NAME, CheckResult::Fail, told))
        .collect();
    match CountFile::look(&files.count) {
        Err(error) if error.kind() == Kind::Integrity => {
            checks.push(Check::new(NAME, CheckResult::Fail, error.to_string()));
        }
        Ok((None, _)) if !files.count.exists() => {
            let missing = format!("{} is not there yet", files.count.display());
            checks.push(Check::new(NAME, CheckResult::Note, missing));
        }
        _ => {
            // A right that lacks was told above.
            if let Err(error) = FileStore::at(file)?.head(LockKind::Exclusive)
                && error.kind() == Kind::Integrity
            {
                checks.push(Check::new(NAME, CheckResult::Fail, error.to_string()));
            }
            if checks.is_empty() && files.ledger.exists() {
                let far = format!(
                    "{} adds up as far as a query looks: 'tickets audit' verifies each line of its ledger",
                    files.count.display()
                );
                checks.push(Check::new(NAME, CheckResult::Note, far));
            }
        }
    }
    let notes = sellable::second_names(&files).into_iter();
    checks.extend(notes.map(|note| Check::new(NAME, CheckResult::Note, note)));
    Ok(checks)
}

/// The directory that holds an event's files: links are followed as a sale follows them.
pub fn directory_of(file: &Path) -> Result<PathBuf> {
    let files = EventFiles::at(file)?;
    Ok(directory(&files.count).to_path_buf())
}
