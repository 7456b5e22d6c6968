//! Getting an event ready for selling: open its ledger, and heal what a crash left behind.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::aside;
use super::event::EventFiles;
use super::files::{FileId, directory, name_new, sync_directory, write_beside};
use super::holder::is_locked;
use super::ledger_file::LedgerFile;
use super::reading::{Reading, Rest};
use super::rights::Rights;
use super::temporary;
use crate::error::{Error, Result};
use crate::ledger::CountFile;
use crate::ledger::{Record, Replaced, Tally};

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

pub(super) fn opening_line(
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
pub(super) fn copy_from(
    file: &File,
    from: u64,
    beside: &Path,
) -> io::Result<tempfile::NamedTempFile> {
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
    let text = CountFile::fresh(stock).render();
    let temp = write_beside(&files.count, text.as_bytes(), None, true, None)?;
    match name_new(temp, &files.count) {
        // Somebody else has made it just now.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Error::io("create", &files.count, error)),
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
        strays: temporary::sweep_strays([&files.count, &files.ledger, &files.lock])?,
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file::files::Access;
    use crate::store::file::ledger_file::open_ledger;

    #[test]
    fn a_read_that_fails_is_not_tried_again() {
        let mut copy = tempfile::tempfile().unwrap();
        assert!(copy_bytes(&File::open("/").unwrap(), 0, &mut copy).is_err());
    }

    #[test]
    fn each_old_ledger_that_was_kept_is_told_of() {
        let swept = Swept {
            strays: 1,
            archives: vec!["/a/one".into(), "/a/two".into()],
        };
        let told: Vec<_> = swept.told().collect();
        assert_eq!(told.len(), 2);
        assert!(told[0].ends_with(" is kept as /a/one"), "{told:?}");
        assert!(told[1].ends_with(" is kept as /a/two"), "{told:?}");
    }

    /// What healing makes of an event of five tickets with this ledger: the ledger then, and what was put away.
    fn healed(ledger: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
        let place = tempfile::tempdir().unwrap();
        let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
        fs::write(&files.count, r#"{"ticket": 5}"#).unwrap();
        fs::write(&files.ledger, ledger).unwrap();
        let opened = open_ledger(&files, Access::ReadWrite).unwrap().unwrap();
        let reading = Reading::take(&files, Some(&opened)).unwrap();
        heal(&files, &opened, &reading).unwrap();
        let entries = fs::read_dir(place.path()).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let torn = paths.filter(|path| path.to_string_lossy().contains(".torn-"));
        let torn = torn.map(|path| fs::read(path).unwrap()).collect();
        (fs::read(&files.ledger).unwrap(), torn)
    }

    fn opening() -> Vec<u8> {
        let line = Record::open(5, None).encode(Tally::default().sum);
        line.unwrap().0
    }

    /// Whether it is the opening line of an event of five tickets and nothing else, whenever that was written.
    fn is_opening(ledger: &[u8]) -> bool {
        let Some(line) = ledger.strip_suffix(b"\n") else {
            return false;
        };
        let line = crate::ledger::Line::parse(line, Some(Tally::default().sum));
        line.is_ok_and(|line| (line.record.seq, line.record.left) == (1, 5))
    }

    #[test]
    fn a_ledger_without_a_line_gets_its_opening_line() {
        let (ledger, torn) = healed(b"");
        assert!(is_opening(&ledger), "{ledger:?}");
        assert!(torn.is_empty());
        for end in [&b"{\"seq\":1,\"at\""[..], &[0; 5000], b"\n\n"] {
            let (ledger, torn) = healed(end);
            assert!(is_opening(&ledger), "{ledger:?}");
            assert_eq!(torn, [end]);
        }
    }

    #[test]
    fn a_ledger_with_its_opening_line_keeps_it() {
        let opening = opening();
        let padded = [&opening[..], &[b'\n'; 100]].concat();
        for sound in [&opening, &padded] {
            assert_eq!(healed(sound), (sound.clone(), vec![]));
        }
        for end in [&b"{\"seq\":2,\"at\""[..], &[0; 5000]] {
            let (ledger, torn) = healed(&[&opening[..], end].concat());
            assert_eq!((&ledger, &torn[..]), (&opening, &[end.to_vec()][..]));
        }
        let cut = &opening[..opening.len() - 1];
        assert_eq!(healed(cut), (opening.clone(), vec![]));
    }

    /// Whoever holds a lock may be using it.
    #[test]
    fn a_stray_is_counted_unless_somebody_holds_a_lock_of_the_event() {
        use crate::store::file::lock::{try_lock, unlock};
        let place = tempfile::tempdir_in(".").unwrap();
        let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
        for path in [&files.count, &files.ledger, &files.lock] {
            fs::write(path, "").unwrap();
        }
        assert_eq!(count_strays(&files).unwrap(), 0);
        let stray = temporary::summed(&files.count, &format!("{}-{:08x}", u32::MAX, 7));
        fs::write(place.path().join(stray), "x").unwrap();
        assert_eq!(count_strays(&files).unwrap(), 1);
        for path in [&files.lock, &files.ledger] {
            let held = File::open(path).unwrap();
            assert!(try_lock(&held).unwrap());
            assert_eq!(count_strays(&files).unwrap(), 0, "{}", path.display());
            unlock(&held).unwrap();
        }
        assert_eq!(count_strays(&files).unwrap(), 1);
    }

    #[test]
    fn a_ledger_that_somebody_else_has_made_first_stays() {
        let place = tempfile::tempdir().unwrap();
        let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
        fs::write(&files.count, r#"{"ticket": 5}"#).unwrap();
        create_ledger(&files, 5).unwrap();
        let made = fs::read(&files.ledger).unwrap();
        create_ledger(&files, 7).unwrap();
        assert_eq!(fs::read(&files.ledger).unwrap(), made);
        assert_eq!(fs::read_dir(&place).unwrap().count(), 2);
    }
}
