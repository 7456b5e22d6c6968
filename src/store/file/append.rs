//! Writing lines to the ledger: whole, or they are taken back.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::os::unix::fs::FileExt;

use crate::error::{Error, Kind, Result};
use crate::ledger::{NewLines, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::preallocation;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::view::LedgerView;

#[cfg(feature = "known-bad")]
use crate::store::file::count::publish;

/// A line that was written.
#[derive(Debug)]
pub(crate) struct Written {
    /// What the ledger adds up to with it.
    pub(crate) tally: Tally,
    /// How long the ledger is now, its preallocation included.
    pub(crate) length: u64,
    /// Whether preallocation was made.
    pub(crate) preallocated: bool,
}

/// Writes the lines behind the last one, over the preallocation where there is some; makes new preallocation where
/// it is wanted and has run out. For the holder of the event's lock. One write call, so that a process that
/// is killed has written all or nothing of it.
pub(crate) fn in_place(
    files: &EventFiles,
    ledger: &LedgerFile,
    view: &LedgerView,
    lines: &NewLines<'_>,
    preallocate: bool,
) -> Result<Written> {
    let problem = |e| problem(files, e);
    let (mut bytes, tally) = (Cow::Borrowed(lines.bytes()), *lines.tally());
    known_bad!(CountFirst => publish::publish(files, ledger, (&view.count, &tally), None)?);
    let (start, needed) = (view.tally.bytes, bytes.len());
    let preallocate = preallocate && tally.bytes > view.length;
    if preallocate {
        preallocation::add_to(bytes.to_mut());
    }
    let written = once(|| ledger.file.write_at(&bytes, start)).map_err(problem)?;
    known_bad!(ShortTaken => return Ok(Written { tally, length: tally.bytes, preallocated: preallocate }));
    // In the preallocation its newline stands there already, and others may have read the whole line.
    let whole = needed - usize::from(tally.bytes <= view.length);
    if written < whole {
        known_bad!(ShortKept => return Err(problem(io::ErrorKind::StorageFull.into())));
        // Nobody else has written since.
        if let Err(error) = ledger.file.set_len(start) {
            // All of it but its newline may stand there: then the next reader takes it for a line.
            return Err(problem(error)
                .with_kind(Kind::OutcomeUnknown)
                .hint("a part of it was written, and could not be taken back"));
        }
        return Err(problem(io::ErrorKind::StorageFull.into()));
    }
    Ok(Written {
        tally,
        length: view.length.max(start + written as u64),
        preallocated: preallocate,
    })
}

/// Appends the line at whatever is the ledger's end at that moment: for buyers without a lock.
pub(crate) fn at_the_end(
    files: &EventFiles,
    mut ledger: &File,
    view: &LedgerView,
    line: &NewLines<'_>,
) -> Result<Written> {
    let problem = |e| problem(files, e);
    if view.is_preallocated() {
        let message = "somebody is selling under the lock just now";
        return Err(Error::new(Kind::Refused, message).at(&files.ledger, 0, 0));
    }
    let written = once(|| ledger.write(line.bytes())).map_err(problem)?;
    if written < line.bytes().len() {
        // Others may have written since: it cannot be taken back.
        return Err(problem(io::ErrorKind::StorageFull.into()));
    }
    // After an appending write the offset is where that write ended.
    let bytes = ledger.stream_position().map_err(problem)?;
    Ok(Written {
        tally: Tally {
            bytes,
            ..*line.tally()
        },
        length: bytes,
        preallocated: false,
    })
}

/// One call; again only where it did nothing.
fn once(mut write: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match write() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn problem(files: &EventFiles, error: io::Error) -> Error {
    Error::io("write to", &files.ledger, error).hint("nothing was changed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_call_that_was_interrupted_is_made_again() {
        let mut calls = 0;
        let written = once(|| {
            calls += 1;
            match calls {
                1 | 2 => Err(io::ErrorKind::Interrupted.into()),
                3 => Ok(7),
                _ => Err(io::ErrorKind::StorageFull.into()),
            }
        });
        assert_eq!((written.unwrap(), calls), (7, 3));
        let mut calls = 0;
        let failed = once(|| {
            calls += 1;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(calls, 1);
    }
}
