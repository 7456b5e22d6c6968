//! Opening, reading and replacing files that people and other programs may have touched.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, OFlags};

use super::sys;
use crate::error::{Error, Kind, Result};

/// Which file a name or a handle means: its device and inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileId {
    pub(crate) device: u64,
    pub(crate) inode: u64,
}

impl FileId {
    /// The file that these metadata are of.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }

    /// The file behind an open handle.
    pub(crate) fn of_handle(file: &File) -> io::Result<Self> {
        Ok(Self::of(&file.metadata()?))
    }

    /// The file that this name means now; `None` when there is none.
    pub(crate) fn of_name(path: &Path) -> io::Result<Option<Self>> {
        match fs::metadata(path) {
            Ok(metadata) => Ok(Some(Self::of(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A version of a file that was read, held open: as long as it is, no other file gets its number, so
/// that an unchanged [`Stamp`] means unchanged contents.
#[derive(Debug)]
pub(crate) struct Version {
    stamp: Stamp,
    _pin: File,
}

/// What tells one version of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    id: FileId,
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            id: FileId::of(metadata),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl Version {
    fn new(file: File, metadata: &Metadata) -> Self {
        Self {
            stamp: Stamp::of(metadata),
            _pin: file,
        }
    }

    /// Whether the name still means this version.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|metadata| Stamp::of(&metadata) == self.stamp)
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
    /// To be read and written, and created where it is missing with the mode and owner of the
    /// file given.
    CreateLike(&'a Metadata),
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
) -> Result<Option<(File, Metadata)>> {
    match open(path, access) {
        Err(error) if error.is_not_found() => Ok(None),
        result => result.map(Some),
    }
}

fn open(path: &Path, access: Access<'_>) -> Result<(File, Metadata)> {
    if let Access::CreateLike(model) = access
        && let Some(file) = create_like(path, model)?
    {
        let metadata = file.metadata().map_err(|e| Error::io("look at", path, e))?;
        return Ok((file, metadata));
    }
    let mut options = OpenOptions::new();
    // Without O_NONBLOCK, opening a FIFO waits until somebody opens its other end.
    options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    match access {
        Access::Read => options.read(true),
        Access::ReadWrite | Access::CreateLike(_) => options.read(true).write(true),
        Access::Append => options.append(true),
    };
    let file = options
        .open(path)
        .map_err(|error| open_error(path, access, error))?;
    let metadata = file.metadata().map_err(|e| Error::io("look at", path, e))?;
    if metadata.is_file() {
        Ok((file, metadata))
    } else {
        Err(not_regular(path, &metadata))
    }
}

/// Creates an empty file with the mode and owner of another, unless there is one under the name: `None`.
///
/// The name comes last: whoever is killed before leaves no file that others may not open.
fn create_like(path: &Path, model: &Metadata) -> Result<Option<File>> {
    let exists = |path: &Path| fs::symlink_metadata(path).is_ok();
    if exists(path) {
        return Ok(None);
    }
    let problem = |error| open_error(path, Access::CreateLike(model), error);
    let temp = temporary(path).map_err(problem)?;
    take_after(temp.as_file(), model).map_err(|e| Error::io("set the mode of", path, e))?;
    match temp.persist_noclobber(path) {
        Ok(file) => Ok(Some(file)),
        // Somebody else was faster, and may have swept our temporary file.
        Err(_) if exists(path) => Ok(None),
        Err(error) => Err(problem(error.error)),
    }
}

fn open_error(path: &Path, access: Access<'_>, error: io::Error) -> Error {
    // Opening a directory for writing, or a device without a driver, fails before fstat can tell.
    if let Ok(metadata) = fs::metadata(path)
        && !metadata.is_file()
    {
        return not_regular(path, &metadata);
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

fn not_regular(path: &Path, metadata: &Metadata) -> Error {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    let what = if kind.is_dir() {
        "a directory"
    } else if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_char_device() || kind.is_block_device() {
        "a device"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "not a regular file"
    };
    Error::new(Kind::Io, format!("is {what}, not a regular file"))
        .at(path, 0, 0)
        .hint("give the path of a tickets.json with -f FILE")
}

/// Reads a whole regular file of at most `limit` bytes.
pub(crate) fn read_capped(path: &Path, limit: u64) -> Result<(Vec<u8>, Version)> {
    let (file, metadata) = open(path, Access::Read)?;
    let problem = |e| Error::io("read", path, e);
    let mut bytes = Vec::with_capacity(metadata.len().min(limit) as usize + 1);
    if metadata.len() <= limit {
        // One byte more than allowed shows a file that grows while it is read.
        (&file)
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(problem)?;
    }
    if metadata.len() > limit || bytes.len() as u64 > limit {
        return Err(Error::new(
            Kind::Integrity,
            format!(
                "is {} bytes long, more than the {limit} that are read",
                metadata.len().max(bytes.len() as u64)
            ),
        )
        .at(path, 0, 0)
        .hint("a tickets.json is small: is this the right file?"));
    }
    Ok((bytes, Version::new(file, &metadata)))
}

/// Gives a file the mode and owner of another, as far as this process may.
fn take_after(file: &File, model: &Metadata) -> io::Result<()> {
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (model.uid(), model.gid()) {
        let group = Some(rustix::fs::Gid::from_raw(model.gid()));
        let owner = Some(rustix::fs::Uid::from_raw(model.uid()));
        // Only root may give a file away. Whoever is not root, but may write here, keeps the
        // group, so that the others who could sell still can.
        if rustix::fs::fchown(file, owner, group).is_err() {
            let _ = rustix::fs::fchown(file, None, group);
        }
    }
    if own.mode() & 0o7777 != model.mode() & 0o7777 {
        file.set_permissions(model.permissions())?;
    }
    Ok(())
}

/// How a temporary file beside `path` begins and ends, so that strays can be told.
fn stray_name(path: &Path) -> (String, &'static str) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    (format!(".{name}."), ".tmp")
}

/// A new temporary file in the directory of `path`.
fn temporary(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let (prefix, suffix) = stray_name(path);
    // A new event is as open as the umask lets any file be; tempfile's own default is private.
    let mode = fs::Permissions::from_mode(0o666);
    tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(suffix)
        .permissions(mode)
        .tempfile_in(directory(path))
}

/// Writes `bytes` to a new temporary file in the directory of `path`, with the mode and owner of
/// `model`.
pub(crate) fn write_beside(
    path: &Path,
    bytes: &[u8],
    model: Option<&Metadata>,
    sync: bool,
) -> Result<tempfile::NamedTempFile> {
    let problem = |e| Error::io("write a new version of", path, e);
    let mut temp = temporary(path).map_err(problem)?;
    temp.write_all(bytes).map_err(problem)?;
    if let Some(model) = model {
        take_after(temp.as_file(), model).map_err(problem)?;
    }
    if sync {
        temp.as_file().sync_all().map_err(problem)?;
    }
    Ok(temp)
}

/// Replaces a file by a fresh one with these bytes, atomically: whoever opens `path` reads the
/// old bytes or the new ones, never a mixture, and never finds the name missing. Mode and owner
/// are kept. Returns the new version.
///
/// `sync`: the bytes are on disk before the name means them. Without it a power cut may leave an
/// empty file under the name.
///
/// Exchanging the two names instead of renaming over one spares the flush that ext4 makes when a
/// file is replaced (`auto_da_alloc`). Each version is a file of its own: one spare file used
/// again and again would change under the hands of whoever still reads it.
pub(crate) fn replace(path: &Path, bytes: &[u8], sync: bool) -> Result<Version> {
    let problem = |e| Error::io("replace", path, e);
    let model = fs::metadata(path).map_err(problem)?;
    let (file, temp) = write_beside(path, bytes, Some(&model), sync)?.into_parts();
    if sys::exchange(&temp, path).map_err(problem)? {
        // The temporary name now means the old version, and goes with it.
        temp.close().map_err(problem)?;
    } else {
        temp.persist(path).map_err(|e| problem(e.error))?;
    }
    let metadata = file.metadata().map_err(problem)?;
    Ok(Version::new(file, &metadata))
}

/// Removes temporary files that killed processes left beside these files of one directory. Only for a
/// holder of all the event's locks: nobody else's temporary file may be in use.
pub(crate) fn sweep_strays(paths: [&Path; 2]) -> Result<usize> {
    let mut swept = 0;
    for stray in strays(paths)? {
        fs::remove_file(&stray).map_err(|e| Error::io("remove", &stray, e))?;
        swept += 1;
    }
    Ok(swept)
}

/// The temporary files beside these files of one directory that have no living owner, or are in use
/// just now.
pub(crate) fn strays(paths: [&Path; 2]) -> Result<Vec<PathBuf>> {
    let names = paths.map(stray_name);
    let directory = directory(paths[0]);
    let problem = |e: io::Error| Error::io("list", directory, e);
    let handle = File::open(directory).map_err(problem)?;
    // The standard library's `ReadDir` panics where a directory cannot be closed.
    let mut entries = Dir::new(handle).map_err(|e| problem(e.into()))?;
    let mut found = Vec::new();
    while let Some(entry) = entries.read() {
        let entry = entry.map_err(|e| problem(e.into()))?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        let text = name.to_string_lossy();
        let is_stray = |(prefix, suffix): &(String, &str)| {
            text.starts_with(prefix.as_str()) && text.ends_with(suffix)
        };
        if names.iter().any(is_stray) {
            found.push(directory.join(name));
        }
    }
    Ok(found)
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
    let directory = directory(path);
    File::open(directory)
        .and_then(|handle| handle.sync_all())
        .map_err(|e| Error::io("sync", directory, e))
}
