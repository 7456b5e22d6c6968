//! Proof of durability: what must be true before anybody may say that lines are on the disk.
//!
//! The invariant: lines count as durable only after one process wrote all that no sync was known to cover,
//! itself, then synced it, and then saw in the map of the ledger's blocks that none of them is unwritten.
//!
//! Why each: a clean `fdatasync` proves nothing of what another process wrote, for that process's own sync
//! may have failed, and the kernel reports such a failure once; so the same bytes are written again. And
//! after a failed write-back of a new block even that reaches the disk and not the file system
//! ([`crate::store::file::sys::on_disk`]).

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::error::{Error, Kind, Result};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::sync::direct;
use crate::store::file::sys;
use crate::store::file::sys::OnDisk;

/// Makes the ledger's bytes from `from` to `to` durable; `own`: this process wrote all of them itself, through
/// this handle and since its last sync, which need not be done again: had the system failed to write them,
/// this sync would say so. For the holder of the sync lock.
///
/// `false`: the sync succeeded and the disk lacks a block of it all the same. Then [`secure`] helps.
pub(crate) fn prove(
    files: &EventFiles,
    ledger: &LedgerFile,
    (from, to): (u64, u64),
    own: bool,
) -> Result<bool> {
    if !own {
        write_again(files, ledger, from, to)?;
    }
    sync(files, &ledger.file)?;
    Ok(sys::on_disk(&ledger.file, from, to) != OnDisk::Unwritten)
}

/// Makes the ledger's bytes from `from` to `to` durable, whatever has happened to them. Only for the holder of
/// the decision locks and the sync lock.
///
/// # Errors
/// [`Kind::Io`]: they are not.
pub(crate) fn secure(files: &EventFiles, ledger: &LedgerFile, from: u64, to: u64) -> Result<()> {
    if prove(files, ledger, (from, to), false)? {
        return Ok(());
    }
    direct::write_again(&files.ledger, ledger, (from, to))
        .map_err(|e| lacking(Error::io("write past the page cache", &files.ledger, e)))?;
    sync(files, &ledger.file)?;
    match sys::on_disk(&ledger.file, from, to) {
        OnDisk::Unwritten => {
            let message = "the disk still lacks what was written, though its sync succeeded";
            Err(lacking(Error::new(Kind::Io, message).at(
                &files.ledger,
                0,
                0,
            )))
        }
        OnDisk::Written | OnDisk::Unknown => Ok(()),
    }
}

fn lacking(error: Error) -> Error {
    error.hint(
        "an earlier write to this file failed, and the disk has no room or is broken: free some space, \
         look at the system's log, and try again",
    )
}

/// Writes the ledger's bytes from `from` to `to` again.
fn write_again(files: &EventFiles, ledger: &LedgerFile, from: u64, to: u64) -> Result<()> {
    known_bad!(NoRewrite => return Ok(()));
    let problem = |e| Error::io("write again", &files.ledger, e);
    let mut chunk = vec![0; to.saturating_sub(from).min(64 * 1024) as usize];
    let mut at = from;
    while at < to {
        let length = (to - at).min(chunk.len() as u64) as usize;
        let part = chunk.get_mut(..length).unwrap_or_default();
        ledger.file.read_exact_at(part, at).map_err(problem)?;
        ledger.file.write_all_at(part, at).map_err(problem)?;
        at += length as u64;
    }
    Ok(())
}

/// One sync, never a second try: after a failed one the kernel may have dropped the bytes, and the
/// next sync would lie.
pub(crate) fn sync(files: &EventFiles, file: &File) -> Result<()> {
    known_bad!(NoSync => return Ok(()));
    known_bad!(SyncRetried => drop(file.sync_data()));
    file.sync_data()
        .map_err(|e: io::Error| Error::io("sync", &files.ledger, e))
}
