//! Copying a ledger, up to the end of one of its lines, to stand under another name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::store::file::files::temporary::temporary;
use crate::store::file::rights::Rights;

/// Copies so many bytes of a ledger to a temporary file beside `path`, with these rights, and syncs it. `newline`: the last line lacks its newline, which the copy
/// has.
pub(crate) fn copy_beside(
    path: &Path,
    ledger: &File,
    length: u64,
    newline: bool,
    rights: &Rights,
) -> Result<NamedTempFile> {
    let problem = |e| Error::io("write a copy of the ledger here", path, e);
    let mut copy = temporary(path, Some(rights)).map_err(problem)?;
    // The ledger's own handle keeps its place: others may share it.
    let mut from = Positioned { ledger, at: 0 };
    let copied = io::copy(&mut (&mut from).take(length), copy.as_file_mut()).map_err(problem)?;
    if copied < length {
        return Err(problem(io::ErrorKind::UnexpectedEof.into()));
    }
    if newline {
        copy.write_all(b"\n").map_err(problem)?;
    }
    let file = copy.as_file_mut();
    file.seek(SeekFrom::Start(0)).map_err(problem)?;
    rights.give_to(file).map_err(problem)?;
    file.sync_all().map_err(problem)?;
    Ok(copy)
}

/// Reads a file at offsets.
struct Positioned<'a> {
    ledger: &'a File,
    at: u64,
}

impl Read for Positioned<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = std::os::unix::fs::FileExt::read_at(self.ledger, bytes, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// A temporary file beside `beside` with the bytes of another from an offset on, and the rights of that: durable, and
/// whole before it has a name that means anything.
pub(crate) fn copy_from(
    file: &File,
    from: u64,
    beside: &Path,
) -> io::Result<tempfile::NamedTempFile> {
    let rights = Rights::of_handle(file)?;
    known_bad!(ArchiveBare => {
        let mut copy = temporary(beside, None)?;
        copy_bytes(file, from, copy.as_file_mut())?;
        return Ok(copy)
    });
    let mut copy = temporary(beside, Some(&rights))?;
    copy_bytes(file, from, copy.as_file_mut())?;
    rights.give_to(copy.as_file())?;
    copy.as_file().sync_all()?;
    Ok(copy)
}

/// Copies what a file holds from an offset on.
pub(crate) fn copy_bytes(file: &File, from: u64, to: &mut File) -> io::Result<()> {
    let mut chunk = vec![0; 64 * 1024];
    let mut at = from;
    loop {
        match file.read_at(&mut chunk, at) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                to.write_all(chunk.get(..read).unwrap_or_default())?;
                at += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_that_fails_is_not_tried_again() {
        let mut copy = tempfile::tempfile().unwrap();
        assert!(copy_bytes(&File::open("/").unwrap(), 0, &mut copy).is_err());
    }

    #[test]
    fn a_ledger_is_read_to_its_end_in_stretches() {
        let ledger = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..200_000_u32).map(|at| (at % 251) as u8).collect();
        ledger.write_all_at(&bytes, 0).unwrap();
        let mut read = Vec::new();
        let mut from = Positioned {
            ledger: &ledger,
            at: 0,
        };
        let mut stretch = [0; 1000];
        loop {
            match from.read(&mut stretch).unwrap() {
                0 => break,
                length => read.extend_from_slice(&stretch[..length]),
            }
            assert!(read.len() <= bytes.len());
        }
        assert!(read == bytes);
    }

    /// Somebody cut it meanwhile.
    #[test]
    fn a_ledger_that_is_too_short_is_not_copied() {
        let place = tempfile::tempdir().unwrap();
        let (path, ledger) = (place.path().join("copy"), place.path().join("ledger"));
        std::fs::write(&ledger, "0123456789").unwrap();
        let (file, rights) = (
            File::open(&ledger).unwrap(),
            Rights::of_name(&ledger).unwrap(),
        );
        let copy = |length, newline| {
            let copied = copy_beside(&path, &file, length, newline, &rights);
            copied.map(|copy| std::fs::read(copy.path()).unwrap())
        };
        assert_eq!(copy(10, false).unwrap(), b"0123456789");
        assert_eq!(copy(4, true).unwrap(), b"0123\n");
        assert!(copy(11, false).is_err());
        assert_eq!(std::fs::read_dir(&place).unwrap().count(), 1);
    }
}
