//! Getting an event ready for selling: open its ledger, and heal what a crash left behind.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::event::EventFiles;
use super::files::{Access, FileId, directory, name_new, sync_directory, write_beside};
use super::holder::is_locked;
use super::ledger::{Record, Replaced, Tally};
use super::ledger_file::{LedgerFile, open_ledger};
use super::reading::{Reading, Rest};
use super::replace::replace;
use super::rights::Rights;
use super::snapshot::Snapshot;
use super::temporary;
use super::vouch;
use crate::error::{Error, Kind, Result};

/// Creates the ledger with its opening line, durably. Only for the holder of the name lock.
pub(crate) fn create_ledger(files: &EventFiles, stock: u64) -> Result<()> {
    let rights = Rights::of_name(&files.count);
    let rights = rights.map_err(|e| Error::io("look at", &files.count, e))?;
    let temp = opening_line(files, stock, None, &rights.bare())?;
    match name_new(temp, &files.ledger) {
        Ok(_) => sync_directory(&files.ledger),
        // Somebody who locks another file was faster: one of the two is the ledger.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::io("create", &files.ledger, error)),
    }
}

fn opening_line(
    files: &EventFiles,
    stock: u64,
    replaces: Option<Replaced>,
    rights: &Rights,
) -> Result<tempfile::NamedTempFile> {
    let (line, _) = Record::open(stock, replaces)
        .encode(Tally::default().sum)
        .unwrap_or_default();
    // Each publication renames in the directory, which changes its inode.
    let apart = FileId::of_name(directory(&files.ledger)).unwrap_or(None);
    write_beside(&files.ledger, &line, Some(rights), true, apart)
}

/// Heals the ledger's end. Only for the holder of the deciding locks and the sync lock.
///
/// A newline that an editor took away is put back. Bytes that a crash left are put away in a file
/// of their own, then cut off: they hold no sale that was ever acknowledged. Returns what was done, for
/// people.
pub(crate) fn heal(
    files: &EventFiles,
    ledger: &LedgerFile,
    reading: &Reading,
) -> Result<Option<String>> {
    let problem = |e| Error::io("mend the end of", &files.ledger, e);
    known_bad!(NewlineCut => crate::known_bad::cut_at_newline(&ledger.file).map_err(problem)?);
    let end = reading.tally.bytes;
    match &reading.rest {
        // A ledger without a line: not opened.
        Rest::Clean if reading.tally.seq == 0 => {
            write_opening_line(files, ledger, reading)?;
            Ok(None)
        }
        Rest::Clean | Rest::Broken { .. } => Ok(None),
        Rest::Unterminated { with_it } => {
            ledger
                .file
                .write_all_at(b"\n", with_it.bytes)
                .map_err(problem)?;
            ledger.file.sync_data().map_err(problem)?;
            let ledger = files.ledger.display();
            Ok(Some(format!("{ledger}: its last newline was put back")))
        }
        Rest::Torn { from } => {
            let torn = put_away_torn(files, ledger, *from)?;
            ledger.file.set_len(end).map_err(problem)?;
            ledger.file.sync_data().map_err(problem)?;
            if reading.tally.seq == 0 {
                write_opening_line(files, ledger, reading)?;
            }
            Ok(Some(format!(
                "{}: bytes behind the last whole line, as a crash leaves them, were put away as {}",
                files.ledger.display(),
                torn.display()
            )))
        }
    }
}

/// Takes the padding behind the last line away. Only for the holder of the deciding locks.
pub(crate) fn trim(files: &EventFiles, ledger: &LedgerFile) -> Result<()> {
    let reading = Reading::take(files, Some(ledger))?;
    if reading.rest == Rest::Clean && reading.is_padded() {
        let end = reading.tally.bytes;
        let problem = |e| Error::io("cut the padding off", &files.ledger, e);
        ledger.file.set_len(end).map_err(problem)?;
    }
    Ok(())
}

/// Opens the event on a ledger that has no line left.
fn write_opening_line(files: &EventFiles, ledger: &LedgerFile, reading: &Reading) -> Result<()> {
    let (line, _) = Record::open(reading.snapshot.ticket, None)
        .encode(Tally::default().sum)
        .unwrap_or_default();
    ledger
        .file
        .write_all_at(&line, 0)
        .and_then(|()| ledger.file.sync_data())
        .map_err(|e| Error::io("open the event on", &files.ledger, e))
}

