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
fn exchange_names(ledger: &Path) -> Result<Vec<PathBuf>> {
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
    let found = LedgerFile { file, id };
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
mod tests {
    use super::*;
    use crate::store::file::files::compare::fill;

    #[test]
    fn an_exchange_name_says_which_file_it_was_made_for() {
        let files = EventFiles::at(Path::new("no/such/tickets.json")).unwrap();
        let name = exchange_name(&files, 131);
        let made = |name: &OsStr| made_for(name, &files.ledger);
        assert_eq!(name.file_name().and_then(made), Some(131));
        let other = temporary::summed(&files.ledger, "4242-aside");
        assert_eq!(made(&other), None);
        for other in [
            ".tickets.ledger.jsonl.4242-aside0000000000000083.tmp",
            ".tickets.ledger.jsonl.4242-aside0000000000000083000000000000.tmp",
            ".tickets.ledger.jsonl.4242-aside131.tmp",
            ".tickets.ledger.jsonl.4242-Ab3xYz.tmp",
            ".tickets.ledger.jsonl.xyz.tmp",
            "tickets.ledger.jsonl",
            ".tickets.ledger.jsonl.a-aside1.tmp",
            ".gig.ledger.jsonl.4242-aside131.tmp",
        ] {
            assert_eq!(made(OsStr::new(other)), None, "{other}");
        }
    }

    /// As on a file system that hands calls on and drops their flags.
    #[test]
    fn an_exchange_that_is_a_rename_loses_no_ledger() {
        let renames: fn(&Path, &Path) -> io::Result<bool> = |a, b| fs::rename(a, b).map(|()| true);
        let refuses: fn(&Path, &Path) -> io::Result<bool> = |_, _| Ok(false);
        for exchange in [renames, refuses, sys::exchange] {
            let place = tempfile::tempdir().unwrap();
            let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
            fs::write(&files.ledger, "old").unwrap();
            let ready = exchange_name(&files, 131);
            fs::write(&ready, "new").unwrap();
            let mut old = ready.clone();
            commit(&files, (&ready, &mut old), exchange).unwrap();
            let held = [&files.ledger, &old].map(|path| fs::read_to_string(path).unwrap());
            assert_eq!(held, ["new", "old"]);
            assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2);
        }
    }

    /// The name of each says that it was made for file 131, which none of them is.
    #[test]
    fn what_others_call_so_stays_and_blocks_nothing() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("tickets.json");
        fs::write(&path, "{\"ticket\": 5}\n").unwrap();
        let mut office = crate::BoxOffice::at(&path).unwrap();
        office.book("anna", 1).unwrap();
        let files = EventFiles::at(&path).unwrap();
        let named = |process: u32| {
            let unique = format!("{process}{MARK}{:016x}", 131);
            place.path().join(temporary::summed(&files.ledger, &unique))
        };
        fs::create_dir(named(1)).unwrap();
        std::os::unix::fs::symlink("nowhere", named(2)).unwrap();
        rustix::fs::mkfifoat(
            rustix::fs::CWD,
            named(3),
            rustix::fs::Mode::from_raw_mode(0o600),
        )
        .unwrap();
        let foreign = [
            named(1),
            named(2),
            named(3),
            place.path().join(".tickets.ledger.jsonl.4242-aside131.tmp"),
            place.path().join(".tickets.ledger.jsonl.4242-aside0.tmp"),
        ];
        fs::write(&foreign[3], "somebody's").unwrap();
        fs::hard_link(&files.ledger, &foreign[4]).unwrap();
        let wait = std::time::Duration::from_secs(60);
        let ledger = open_ledger(&files, Access::Read).unwrap().unwrap();
        assert_eq!(finish_interrupted(&files).unwrap(), Vec::<PathBuf>::new());
        assert!(office.repair(wait, false).unwrap().findings.is_empty());
        office.reset(Some(5), true, wait).unwrap();
        for path in &foreign {
            assert!(fs::symlink_metadata(path).is_ok(), "{}", path.display());
        }
        // One of ours is no less adopted.
        fs::rename(&foreign[4], named(5)).unwrap();
        drop(ledger);
        assert_eq!(finish_interrupted(&files).unwrap().len(), 1);
        assert!(!named(5).exists());
    }

    #[test]
    fn where_there_are_no_hard_links_the_old_ledger_is_copied_with_its_rights() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let (ledger, name) = (place.path().join("ledger"), place.path().join("second"));
        // More than is copied at once, and a torn end.
        let bytes = [&vec![b'x'; 200_000][..], b"\n{\"seq\""].concat();
        fs::write(&ledger, &bytes).unwrap();
        fs::set_permissions(&ledger, fs::Permissions::from_mode(0o640)).unwrap();
        let linked = Err(io::ErrorKind::PermissionDenied.into());
        second_name(&linked, &ledger, &name).unwrap();
        assert_eq!(fs::read(&name).unwrap(), bytes);
        let mode = fs::metadata(&name).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o640);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2);
        // Another file: what becomes of the one is no matter to the other.
        fs::write(&ledger, "new").unwrap();
        assert_eq!(fs::read(&name).unwrap(), bytes);
    }

    #[test]
    fn files_are_compared_up_to_where_they_differ() {
        let place = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            fs::write(place.path().join(name), bytes).unwrap();
            File::open(place.path().join(name)).unwrap()
        };
        let long = vec![b'x'; 200_000];
        let a = file("a", &long);
        let b = file("b", &[&long[..150_000], b"y"].concat());
        assert_eq!(common(&a, &b, 200_000).unwrap(), 150_000);
        assert_eq!(common(&a, &b, 100_000).unwrap(), 100_000);
        assert_eq!(common(&a, &file("c", b""), 9).unwrap(), 0);
    }

    #[test]
    fn a_read_that_fails_is_not_tried_again() {
        assert!(fill(&File::open("/").unwrap(), &mut [0], 0).is_err());
    }

    /// What becomes of a file under an exchange name with another file's number, as in a copied directory.
    fn adopted(text: &dyn Fn(&LedgerFile) -> Vec<u8>) -> bool {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("tickets.json");
        fs::write(&path, "{\"ticket\": 5}\n").unwrap();
        let mut office = crate::BoxOffice::at(&path).unwrap();
        office.book("anna", 1).unwrap();
        let files = EventFiles::at(&path).unwrap();
        let ledger = open_ledger(&files, Access::Read).unwrap().unwrap();
        let unique = format!("1{MARK}{:016x}", 131);
        let left = place.path().join(temporary::summed(&files.ledger, &unique));
        fs::write(&left, text(&ledger)).unwrap();
        let archives = finish_interrupted(&files).unwrap();
        assert!(!left.exists());
        assert_eq!(archives.len(), fs::read_dir(&place).unwrap().count() - 3);
        archives.len() == 1
    }

    #[test]
    fn a_new_ledger_that_waits_for_its_place_goes_and_an_old_one_stays() {
        let opening = |stock: u64, of: Option<&LedgerFile>| {
            let replaces = of.map(|ledger| crate::ledger::Replaced {
                seq: 2,
                bytes: 9,
                opened: ledger.opening_line().unwrap().unwrap().sum.to_string(),
                end: 9,
            });
            let record = crate::ledger::Record::open(stock, replaces);
            record
                .encode(crate::ledger::Tally::default().sum)
                .unwrap()
                .0
        };
        let another = |ledger: &LedgerFile| [opening(7, Some(ledger)), opening(7, None)].concat();
        assert!(!adopted(&|ledger| opening(7, Some(ledger))), "it waits");
        assert!(adopted(&|_| opening(7, None)), "of another event");
        assert!(adopted(&another), "it was sold from");
        // All of it stands in the ledger.
        assert!(!adopted(&|ledger| {
            use std::os::unix::fs::FileExt as _;
            let mut bytes = vec![0; 20];
            ledger.file.read_exact_at(&mut bytes, 0).unwrap();
            bytes
        }));
    }
}
