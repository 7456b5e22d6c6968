//! Opening and reading files that people and other programs may have touched.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{FileType, OFlags};

use super::pause::outlast;
use super::placement::temporary_apart;
use super::rights::Rights;
use super::sys::{self, Attributes};
use super::temporary::temporary;
use super::version::Version;
use crate::error::{Error, Kind, Result};

/// Which file a name or a handle means: its device and inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileId {
    pub(crate) device: u64,
    pub(crate) inode: u64,
}

impl FileId {
    /// The file behind an open handle.
    pub(crate) fn of_handle(file: &File) -> io::Result<Self> {
        Ok(Attributes::of_handle(file)?.id)
    }

    /// The file that this name means now; `None` when there is none.
    pub(crate) fn of_name(path: &Path) -> io::Result<Option<Self>> {
        Ok(look(path)?.map(|found| found.id))
    }
}

/// What stands under a name; `None` when nothing does.
pub(crate) fn look(path: &Path) -> io::Result<Option<Attributes>> {
    match Attributes::of_name(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

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
    Ok(open(path, access)?.0)
}

/// The same; `None` when there is no such file.
pub(crate) fn try_open_regular(
    path: &Path,
    access: Access<'_>,
) -> Result<Option<(File, Attributes)>> {
    match open(path, access) {
        Err(error) if error.is_not_found() => Ok(None),
        result => result.map(Some),
    }
}

fn open(path: &Path, access: Access<'_>) -> Result<(File, Attributes)> {
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
    let start = Instant::now();
    let file = loop {
        match open_now() {
            // Somebody has a lease on it, for a moment.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && is_leased(path, start) => {
                outlast(Duration::from_millis(1));
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

/// Whether what cannot be opened just now is a file on which somebody may have a lease ([`super::lease`]), and is
/// worth to wait for: this program's own end in microseconds.
fn is_leased(path: &Path, since: Instant) -> bool {
    const ENDED: Duration = Duration::from_millis(250);
    since.elapsed() < ENDED && Attributes::of_name(path).is_ok_and(|found| found.is_file())
}

/// Another program keeps its lease. The system ends one that somebody waits for after 45 s, unless somebody changed
/// that: whoever may wait so long tries again.
fn leased(path: &Path, error: io::Error) -> Error {
    Error::io("open", path, error)
        .with_kind(Kind::Busy { holder: None })
        .with_message("another program has a lease on it, and does not give it back")
        .hint("a file server may have it open for somebody: close it there, or wait longer with --wait 2m")
}

/// Creates an empty file with the rights of another, unless there is one under the name: `None`.
///
/// The name comes last: whoever is killed before leaves no file that others may not open.
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
        // Somebody else was faster, and may have swept our temporary file.
        Err(_) if exists(path) => Ok(None),
        Err(error) => Err(problem(error)),
    }
}

/// Gives a temporary file a name that no file has yet.
///
/// By a rename that replaces nothing, where there is one; else by a second name; else a file without contents takes
/// the name first, so that of two who come at once one is told that it is there, and is replaced.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`]: a file has the name.
pub(crate) fn name_new(temp: tempfile::NamedTempFile, path: &Path) -> io::Result<File> {
    let refused = match temp.persist_noclobber(path) {
        Ok(file) => return Ok(file),
        Err(refused) => refused,
    };
    let none = [
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::Unsupported,
        io::ErrorKind::InvalidInput,
    ];
    if !none.contains(&refused.error.kind()) {
        return Err(refused.error);
    }
    let temp = refused.file;
    match fs::hard_link(temp.path(), path) {
        Ok(()) => Ok(temp.into_file()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => {
            // Nobody may open it who might not open the other.
            let mut options = OpenOptions::new();
            options.write(true).create_new(true).mode(0o600);
            options.open(path)?;
            temp.persist(path).map_err(|refused| {
                let _ = fs::remove_file(path);
                refused.error
            })
        }
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

/// Reads a whole regular file of at most `limit` bytes.
pub(crate) fn read_capped(path: &Path, limit: u64) -> Result<(Vec<u8>, Version)> {
    known_bad!(CountUncapped => if limit < 1 << 40 { return read_capped(path, 1 << 40) });
    let (file, own) = open(path, Access::Read)?;
    let bytes = if own.length <= limit {
        read_up_to(&file, own.length, limit + 1).map_err(|e| Error::io("read", path, e))?
    } else {
        Vec::new()
    };
    if own.length > limit || bytes.len() as u64 > limit {
        return Err(Error::new(
            Kind::Integrity,
            format!(
                "is {} bytes long, more than the {limit} that are read",
                own.length.max(bytes.len() as u64)
            ),
        )
        .at(path, 1, 1)
        .hint("a tickets.json is small: is this the right file?"));
    }
    Ok((bytes.clone(), Version::read(file, own.id, bytes)))
}

/// Reads a regular file from its start, so many bytes at most; `length` is what is expected.
fn read_up_to(file: &File, length: u64, most: u64) -> io::Result<Vec<u8>> {
    // One byte more than expected shows a file that grows while it is read.
    let mut bytes = vec![0; length.saturating_add(1).min(most) as usize];
    let mut filled = 0;
    loop {
        match file.read_at(bytes.get_mut(filled..).unwrap_or_default(), filled as u64) {
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        if filled < bytes.len() || filled as u64 >= most {
            bytes.truncate(filled);
            return Ok(bytes);
        }
        bytes.resize((2 * filled).min(most as usize), 0);
    }
}

/// Writes `bytes` to a new temporary file in the directory of `path`, with these rights, or those of any new file,
/// and apart from a file as [`temporary_apart`] does it.
pub(crate) fn write_beside(
    path: &Path,
    bytes: &[u8],
    rights: Option<&Rights>,
    sync: bool,
    apart: Option<FileId>,
) -> Result<tempfile::NamedTempFile> {
    let problem = |e| Error::io("write a new version", path, e);
    let temp = match apart {
        Some(from) => temporary_apart(path, rights, from),
        None => temporary(path, rights),
    };
    let mut temp = temp.map_err(problem)?;
    temp.write_all(bytes).map_err(problem)?;
    if let Some(rights) = rights {
        rights.give_to(temp.as_file()).map_err(problem)?;
    }
    if sync {
        temp.as_file().sync_all().map_err(problem)?;
    }
    Ok(temp)
}

/// The directory that holds `path`.
pub(crate) fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes the names in the directory of `path` durable.
pub(crate) fn sync_directory(path: &Path) -> Result<()> {
    known_bad!(DirectoryUnsynced => return Ok(()));
    let directory = directory(path);
    File::open(directory)
        .and_then(|handle| handle.sync_all())
        .map_err(|e| Error::io("sync", directory, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_that_fails_is_not_tried_again() {
        assert!(read_up_to(&File::open("/").unwrap(), 0, 9).is_err());
    }

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
    #[cfg(target_os = "linux")]
    #[test]
    fn a_lease_that_nobody_gives_back_is_told_after_a_moment() {
        use crate::store::file::lease::alone;
        let named = tempfile::NamedTempFile::new().unwrap();
        let open = || open_regular(named.path(), Access::Read).map(drop);
        let opened = alone(named.as_file(), || open().map_err(|error| error.kind()));
        // This file system has no leases, or somebody had the file open.
        let Ok(opened) = opened else { return };
        assert_eq!(opened, Err(Kind::Busy { holder: None }));
        open().unwrap();
    }
}
