//! Orphaned temporary files: those that killed processes left beside an event.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use crate::error::{Error, Result};
use crate::store::file::backoff::Backoff;
use crate::store::file::event::EventFiles;
use crate::store::file::files::directory::directory;
use crate::store::file::files::open::{Access, open_regular};
use crate::store::file::files::temporary::{list_files, maker};
use crate::store::file::sellable::kept_by_sticky;
use crate::store::file::sys;
use crate::store::file::sys::{FileId, WriterElsewhere, is_locked};

/// The temporary files beside a count, its ledger and its lock file that no living
/// process keeps, as far as that can be told. Some may be in use just now.
pub(crate) fn orphans(files: &EventFiles) -> Result<Vec<PathBuf>> {
    let paths = [&*files.count, &files.ledger, &files.lock];
    let (mut found, mut doubtful) = (Vec::new(), Vec::new());
    for path in temporaries(paths)? {
        // Only old versions of the count are kept.
        let Some(process) = path.file_name().and_then(|name| maker(name, paths[0])) else {
            found.push(path);
            continue;
        };
        let runs = sys::is_running(process);
        match (elsewhere(&path), runs) {
            (None, _) | (Some(WriterElsewhere::Open | WriterElsewhere::Unknown), true) => {}
            (Some(WriterElsewhere::NotOpen | WriterElsewhere::Unknown), _) => found.push(path),
            (Some(WriterElsewhere::Open), false) => doubtful.push(path),
        }
    }
    // A maker that cannot be seen from here may run elsewhere, in a container say. Or a child that has not
    // yet started its program has the file open, for a moment.
    let mut backoff = BACKOFF;
    while let Some(pause) = backoff.next() {
        if doubtful.is_empty() {
            break;
        }
        pause.take();
        let (open, not_open) = doubtful
            .into_iter()
            .partition(|path| matches!(elsewhere(path), Some(WriterElsewhere::Open)));
        doubtful = open;
        found.extend::<Vec<PathBuf>>(not_open);
    }
    Ok(found)
}

/// How often, and for how long, to wait for a file to be closed.
const BACKOFF: Backoff = Backoff::NONE.naps(5, Duration::from_millis(2), Duration::from_millis(2));

/// Who has a file open for writing; `None`: there is no such file any more.
fn elsewhere(path: &Path) -> Option<WriterElsewhere> {
    match open_regular(path, Access::Read) {
        Ok(file) => Some(sys::writer_elsewhere(&file)),
        Err(error) if error.is_not_found() => None,
        Err(_) => Some(WriterElsewhere::Unknown),
    }
}

/// Removes temporary files that killed processes left beside these files. Only for the
/// holder of the sync lock, where there is a ledger: nobody else is about to give a temporary file its name then.
pub(crate) fn remove_orphans(files: &EventFiles) -> Result<usize> {
    let mut removed = 0;
    for path in orphans(files)? {
        match fs::remove_file(&path) {
            Ok(()) => removed += 1,
            // A process that kept it has just ended.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // It harms nobody, and its owner's next sale takes it away.
            Err(_) if kept_by_sticky(&path).is_some() => {}
            Err(error) => return Err(Error::io("remove", &path, error)),
        }
    }
    Ok(removed)
}

/// The temporary files of ours beside these files, whichever process made them.
fn temporaries([count, ledger, lock]: [&Path; 3]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    // A ledger behind a symbolic link stands elsewhere.
    if directory(count) == directory(ledger) {
        list_files(
            directory(count),
            &beside(&[count, ledger, lock]),
            &mut found,
        )?;
    } else {
        list_files(directory(count), &beside(&[count, lock]), &mut found)?;
        list_files(directory(ledger), &beside(&[ledger]), &mut found)?;
    }
    Ok(found)
}

/// Whether a name is that of a temporary file of ours beside one of these.
fn beside(paths: &[&Path]) -> impl Fn(&OsStr) -> bool {
    move |name| paths.iter().any(|path| maker(name, path).is_some())
}

/// How many temporary files killed processes left. Without the locks: one that is in use just now is none,
/// and a process that uses it holds one of the locks as long as it is there.
pub(crate) fn count_orphans(files: &EventFiles) -> Result<usize> {
    let before = orphans(files)?;
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
    let after = orphans(files)?;
    Ok(after
        .iter()
        .filter(|orphan| before.contains(orphan))
        .count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file::files::temporary::name_of;

    #[test]
    fn what_is_no_regular_file_is_somebody_elses() {
        let place = tempfile::tempdir_in(".").unwrap();
        let path = place.path().join("tickets.json");
        let made_like = path.clone();
        let named = |random| place.path().join(name_of(&made_like, u32::MAX, random));
        fs::create_dir(named(1)).unwrap();
        std::os::unix::fs::symlink("nowhere", named(2)).unwrap();
        rustix::fs::mkfifoat(
            rustix::fs::CWD,
            named(3),
            rustix::fs::Mode::from_raw_mode(0o600),
        )
        .unwrap();
        fs::write(named(4), "x").unwrap();
        let files = EventFiles {
            count: path,
            ledger: "no/ledger".into(),
            link: None,
            lock: "no/lock".into(),
        };
        assert_eq!(orphans(&files).unwrap(), [named(4)]);
        assert_eq!(remove_orphans(&files).unwrap(), 1);
        assert_eq!(fs::read_dir(&place).unwrap().count(), 3);
    }

    /// A process that holds a lock may be using it.
    #[test]
    fn an_orphan_is_counted_unless_somebody_holds_a_lock_of_the_event() {
        use crate::store::file::lock::flock::{try_lock, unlock};
        let place = tempfile::tempdir_in(".").unwrap();
        let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
        for path in [&files.count, &files.ledger, &files.lock] {
            fs::write(path, "").unwrap();
        }
        assert_eq!(count_orphans(&files).unwrap(), 0);
        let orphan = crate::store::file::files::temporary::summed(
            &files.count,
            &format!("{}-{:08x}", u32::MAX, 7),
        );
        fs::write(place.path().join(orphan), "x").unwrap();
        assert_eq!(count_orphans(&files).unwrap(), 1);
        for path in [&files.lock, &files.ledger] {
            let held = fs::File::open(path).unwrap();
            assert!(try_lock(&held).unwrap());
            assert_eq!(count_orphans(&files).unwrap(), 0, "{}", path.display());
            unlock(&held).unwrap();
        }
        assert_eq!(count_orphans(&files).unwrap(), 1);
    }

    #[test]
    fn who_has_a_file_open_is_known_of_regular_files_alone() {
        let place = tempfile::tempdir_in(".").unwrap();
        assert_eq!(elsewhere(&place.path().join("none")), None);
        assert_eq!(elsewhere(place.path()), Some(WriterElsewhere::Unknown));
    }
}
