//! Archiving a ledger whole: another one takes its name, and it gets the name of an archive.
//!
//! Invariant: a process that is killed, or whose power is cut, at any moment leaves the old ledger under a name of
//! which the next command knows what it is. Nothing has an archive's name that is not archived, and no ledger
//! that was archived is ever taken for an orphaned file.
//!
//! The new ledger stands ready under an *exchange name*, a temporary one that says which file it was made for.
//! The two names are exchanged: the commit. From then on the exchange name means the old ledger, and is renamed to
//! the archive's. Where names cannot be exchanged, or a file system only says that they can, the old ledger gets a second name of this kind, or is
//! copied, before the new one is renamed over it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::store::file::event::{EventFiles, stamp};
use crate::store::file::files::compare::common;
use crate::store::file::files::copy::copy_from;
use crate::store::file::files::directory::{directory, sync_directory};
use crate::store::file::files::exchange::{ExchangeTry, try_exchange};
use crate::store::file::files::open::{Access, open_regular};
use crate::store::file::files::temporary;
use crate::store::file::lock::flock;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::raw_lines::RawLines;
use crate::store::file::sellable::kept_by_sticky;
use crate::store::file::sys;
use crate::store::file::sys::FileId;

/// What stands in an exchange name before the number of the file it was made for: a part of the format on disk.
const MARK: &str = "-aside";

/// A ledger that took another one's place.
#[derive(Debug)]
pub(crate) struct Archived {
    /// Where the old one is.
    pub(crate) archive: PathBuf,
    /// The new one, locked as the decision locks are until this is dropped: nobody takes what is not finished for an
    /// orphaned file.
    _new: File,
}

/// Gives the ledger's name to `new`, which is whole and synced, and an archive's name to the old ledger. Only
/// for the holder of the decision locks and the sync lock.
///
/// # Errors
/// Whether it was done before says `done`: then the next command gives the old ledger its archive's name.
pub(crate) fn take_place(
    files: &EventFiles,
    new: tempfile::NamedTempFile,
    done: &mut bool,
) -> Result<Archived> {
    let problem = |e| Error::io("replace", &files.ledger, e);
    // Where locks are not to be had the old ledger could not have been locked either.
    let _ = flock::try_lock(new.as_file());
    let made = FileId::of_handle(new.as_file()).map_err(problem)?;
    let ready = exchange_name(files, made.inode);
    let new = new.persist(&ready).map_err(|e| problem(e.error))?;
    let mut old = ready.clone();
    if let Err(error) = commit(files, (&ready, &mut old), sys::exchange) {
        // Nothing was archived.
        for name in [&ready, &old] {
            let _ = fs::remove_file(name);
        }
        return Err(error);
    }
    *done = true;
    sync_directory(&files.ledger)?;
    let archive = to_archive(files, &old)?;
    sync_directory(&files.ledger)?;
    Ok(Archived { archive, _new: new })
}

/// Gives the ledger's name to the file under `ready`; `old` is the name of the old ledger then. `exchange`: how names
/// are exchanged, which is tried first: the old ledger would be lost by one that renames.
fn commit(
    files: &EventFiles,
    (ready, old): (&Path, &mut PathBuf),
    exchange: fn(&Path, &Path) -> io::Result<bool>,
) -> Result<()> {
    let problem = |e| Error::io("replace", &files.ledger, e);
    // Before the commit: a power cut may keep any of the names that were changed since the last sync, so also
    // the new ledger's with a count that is older than the one it says it replaces.
    sync_directory(&files.ledger)?;
    let tried = try_exchange(&files.ledger, exchange).map_err(problem)?;
    if tried == ExchangeTry::Exchanged && exchange(ready, &files.ledger).map_err(problem)? {
        return Ok(());
    }
    // No file has the number 0.
    *old = exchange_name(files, 0);
    // A second name of another's file could not be taken away again in a sticky directory.
    let linked = match kept_by_sticky(&files.ledger) {
        None => fs::hard_link(&files.ledger, &*old),
        Some(_) => Err(io::ErrorKind::PermissionDenied.into()),
    };
    second_name(&linked, &files.ledger, old)?;
    sync_directory(&files.ledger)?;
    fs::rename(ready, &files.ledger).map_err(problem)
}

/// Gives the ledger a second name: `linked`, or a copy with its rights, where the file system knows no second
/// names.
fn second_name(linked: &io::Result<()>, ledger: &Path, name: &Path) -> Result<()> {
    let problem = |e| Error::io("archive the ledger as", name, e);
    if linked.is_ok() {
        return Ok(());
    }
    let from = open_regular(ledger, Access::Read)?;
    let copy = copy_from(&from, 0, ledger).map_err(problem)?;
    copy.persist(name).map_err(|e| problem(e.error))?;
    Ok(())
}

