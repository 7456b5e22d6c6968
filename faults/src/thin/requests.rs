//! How much a device writes at once.

use std::fs;
use std::path::{Path, PathBuf};

/// A page, in KiB; 0 would stand for as much as the device can.
const SMALL: &str = "4";

/// How much a loop device writes at once, as long as this is held: a page. A longer write of which only the
/// first pages have room ends early, and Linux 6.18 takes that for success.
#[derive(Debug)]
pub(super) struct Requests {
    setting: PathBuf,
    before: String,
}

impl Requests {
    pub(super) fn small(mounted: &Path) -> Self {
        // The mounts of this thread: the others do not have them.
        let mounts = fs::read_to_string("/proc/thread-self/mounts").unwrap();
        let device = mounts.lines().rev().find_map(|line| {
            let mut fields = line.split_whitespace();
            let device = fields.next()?.strip_prefix("/dev/")?;
            (fields.next().map(Path::new) == Some(mounted)).then_some(device)
        });
        let device = device.expect("mounted, but of no device");
        let setting = PathBuf::from(format!("/sys/block/{device}/queue/max_sectors_kb"));
        let mut before = fs::read_to_string(&setting).unwrap();
        if before.trim() == SMALL {
            // One that was killed has left it.
            "0".clone_into(&mut before);
        }
        fs::write(&setting, SMALL).unwrap();
        Self { setting, before }
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        // It would outlast the mount: it is the setting of a device that others get next.
        let _ = fs::write(&self.setting, &self.before);
    }
}
