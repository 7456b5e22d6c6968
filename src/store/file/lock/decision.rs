//! The decision locks, of a process that decides what is written next: the name lock, then the ledger lock.
//!
//! Invariant: nobody writes to a ledger, cuts it, preallocates it or gives its name to another without a lock on that
//! very file, held from the read to the write. The name lock alone does not give that: a ledger that is
//! reached by two names (a hard link, a symbolic link, a mount of the file alone) has two lock files.

use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::store::file::backoff::Backoff;
use crate::store::file::event::EventFiles;
use crate::store::file::lock::held::Held;
use crate::store::file::lock::lock_file::LockFile;
use crate::store::file::lock::range::is_published_under;
use crate::store::file::lock::strategy::WaitStrategy;
use crate::store::file::lock::wait::Wait;

/// The two locks of one event, not held.
#[derive(Debug)]
pub(crate) struct DecisionLocks {
    /// On the lock file.
    pub(crate) name: LockFile,
    /// On the ledger.
    pub(crate) ledger: LockFile,
}

/// Both, held until this is dropped; the ledger's only where there is a ledger.
///
/// Invariant: as long as the publication lock of a ledger is held by a process that found its ledger lock taken, the
/// name lock is not given up: see [`super::publication::may_publish`].
#[derive(Debug)]
pub(crate) struct DecisionGuard<'a> {
    ledger: Option<Held<'a>>,
    name: Held<'a>,
}

/// So long the holder of the name lock waits for a publication that is under way, and takes some 20 microseconds.
/// Only a process that was stopped in the middle of it takes longer: then the count may be replaced under the
/// hands of the next holder of the name lock.
const PUBLICATION: Duration = Duration::from_secs(1);

impl<'a> DecisionGuard<'a> {
    pub(crate) fn of(name: Held<'a>, ledger: Held<'a>) -> Self {
        Self {
            name,
            ledger: Some(ledger),
        }
    }

    /// The lock on the lock file.
    pub(crate) fn name(&self) -> &Held<'a> {
        &self.name
    }

    /// The lock on the ledger.
    pub(crate) fn ledger(&self) -> Option<&Held<'a>> {
        self.ledger.as_ref()
    }
}

impl Drop for DecisionGuard<'_> {
    fn drop(&mut self) {
        let Some(ledger) = self.ledger.take() else {
            return;
        };
        let file = ledger.file();
        drop(ledger);
        if is_published_under(file) {
            wait_for_publication(file);
        }
    }
}

#[cold]
fn wait_for_publication(file: &File) {
    let (start, mut backoff) = (Instant::now(), Backoff::YIELDS);
    while is_published_under(file) && start.elapsed() < PUBLICATION {
        backoff.pause();
    }
}

impl DecisionLocks {
    pub(crate) fn on(files: &EventFiles) -> Self {
        Self {
            name: LockFile::created_like(
                files.lock.clone(),
                [files.count.clone(), files.ledger.clone()],
            )
            .of_an_event(),
            ledger: LockFile::on(files.ledger.clone()),
        }
    }

    /// The same, of an event whose count may not be there: the lock file is made like the first of these that is.
    pub(crate) fn made_like(self, models: impl Into<Vec<PathBuf>>) -> Self {
        Self {
            name: LockFile::created_like(self.name.path().to_path_buf(), models),
            ..self
        }
    }

    /// Takes both on a ledger that exists, for something else than a sale.
    pub(crate) fn acquire(
        &mut self,
        strategy: &mut WaitStrategy,
        wait: &mut Wait<'_>,
    ) -> Result<DecisionGuard<'_>> {
        let name = self.name.acquire(strategy, wait)?;
        let ledger = match self.ledger.acquire(strategy, wait) {
            Err(error) if error.is_not_found() => None,
            result => Some(result?),
        };
        Ok(DecisionGuard { ledger, name })
    }

    /// Takes both, if nobody holds one of them.
    pub(crate) fn try_acquire(&mut self) -> Result<Option<DecisionGuard<'_>>> {
        let Some(name) = self.name.try_acquire()? else {
            return Ok(None);
        };
        let ledger = self.ledger.try_acquire()?;
        Ok(ledger.map(|ledger| DecisionGuard::of(name, ledger)))
    }
}