/// `.<name>.<process>-aside<16 digits of the number><12 digits of a sum>.tmp`, the process in decimal, the others in
/// hexadecimal.
fn exchange_name(files: &EventFiles, made: u64) -> PathBuf {
    let process = std::process::id();
    let name = temporary::summed(&files.ledger, &format!("{process}{MARK}{made:016x}"));
    files.ledger.with_file_name(name)
}

/// The number of the file that an exchange name of this ledger was made for; `None`: it is no such name.
fn made_for(name: &OsStr, ledger: &Path) -> Option<u64> {
    let (process, made) = temporary::unsummed(name, ledger)?.split_once(MARK)?;
    process.parse::<u32>().ok()?;
    u64::from_str_radix(made, 16).ok()
}

/// What stands under exchange names of this ledger. None of it is a temporary file that is ever removed as an orphan
/// ([`crate::store::file::files::temporary`]): those have other names.
pub(super) fn exchange_names(ledger: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let is_one = |name: &OsStr| made_for(name, ledger).is_some();
    temporary::list_files(directory(ledger), &is_one, &mut found)?;
    Ok(found)
}

/// Finishes or undoes what a process that was killed left under exchange names: an old ledger gets its archive's name,
/// and a new one that never took its place goes. Returns the archives. Only for the holder of the decision locks or the
/// sync lock of the ledger that has the name.
pub(crate) fn finish_interrupted(files: &EventFiles) -> Result<Vec<PathBuf>> {
    let mut archives = Vec::new();
    for path in exchange_names(&files.ledger)? {
        known_bad!(ArchiveOrphaned => {
            let _ = fs::remove_file(&path);
            continue
        });
        // What this process may not read or rename waits for one that may.
        if let Ok(Some(archive)) = finish(files, &path) {
            archives.push(archive);
        }
    }
    if !archives.is_empty() {
        sync_directory(&files.ledger)?;
    }
    Ok(archives)
}

/// The same with one of them; returns where an old ledger is now.
fn finish(files: &EventFiles, path: &Path) -> Result<Option<PathBuf>> {
    if !is_needless(files, path)? {
        return to_archive(files, path).map(Some);
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("remove", path, error))
        }
        _ => Ok(None),
    }
}

/// Whether what stands under an exchange name was not archived: it waits to take the ledger's place, or all of it
/// stands in the ledger.
fn is_needless(files: &EventFiles, path: &Path) -> Result<bool> {
    let problem = |e| Error::io("read", path, e);
    let file = open_regular(path, Access::Read)?;
    let id = FileId::of_handle(&file).map_err(problem)?;
    let made = path.file_name();
    if made.and_then(|name| made_for(name, &files.ledger)) == Some(id.inode) {
        return Ok(true);
    }
    let found = LedgerFile::of(file, id);
    let Some(living) = open_ledger(files, Access::Read)? else {
        return Ok(false);
    };
    if living.id == found.id || is_beginning(&found, &living).map_err(problem)? {
        return Ok(true);
    }
    // In a copied directory files have other numbers: a new ledger says whose place it is to take.
    let living = living.opening_line().map_err(problem)?;
    let opened = living.map_or_else(String::new, |line| line.sum.to_string());
    let first = found.opening_line().map_err(problem)?;
    let waits = first
        .and_then(|line| line.replaces)
        .is_some_and(|replaced| replaced.opened == opened);
    Ok(waits && has_one_line(&found.file).map_err(problem)?)
}

fn has_one_line(file: &File) -> io::Result<bool> {
    let mut raw_lines = RawLines::new(file, 0);
    raw_lines.next()?;
    Ok(raw_lines.next()?.is_none())
}

/// Whether all that stands in a file stands at the beginning of another one.
fn is_beginning(file: &LedgerFile, of: &LedgerFile) -> io::Result<bool> {
    let length = file.length().unwrap_or(u64::MAX);
    Ok(common(&file.file, &of.file, length)? == length)
}

/// Gives an old ledger the first archive's name that is free.
fn to_archive(files: &EventFiles, old: &Path) -> Result<PathBuf> {
    let stamp = stamp();
    for attempt in 0..1000 {
        let name = files.beside_ledger(&stamp, attempt);
        if fs::symlink_metadata(&name).is_ok() {
            continue;
        }
        fs::rename(old, &name).map_err(|e| Error::io("archive the ledger as", &name, e))?;
        return Ok(name);
    }
    let taken = io::ErrorKind::AlreadyExists.into();
    Err(Error::io("archive the ledger as", &files.ledger, taken))
}

#[cfg(test)]
mod tests;