/// Copies what stands behind the last whole line to a file of its own, with the ledger's rights.
fn put_away_torn(files: &EventFiles, ledger: &LedgerFile, from: u64) -> Result<PathBuf> {
    let problem = |e| Error::io("put the end away of", &files.ledger, e);
    let label = format!("torn-{}", stamp());
    for attempt in 0.. {
        let path = files.put_away(&label, attempt);
        let copy = copy_from(&ledger.file, from, &files.ledger).map_err(problem)?;
        match name_new(copy, &path) {
            Ok(_) => {
                sync_directory(&path)?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => {}
            Err(error) => return Err(Error::io("create", &path, error)),
        }
    }
    Err(problem(io::ErrorKind::AlreadyExists.into()))
}

/// A temporary file beside `beside` with the bytes of another from an offset on, and the rights of that: durable, and
/// whole before it has a name that means anything.
fn copy_from(file: &File, from: u64, beside: &Path) -> io::Result<tempfile::NamedTempFile> {
    let rights = Rights::of_handle(file)?;
    known_bad!(PutAwayBare => return crate::known_bad::copy_bare(file, from, beside));
    let mut copy = temporary::temporary(beside, Some(&rights))?;
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

/// The time now as a part of a file name.
fn stamp() -> String {
    jiff::Timestamp::now()
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string()
}

/// Starts an event anew with `stock`: the old ledger is put away whole, under its own name with
/// the time in it. Returns that name. Only for the holder of the deciding locks and the sync lock.
///
/// The rename of the new ledger over the old one is the commit. Before it nothing has changed;
/// after it, the new ledger's opening line says which count it took the place of, so that whoever
/// reads the old `tickets.json` knows that it is stale.
pub(crate) fn restart(files: &EventFiles, stock: u64) -> Result<Option<PathBuf>> {
    let old = match Snapshot::read(&files.count) {
        Err(error) if error.kind() != Kind::Integrity => return Err(error),
        result => result,
    };
    let archive = match open_ledger(files, Access::ReadWrite)? {
        None => None,
        Some(ledger) => {
            let end = settle(files, &ledger)?;
            let counted = old.as_ref().ok().and_then(|old| old.counted);
            let opened = ledger.first_line(files)?;
            let replaces = Some(Replaced {
                seq: counted.map_or(0, |counted| counted.seq),
                bytes: counted.map_or(0, |counted| counted.bytes),
                opened: opened.map_or_else(String::new, |line| line.sum.to_string()),
                end,
            });
            // Those who may read the old one may be fewer than may read the count.
            let rights = Rights::of_handle(&ledger.file);
            let rights = rights.map_err(|e| Error::io("look at", &files.ledger, e))?;
            let temp = opening_line(files, stock, replaces, &rights)?;
            let archive = link_archive(files)?;
            // Before the commit: a power cut may keep any of the names that were changed since the last
            // sync, so also the new ledger's without the old one's second name, or with a count that is
            // older than the one it says it replaces.
            let named = sync_directory(&files.ledger).and_then(|()| {
                let persisted = temp.persist(&files.ledger);
                persisted.map_err(|e| Error::io("replace", &files.ledger, e.error))
            });
            if let Err(error) = named {
                // Nothing was put away.
                let _ = fs::remove_file(&archive);
                return Err(error);
            }
            Some(archive)
        }
    };
    let finished = finish_restart(files, &old, stock);
    match &archive {
        // Without a ledger the count was the event.
        None => finished?,
        Some(_) => finished.map_err(|error| {
            error.with_kind(Kind::OutcomeUnknown).hint(
                "the event was started anew, but not all of it is proven to be on disk: \
                 'tickets query' says how it stands",
            )
        })?,
    }
    Ok(archive)
}

/// What follows the commit of a restart.
fn finish_restart(files: &EventFiles, old: &Result<Snapshot>, stock: u64) -> Result<()> {
    sync_directory(&files.ledger)?;
    let fresh = if let Ok(old) = old {
        old.restarted(stock)
    } else {
        keep_broken(files)?;
        Snapshot::fresh(stock)
    };
    replace(&files.count, fresh.render().as_bytes(), true)?;
    sync_directory(&files.count)
}

/// Gives a count that cannot be read, but is not empty, a second name: people may want what it held.
pub(crate) fn keep_broken(files: &EventFiles) -> Result<()> {
    let empty = fs::metadata(&files.count).is_ok_and(|metadata| metadata.len() == 0);
    if !empty {
        let stamp = stamp();
        link_away(&files.count, "keep the broken count as", |attempt| {
            let label = match attempt {
                0 => format!("broken-{stamp}.json"),
                attempt => format!("broken-{stamp}-{attempt}.json"),
            };
            files.count.with_extension(label)
        })?;
    }
    Ok(())
}

/// Makes everything that is on the ledger durable, so that whoever still waits for that may take
/// the new ledger's opening line for an answer. Returns up to where it adds up and is durable.
fn settle(files: &EventFiles, ledger: &LedgerFile) -> Result<u64> {
    let end = match Reading::take(files, Some(ledger)) {
        Ok(reading) => {
            vouch::secure(files, ledger, reading.counted, reading.tally.bytes)?;
            trim(files, ledger)?;
            reading.tally.bytes
        }
        Err(_) => 0,
    };
    ledger
        .file
        .sync_data()
        .map_err(|e| Error::io("sync", &files.ledger, e))?;
    Ok(end)
}

/// Gives the ledger a second name.
fn link_archive(files: &EventFiles) -> Result<PathBuf> {
    let stamp = stamp();
    let name = |attempt| files.put_away(&stamp, attempt);
    link_away(&files.ledger, "put the ledger away as", name)
}

/// Gives a file the first of these names that is free.
fn link_away(file: &Path, doing: &str, name: impl Fn(u32) -> PathBuf) -> Result<PathBuf> {
    for attempt in 0..1000 {
        let name = name(attempt);
        match second_name(file, &name) {
            Ok(()) => return Ok(name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::io(doing, &name, error)),
        }
    }
    Err(Error::io(doing, file, io::ErrorKind::AlreadyExists.into()))
}

/// Gives a file a second name that no other file has; a copy with its rights, where the file system knows no
/// second names.
fn second_name(file: &Path, name: &Path) -> io::Result<()> {
    match fs::hard_link(file, name) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            let copy = copy_from(&File::open(file)?, 0, file)?;
            name_new(copy, name).map(drop)
        }
        result => result,
    }
}

