//! Files without their times (statx(2)), and what keeps them from being replaced.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Stat, StatxAttributes, StatxFlags, statat, statx};
use rustix::io::Errno;

use crate::store::file::files::directory::directory;
use crate::store::file::sys::types::{Attributes, FileId, FileTrait};

impl Attributes {
    /// Of the file that a name means.
    pub(crate) fn of_name(path: &Path) -> io::Result<Self> {
        Self::ask(CWD, path, AtFlags::empty())
    }

    /// Of an open file.
    pub(crate) fn of_handle(file: &File) -> io::Result<Self> {
        Self::ask(file, Path::new(""), AtFlags::EMPTY_PATH)
    }

    fn ask(directory: impl AsFd, path: &Path, flags: AtFlags) -> io::Result<Self> {
        let wanted = StatxFlags::TYPE
            | StatxFlags::MODE
            | StatxFlags::NLINK
            | StatxFlags::UID
            | StatxFlags::GID
            | StatxFlags::INO
            | StatxFlags::SIZE;
        let found = match statx(&directory, path, flags, wanted) {
            // A sandbox may know no such call.
            Err(Errno::NOSYS | Errno::PERM) => {
                return Ok(Self::of(statat(directory, path, flags)?));
            }
            found => found?,
        };
        Ok(Self {
            id: FileId {
                device: rustix::fs::makedev(found.stx_dev_major, found.stx_dev_minor),
                inode: found.stx_ino,
            },
            length: found.stx_size,
            mode: found.stx_mode.into(),
            uid: found.stx_uid,
            gid: found.stx_gid,
            links: found.stx_nlink.into(),
        })
    }

    /// With the times, which are not kept: where there is no other way.
    #[allow(
        clippy::useless_conversion,
        reason = "the fields are as wide as the processor has them"
    )]
    fn of(found: Stat) -> Self {
        Self {
            id: FileId {
                device: found.st_dev.into(),
                inode: found.st_ino.into(),
            },
            length: u64::try_from(found.st_size).unwrap_or_default(),
            mode: found.st_mode,
            uid: found.st_uid,
            gid: found.st_gid,
            links: found.st_nlink.into(),
        }
    }
}

/// What a name itself means, a link not followed; without the times.
pub(crate) fn kind_of_name(path: &Path) -> io::Result<FileType> {
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    let mode = match statx(CWD, path, flags, StatxFlags::TYPE) {
        // A sandbox may know no such call.
        Err(Errno::NOSYS | Errno::PERM) => statat(CWD, path, flags)?.st_mode,
        found => found?.stx_mode.into(),
    };
    Ok(FileType::from_raw_mode(mode))
}

/// The first of these that a file is known to be, in one look. (A mount is told since Linux 5.8; before, only that of
/// another device.)
pub(crate) fn first_trait(path: &Path, among: &[FileTrait]) -> Option<FileTrait> {
    let ask = |path: &Path| statx(CWD, path, AtFlags::empty(), StatxFlags::TYPE);
    let found = ask(path).ok()?;
    let is = |wanted: &FileTrait| match wanted {
        FileTrait::Immutable => found.stx_attributes.contains(StatxAttributes::IMMUTABLE),
        FileTrait::AppendOnly => found.stx_attributes.contains(StatxAttributes::APPEND),
        FileTrait::MountRoot => {
            let root = StatxAttributes::MOUNT_ROOT;
            let device = |of: &rustix::fs::Statx| (of.stx_dev_major, of.stx_dev_minor);
            if found.stx_attributes_mask.contains(root) {
                found.stx_attributes.contains(root)
            } else {
                ask(directory(path)).is_ok_and(|around| device(&around) != device(&found))
            }
        }
    };
    among.iter().copied().find(is)
}
