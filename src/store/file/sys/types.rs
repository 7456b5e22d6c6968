//! What a platform tells of files and locks.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::FileType;

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

/// What a file is, without its times.
///
/// A process that asks Linux (from 6.13 on) for a file's times makes its next change note a finer one, and then
/// every file's next change is noted as later: the next sync of a ledger would write its inode too, a
/// second block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attributes {
    pub(crate) id: FileId,
    /// In bytes.
    pub(crate) length: u64,
    /// Its type and permissions, as in `st_mode`.
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// How many names it has.
    pub(crate) links: u64,
}

impl Attributes {
    pub(crate) fn kind(&self) -> FileType {
        FileType::from_raw_mode(self.mode)
    }

    /// Whether it is a regular file.
    pub(crate) fn is_file(&self) -> bool {
        self.kind() == FileType::RegularFile
    }

    /// What may be done with it by whom, as for chmod(1).
    pub(crate) fn permissions(&self) -> u32 {
        self.mode & 0o7777
    }
}

/// What keeps a file from being replaced, a process that tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileTrait {
    /// Something is mounted on it: a directory, or a file by itself.
    MountRoot,
    /// Nobody may change, rename or remove it (`chattr +i`).
    Immutable,
    /// It may only grow (`chattr +a`).
    AppendOnly,
}

impl FileTrait {
    /// What it means, in words for people.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::MountRoot => "is a mount of its own",
            Self::Immutable => "is immutable: nothing in it can be changed or replaced",
            Self::AppendOnly => "is append-only: nothing in it can be replaced",
        }
    }
}

/// A file by its name or by a handle.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FileRef<'a> {
    Name(&'a Path),
    Handle(&'a File),
}

/// Whether a file is open for writing elsewhere: in this process or another, through another handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriterElsewhere {
    Open,
    NotOpen,
    /// Neither can be known here.
    Unknown,
}

/// Whether the disk has some bytes of a file, after a sync of them that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnDisk {
    /// Every block of them is allocated and written.
    Written,
    /// A block of them is not.
    Unwritten,
    /// The file system has no map, as those without a disk, or keeps it to itself.
    Unknown,
}

pub(crate) const UNKNOWN: &str = "unknown";

/// What came of a try to lock a byte of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteLock {
    Held,
    /// Another handle holds it.
    Busy,
    /// There is no such lock here: not in this system, not on this file system, or not for this process.
    Unsupported,
}
