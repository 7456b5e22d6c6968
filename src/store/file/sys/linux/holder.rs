//! Which process holds a lock, by `/proc`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rustix::fs::Dir;

use crate::store::file::sys::linux::process::process_name;
use crate::store::file::sys::types::{Attributes, FileId};

/// The process that holds the `flock` on this file; `None` where it cannot be told.
///
/// A lock belongs to an open file, which children inherit: `/proc/locks` names the process that took it, which may
/// have ended, and shows another device than stat(2) on file systems with several of them (btrfs). So all open
/// files are looked through first (`/proc/PID/fdinfo` says of each which locks it has); where those of another user
/// are not to be seen, the kernel's table tells.
pub(crate) fn lock_holder(file: FileId) -> Option<u32> {
    let by_table = || by_table(file).filter(|pid| process_name(*pid).is_some());
    by_open_files(file).or_else(by_table)
}

/// Whether anybody holds the `flock` on this file just now, as far as the kernel's table tells.
pub(crate) fn is_locked(file: FileId) -> bool {
    // The table is read in pieces: while other locks come and go, a line may be passed over.
    (0..LOOKS).any(|_| by_table(file).is_some())
}

/// How often the table is read before a file counts as not locked.
const LOOKS: u32 = 3;

/// Looks at what every process has open that lets itself be looked at.
fn by_open_files(file: FileId) -> Option<u32> {
    let numbers = names(Path::new("/proc")).into_iter();
    let numbers = numbers.filter_map(|name| name.parse().ok());
    chosen(numbers.filter_map(|pid| Some((pid, taker(pid, file)?))))
}

/// Of those that have the lock, each with who took it: that one, while it has it still; else the first. Others have
/// inherited it, perhaps for a moment, between `fork` and `exec`.
fn chosen(mut holders: impl Iterator<Item = (u32, u32)>) -> Option<u32> {
    let (first, taker) = holders.next()?;
    let is_taker = |(pid, taker): &(u32, u32)| pid == taker;
    if first == taker {
        return Some(first);
    }
    Some(holders.find(is_taker).map_or(first, |(pid, _)| pid))
}

/// What a directory holds. (The standard library's `ReadDir` panics where a directory cannot be closed.)
fn names(directory: &Path) -> Vec<String> {
    let entries = File::open(directory).ok();
    let Some(mut entries) = entries.and_then(|handle| Dir::new(handle).ok()) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    while let Some(Ok(entry)) = entries.read() {
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names
}

/// Who took the `flock` on this file that this process has.
fn taker(pid: u32, file: FileId) -> Option<u32> {
    let directory = PathBuf::from(format!("/proc/{pid}/fd"));
    names(&directory).iter().find_map(|handle| {
        let found = Attributes::of_name(&directory.join(handle));
        let is_it = found.is_ok_and(|found| found.id == file);
        is_it.then(|| flock_taker(pid, handle))?
    })
}

/// A line reads `lock:\t1: FLOCK  ADVISORY  WRITE 4242 fe:00:131 0 EOF`.
fn flock_taker(pid: u32, handle: &str) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/fdinfo/{handle}")).ok()?;
    text.lines().find_map(|line| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match words.as_slice() {
            ["lock:", _, "FLOCK", _, _, taker, ..] => Some(taker.parse().unwrap_or_default()),
            _ => None,
        }
    })
}

/// A line reads `3: FLOCK  ADVISORY  WRITE 4242 fe:00:131 0 EOF` (proc(5)); the device's numbers
/// are hexadecimal, and a waiter's line has `->` behind its first word.
fn by_table(file: FileId) -> Option<u32> {
    use rustix::fs::{major, minor};
    let table = fs::read_to_string("/proc/locks").ok()?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file::lock::flock::{try_lock, unlock};

    #[test]
    fn who_took_a_lock_is_told_and_not_who_inherited_it() {
        for (holders, told) in [
            (&[][..], None),
            (&[(7, 7)], Some(7)),
            (&[(5, 7), (7, 7)], Some(7)),
            (&[(7, 7), (9, 7)], Some(7)),
            // It has ended, or is not to be seen.
            (&[(5, 7), (9, 7)], Some(5)),
        ] {
            assert_eq!(chosen(holders.iter().copied()), told, "{holders:?}");
        }
    }

    #[test]
    fn open_files_and_the_table_tell_of_a_lock() {
        let named = tempfile::NamedTempFile::new().unwrap();
        let file = FileId::of_handle(named.as_file()).unwrap();
        assert_eq!(by_open_files(file), None);
        assert!(try_lock(named.as_file()).unwrap());
        assert_eq!(by_open_files(file), Some(std::process::id()));
        // On some file systems the table has another device.
        let table = std::fs::read_to_string("/proc/locks").unwrap();
        let (major, minor) = (
            rustix::fs::major(file.device),
            rustix::fs::minor(file.device),
        );
        let place = format!(" {major:02x}:{minor:02x}:{} ", file.inode);
        assert_eq!(is_locked(file), table.contains(&place));
        unlock(named.as_file()).unwrap();
        assert!(!is_locked(file));
        assert_eq!(by_open_files(file), None);
    }
}
