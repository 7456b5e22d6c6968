//! What a file system is called, whether it has a journal, and what it does on request.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::OFlags;

use crate::store::file::sys::types::UNKNOWN;

/// Opens a file so that no read notes its time: the next sync would write that too, a second block.
pub(crate) const NOATIME: OFlags = OFlags::NOATIME;

/// Opens a file so that writes go past the page cache.
pub(crate) const DIRECT: OFlags = OFlags::DIRECT;

/// Swaps two names of one directory in one atomic step.
///
/// `Ok(false)`: this system or file system cannot; nothing was changed and the caller renames
/// instead.
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

/// The name of the file system that holds an open file; its number in hexadecimal where it has no
/// name here, and "unknown" where the system does not tell.
pub(crate) fn file_system(file: &File) -> String {
    let Ok(told) = rustix::fs::fstatfs(file) else {
        return UNKNOWN.to_owned();
    };
    // The field is wide or narrow, signed or not, by processor; the number has 32 bits.
    let number = i128::from(told.f_type) & 0xffff_ffff;
    let known = FILE_SYSTEMS.iter().find(|(magic, _)| *magic == number);
    known.map_or_else(|| format!("{number:#x}"), |(_, name)| (*name).to_owned())
}

/// Whether the file system that holds an open file has a journal of ext4's kind. `None`: the system does not tell.
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

/// The numbers of statfs(2). ext2 and ext3 have that of ext4, whose driver serves them too.
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
