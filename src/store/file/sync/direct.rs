//! Writing the end of a ledger past the page cache (`O_DIRECT`): the cure for blocks that are unwritten
//! although their pages are clean ([`crate::store::file::sys::on_disk`]).
//!
//! Invariant: the bytes are never taken away from where they can be read before they are written anew, by
//! anything this process does, so that its death leaves the ledger as it was or cured. (The kernel drops the
//! pages of what it is about to write; mapped ones too, which `POSIX_FADV_DONTNEED` leaves. A hole punched
//! into the file, or an end cut off, would be a ledger without those lines until they are written again.)
//!
//! The write itself may fail, and a process that is killed then leaves blocks that read as zeros: of lines that others
//! wait for, or were told of. So it is tried only where the disk has just taken the same blocks, and preallocation, for
//! which there may be no room, is taken away first.
//!
//! Blocks are written as a whole: what stands in them before the first byte that is to be cured is written as
//! it is read, and so is what stands behind the last. So nobody may write to the ledger meanwhile.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::is_blank;
use crate::store::file::sys;
use crate::store::file::sys::FileId;

/// How much is written at a time, in bytes: a multiple of every block.
const CHUNK: u64 = 1 << 20;

/// The least that a disk takes as one block, in bytes; and what every disk takes.
const LEAST: u64 = 512;
const USUAL: u64 = 4096;

/// Writes all of the ledger again that stands from `from` on, up to its end; takes the preallocation away that begins
/// at `to`, where the last line ends. Only for the holder of the decision lock.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`]: the file system does not do this. Another: the disk did not take it. What
/// can be read is as it was.
pub(crate) fn write_again(
    path: &Path,
    ledger: &LedgerFile,
    (from, to): (u64, u64),
) -> io::Result<()> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(sys::DIRECT.bits().cast_signed())
        .open(path)?;
    if FileId::of_handle(&file)? != ledger.id {
        return Err(io::Error::other("it has lost its name meanwhile"));
    }
    let block = block_size(&file);
    let mut length = ledger.file.metadata()?.len();
    if to < length && is_blank(&ledger.file, to, length)? {
        ledger.file.set_len(to)?;
        length = to;
    }
    let mut room = vec![0; (CHUNK + block) as usize];
    let aligned = room.as_ptr().align_offset(block as usize);
    let chunk = room
        .get_mut(aligned..)
        .and_then(|room| room.get_mut(..CHUNK as usize))
        .ok_or(io::ErrorKind::OutOfMemory)?;
    let mut at = from - from % block;
    while at < length {
        let known = (length - at).min(CHUNK);
        let whole = known.next_multiple_of(block);
        let part = chunk.get_mut(..whole as usize).unwrap_or_default();
        let (lines, preallocation) = part.split_at_mut(known as usize);
        ledger.file.read_exact_at(lines, at)?;
        preallocation.fill(b'\n');
        if let Err(error) = write_all(&file, part, at) {
            let lines = part.get(..known as usize).unwrap_or_default();
            // The kernel may have dropped the pages: so that others read them as before.
            ledger.file.write_all_at(lines, at)?;
            return Err(error);
        }
        at += whole;
    }
    // The last block is longer than what stands in it; who dies before this leaves preallocation.
    ledger.file.set_len(length)
}

/// A short write ends at a block.
fn write_all(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write_at(bytes, at) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                at += written as u64;
                bytes = bytes.get(written..).unwrap_or_default();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What the file system allocates in one piece.
fn block_size(file: &File) -> u64 {
    let told = rustix::fs::fstatvfs(file).map_or(USUAL, |told| told.f_bsize);
    let usable = told.is_power_of_two() && (LEAST..=CHUNK).contains(&told);
    if usable { told } else { USUAL }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_changes_nothing_that_can_be_read() {
        for (from, length) in [(0, 1), (100, 4096), (5000, 9000), (4096, CHUNK + 5)] {
            let file = tempfile::NamedTempFile::new_in(".").unwrap();
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            file.as_file().write_all_at(&bytes, 0).unwrap();
            let ledger = LedgerFile::of(
                file.reopen().unwrap(),
                FileId::of_handle(file.as_file()).unwrap(),
            );
            match write_again(file.path(), &ledger, (from, length)) {
                // This file system does not do it; these do.
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                    let system = sys::file_system(file.as_file());
                    assert!(!["ext4", "xfs"].contains(&&*system), "{from} {length}");
                }
                result => result.unwrap(),
            }
            assert_eq!(
                std::fs::read(file.path()).unwrap(),
                bytes,
                "{from} {length}"
            );
        }
    }
    #[test]
    fn preallocation_is_taken_away_and_anything_else_behind_the_last_line_stays() {
        for (behind, left) in [("\n\n\n", ""), ("\n{\"se", "\n{\"se")] {
            let file = tempfile::NamedTempFile::new_in(".").unwrap();
            let line = "a line\n";
            std::fs::write(file.path(), format!("{line}{behind}")).unwrap();
            let ledger = LedgerFile::of(
                file.reopen().unwrap(),
                FileId::of_handle(file.as_file()).unwrap(),
            );
            let result = write_again(file.path(), &ledger, (0, line.len() as u64));
            if result.is_err_and(|error| error.kind() == io::ErrorKind::InvalidInput) {
                // This file system does not do it.
                return;
            }
            let read = std::fs::read_to_string(file.path()).unwrap();
            assert_eq!(read, format!("{line}{left}"));
        }
    }

    #[test]
    fn a_write_that_fails_is_not_tried_again() {
        let named = tempfile::NamedTempFile::new().unwrap();
        assert!(write_all(&File::open(named.path()).unwrap(), b"x", 0).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn it_is_on_the_disk_without_a_sync() {
        use crate::store::file::sys::{OnDisk, on_disk};
        let length = 9000;
        let file = tempfile::NamedTempFile::new_in(".").unwrap();
        file.as_file()
            .write_all_at(&vec![b'x'; length as usize], 0)
            .unwrap();
        let ledger = LedgerFile::of(
            file.reopen().unwrap(),
            FileId::of_handle(file.as_file()).unwrap(),
        );
        let not_yet = on_disk(file.as_file(), 0, length) == OnDisk::Unwritten;
        if write_again(file.path(), &ledger, (0, length)).is_ok() && not_yet {
            assert_eq!(on_disk(file.as_file(), 0, length), OnDisk::Written);
        }
    }
}
