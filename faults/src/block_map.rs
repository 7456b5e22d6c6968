//! The map of a file's blocks (`FS_IOC_FIEMAP`), as the kernel has it.

use std::fs::File;
use std::path::Path;

use rustix::io::Errno;
use rustix::ioctl::{Opcode, Updater, opcode};

/// The place is not known yet; it is not allocated yet; it is allocated and not written.
const NOT_WRITTEN: u32 = 0x2 | 0x4 | 0x800;

/// `struct fiemap_extent`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    logical: u64,
    physical: u64,
    length: u64,
    reserved: [u64; 2],
    flags: u32,
    more_reserved: [u32; 3],
}

/// `struct fiemap`, without the extents behind it.
#[repr(C)]
#[derive(Debug, Default)]
struct Head {
    start: u64,
    length: u64,
    flags: u32,
    mapped: u32,
    room: u32,
    reserved: u32,
}

/// How many extents a file may have here.
const MOST: usize = 128;

#[repr(C)]
#[derive(Debug)]
struct Request {
    head: Head,
    extents: [Extent; MOST],
}

/// What is not on the disk of a file's first so many bytes: where it begins, and the flags of its extent, or 0
/// for a hole. `Err`: this file system has no map.
pub(crate) fn lacking(path: &Path, length: u64) -> Result<Option<(u64, u32)>, Errno> {
    const FIEMAP: Opcode = opcode::read_write::<Head>(b'f', 11);
    let file = File::open(path).unwrap();
    let mut request = Request {
        head: Head {
            length,
            room: MOST as u32,
            ..Head::default()
        },
        extents: [Extent::default(); MOST],
    };
    // SAFETY: the kernel reads the head, and writes into it and into no more extents than it says there is room
    // for; both are laid out as the kernel's own.
    #[expect(unsafe_code, reason = "the standard library knows no such call")]
    unsafe { rustix::ioctl::ioctl(&file, Updater::<FIEMAP, Request>::new(&mut request)) }?;
    assert!(request.head.mapped < MOST as u32, "too many extents");
    let mut at = 0;
    for extent in &request.extents[..request.head.mapped as usize] {
        if at >= length || extent.logical > at {
            break;
        }
        if extent.flags & NOT_WRITTEN != 0 {
            return Ok(Some((extent.logical, extent.flags)));
        }
        at = extent.logical + extent.length;
    }
    Ok((at < length).then_some((at, 0)))
}
