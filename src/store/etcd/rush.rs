//! A rush on a cluster: the event before it and after it, as files that the judge of rushes reads.

use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::compaction::at_one_revision;
use super::event_store::{EtcdStore, LOOKING};
use crate::error::{Error, Kind, Result};
use crate::ledger::LockKind;
use crate::store::file::admin::prepare::Opening;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::FileStore;
use crate::store::options::Force;

/// An event after a rush.
#[derive(Debug)]
pub(crate) struct Aftermath {
    pub(crate) files: EventFiles,
    /// How it opened, with the ledger that was rushed on as it is now.
    pub(crate) opening: Opening,
    /// They go when this does.
    _directories: Vec<TempDir>,
}

impl EtcdStore {
    /// The same for a buyer of a rush under this lock, whose lease lives so long.
    pub(crate) fn for_rush(self, lock: LockKind, time_to_live: Duration) -> Self {
        Self {
            rush_lock: Some(lock),
            time_to_live,
            ..self
        }
    }

    /// Gets the event ready for a rush, or refuses it, as a file's is; with the generation of its ledger.
    pub(crate) fn prepare(
        &self,
        lock: LockKind,
        force: Force,
        wait: Duration,
        still_wanted: &mut dyn FnMut() -> bool,
    ) -> Result<(Opening, u64)> {
        let space = &self.space;
        let (generation, copy) = space.current_copy(LOOKING)?;
        if let Some(odd) = copy.odd.first() {
            let error = Error::new(Kind::Integrity, odd.text.clone());
            return Err(error.at(Path::new(&odd.file), 0, 0));
        }
        let lock = match lock {
            LockKind::Cas | LockKind::Exclusive => LockKind::Exclusive,
            _ => LockKind::None,
        };
        let prepared = FileStore::at(&copy.files.count)
            .and_then(|mut file| file.prepare(lock, force, wait, still_wanted));
        let opening =
            prepared.map_err(|error| space.not_of_the_copy(&copy.files, generation, error))?;
        Ok((opening, generation))
    }

    /// What a rush on this generation has left behind.
    pub(crate) fn aftermath(&self, opening: &Opening, generation: u64) -> Result<Aftermath> {
        at_one_revision(|| self.aftermath_once(opening, generation))
    }

    fn aftermath_once(&self, opening: &Opening, generation: u64) -> Result<Aftermath> {
        let space = &self.space;
        let head = space.head(LOOKING)?;
        let now = head.anchor.generation;
        let current = space.copy_as_written(&head, now, LOOKING)?;
        let files = current.files.clone();
        let (ledger, directories) = if now == generation {
            (current.ledger, vec![current.directory])
        } else {
            let old = space.copy_as_written(&head, generation, LOOKING)?;
            (old.ledger, vec![current.directory, old.directory])
        };
        Ok(Aftermath {
            files,
            opening: Opening { ledger, ..*opening },
            _directories: directories,
        })
    }
}
