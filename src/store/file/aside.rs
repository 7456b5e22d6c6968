//! Putting a ledger away whole: another one takes its name, and it gets the name of an archive.
//!
//! Invariant: whoever is killed, or whose power is cut, at any moment leaves the old ledger under a name of
//! which the next command knows what it is. Nothing has an archive's name that is not put away, and no ledger
//! that was put away is ever taken for a stray.
//!
//! The new ledger stands ready under an *aside* name, a temporary one that says which file it was made for.
//! The two names are exchanged: the commit. From then on the aside name means the old ledger, and is renamed to
//! the archive's. Where names cannot be exchanged, the old ledger gets a second name of this kind, or is
//! copied, before the new one is renamed over it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::event::EventFiles;
use super::files::{Access, FileId, directory, open_regular, sync_directory};
use super::ledger_file::{LedgerFile, open_ledger};
use super::lines::Stretches;
use super::lock;
use super::open::{copy_from, stamp};
use super::sys;
use super::temporary;
use crate::error::{Error, Result};

/// What stands in an aside name before the number of the file it was made for.
const MARK: &str = "-aside";

/// A ledger that took another one's place.
#[derive(Debug)]
pub(crate) struct PutAway {
    /// Where the old one is.
    pub(crate) archive: PathBuf,
    /// The new one, locked for deciding until this is dropped: nobody takes what is not finished for a stray.
    _new: File,
}

/// Gives the ledger's name to `new`, which is whole and synced, and an archive's name to the old ledger. Only
/// for the holder of the deciding locks and the sync lock.
///
/// # Errors
/// Whether it was done before says `done`: then the next command gives the old ledger its archive's name.
pub(crate) fn take_place(
    files: &EventFiles,
    new: tempfile::NamedTempFile,
    done: &mut bool,
) -> Result<PutAway> {
    let problem = |e| Error::io("replace", &files.ledger, e);
    // Where locks are not to be had the old ledger could not have been locked either.
    let _ = lock::try_lock(new.as_file());
    let made = FileId::of_handle(new.as_file()).map_err(problem)?;
    let ready = aside_name(files, made.inode);
    let new = new.persist(&ready).map_err(|e| problem(e.error))?;
    let mut aside = ready.clone();
    if let Err(error) = commit(files, &ready, &mut aside) {
        // Nothing was put away.
        for name in [&ready, &aside] {
            let _ = fs::remove_file(name);
        }
        return Err(error);
    }
    *done = true;
    sync_directory(&files.ledger)?;
    let archive = to_archive(files, &aside)?;
    sync_directory(&files.ledger)?;
    Ok(PutAway { archive, _new: new })
}

/// Gives the ledger's name to the file under `ready`; `aside` is where the old ledger is then.
fn commit(files: &EventFiles, ready: &Path, aside: &mut PathBuf) -> Result<()> {
    let problem = |e| Error::io("replace", &files.ledger, e);
    // Before the commit: a power cut may keep any of the names that were changed since the last sync, so also
    // the new ledger's with a count that is older than the one it says it replaces.
    sync_directory(&files.ledger)?;
    if sys::exchange(ready, &files.ledger).map_err(problem)? {
        return Ok(());
    }
    // No file has the number 0.
    *aside = aside_name(files, 0);
    let linked = fs::hard_link(&files.ledger, &*aside);
    second_name(&linked, &files.ledger, aside)?;
    sync_directory(&files.ledger)?;
    fs::rename(ready, &files.ledger).map_err(problem)
}

/// Gives the ledger a second name: `linked`, or a copy with its rights, where the file system knows no second
/// names.
fn second_name(linked: &io::Result<()>, ledger: &Path, name: &Path) -> Result<()> {
    let problem = |e| Error::io("put the ledger away as", name, e);
    if linked.is_ok() {
        return Ok(());
    }
    let from = open_regular(ledger, Access::Read)?;
    let copy = copy_from(&from, 0, ledger).map_err(problem)?;
    copy.persist(name).map_err(|e| problem(e.error))?;
    Ok(())
}

fn aside_name(files: &EventFiles, made: u64) -> PathBuf {
    let name = files.ledger.file_name().unwrap_or_default();
    let name = name.to_string_lossy();
    let process = std::process::id();
    let name = format!(".{name}.{process}{MARK}{made}.tmp");
    files.ledger.with_file_name(name)
}

/// The number of the file that an aside name of this ledger was made for; `None`: it is no such name.
fn made_for(name: &OsStr, ledger: &Path) -> Option<u64> {
    let name = name.to_str()?.strip_suffix(".tmp")?.strip_prefix('.')?;
    let ledger = ledger.file_name()?.to_string_lossy();
    let unique = name.strip_prefix(ledger.as_ref())?.strip_prefix('.')?;
    let (process, made) = unique.split_once(MARK)?;
    process.parse::<u32>().ok()?;
    made.parse().ok()
}

/// What stands under aside names of this ledger. None of it is a temporary file that is ever swept
/// ([`super::temporary`]): those have other names.
fn asides(ledger: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let is_aside = |name: &OsStr| made_for(name, ledger).is_some();
    temporary::list(directory(ledger), &is_aside, &mut found)?;
    Ok(found)
}

