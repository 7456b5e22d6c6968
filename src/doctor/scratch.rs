//! Scratch directory: where an examination takes place, and whether it is to stop.

use std::fs;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::doctor::report::{Check, CheckResult};
use crate::error::{Error, Kind, Place, Result};
use crate::scratch::{Others, ScratchDirectory, sweep};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// The file that is locked.
pub(super) const LOCK: &str = "lock";

/// The file that is replaced.
pub(super) const COUNT: &str = "tickets.json";

/// With this begins the name of each temporary directory, behind a dot.
const KIND: &str = "tickets-doctor";

/// The examined place. Dropping it removes the temporary directory.
#[derive(Debug)]
pub(super) struct Scratch<'a> {
    directory: ScratchDirectory,
    /// What other examinations left in the examined directory.
    others: Others,
    /// The program that is started as the peer process.
    pub(super) program: &'a Path,
    pub(super) stop: Option<BorrowedFd<'a>>,
}

impl<'a> Scratch<'a> {
    /// Makes the temporary directory and the files in it.
    pub(super) fn lay_out(
        directory: &Path,
        program: &'a Path,
        stop: Option<BorrowedFd<'a>>,
    ) -> Result<Self> {
        let metadata = fs::metadata(directory).map_err(|error| {
            let missing = error.kind() == io::ErrorKind::NotFound;
            match (missing, Error::io("look at", directory, error)) {
                (true, _) => Error::new(Kind::Missing, "there is no such directory")
                    .at(directory, 0, 0)
                    .hint("make it first, or name another: tickets doctor DIR"),
                (false, problem) => problem,
            }
        })?;
        if !metadata.is_dir() {
            return Err(Error::new(Kind::Io, "is not a directory")
                .at(directory, 0, 0)
                .hint("name the directory that holds the event, or is to hold it"));
        }
        let others = sweep(directory, KIND);
        let made = ScratchDirectory::make(directory, KIND).map_err(|error| {
            Error::io("make a directory here", directory, error)
                .hint("an event needs a directory that can be written; so does its doctor")
        })?;
        let scratch = Self {
            directory: made,
            others,
            program,
            stop,
        };
        for name in [LOCK, COUNT] {
            let path = scratch.path(name);
            fs::write(&path, "x\n").map_err(|error| Error::io("write", &path, error))?;
        }
        Ok(scratch)
    }

    /// The temporary directory.
    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What killed examinations left there: what was removed, and what stays, because nobody can tell whose it is.
    pub(super) fn leftovers(&self) -> Vec<Check> {
        let note = |text: String| Check::new("leftovers", CheckResult::Note, text);
        let Others { swept, unknown } = &self.others;
        let swept = match swept {
            0 => None,
            1 => Some("a directory that a killed examination left was removed".to_owned()),
            many => Some(format!(
                "{many} directories that killed examinations left were removed"
            )),
        };
        let mut unknown: Vec<_> = unknown.iter().map(|name| name.to_string_lossy()).collect();
        unknown.sort();
        let stays = match unknown.as_slice() {
            [] => None,
            [one] => Some(format!(
                "{one} is perhaps of an examination that was killed: remove it, unless one goes on just now"
            )),
            [one, rest @ ..] => Some(format!(
                "{one} and {} more are perhaps of examinations that were killed: remove them, unless one goes on just now",
                rest.len()
            )),
        };
        swept.into_iter().chain(stays).map(note).collect()
    }

    /// A file in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory().join(name)
    }

    /// Whether it is the file system that failed, at a file in here: that is what a check finds, and not the end of all.
    pub(super) fn is_of_here(&self, error: &Error) -> bool {
        let is_here = |place: &Place| place.file.starts_with(self.directory());
        let is_io = std::error::Error::source(error).is_some();
        is_io && !is_full(error) && error.place().is_some_and(is_here)
    }

    /// Whether to go on: an error when the examination is to stop.
    pub(super) fn go_on(&self) -> Result<()> {
        match self.stop {
            Some(stop) if is_readable(stop) => Err(stopped()),
            _ => Ok(()),
        }
    }
}

/// The examination was told to stop.
pub(super) fn stopped() -> Error {
    Error::new(Kind::Interrupted, "stopped before all was examined")
}

/// Whether there was no room: that tells nothing about what was tried.
pub(super) fn is_full(error: &Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref());
    source.is_some_and(|source: &io::Error| {
        matches!(
            source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        )
    })
}

/// Whether something can be read now, or never any more.
pub(super) fn is_readable(fd: BorrowedFd<'_>) -> bool {
    wait_for(&[fd], Duration::ZERO).is_ok_and(|ready| ready.contains(&true))
}

/// Waits until one of these can be read, or so long; tells which can.
pub(super) fn wait_for(fds: &[BorrowedFd<'_>], limit: Duration) -> io::Result<Vec<bool>> {
    let mut watched: Vec<PollFd<'_>> = fds
        .iter()
        .map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN))
        .collect();
    let limit = Timespec {
        tv_sec: limit.as_secs().cast_signed(),
        tv_nsec: limit.subsec_nanos().into(),
    };
    match poll(&mut watched, Some(&limit)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(watched.iter().map(|fd| !fd.revents().is_empty()).collect())
}