/// Makes a new event with `stock`, and its directory where that is missing.
pub(crate) fn create_event(files: &EventFiles, stock: u64) -> Result<()> {
    let directory = directory(&files.count);
    if !directory.is_dir() {
        fs::create_dir_all(directory).map_err(|e| Error::io("create", directory, e))?;
        sync_directory(directory)?;
    }
    let text = Snapshot::fresh(stock).render();
    let temp = write_beside(&files.count, text.as_bytes(), None, true, None)?;
    name_new(temp, &files.count).map_err(|e| Error::io("create", &files.count, e))?;
    sync_directory(&files.count)
}

/// Removes the temporary files of killed processes. Only for the holder of the sync lock.
pub(crate) fn sweep(files: &EventFiles) -> Result<usize> {
    temporary::sweep_strays([&files.count, &files.ledger, &files.lock])
}

/// How many temporary files killed processes left. Without the locks: one that is in use just now is none,
/// and whoever uses it holds one of the locks as long as it is there.
pub(crate) fn count_strays(files: &EventFiles) -> Result<usize> {
    let before = strays(files)?;
    if before.is_empty() {
        return Ok(0);
    }
    let held = |path: &Path| match FileId::of_name(path) {
        Ok(Some(id)) => is_locked(id),
        _ => false,
    };
    if held(&files.lock) || held(&files.ledger) {
        return Ok(0);
    }
    let after = strays(files)?;
    Ok(after.iter().filter(|stray| before.contains(stray)).count())
}

/// The temporary files of killed processes, and those in use just now.
pub(crate) fn strays(files: &EventFiles) -> Result<Vec<PathBuf>> {
    temporary::strays([&files.count, &files.ledger, &files.lock])
}
