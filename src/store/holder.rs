//! Which process holds a lock, for the message of whoever did not get it.

use super::files::FileId;

/// The process that holds the `flock` on this file; `None` where it cannot be told.
///
/// A lock belongs to an open file, which children inherit: `/proc/locks` names the process that took it, which may
/// have ended, and shows another device than stat(2) on file systems with several of them (btrfs). So all open
/// files are looked through first (`/proc/PID/fdinfo` says of each which locks it has); where those of another user
/// are not to be seen, the kernel's table tells.
#[cfg(target_os = "linux")]
pub(crate) fn lock_holder(file: FileId) -> Option<u32> {
    linux::by_open_files(file).or_else(|| linux::by_table(file))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn lock_holder(_: FileId) -> Option<u32> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::Path;

    use super::super::files::FileId;
    use super::super::sys::{self, Attributes};

    /// Looks at what every process has open that lets itself be looked at.
    pub(super) fn by_open_files(file: FileId) -> Option<u32> {
        let processes = fs::read_dir("/proc").ok()?.flatten();
        let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers.into_iter().find(|pid| holds(*pid, file))
    }

    fn holds(pid: u32, file: FileId) -> bool {
        let Ok(handles) = fs::read_dir(format!("/proc/{pid}/fd")) else {
            return false;
        };
        handles.flatten().any(|handle| {
            let same = Attributes::of_name(&handle.path()).is_ok_and(|found| found.id == file);
            same && has_flock(pid, &handle.file_name())
        })
    }

    /// A line reads `lock:\t1: FLOCK  ADVISORY  WRITE 4242 fe:00:131 0 EOF`.
    fn has_flock(pid: u32, handle: &std::ffi::OsStr) -> bool {
        let path = Path::new("/proc").join(pid.to_string()).join("fdinfo");
        let Ok(text) = fs::read_to_string(path.join(handle)) else {
            return false;
        };
        let mut locks = text.lines().filter(|line| line.starts_with("lock:"));
        locks.any(|line| line.contains(" FLOCK "))
    }

    /// A line reads `3: FLOCK  ADVISORY  WRITE 4242 fe:00:131 0 EOF` (proc(5)); the device's numbers
    /// are hexadecimal, and a waiter's line has `->` behind its first word.
    pub(super) fn by_table(file: FileId) -> Option<u32> {
        use rustix::fs::{major, minor};
        let table = fs::read_to_string("/proc/locks").ok()?;
        let wanted = format!(
            "{:02x}:{:02x}:{}",
            major(file.device),
            minor(file.device),
            file.inode
        );
        let holder = table.lines().find_map(|line| {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            match words.as_slice() {
                [_, "FLOCK", _, _, pid, place, ..] if *place == wanted => pid.parse().ok(),
                _ => None,
            }
        });
        holder.filter(|pid| sys::is_running(*pid))
    }
}
