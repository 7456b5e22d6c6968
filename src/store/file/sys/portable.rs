//! Any Unix: what it lacks is told, and its callers do without.
#![cfg_attr(windows, mutants::skip)]
#![allow(
    clippy::unnecessary_wraps,
    reason = "each has the signature that it has in linux.rs"
)]

use std::convert::Infallible;
use std::ffi::{CStr, CString};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FileType, OFlags, RawMode};

use crate::store::file::sys::types::{
    Attributes, ByteLock, FileId, FileRef, FileTrait, OnDisk, UNKNOWN, WriterElsewhere,
};

/// There is no such flag.
pub(crate) const NOATIME: OFlags = OFlags::empty();
pub(crate) const DIRECT: OFlags = OFlags::empty();

impl Attributes {
    /// Of the file that a name means.
    pub(crate) fn of_name(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(Self::of)
    }

    /// Of an open file.
    pub(crate) fn of_handle(file: &File) -> io::Result<Self> {
        file.metadata().map(Self::of)
    }

    fn of(metadata: Metadata) -> Self {
        Self {
            id: FileId {
                device: metadata.dev(),
                inode: metadata.ino(),
            },
            length: metadata.len(),
            mode: metadata.mode(),
            uid: metadata.uid(),
            gid: metadata.gid(),
            links: metadata.nlink(),
        }
    }
}

/// What a name itself means, a link not followed.
pub(crate) fn kind_of_name(path: &Path) -> io::Result<FileType> {
    let mode = fs::symlink_metadata(path)?.mode();
    Ok(FileType::from_raw_mode(mode as RawMode))
}

/// It cannot be told.
pub(crate) fn first_trait(_: &Path, _: &[FileTrait]) -> Option<FileTrait> {
    None
}

/// There is no such call: the caller renames instead.
pub(crate) fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

/// It cannot be told.
pub(crate) fn file_system(_: &File) -> String {
    UNKNOWN.to_owned()
}

/// It cannot be told.
pub(crate) fn has_journal(_: &File) -> Option<bool> {
    None
}

/// It cannot be told.
pub(crate) fn effective_user() -> Option<u32> {
    None
}

/// It cannot be told.
pub(crate) fn has_ended(_: u32) -> bool {
    false
}

/// It cannot be told.
pub(crate) fn process_name(_: u32) -> Option<String> {
    None
}

/// It cannot be told.
pub(crate) fn lock_holder(_: FileId) -> Option<u32> {
    None
}

/// It cannot be told.
pub(crate) fn is_locked(_: FileId) -> bool {
    false
}

/// It cannot be told.
pub(crate) fn on_disk(_: &File, _: u64, _: u64) -> OnDisk {
    OnDisk::Unknown
}

/// There are no such locks.
pub(crate) fn try_lock_byte(_: &File, _: u8) -> io::Result<ByteLock> {
    Ok(ByteLock::Unsupported)
}

/// There are no such locks.
pub(crate) fn share_byte(_: &File, _: u8) {}

/// There are no such locks.
pub(crate) fn unlock_byte(_: &File, _: u8) {}

/// There are no such locks.
pub(crate) fn is_byte_locked(_: &File, _: u8) -> bool {
    false
}

/// Without leases it cannot be known.
pub(crate) fn under_write_lease<T>(_: &File, _: impl FnOnce() -> T) -> io::Result<T> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Without leases it cannot be known.
pub(crate) fn writer_elsewhere(_: &File) -> WriterElsewhere {
    WriterElsewhere::Unknown
}

/// A word that processes share: there is none.
#[derive(Debug)]
pub(crate) struct SharedWord(Infallible);

impl SharedWord {
    pub(crate) fn map(_: &File) -> Option<Self> {
        None
    }

    pub(crate) fn wait(&self, _: Duration) -> bool {
        match self.0 {}
    }

    pub(crate) fn wake_all(&self) {
        match self.0 {}
    }
}

pub(crate) fn list_xattr(_: FileRef<'_>) -> io::Result<Vec<CString>> {
    Ok(Vec::new())
}

pub(crate) fn get_xattr(_: FileRef<'_>, _: &CStr) -> io::Result<Option<Vec<u8>>> {
    Ok(None)
}

pub(crate) fn set_xattr(_: &File, _: &CStr, _: &[u8]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn remove_xattr(_: &File, _: &CStr) -> io::Result<()> {
    Ok(())
}
