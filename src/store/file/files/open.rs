//! Opening and reading files that people and other programs may have touched.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{FileType, OFlags};

use crate::error::{Error, Kind, Result};
use crate::store::file::backoff::Backoff;
use crate::store::file::files::temporary::temporary;
use crate::store::file::files::write::name_new;
use crate::store::file::rights::Rights;
use crate::store::file::sys::{self, Attributes};

/// How a file is opened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Access<'a> {
    /// To be read.
    Read,
    /// To be read, and written at chosen offsets.
    ReadWrite,
    /// To be written at its end, whatever its end is at that moment.
    Append,
    /// To be read and written, and created where it is missing, for those who may use the file of this name.
    CreateLike(&'a Path),
}

/// Opens a regular file, and nothing else: never waits for a FIFO's other end, never reads a
/// device.
pub(crate) fn open_regular(path: &Path, access: Access<'_>) -> Result<File> {
    Ok(open_file(path, access)?.0)
}

/// The same; `None` when there is no such file.
pub(crate) fn try_open_regular(
    path: &Path,
    access: Access<'_>,
) -> Result<Option<(File, Attributes)>> {
    match open_file(path, access) {
        Err(error) if error.is_not_found() => Ok(None),
        result => result.map(Some),
    }
}

pub(crate) fn open_file(path: &Path, access: Access<'_>) -> Result<(File, Attributes)> {
    if let Access::CreateLike(model) = access
        && let Some(file) = create_like(path, model)?
    {
        let own = Attributes::of_handle(&file).map_err(|e| Error::io("look at", path, e))?;
        return Ok((file, own));
    }
    let mut options = OpenOptions::new();
    // Without O_NONBLOCK, opening a FIFO waits until somebody opens its other end.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    match access {
        Access::Read => options.read(true),
        Access::ReadWrite | Access::CreateLike(_) => options.read(true).write(true),
        Access::Append => options.append(true),
    };
    let mut open = |flags: OFlags| {
        options.custom_flags(flags.bits().cast_signed());
        options.open(path)
    };
    let mut open_now = || match open(flags | sys::NOATIME) {
        // That is for the owner.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => open(flags),
        result => result,
    };
    let (start, mut backoff) = (Instant::now(), LEASE_BACKOFF);
    let file = loop {
        match open_now() {
            // Somebody has a lease on it, for a moment.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && is_leased(path, start) => {
                backoff.pause();
            }
            result => break result,
        }
    };
    let file = file.map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => leased(path, error),
        _ => open_error(path, access, error),
    })?;
    let own = Attributes::of_handle(&file).map_err(|e| Error::io("look at", path, e))?;
    if own.is_file() {
        Ok((file, own))
    } else {
        Err(not_regular(path, own.kind()))
    }
}

/// Another process of this program keeps a lease for microseconds.
const LEASE_BACKOFF: Backoff = Backoff::napping(Duration::from_millis(1));

/// Whether what cannot be opened just now is a file on which somebody may have a write lease, and is worth to wait for:
/// this program's own end in microseconds.
fn is_leased(path: &Path, since: Instant) -> bool {
    const ENDED: Duration = Duration::from_millis(250);
    since.elapsed() < ENDED && Attributes::of_name(path).is_ok_and(|found| found.is_file())
}

/// Another program keeps its lease. The system ends one that somebody waits for after 45 s, unless somebody changed
/// that: a process that may wait so long tries again.
fn leased(path: &Path, error: io::Error) -> Error {
    Error::io("open", path, error)
        .with_kind(Kind::Busy { holder: None })
        .with_message("another program has a lease on it, and does not give it back")
        .hint("a file server may have it open for somebody: close it there, or wait longer with --wait 2m")
}

/// Creates an empty file with the rights of another, unless there is one under the name: `None`.
///
/// The name comes last: a process that is killed before leaves no file that others may not open.
fn create_like(path: &Path, model: &Path) -> Result<Option<File>> {
    let exists = |path: &Path| fs::symlink_metadata(path).is_ok();
    if exists(path) {
        return Ok(None);
    }
    let problem = |error| open_error(path, Access::CreateLike(model), error);
    let rights = Rights::of_name(model).map_err(|e| Error::io("look at", model, e))?;
    let rights = rights.bare();
    let temp = temporary(path, Some(&rights)).map_err(problem)?;
    let given = rights.give_to(temp.as_file());
    given.map_err(|e| Error::io("set the mode of", path, e))?;
    match name_new(temp, path) {
        Ok(file) => Ok(Some(file)),
        // Somebody else was faster, and may have removed our temporary file.
        Err(_) if exists(path) => Ok(None),
        Err(error) => Err(problem(error)),
    }
}

fn open_error(path: &Path, access: Access<'_>, error: io::Error) -> Error {
    // Opening a directory for writing, or a device without a driver, fails before fstat can tell.
    if let Ok(found) = Attributes::of_name(path)
        && !found.is_file()
    {
        return not_regular(path, found.kind());
    }
    let doing = match access {
        Access::Read => "open",
        Access::ReadWrite | Access::Append => "open for writing",
        Access::CreateLike(_) => "create",
    };
    let denied = matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    );
    let problem = Error::io(doing, path, error);
    match (denied, access) {
        (false, _) => problem,
        (true, Access::Read) => problem.hint("reading needs read permission on this file"),
        (true, _) => problem.hint(
            "selling needs write permission on this file and its directory; a query needs neither",
        ),
    }
}

fn not_regular(path: &Path, kind: FileType) -> Error {
    let what = match kind {
        FileType::Directory => "a directory",
        FileType::Fifo => "a FIFO",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Socket => "a socket",
        _ => "not a regular file",
    };
    // What stands beside a count is not for people to name.
    let ours = path
        .extension()
        .is_some_and(|end| end == "lock" || end == "jsonl");
    Error::new(Kind::Io, format!("is {what}, not a regular file"))
        .at(path, 0, 0)
        .hint(if ours {
            "the event keeps a file of its own under this name: move away what is there"
        } else {
            "give the path of a tickets.json with -f FILE"
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_regular_file_is_named_with_what_to_do() {
        for (kind, what) in [
            (FileType::Directory, "is a directory"),
            (FileType::Fifo, "is a FIFO"),
            (FileType::CharacterDevice, "is a device"),
            (FileType::BlockDevice, "is a device"),
            (FileType::Socket, "is a socket"),
        ] {
            let error = not_regular(Path::new("tickets.json"), kind);
            assert_eq!(error.message(), format!("{what}, not a regular file"));
        }
        for (name, ours) in [
            ("tickets.json", false),
            ("tickets.json.lock", true),
            ("tickets.ledger.jsonl", true),
            ("tickets", false),
        ] {
            let error = not_regular(Path::new(name), FileType::Directory);
            let hint = error.hint_text().unwrap();
            assert_eq!(hint.contains("a file of its own"), ours, "{name}: {hint}");
        }
    }

    /// A file server may keep it so for 45 s.
    #[test]
    fn a_lease_that_nobody_gives_back_is_told_after_a_moment() {
        use crate::store::file::sys::under_write_lease;
        let named = tempfile::NamedTempFile::new().unwrap();
        let open = || open_regular(named.path(), Access::Read).map(drop);
        let opened = under_write_lease(named.as_file(), || open().map_err(|error| error.kind()));
        // This file system has no leases, or somebody had the file open.
        let Ok(opened) = opened else { return };
        assert_eq!(opened, Err(Kind::Busy { holder: None }));
        open().unwrap();
    }
}