/// Finishes or undoes what whoever was killed left under aside names: an old ledger gets its archive's name, and
/// a new one that never took its place goes. Returns the archives. Only for the holder of the deciding locks or
/// the sync lock of the ledger that has the name.
pub(crate) fn adopt(files: &EventFiles) -> Result<Vec<PathBuf>> {
    let mut archives = Vec::new();
    for path in asides(&files.ledger)? {
        known_bad!(AsideSwept => {
            let _ = fs::remove_file(&path);
            continue
        });
        if is_needless(files, &path)? {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::io("remove", &path, error));
                }
                _ => {}
            }
        } else {
            archives.push(to_archive(files, &path)?);
        }
    }
    if !archives.is_empty() {
        sync_directory(&files.ledger)?;
    }
    Ok(archives)
}

/// Whether what stands under an aside name was not put away: it waits to take the ledger's place, or all of it
/// stands in the ledger.
fn is_needless(files: &EventFiles, path: &Path) -> Result<bool> {
    let problem = |e| Error::io("read", path, e);
    let file = open_regular(path, Access::Read)?;
    let id = FileId::of_handle(&file).map_err(problem)?;
    let made = path.file_name();
    if made.and_then(|name| made_for(name, &files.ledger)) == Some(id.inode) {
        return Ok(true);
    }
    let aside = LedgerFile { file, id };
    let Some(living) = open_ledger(files, Access::Read)? else {
        return Ok(false);
    };
    if living.id == aside.id || is_beginning(&aside, &living).map_err(problem)? {
        return Ok(true);
    }
    // In a copied directory files have other numbers: a new ledger says whose place it is to take.
    let living = living.opening_line().map_err(problem)?;
    let opened = living.map_or_else(String::new, |line| line.sum.to_string());
    let first = aside.opening_line().map_err(problem)?;
    let waits = first
        .and_then(|line| line.replaces)
        .is_some_and(|replaced| replaced.opened == opened);
    Ok(waits && has_one_line(&aside.file).map_err(problem)?)
}

fn has_one_line(file: &File) -> io::Result<bool> {
    let mut stretches = Stretches::new(file, 0);
    stretches.next()?;
    Ok(stretches.next()?.is_none())
}

/// Whether all that stands in a file stands at the beginning of another one.
fn is_beginning(file: &LedgerFile, of: &LedgerFile) -> io::Result<bool> {
    let length = file.length().unwrap_or(u64::MAX);
    Ok(common(&file.file, &of.file, length)? == length)
}

/// How many bytes two files begin with in common, up to so many.
pub(crate) fn common(a: &File, b: &File, most: u64) -> io::Result<u64> {
    const CHUNK: usize = 64 * 1024;
    let (mut of_a, mut of_b) = (vec![0; CHUNK], vec![0; CHUNK]);
    let mut at = 0;
    while at < most {
        let wanted = (most - at).min(CHUNK as u64) as usize;
        let read = [(a, &mut of_a), (b, &mut of_b)].map(|(file, bytes)| {
            let bytes = bytes.get_mut(..wanted).unwrap_or_default();
            fill(file, bytes, at)
        });
        let [of_first, of_second] = read;
        let shorter = of_first?.min(of_second?);
        let pairs = of_a.iter().zip(&of_b).take(shorter);
        let same = pairs.take_while(|(a, b)| a == b).count();
        at += same as u64;
        if same < wanted {
            break;
        }
    }
    Ok(at)
}

/// Reads as much as there is.
fn fill(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        let free = bytes.get_mut(filled..).unwrap_or_default();
        match file.read_at(free, at + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Gives an old ledger the first archive's name that is free.
fn to_archive(files: &EventFiles, aside: &Path) -> Result<PathBuf> {
    let stamp = stamp();
    for attempt in 0..1000 {
        let name = files.put_away(&stamp, attempt);
        if fs::symlink_metadata(&name).is_ok() {
            continue;
        }
        fs::rename(aside, &name).map_err(|e| Error::io("put the ledger away as", &name, e))?;
        return Ok(name);
    }
    let taken = io::ErrorKind::AlreadyExists.into();
    Err(Error::io("put the ledger away as", &files.ledger, taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aside_name_says_which_file_it_was_made_for() {
        let files = EventFiles::at(Path::new("no/such/tickets.json")).unwrap();
        let name = aside_name(&files, 131);
        let made = |name: &OsStr| made_for(name, &files.ledger);
        assert_eq!(name.file_name().and_then(made), Some(131));
        for other in [
            ".tickets.ledger.jsonl.4242-Ab3xYz.tmp",
            ".tickets.ledger.jsonl.xyz.tmp",
            "tickets.ledger.jsonl",
            ".tickets.ledger.jsonl.a-aside1.tmp",
            ".gig.ledger.jsonl.4242-aside131.tmp",
        ] {
            assert_eq!(made(OsStr::new(other)), None, "{other}");
        }
    }

    #[test]
    fn where_there_are_no_hard_links_the_old_ledger_is_copied_with_its_rights() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let (ledger, name) = (place.path().join("ledger"), place.path().join("aside"));
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
}
