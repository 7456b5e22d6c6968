//! Where an event's files are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The files of one event, beside one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventFiles {
    /// `tickets.json`, a link resolved, so that all names of one event share one lock.
    pub(crate) count: PathBuf,
    /// `tickets.ledger.jsonl`.
    pub(crate) ledger: PathBuf,
    /// `tickets.json.lock`.
    pub(crate) lock: PathBuf,
}

impl EventFiles {
    /// The files of the event whose count is at `path`, which need not exist yet.
    ///
    /// Only a path that is itself a link is resolved: beside one file, whatever path leads there,
    /// stand the same other files.
    pub(crate) fn at(path: &Path) -> Result<Self> {
        let count = if path.is_symlink() {
            fs::canonicalize(path).map_err(|e| Error::io("follow the link", path, e))?
        } else {
            path.to_path_buf()
        };
        let name = count.file_name().unwrap_or_default().to_os_string();
        let stem = match (count.file_stem(), count.extension()) {
            (Some(stem), Some(extension)) if extension == "json" => stem.to_os_string(),
            _ => name.clone(),
        };
        let beside = |mut name: std::ffi::OsString, end: &str| {
            name.push(end);
            count.with_file_name(name)
        };
        let ledger = beside(stem, ".ledger.jsonl");
        known_bad!(LockOnData => return Ok(Self { ledger, lock: count.clone(), count }));
        Ok(Self {
            ledger,
            lock: beside(name, ".lock"),
            count,
        })
    }

    /// A name beside the ledger for what is put away: `tickets.ledger.<label>[-<n>].jsonl`.
    pub(crate) fn put_away(&self, label: &str, attempt: u32) -> PathBuf {
        let again = match attempt {
            0 => String::new(),
            n => format!("-{n}"),
        };
        self.ledger.with_extension(format!("{label}{again}.jsonl"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_stand_beside_the_count() {
        let names = |path: &str| {
            let files = EventFiles::at(Path::new(path)).unwrap();
            (files.ledger, files.lock)
        };
        assert_eq!(
            names("no/such/tickets.json"),
            (
                "no/such/tickets.ledger.jsonl".into(),
                "no/such/tickets.json.lock".into()
            )
        );
        assert_eq!(
            names("no/such/gig.txt"),
            (
                "no/such/gig.txt.ledger.jsonl".into(),
                "no/such/gig.txt.lock".into()
            )
        );
    }
}
