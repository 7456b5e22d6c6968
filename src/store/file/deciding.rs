//! The locks of whoever decides what is written next: the name lock, then the ledger lock.
//!
//! Invariant: nobody writes to a ledger, cuts it, pads it or gives its name to another without a lock on that
//! very file, held from the read to the write. The name lock alone does not give that: a ledger that is
//! reached by two names (a hard link, a symbolic link, a mount of the file alone) has two lock files.

use super::event::EventFiles;
use super::ledger_file::LedgerFile;
use super::lock::range::{RangeLock, Tried, try_range};
use super::lock::{Held, LockFile, Patience, Wait};
use super::pause::outlast;
use crate::error::{Error, Kind, Result};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The two locks of one event, not held.
#[derive(Debug)]
pub(crate) struct Deciding {
    /// On the lock file.
    pub(crate) name: LockFile,
    /// On the ledger.
    pub(crate) ledger: LockFile,
}

/// Both, held until this is dropped; the ledger's only where there is a ledger.
#[derive(Debug)]
pub(crate) struct Decider<'a> {
    /// Given up first.
    _ledger: Option<Held<'a>>,
    _name: Held<'a>,
}

impl Deciding {
    pub(crate) fn on(files: &EventFiles) -> Self {
        Self {
            name: LockFile::created_like(
                files.lock.clone(),
                [files.count.clone(), files.ledger.clone()],
            ),
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
        patience: &mut Patience,
        wait: &mut Wait<'_>,
    ) -> Result<Decider<'_>> {
        let name = self.name.acquire(patience, wait)?;
        let ledger = match self.ledger.acquire(patience, wait) {
            Err(error) if error.is_not_found() => None,
            result => Some(result?),
        };
        Ok(Decider {
            _ledger: ledger,
            _name: name,
        })
    }

    /// Takes both, if nobody holds one of them.
    pub(crate) fn try_acquire(&mut self) -> Result<Option<Decider<'_>>> {
        let Some(name) = self.name.try_acquire()? else {
            return Ok(None);
        };
        let ledger = self.ledger.try_acquire()?;
        Ok(ledger.map(|ledger| Decider {
            _ledger: Some(ledger),
            _name: name,
        }))
    }
}

/// The sync lock, held until this is dropped.
#[derive(Debug)]
#[expect(dead_code, reason = "held until it is dropped")]
pub(crate) enum Syncing<'a> {
    /// The lock itself.
    Range(RangeLock<'a>),
    /// Where there is no such lock: the ledger lock in its place, so that who syncs keeps off who decides.
    Ledger(Held<'a>),
    /// The same, of whoever holds that already.
    Decider,
}

/// Takes the sync lock of a ledger, if nobody holds it. `whole`: the ledger lock of whoever tries, who does not
/// hold it.
pub(crate) fn try_sync<'a>(
    ledger: &'a LedgerFile,
    whole: &'a mut LockFile,
) -> Result<Option<Syncing<'a>>> {
    match try_range(&ledger.file).map_err(|e| Error::io("lock", whole.path(), e))? {
        Tried::Held(range) => Ok(Some(Syncing::Range(range))),
        Tried::Busy => Ok(None),
        Tried::Unsupported => Ok(whole.try_acquire()?.map(Syncing::Ledger)),
    }
}

/// Takes the sync lock of a ledger. Only for the holder of the ledger lock.
pub(crate) fn sync_too<'a>(
    files: &EventFiles,
    ledger: &'a LedgerFile,
    wait: &mut Wait<'_>,
) -> Result<Syncing<'a>> {
    let deadline = wait.deadline();
    let mut looks = 0;
    loop {
        match try_range(&ledger.file).map_err(|e| Error::io("lock", &files.ledger, e))? {
            Tried::Held(range) => return Ok(Syncing::Range(range)),
            Tried::Unsupported => return Ok(Syncing::Decider),
            Tried::Busy if Instant::now() >= deadline => return Err(busy(files, wait.limit)),
            Tried::Busy => {}
        }
        // A sync takes about as long.
        outlast(NAP);
        looks += 1;
        if looks % ASK == 0 && !(wait.still_wanted)() {
            let message = "stopped while waiting for the sync of another process";
            return Err(Error::new(Kind::Interrupted, message));
        }
    }
}

const NAP: Duration = Duration::from_micros(200);

/// After how many naps to ask whether the lock is still wanted.
const ASK: u32 = 1000;

/// The sync lock was not had in time.
pub(crate) fn busy(files: &EventFiles, limit: Duration) -> Error {
    let message = format!(
        "the ledger was not had for a sync within {}: another process is syncing it",
        humantime::format_duration(limit)
    );
    Error::new(Kind::Busy { holder: None }, message)
        .at(&files.ledger, 0, 0)
        .hint("the disk may be slow or stuck: wait longer with --wait 2m")
}
