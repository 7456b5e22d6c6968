//! What only Linux has, each with a portable way beside it.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{FileType, OFlags};

use super::files::FileId;

/// Opens a file so that no read notes its time: the next sync would write that too, a second block.
#[cfg(target_os = "linux")]
pub(super) const NOATIME: OFlags = OFlags::NOATIME;

#[cfg(not(target_os = "linux"))]
pub(super) const NOATIME: OFlags = OFlags::empty();

/// Opens a file so that writes go past the page cache.
#[cfg(target_os = "linux")]
pub(super) const DIRECT: OFlags = OFlags::DIRECT;

#[cfg(not(target_os = "linux"))]
pub(super) const DIRECT: OFlags = OFlags::empty();

/// What a file is, without its times.
///
/// Whoever asks Linux (from 6.13 on) for a file's times makes its next change note a finer one, and then
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
    /// Of the file that a name means.
    #[cfg(target_os = "linux")]
    pub(crate) fn of_name(path: &Path) -> io::Result<Self> {
        Self::ask(rustix::fs::CWD, path, rustix::fs::AtFlags::empty())
    }

    /// Of an open file.
    #[cfg(target_os = "linux")]
    pub(crate) fn of_handle(file: &File) -> io::Result<Self> {
        Self::ask(file, Path::new(""), rustix::fs::AtFlags::EMPTY_PATH)
    }

    #[cfg(target_os = "linux")]
    fn ask(
        directory: impl std::os::fd::AsFd,
        path: &Path,
        flags: rustix::fs::AtFlags,
    ) -> io::Result<Self> {
        use rustix::fs::StatxFlags;
        let wanted = StatxFlags::TYPE
            | StatxFlags::MODE
            | StatxFlags::NLINK
            | StatxFlags::UID
            | StatxFlags::GID
            | StatxFlags::INO
            | StatxFlags::SIZE;
        let found = match rustix::fs::statx(&directory, path, flags, wanted) {
            // A sandbox may know no such call.
            Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {
                return Ok(Self::of(rustix::fs::statat(directory, path, flags)?));
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
    #[cfg(target_os = "linux")]
    #[allow(
        clippy::useless_conversion,
        reason = "the fields are as wide as the processor has them"
    )]
    fn of(found: rustix::fs::Stat) -> Self {
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

    /// Of the file that a name means.
    #[cfg(not(target_os = "linux"))]
    #[cfg_attr(windows, mutants::skip)]
    pub(crate) fn of_name(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(Self::of)
    }

    /// Of an open file.
    #[cfg(not(target_os = "linux"))]
    #[cfg_attr(windows, mutants::skip)]
    pub(crate) fn of_handle(file: &File) -> io::Result<Self> {
        file.metadata().map(Self::of)
    }

    #[cfg(not(target_os = "linux"))]
    #[cfg_attr(windows, mutants::skip)]
    fn of(metadata: std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
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

/// What a name itself means, a link not followed; without the times.
#[cfg(target_os = "linux")]
pub(super) fn kind_of_name(path: &Path) -> io::Result<FileType> {
    use rustix::fs::{AtFlags, CWD, StatxFlags, statat, statx};
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    let mode = match statx(CWD, path, flags, StatxFlags::TYPE) {
        // A sandbox may know no such call.
        Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {
            statat(CWD, path, flags)?.st_mode
        }
        found => found?.stx_mode.into(),
    };
    Ok(FileType::from_raw_mode(mode))
}

/// The same.
#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
pub(super) fn kind_of_name(path: &Path) -> io::Result<FileType> {
    use std::os::unix::fs::MetadataExt;
    let mode = std::fs::symlink_metadata(path)?.mode();
    Ok(FileType::from_raw_mode(mode as rustix::fs::RawMode))
}

/// What keeps a file from being replaced, whoever tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trait {
    /// Something is mounted on it: a directory, or a file by itself.
    MountRoot,
    /// Nobody may change, rename or remove it (`chattr +i`).
    Immutable,
    /// It may only grow (`chattr +a`).
    AppendOnly,
}

impl Trait {
    /// What it means, in words for people.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::MountRoot => "is a mount of its own",
            Self::Immutable => "is immutable: nothing in it can be changed or replaced",
            Self::AppendOnly => "is append-only: nothing in it can be replaced",
        }
    }
}

/// Whether a file is known to be so. (A mount is told since Linux 5.8; before, only that of another device.)
#[cfg(target_os = "linux")]
pub(super) fn has(path: &Path, what: Trait) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let ask = |path: &Path| statx(CWD, path, AtFlags::empty(), StatxFlags::TYPE);
    let Ok(found) = ask(path) else { return false };
    let wanted = match what {
        Trait::MountRoot => StatxAttributes::MOUNT_ROOT,
        Trait::Immutable => StatxAttributes::IMMUTABLE,
        Trait::AppendOnly => StatxAttributes::APPEND,
    };
    if found.stx_attributes_mask.contains(wanted) || what != Trait::MountRoot {
        return found.stx_attributes.contains(wanted);
    }
    let device = |of: &rustix::fs::Statx| (of.stx_dev_major, of.stx_dev_minor);
    ask(super::files::directory(path)).is_ok_and(|around| device(&around) != device(&found))
}

