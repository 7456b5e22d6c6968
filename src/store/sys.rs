//! What only Linux has, each with a portable way beside it.

use std::io;
use std::path::Path;

use super::files::FileId;

/// Swaps two names of one directory in one atomic step.
///
/// `Ok(false)`: this system or file system cannot; nothing was changed and the caller renames
/// instead.
#[cfg(target_os = "linux")]
pub(super) fn exchange(a: &Path, b: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

/// The process that holds a `flock` on this file, from `/proc/locks`; `None` where it cannot be
/// told.
///
/// A line reads `3: FLOCK  ADVISORY  WRITE 4242 fe:00:131 0 EOF` (proc(5)); the device's numbers
/// are hexadecimal, and a waiter's line has `->` behind its first word.
#[cfg(target_os = "linux")]
pub(super) fn lock_holder(file: FileId) -> Option<u32> {
    use rustix::fs::{major, minor};
    let table = std::fs::read_to_string("/proc/locks").ok()?;
    let wanted = format!(
        "{:02x}:{:02x}:{}",
        major(file.device),
        minor(file.device),
        file.inode
    );
    table.lines().find_map(|line| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match words.as_slice() {
            [_, "FLOCK", _, _, pid, place, ..] if *place == wanted => pid.parse().ok(),
            _ => None,
        }
    })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn lock_holder(_: FileId) -> Option<u32> {
    None
}

/// The name of a running process, where the system tells.
pub(super) fn process_name(pid: u32) -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}
