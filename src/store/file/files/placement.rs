//! Inode placement: on ext4 without a journal, the ledger's inode shares no block of the inode table with the versions
//! of the count.
//!
//! There a sync of any file writes the whole block of its inode, if the block has changed; and a rename changes the
//! inode of what is renamed. So a ledger beside the versions that are renamed at every publication costs two writes a
//! sync instead of one. A journal writes all that changed in one piece, wherever it stands.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::store::file::files::temporary::temporary;
use crate::store::file::rights::Rights;
use crate::store::file::sys;
use crate::store::file::sys::FileId;

/// How many inodes a block of the table has: of 256 bytes, in 4 KiB. Where that is wrong, this is in vain.
const INODES: u64 = 16;

/// Whether it matters where the inode of this file stands.
pub(crate) fn matters(file: &File) -> bool {
    sys::file_system(file) == "ext4" && sys::has_journal(file) == Some(false)
}

/// A temporary file beside `path`, apart from another file where that matters.
pub(crate) fn temporary_apart(
    path: &Path,
    rights: Option<&Rights>,
    from: FileId,
) -> io::Result<NamedTempFile> {
    let mut temp = temporary(path, rights)?;
    if !matters(temp.as_file()) {
        return Ok(temp);
    }
    // Kept until one is found, so that each is another inode.
    let mut near = Vec::new();
    while near.len() < INODES as usize && is_near(FileId::of_handle(temp.as_file())?, from) {
        near.push(temp);
        temp = temporary(path, rights)?;
    }
    Ok(temp)
}

/// Whether the inodes of two files share a block of the table.
pub(crate) fn is_near(a: FileId, b: FileId) -> bool {
    // Inodes count from 1.
    let block = |id: FileId| id.inode.saturating_sub(1) / INODES;
    a.device == b.device && block(a) == block(b)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_put_apart_shares_no_block_of_the_inode_table() {
        let place = tempfile::tempdir_in(".").unwrap();
        let path = place.path().join("tickets.json");
        let mut all = vec![temporary(&path, None).unwrap()];
        for _ in 0..40 {
            let from = FileId::of_handle(all.last().unwrap().as_file()).unwrap();
            let temp = temporary_apart(&path, None, from).unwrap();
            if matters(temp.as_file()) {
                assert!(!is_near(FileId::of_handle(temp.as_file()).unwrap(), from));
            }
            all.push(temp);
        }
        drop(all);
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
    }
}
