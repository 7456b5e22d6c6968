//! Edits of `tickets.json` that come just before a new version takes its name.
//!
//! A process that publishes has looked at the version that it replaces. Somebody may have put another one in its place
//! since: the exchange of the two names hands that back, and it is looked at before it goes. Its own members are taken
//! over; a count that the ledger does not bear out is put back under its name, where everybody finds it and is told.

use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, MAX_COUNT_BYTES};
use crate::store::file::count::kept::{BROKEN, REPLACED, keep};
use crate::store::file::event::EventFiles;
use crate::store::file::files::read::read_capped;
use crate::store::file::files::version::Version;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::view::base::bears_out;
use crate::store::file::sys::{self, Attributes, FileId};

/// How often somebody may put another version in the way before that is an error.
pub(crate) const EDITS: usize = 20;

/// A version that somebody put there after the look.
#[derive(Debug)]
pub(crate) struct Edit {
    id: FileId,
    /// `None`: it cannot be read, or is too long for a count.
    bytes: Option<Vec<u8>>,
    /// What it is called now.
    path: TempPath,
}

/// What the version was that has lost its name to a new one: `None`, the known one, with the bytes that it was read
/// with; its name is given back then.
pub(crate) fn displaced(
    path: TempPath,
    replaced: FileId,
    known: Option<&Version>,
) -> std::result::Result<TempPath, Edit> {
    known_bad!(EditLost => return Ok(path));
    let Some(known) = known else { return Ok(path) };
    if known.id() == Some(replaced) && known.is_unchanged() {
        return Ok(path);
    }
    match read_capped(&path, MAX_COUNT_BYTES) {
        Ok((bytes, _)) if known.bytes() == bytes => Ok(path),
        // Whatever it is, it is somebody's.
        read => Err(Edit {
            id: replaced,
            bytes: read.ok().map(|(bytes, _)| bytes),
            path,
        }),
    }
}

impl Edit {
    /// The count that somebody wrote, if the ledger bears it out.
    ///
    /// # Errors
    /// [`Kind::Integrity`]: it makes no sense, or contradicts the ledger.
    pub(crate) fn count(&self, files: &EventFiles, ledger: &LedgerFile) -> Result<CountFile> {
        let count = self.parsed(files)?;
        bears_out(&count, ledger, files)?;
        Ok(count)
    }

    /// The count that somebody wrote, whatever it says.
    ///
    /// # Errors
    /// [`Kind::Integrity`]: it makes no sense.
    pub(crate) fn parsed(&self, files: &EventFiles) -> Result<CountFile> {
        CountFile::of_bytes(self.bytes.as_deref().unwrap_or_default(), &files.count)
    }

    /// Keeps it beside the count under a name with this label, unless it is empty. Returns that name.
    pub(crate) fn keep(&self, files: &EventFiles, label: &str) -> Result<Option<PathBuf>> {
        if self.bytes.as_ref().is_some_and(Vec::is_empty) {
            return Ok(None);
        }
        keep(files, &self.path, label).map(Some)
    }

    /// Puts it back under its name, from which it was displaced by `ours`. Where somebody has put another one there
    /// since, that stays, and this one is kept beside. `edited`: ours has what other edits changed, and is kept too.
    pub(crate) fn put_back(self, files: &EventFiles, ours: &Version, edited: bool) -> Result<()> {
        let path = &files.count;
        let problem = |e| Error::io("put back", path, e);
        let mut theirs = self;
        // What was put back before this: it has the name, unless somebody has replaced it.
        let mut earlier = None;
        for _ in 0..EDITS {
            let Self { id, path: temp, .. } = theirs;
            if !sys::exchange(&temp, path).map_err(problem)? {
                return temp.persist(path).map_err(|e| problem(e.error));
            }
            let replaced = Attributes::of_name(&temp).map_err(problem)?.id;
            match displaced(temp, replaced, Some(ours)) {
                Ok(ours) => {
                    if edited {
                        keep(files, &ours, REPLACED)?;
                    }
                    return ours.close().map_err(problem);
                }
                Err(edit) if earlier == Some(replaced) => {
                    let label = match edit.parsed(files) {
                        Ok(_) => REPLACED,
                        Err(_) => BROKEN,
                    };
                    return edit.keep(files, label).map(drop);
                }
                Err(edit) => theirs = edit,
            }
            earlier = Some(id);
        }
        Err(busy(path))
    }
}

/// Somebody replaces it again and again.
pub(crate) fn busy(path: &Path) -> Error {
    let message = "is replaced by another program again and again";
    Error::new(Kind::Io, message).at(path, 0, 0)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::file::count::replace::replace_known;

    #[test]
    fn what_comes_upon_a_count_that_is_put_back_stays_and_the_other_is_kept() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("tickets.json");
        let files = EventFiles::at(&path).unwrap();
        let put = |text: &str| {
            let written = place.path().join("edit");
            fs::write(&written, text).unwrap();
            fs::rename(&written, &path).unwrap();
        };
        put("{\"ticket\": 5}\n");
        let (_, known) = read_capped(&path, MAX_COUNT_BYTES).unwrap();
        put("{\"ticket\": 3}\n");
        let (ours, edit) = replace_known(&path, b"ours", false, Some(&known)).unwrap();
        put("{\"ticket\": 5, \"door\": 1}\n");
        edit.unwrap().put_back(&files, &ours, false).unwrap();
        let mut held: Vec<_> = fs::read_dir(&place)
            .unwrap()
            .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        held.sort();
        assert_eq!(
            held,
            ["{\"ticket\": 3}\n", "{\"ticket\": 5, \"door\": 1}\n"]
        );
        assert!(fs::read_to_string(&path).unwrap().contains("door"));
    }
}
