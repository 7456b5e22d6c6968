//! Getting an event ready for selling: open its ledger, and heal what a crash left behind.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::aside;
use super::event::EventFiles;
use super::files::{FileId, directory, sync_directory, write_beside};
use super::ledger::{Record, Replaced, Tally};
use super::ledger_file::LedgerFile;
use super::reading::{Reading, Rest};
use super::snapshot::Snapshot;
use super::sys;
use super::sys::Attributes;
use super::temporary;
use crate::error::{Error, Result};

/// Creates the ledger with its opening line, durably. Only for the holder of the name lock.
pub(crate) fn create_ledger(files: &EventFiles, stock: u64) -> Result<()> {
    let temp = opening_line(files, stock, None)?;
    match temp.persist_noclobber(&files.ledger) {
        Ok(_) => sync_directory(&files.ledger),
        // Somebody who locks another file was faster: one of the two is the ledger.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::io("create", &files.ledger, error.error)),
    }
}

pub(super) fn opening_line(
    files: &EventFiles,
    stock: u64,
    replaces: Option<Replaced>,
) -> Result<tempfile::NamedTempFile> {
    let (line, _) = Record::open(stock, replaces)
        .encode(Tally::default().sum)
        .unwrap_or_default();
    let model = Attributes::of_name(&files.count).or_else(|_| Attributes::of_name(&files.ledger));
    let model = model.map_err(|e| Error::io("look at", &files.count, e))?;
    // Each publication renames in the directory, which changes its inode.
    let apart = FileId::of_name(directory(&files.ledger)).unwrap_or(None);
    write_beside(&files.ledger, &line, Some(&model), true, apart)
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

fn put_away_torn(files: &EventFiles, ledger: &LedgerFile, from: u64) -> Result<PathBuf> {
    let (path, mut file) = create_put_away(files, "torn")?;
    let problem = |e| Error::io("write", &path, e);
    let mut chunk = vec![0; 64 * 1024];
    let mut at = from;
    loop {
        let read = ledger.file.read_at(&mut chunk, at).map_err(problem)?;
        if read == 0 {
            break;
        }
        io::Write::write_all(&mut file, chunk.get(..read).unwrap_or_default()).map_err(problem)?;
        at += read as u64;
    }
    file.sync_all().map_err(problem)?;
    sync_directory(&path)?;
    Ok(path)
}

fn create_put_away(files: &EventFiles, label: &str) -> Result<(PathBuf, File)> {
    let label = format!("{label}-{}", stamp());
    for attempt in 0.. {
        let path = files.put_away(&label, attempt);
        match File::create_new(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => {}
            Err(error) => return Err(Error::io("create", &path, error)),
        }
    }
    Err(Error::io(
        "create",
        &files.ledger,
        io::ErrorKind::AlreadyExists.into(),
    ))
}

/// The time now as a part of a file name.
pub(super) fn stamp() -> String {
    jiff::Timestamp::now()
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string()
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
    match temp.persist_noclobber(&files.count) {
        // Somebody else has made it just now.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Error::io("create", &files.count, error.error)),
        Ok(_) => {}
    }
    sync_directory(&files.count)
}

/// What killed processes had left.
#[derive(Debug, Default)]
pub(crate) struct Swept {
    /// How many temporary files were removed.
    pub(crate) strays: usize,
    /// Ledgers that a killed process had taken the name from, and where they are now.
    pub(crate) archives: Vec<PathBuf>,
}

impl Swept {
    /// What became of old ledgers, for people.
    pub(crate) fn told(&self) -> impl Iterator<Item = String> {
        self.archives.iter().map(|archive| {
            format!(
                "a reset or a restore was interrupted; the ledger before it is kept as {}",
                archive.display()
            )
        })
    }
}

/// Removes the temporary files of killed processes; ledgers that they were putting away get the names of archives.
/// Only for the holder of the sync lock.
pub(crate) fn sweep(files: &EventFiles) -> Result<Swept> {
    Ok(Swept {
        archives: aside::adopt(files)?,
        strays: temporary::sweep_strays([&files.count, &files.ledger])?,
    })
}

/// Whether killed processes left temporary files. Without the locks: one that is in use just now is none,
/// and whoever uses it holds one of the locks as long as it is there.
pub(crate) fn has_strays(files: &EventFiles) -> Result<bool> {
    let before = strays(files)?;
    if before.is_empty() {
        return Ok(false);
    }
    let held = |path: &Path| match FileId::of_name(path) {
        Ok(Some(id)) => sys::lock_holder(id).is_some(),
        _ => false,
    };
    if held(&files.lock) || held(&files.ledger) {
        return Ok(false);
    }
    let after = strays(files)?;
    Ok(after.iter().any(|stray| before.contains(stray)))
}

/// The temporary files of killed processes, and those in use just now.
pub(crate) fn strays(files: &EventFiles) -> Result<Vec<PathBuf>> {
    temporary::strays([&files.count, &files.ledger])
}
