//! A scratch event in files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::left_behind::LeftBehind;
use super::run::Trial;
use crate::error::{Error, Result};
use crate::ledger::CountFile;
use crate::ledger::LockKind;
use crate::office::DEFAULT_WAIT;
use crate::scratch::{ScratchDirectory, memory, sweep};
use crate::store::file::file_store::FileStore;
use crate::store::options::Force;

/// With this begin the names of its directories, behind a dot.
const SCRATCH: &str = "tickets-race";

/// Where the ledger has its second name.
const OTHER: &str = "other";

/// An event in a directory of its own.
#[derive(Debug)]
pub(super) struct ScratchFiles {
    directory: ScratchDirectory,
    store: FileStore,
    /// The fresh event: its count and its ledger.
    fresh: [Vec<u8>; 2],
    second_name: bool,
}

impl ScratchFiles {
    pub(super) fn open(trial: &Trial) -> Result<Self> {
        let place = place(trial);
        sweep(&place, SCRATCH);
        let directory = ScratchDirectory::make(&place, SCRATCH).map_err(|e| {
            let error = Error::io("make a directory here", &place, e);
            error.hint("name another directory by --place")
        })?;
        let count = directory.path().join("tickets.json");
        if let Some(scenario) = trial.scenario {
            scenario.prepare(&count)?;
        } else {
            let text = format!("{{\"ticket\": {}}}\n", trial.stock);
            fs::write(&count, text).map_err(|e| Error::io("write", &count, e))?;
        }
        let mut store = FileStore::at(&count)?;
        let wanted = &mut || true;
        store.prepare(LockKind::Exclusive, Force::Locked, DEFAULT_WAIT, wanted)?;
        let read = |path: &Path| fs::read(path).map_err(|e| Error::io("read", path, e));
        let fresh = [read(&store.files().count)?, read(&store.files().ledger)?];
        if trial.second_name {
            let other = directory.path().join(OTHER);
            fs::create_dir(&other).map_err(|e| Error::io("make", &other, e))?;
        }
        Ok(Self {
            directory,
            store,
            fresh,
            second_name: trial.second_name,
        })
    }

    /// The count by which a buyer knows the event.
    pub(super) fn count_of(&self, buyer: usize) -> PathBuf {
        if self.second_name && buyer % 2 == 1 {
            self.directory.path().join(OTHER).join("tickets.json")
        } else {
            self.store.files().count.clone()
        }
    }

    /// Other files than before: a process that still has one of those open does not matter.
    pub(super) fn begin(&self) -> Result<()> {
        let files = self.store.files();
        for (path, bytes) in [&files.count, &files.ledger].into_iter().zip(&self.fresh) {
            let new = self.directory.path().join("new");
            fs::write(&new, bytes)
                .and_then(|()| fs::rename(&new, path))
                .map_err(|e| Error::io("write", path, e))?;
        }
        if self.second_name {
            self.name_again()?;
        }
        Ok(())
    }

    /// Gives the fresh ledger its second name, beside a fresh count.
    fn name_again(&self) -> Result<()> {
        let count = self.count_of(1);
        let ledger = &self.store.files().ledger;
        let name = count.with_file_name("tickets.ledger.jsonl");
        let link = || {
            fs::write(&count, &self.fresh[0])?;
            match fs::remove_file(&name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            fs::hard_link(ledger, &name)
        };
        link().map_err(|e| Error::io("name the ledger again as", &name, e))
    }

    pub(super) fn left_behind(&self) -> Result<LeftBehind> {
        let files = self.store.files();
        let ledger = fs::read(&files.ledger).map_err(|e| Error::io("read", &files.ledger, e))?;
        let [_, fresh] = &self.fresh;
        Ok(LeftBehind {
            ledger,
            begun: memchr::memchr_iter(b'\n', fresh).count(),
            count: self.latest_count(),
        })
    }

    /// The count that includes most: each is written by those who know the event by it.
    fn latest_count(&self) -> Result<CountFile> {
        let own = CountFile::read(&self.store.files().count);
        if !self.second_name {
            return own;
        }
        let counted = |count: &CountFile| count.counted.map_or(0, |counted| counted.seq);
        let (own, other) = (own?, CountFile::read(&self.count_of(1))?);
        Ok(if counted(&other) > counted(&own) {
            other
        } else {
            own
        })
    }

    /// A text without the directory that is gone when it is read.
    pub(super) fn without_scratch(&self, text: &str) -> String {
        let count = &self.store.files().count;
        let directories = [Some(self.directory.path()), count.parent()];
        let directories = directories.into_iter().flatten();
        directories.fold(text.to_owned(), |text, directory| {
            let directory = directory.display().to_string() + std::path::MAIN_SEPARATOR_STR;
            text.replace(&directory, "")
        })
    }
}

/// Where the scratch event goes: into memory, where there is such a place.
fn place(trial: &Trial) -> PathBuf {
    trial.place.clone().unwrap_or_else(memory)
}
