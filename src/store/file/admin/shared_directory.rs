//! A new directory for the files of an event that several people sell.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use crate::store::file::event::EventFiles;

/// What the group needs to replace files in a directory.
const GROUP: u32 = 0o070;

/// Lets the group of these files, where it may write them, write in this new directory too: whoever of it makes the next
/// backup replaces this one. As far as this process may: without it the backup is as good.
pub(crate) fn shared_like(directory: &Path, files: &EventFiles) {
    let files = [&files.ledger, &files.count].map(fs::metadata);
    let Some(file) = files.into_iter().find_map(Result::ok) else {
        return;
    };
    let Ok(own) = fs::metadata(directory) else {
        return;
    };
    // Of another group the right would be somebody else's.
    if own.gid() == file.gid() && file.mode() & 0o060 == 0o060 {
        let mode = own.mode() & 0o7777 | GROUP;
        let _ = fs::set_permissions(directory, fs::Permissions::from_mode(mode));
    }
}
