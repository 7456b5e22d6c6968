//! The platform: what Linux has, each with a portable way beside it.
//!
//! Knows system calls; knows nothing of events, ledgers and counts.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;
mod types;

use std::path::Path;

#[cfg(target_os = "linux")]
use linux as platform;
#[cfg(not(target_os = "linux"))]
use portable as platform;

pub(crate) use platform::{
    DIRECT, NOATIME, SharedWord, effective_user, exchange, file_system, first_trait, get_xattr,
    has_ended, has_journal, is_byte_locked, is_locked, kind_of_name, list_xattr, lock_holder,
    on_disk, process_name, remove_xattr, set_xattr, share_byte, try_lock_byte, under_write_lease,
    unlock_byte, writer_elsewhere,
};
pub(crate) use types::{
    Attributes, ByteLock, FileId, FileRef, FileTrait, OnDisk, UNKNOWN, WriterElsewhere, look,
};

/// Whether a process runs, where the system tells; else `false`.
pub(crate) fn is_running(pid: u32) -> bool {
    process_name(pid).is_some()
}

/// Whether there is a process with this number, of whoever, that has not ended, as far as the system tells.
pub(crate) fn is_alive(pid: u32) -> bool {
    use rustix::process::{Pid, test_kill_process};
    let number = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let is_there = number.is_some_and(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH));
    is_there && !has_ended(pid)
}

/// How long a name in a directory may be, in bytes.
pub(crate) fn longest_name(directory: &Path) -> usize {
    const USUAL: usize = 255;
    let told = rustix::fs::statvfs(directory).map(|told| told.f_namemax);
    told.ok()
        .and_then(|longest| usize::try_from(longest).ok())
        .filter(|longest| *longest > 0)
        .unwrap_or(USUAL)
}

#[cfg(test)]
mod tests {
    use rustix::fs::FileType;

    use super::*;

    #[test]
    fn a_process_runs_or_does_not() {
        assert!(is_running(std::process::id()));
        assert!(!is_running(u32::MAX));
        assert!(is_alive(std::process::id()));
        // No process has the largest number there is.
        assert!(!is_alive(i32::MAX.unsigned_abs()) && !is_alive(u32::MAX));
    }

    /// Nobody has waited for it yet: it is there, and keeps nothing.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_that_has_ended_is_not_alive() {
        let mut child = std::process::Command::new("cat");
        let child = child.stdin(std::process::Stdio::piped()).spawn();
        let mut child = child.unwrap();
        assert!(is_alive(child.id()));
        child.kill().unwrap();
        let stat = format!("/proc/{}/stat", child.id());
        while !std::fs::read_to_string(&stat).unwrap().contains(") Z ") {
            std::thread::yield_now();
        }
        assert!(is_running(child.id()) && !is_alive(child.id()));
        child.wait().unwrap();
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
