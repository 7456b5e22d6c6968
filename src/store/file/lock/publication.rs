//! The right to publish: under the name lock, or beside a process that decides.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::store::file::backoff::Backoff;
use crate::store::file::event::EventFiles;
use crate::store::file::lock::held::Held;
use crate::store::file::lock::lock_file::{LockFile, LockTry, NextTry};
use crate::store::file::lock::range::{RangeLock, try_publication};
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::sys::{Attributes, FileId};

/// What lets a process publish while nobody edits the count.
#[derive(Debug)]
#[expect(dead_code, reason = "held until it is dropped")]
pub(crate) enum PublishLock<'a> {
    /// The name lock itself.
    Name(Held<'a>),
    /// The publication lock, while another process decides.
    Beside(RangeLock<'a>),
}

/// Lets the holder of the sync lock publish, if nobody holds the name lock who may be editing the count. `Err` with
/// the lock file: somebody does.
///
/// A process that decides holds the name lock, then the ledger lock, and edits nothing. It gives up the ledger lock
/// first, then looks whether the publication lock is held, and gives up the name lock when it is not. So where the
/// ledger lock is found taken with the publication lock held, the name lock stays with a process that decides until
/// the publication lock is given up. Only one name may lead to the ledger: each has a lock file of its own.
///
/// Where processes block for the name lock, a publisher that takes it between two of them mixes up their order, for
/// the kernel wakes all of the queue then. So it waits a little for one of them to decide.
pub(crate) fn may_publish<'a>(
    ledger: &'a LedgerFile,
    name: &'a mut LockFile,
    files: &EventFiles,
) -> Result<std::result::Result<PublishLock<'a>, FileId>> {
    let mut beside = None;
    let mut decider = DecisionWatch::on(ledger, files);
    let mut look = 0;
    let mut backoff = BACKOFF;
    let tried = name.try_as_told(&mut |queued| {
        // Beside a process that decides costs that process a wait: where nobody queues, it is the last resort.
        if look + 1 >= LOOKS || queued {
            beside = decider.look()?;
            if beside.is_some() {
                return Ok(NextTry::Stop);
            }
        }
        let most = if queued { LOOKS_IN_QUEUE } else { LOOKS };
        look += 1;
        Ok(match look {
            1 if !queued => NextTry::Try,
            _ if look > most => NextTry::Stop,
            // The one that queues is not coming: it was stopped.
            _ if look == most => NextTry::Try,
            _ => {
                backoff.pause();
                if queued { NextTry::Skip } else { NextTry::Try }
            }
        })
    })?;
    if let Some(publication) = beside {
        return Ok(Ok(PublishLock::Beside(publication)));
    }
    Ok(match tried {
        LockTry::Held(held) => Ok(PublishLock::Name(held)),
        LockTry::Busy(file) => Err(file),
    })
}

/// How often to look for a process that decides, and for the name lock itself.
const LOOKS: u32 = 15;

/// The same where others queue for the name lock.
const LOOKS_IN_QUEUE: u32 = 80;

/// About as long as sellers hold the name lock.
const BACKOFF: Backoff = Backoff::NONE.yields(50).naps(
    LOOKS_IN_QUEUE,
    Duration::from_micros(50),
    Duration::from_micros(50),
);

/// Looks for a process that decides, to publish beside it.
struct DecisionWatch<'a> {
    ledger: &'a LedgerFile,
    whole: LockFile,
    /// Whether one name alone leads to the ledger, once that was looked at.
    has_one_name: Option<bool>,
}

impl<'a> DecisionWatch<'a> {
    fn on(ledger: &'a LedgerFile, files: &EventFiles) -> Self {
        Self {
            ledger,
            whole: LockFile::on(files.ledger.clone()),
            has_one_name: None,
        }
    }

    /// The publication lock, if a process that decides has the ledger lock.
    fn look(&mut self) -> Result<Option<RangeLock<'a>>> {
        let file = &self.ledger.file;
        let problem = |e| Error::io("lock", self.whole.path(), e);
        let has_one_name = match self.has_one_name {
            Some(known) => known,
            None => Attributes::of_handle(file).map_err(problem)?.links == 1,
        };
        self.has_one_name = Some(has_one_name);
        if !has_one_name {
            return Ok(None);
        }
        let Some(publication) = try_publication(file).map_err(problem)? else {
            return Ok(None);
        };
        let is_taken = self.whole.try_acquire()?.is_none();
        Ok(is_taken.then_some(publication))
    }
}