#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
pub(super) fn has(_: &Path, _: Trait) -> bool {
    false
}

/// Swaps two names of one directory in one atomic step.
///
/// `Ok(false)`: this system or file system cannot; nothing was changed and the caller renames
/// instead.
#[cfg(target_os = "linux")]
pub(crate) fn exchange(a: &Path, b: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        // A sandbox may answer so to what it does not know; where the names themselves may not be changed, the
        // rename in its place says so again.
        Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP | Errno::PERM) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
pub(crate) fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

/// The number of the user in whose name this process acts. `None`: the system does not tell.
pub(super) fn effective_user() -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    // The kernel gives a process's own directory to that user. (A call that cannot fail is no choice: a sandbox may
    // refuse it.)
    let own = std::fs::metadata("/proc/self");
    own.ok().map(|own| own.uid())
}

/// Whether a process runs, where the system tells; else `false`.
pub(super) fn is_running(pid: u32) -> bool {
    process_name(pid).is_some()
}

/// The name of a running process, where the system tells.
pub(super) fn process_name(pid: u32) -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

/// The name of the file system that holds an open file; its number in hexadecimal where it has no
/// name here, and "unknown" where the system does not tell.
#[cfg(target_os = "linux")]
pub(crate) fn file_system(file: &File) -> String {
    let Ok(told) = rustix::fs::fstatfs(file) else {
        return UNKNOWN.to_owned();
    };
    // The field is wide or narrow, signed or not, by processor; the number has 32 bits.
    let number = i128::from(told.f_type) & 0xffff_ffff;
    let known = FILE_SYSTEMS.iter().find(|(magic, _)| *magic == number);
    known.map_or_else(|| format!("{number:#x}"), |(_, name)| (*name).to_owned())
}

#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
pub(crate) fn file_system(_: &File) -> String {
    UNKNOWN.to_owned()
}

/// Whether the file system that holds an open file has a journal of ext4's kind. `None`: the system does not tell.
#[cfg(target_os = "linux")]
pub(crate) fn has_journal(file: &File) -> Option<bool> {
    let device = rustix::fs::fstat(file).ok()?.st_dev;
    let numbers = format!(
        "{}:{}",
        rustix::fs::major(device),
        rustix::fs::minor(device)
    );
    let block = std::fs::read_link(Path::new("/sys/dev/block").join(numbers)).ok()?;
    let name = block.file_name()?.to_str()?;
    // Named after the device and the journal's inode.
    Some(
        Path::new("/proc/fs/jbd2")
            .join(format!("{name}-8"))
            .exists(),
    )
}

#[cfg(not(target_os = "linux"))]
#[cfg_attr(windows, mutants::skip)]
pub(crate) fn has_journal(_: &File) -> Option<bool> {
    None
}

/// How long a name in a directory may be, in bytes.
pub(super) fn longest_name(directory: &Path) -> usize {
    const USUAL: usize = 255;
    let told = rustix::fs::statvfs(directory).map(|told| told.f_namemax);
    told.ok()
        .and_then(|longest| usize::try_from(longest).ok())
        .filter(|longest| *longest > 0)
        .unwrap_or(USUAL)
}

pub(crate) const UNKNOWN: &str = "unknown";

/// The numbers of statfs(2). ext2 and ext3 have that of ext4, whose driver serves them too.
#[cfg(target_os = "linux")]
const FILE_SYSTEMS: [(i128, &str); 27] = [
    (0xef53, "ext4"),
    (0x5846_5342, "xfs"),
    (0x9123_683e, "btrfs"),
    (0x2fc1_2fc1, "zfs"),
    (0xf2f5_2010, "f2fs"),
    (0xca45_1a4e, "bcachefs"),
    (0x0102_1994, "tmpfs"),
    (0x8584_58f6, "ramfs"),
    (0x794c_7630, "overlayfs"),
    (0x6969, "nfs"),
    (0x517b, "smb"),
    (0xff53_4d42, "cifs"),
    (0xfe53_4d42, "smb2"),
    (0x6573_5546, "fuse"),
    (0x0102_1997, "9p"),
    (0x786f_4256, "vboxsf"),
    (0x00c3_6400, "ceph"),
    (0x0bd0_0bd0, "lustre"),
    (0x4750_4653, "gpfs"),
    (0x0116_1970, "gfs2"),
    (0x7461_636f, "ocfs2"),
    (0x5346_414f, "afs"),
    (0xf15f, "ecryptfs"),
    (0x4d44, "vfat"),
    (0x2011_bab0, "exfat"),
    (0x7366_746e, "ntfs3"),
    (0x5265_4973, "reiserfs"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_runs_or_does_not() {
        assert!(is_running(std::process::id()));
        assert!(!is_running(u32::MAX));
    }

    #[test]
    fn what_a_name_itself_means_is_told_without_following_it() {
        let place = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| place.path().join(name));
        std::fs::write(&file, "x").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(kind_of_name(&file).unwrap(), FileType::RegularFile);
        assert_eq!(kind_of_name(&link).unwrap(), FileType::Symlink);
        assert_eq!(kind_of_name(place.path()).unwrap(), FileType::Directory);
        assert!(kind_of_name(&place.path().join("none")).is_err());
    }
}
