//! What `tickets.json` said and no ledger says: kept beside it under a name of its own when it is replaced.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::store::file::event::{EventFiles, stamp};
use crate::store::file::files::copy::copy_from;
use crate::store::file::files::write::name_new;
use crate::store::file::sys::look;

/// The label of counts that made no sense, in the names under which they are kept.
pub(crate) const BROKEN: &str = "broken";

/// The label of counts that said more than the ledger beside them.
pub(crate) const REPLACED: &str = "replaced";

/// Gives the count a second name with this label in it, unless it is missing or empty. Returns that name.
pub(crate) fn keep_count(files: &EventFiles, label: &str) -> Result<Option<PathBuf>> {
    let count = &files.count;
    let found = look(count).map_err(|e| Error::io("look at", count, e))?;
    if found.is_none_or(|found| found.length == 0) {
        return Ok(None);
    }
    keep(files, count, label).map(Some)
}

/// Gives a file a second name like the count's, with this label in it. Returns that name.
pub(crate) fn keep(files: &EventFiles, file: &Path, label: &str) -> Result<PathBuf> {
    let count = &files.count;
    let stamp = stamp();
    for attempt in 0..1000 {
        let again = match attempt {
            0 => String::new(),
            attempt => format!("-{attempt}"),
        };
        let name = count.with_extension(format!("{label}-{stamp}{again}.json"));
        match second_name(fs::hard_link(file, &name), file, &name) {
            Ok(()) => return Ok(name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::io("keep what stood in the count as", &name, error)),
        }
    }
    let taken = io::ErrorKind::AlreadyExists.into();
    Err(Error::io("keep what stands in", count, taken))
}

/// Gives a file a second name that no other file has: `linked`, or a copy with its rights, where the file system
/// knows no second names.
fn second_name(linked: io::Result<()>, file: &Path, name: &Path) -> io::Result<()> {
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            let copy = copy_from(&File::open(file)?, 0, file)?;
            name_new(copy, name).map(drop)
        }
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// As a link ends where the file system has none.
    fn no_links() -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    #[test]
    fn where_there_are_no_hard_links_a_copy_with_the_same_rights_is_kept() {
        let place = tempfile::tempdir().unwrap();
        let (count, name) = (place.path().join("count"), place.path().join("kept"));
        let text = vec![b'x'; 200_000];
        fs::write(&count, &text).unwrap();
        fs::set_permissions(&count, fs::Permissions::from_mode(0o640)).unwrap();
        second_name(no_links(), &count, &name).unwrap();
        assert_eq!(fs::read(&name).unwrap(), text);
        let mode = fs::metadata(&name).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o640);
        // No temporary file is left.
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_was_kept_before_is_never_replaced() {
        let place = tempfile::tempdir().unwrap();
        let (count, name) = (place.path().join("count"), place.path().join("kept"));
        fs::write(&count, "new").unwrap();
        fs::write(&name, "kept before").unwrap();
        for linked in [fs::hard_link(&count, &name), no_links()] {
            let error = second_name(linked, &count, &name).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read_to_string(&name).unwrap(), "kept before");
        }
        // So it gets another name.
        let files = EventFiles::at(&count).unwrap();
        let kept = [(); 3].map(|()| keep_count(&files, BROKEN).unwrap().unwrap());
        for path in &kept {
            assert_eq!(fs::read_to_string(path).unwrap(), "new");
        }
        assert!(kept[0] != kept[1] && kept[1] != kept[2] && kept[0] != kept[2]);
    }

    #[test]
    fn what_cannot_be_kept_says_why() {
        let place = tempfile::tempdir().unwrap();
        let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
        let error = keep(&files, &place.path().join("none"), BROKEN).unwrap_err();
        assert!(error.is_not_found(), "{error}");
    }
}
