//! Whether the disk has what a sync says that it has: the map of a file's blocks (`FS_IOC_FIEMAP`, as in
//! Linux's `Documentation/filesystems/fiemap.rst`).
//!
//! When the write-back of a newly allocated block fails, ext4 leaves the block's extent *unwritten*: its page
//! stays in the page cache, and is clean. The same bytes written into that page again are written to the
//! block, and a sync of them succeeds, but the extent stays unwritten: who reads it from the disk reads
//! zeros. Only the map tells.
#![expect(
    unsafe_code,
    reason = "the call has no safe interface, and nothing else tells whether a block is written"
)]

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use crate::store::file::sys::types::OnDisk;

/// Looks whether the disk has the bytes from `from` up to `to`.
pub(crate) fn on_disk(file: &File, from: u64, to: u64) -> OnDisk {
    known_bad!(MapUnread => return OnDisk::Written);
    let mut at = from;
    while at < to {
        match extent(file, at, to - at) {
            Err(_) => return OnDisk::Unknown,
            // The last extent may begin before: what matters is that it is there and goes on.
            Ok(Some(extent)) if extent.is_written() && extent.holds(at) => at = extent.end(),
            Ok(_) => return OnDisk::Unwritten,
        }
    }
    OnDisk::Written
}

/// `_IOWR('f', 11, struct fiemap)`.
const FS_IOC_FIEMAP: u32 = 0xC020_660B;
/// The place is not known yet; it is not allocated yet; it is allocated and not written.
const UNKNOWN: u32 = 0x2;
const DELALLOC: u32 = 0x4;
const UNWRITTEN: u32 = 0x800;

/// `struct fiemap_extent`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extent {
    logical: u64,
    physical: u64,
    length: u64,
    reserved: [u64; 2],
    flags: u32,
    more_reserved: [u32; 3],
}

/// `struct fiemap` with room for one extent.
#[repr(C)]
#[derive(Debug, Default)]
struct Request {
    start: u64,
    length: u64,
    flags: u32,
    mapped: u32,
    room: u32,
    reserved: u32,
    extent: Extent,
}

impl Extent {
    pub(crate) fn is_written(&self) -> bool {
        self.flags & (UNKNOWN | DELALLOC | UNWRITTEN) == 0
    }

    pub(crate) fn holds(&self, at: u64) -> bool {
        self.logical <= at && at < self.end()
    }

    pub(crate) fn end(&self) -> u64 {
        self.logical.saturating_add(self.length)
    }
}

/// The first extent of these bytes; `None` where there is a hole up to their end.
pub(crate) fn extent(file: &File, start: u64, length: u64) -> io::Result<Option<Extent>> {
    let mut request = Request {
        start,
        length,
        room: 1,
        ..Request::default()
    };
    // SAFETY: the kernel reads the request, and writes into it and into the one extent that it says it
    // has room for; both are laid out as the kernel's own, and are ours until the call returns.
    let result = unsafe { libc::ioctl(file.as_raw_fd(), FS_IOC_FIEMAP.into(), &raw mut request) };
    match result {
        0 => Ok((request.mapped > 0).then_some(request.extent)),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::os::unix::fs::FileExt as _;

    #[test]
    fn what_was_synced_is_written_and_what_was_only_allocated_is_not() {
        let mut file = tempfile::tempfile_in(".").unwrap();
        file.write_all(&[b'x'; 5000]).unwrap();
        file.sync_data().unwrap();
        // A file in memory, say, has no map.
        if on_disk(&file, 100, 5000) == OnDisk::Unknown {
            return;
        }
        assert_eq!(on_disk(&file, 100, 5000), OnDisk::Written);
        assert_eq!(on_disk(&file, 0, 20_000), OnDisk::Unwritten, "a hole");
        rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 8192, 8192).unwrap();
        assert_eq!(on_disk(&file, 8192, 9000), OnDisk::Unwritten);
        assert_eq!(on_disk(&file, 100, 9000), OnDisk::Unwritten);
        file.write_all_at(&[b'x'; 4096], 8192).unwrap();
        file.sync_data().unwrap();
        assert_eq!(on_disk(&file, 8192, 12_288), OnDisk::Written);
        assert_eq!(on_disk(&file, 8192, 12_289), OnDisk::Unwritten);
    }
}
