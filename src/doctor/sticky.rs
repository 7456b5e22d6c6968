//! Sticky directories: nobody may replace a file of somebody else's there, as `/tmp` is.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::report::{Check, CheckResult, STICKY};
use crate::store::file::sellable::STICKY_BIT;

/// A note where the directory is sticky, whoever asks: root may replace every file there, and so would not notice.
pub(super) fn note(directory: &Path) -> Option<Check> {
    let metadata = fs::metadata(directory).ok()?;
    if !metadata.is_dir() || metadata.permissions().mode() & STICKY_BIT == 0 {
        return None;
    }
    let text = "only the owner of a file may replace it here (or the directory's, or root): several people cannot sell \
                from one event; give it a directory of its own that is not sticky";
    Some(Check::new(STICKY, CheckResult::Note, text))
}
