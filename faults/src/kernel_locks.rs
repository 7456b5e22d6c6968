//! The locks on a file, as the kernel lists them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A lock on a file, or the wait for one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KernelLock {
    /// The process that took it, or waits for it.
    pub process: i32,
    /// Whether it is waited for.
    pub waits: bool,
    /// Whether it is a `flock`, as fs2 takes it.
    pub is_flock: bool,
}

/// All locks on this file. None on a file that is not there.
#[must_use]
pub fn locks(path: &Path) -> Vec<KernelLock> {
    let Ok(metadata) = fs::metadata(path) else {
        return Vec::new();
    };
    let (device, inode) = (metadata.dev(), metadata.ino());
    let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
    // Two file systems may have files of one number. Some (btrfs) list their locks under another device than stat(2)
    // has; that is none of those that are mounted.
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let is_mounted = mounts.contains(&format!(" {major}:{minor} "));
    let file = if is_mounted {
        format!("{major:02x}:{minor:02x}:{inode}")
    } else {
        format!(":{inode}")
    };
    let mut before = None;
    loop {
        let found = look(&file);
        // The kernel gives out the table in parts: where locks come and go meanwhile, a line may be there twice or not at
        // all.
        if before.as_ref() == Some(&found) {
            return found;
        }
        before = Some(found);
    }
}

fn look(file: &str) -> Vec<KernelLock> {
    let table = fs::read_to_string("/proc/locks").unwrap_or_default();
    let mut locks: Vec<_> = table.lines().filter_map(|line| lock(line, file)).collect();
    locks.sort();
    locks
}

/// A lock of this file, as in `12: -> FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF`.
fn lock(line: &str, file: &str) -> Option<KernelLock> {
    let waits = line.contains("->");
    let line = line.replace("->", "");
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let [_, kind, _, _, process, on, ..] = words.as_slice() else {
        return None;
    };
    on.ends_with(file).then_some(KernelLock {
        process: process.parse().ok()?,
        waits,
        is_flock: *kind == "FLOCK",
    })
}
