//! The locks of whoever decides what is written next: the name lock, then the ledger lock.
//!
//! Invariant: nobody writes to a ledger, cuts it, pads it or gives its name to another without a lock on that
//! very file, held from the read to the write. The name lock alone does not give that: a ledger that is
//! reached by two names (a hard link, a symbolic link, a mount of the file alone) has two lock files.

use super::event::EventFiles;
use super::files::FileId;
use super::ledger_file::LedgerFile;
use super::lock::range::{self, RangeLock, is_published_under, try_publication, try_range};
use super::lock::{Held, LockFile, Next, Patience, Tried, Wait};
use super::pause::outlast;
use super::sys::Attributes;
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
///
/// Invariant: as long as the publication lock of a ledger is held by a process that found its ledger lock taken, the
/// name lock is not given up: see [`may_publish`].
#[derive(Debug)]
pub(crate) struct Decider<'a> {
    ledger: Option<Held<'a>>,
    name: Held<'a>,
}

/// So long the holder of the name lock waits for a publication that is under way, and takes some 20 microseconds.
/// Only a process that was stopped in the middle of it takes longer: then the count may be replaced under the
/// hands of who gets the name lock next.
const PUBLICATION: Duration = Duration::from_secs(1);

impl<'a> Decider<'a> {
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

impl Drop for Decider<'_> {
    fn drop(&mut self) {
        let Some(ledger) = self.ledger.take() else {
            return;
        };
        let file = ledger.file();
        drop(ledger);
        let start = Instant::now();
        while is_published_under(file) && start.elapsed() < PUBLICATION {
            std::thread::yield_now();
        }
    }
}

/// What lets a process publish while nobody edits the count.
#[derive(Debug)]
#[expect(dead_code, reason = "held until it is dropped")]
pub(crate) enum Publishing<'a> {
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
/// Where processes block for the name lock, a publisher that takes it between two of them mixes up their order, for the
/// kernel wakes all of the queue then. So it waits a little for one of them to decide.
pub(crate) fn may_publish<'a>(
    ledger: &'a LedgerFile,
    name: &'a mut LockFile,
    files: &EventFiles,
) -> Result<std::result::Result<Publishing<'a>, FileId>> {
    let mut beside = None;
    let mut decider = BesideDecider::on(ledger, files);
    let mut look = 0;
    let tried = name.try_as_told(&mut |queued| {
        if look > 0 || queued {
            beside = decider.look()?;
            if beside.is_some() {
                return Ok(Next::Stop);
            }
        }
        let most = if queued { LOOKS_IN_QUEUE } else { LOOKS };
        look += 1;
        Ok(match look {
            1 if !queued => Next::Try,
            _ if look > most => Next::Stop,
            // Who queues is not coming: it was stopped.
            _ if look == most => Next::Try,
            _ => {
                if look <= YIELDS {
                    std::thread::yield_now();
                } else {
                    outlast(NAP / 4);
                }
                if queued { Next::Skip } else { Next::Try }
            }
        })
    })?;
    if let Some(publication) = beside {
        return Ok(Ok(Publishing::Beside(publication)));
    }
    Ok(match tried {
        Tried::Held(held) => Ok(Publishing::Name(held)),
        Tried::Busy(file) => Err(file),
    })
}

/// How often to look for a process that decides, and for the name lock itself: about as long as sellers hold it.
const LOOKS: u32 = 15;
/// The same where others queue for the name lock: at first at once, then after a nap.
const LOOKS_IN_QUEUE: u32 = 80;
const YIELDS: u32 = 50;

/// Looks for a process that decides, to publish beside it.
struct BesideDecider<'a> {
    ledger: &'a LedgerFile,
    whole: LockFile,
    /// Whether one name alone leads to the ledger, once that was looked at.
    is_alone: Option<bool>,
}

impl<'a> BesideDecider<'a> {
    fn on(ledger: &'a LedgerFile, files: &EventFiles) -> Self {
        Self {
            ledger,
            whole: LockFile::on(files.ledger.clone()),
            is_alone: None,
        }
    }

    /// The publication lock, if a process that decides has the ledger lock.
    fn look(&mut self) -> Result<Option<RangeLock<'a>>> {
        let file = &self.ledger.file;
        let problem = |e| Error::io("lock", self.whole.path(), e);
        let is_alone = match self.is_alone {
            Some(known) => known,
            None => Attributes::of_handle(file).map_err(problem)?.links == 1,
        };
        self.is_alone = Some(is_alone);
        if !is_alone {
            return Ok(None);
        }
        let Some(publication) = try_publication(file).map_err(problem)? else {
            return Ok(None);
        };
        let is_taken = self.whole.try_acquire()?.is_none();
        Ok(is_taken.then_some(publication))
    }
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
        Ok(Decider { ledger, name })
    }

    /// Takes both, if nobody holds one of them.
    pub(crate) fn try_acquire(&mut self) -> Result<Option<Decider<'_>>> {
        let Some(name) = self.name.try_acquire()? else {
            return Ok(None);
        };
        let ledger = self.ledger.try_acquire()?;
        Ok(ledger.map(|ledger| Decider::of(name, ledger)))
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
        range::Tried::Held(range) => Ok(Some(Syncing::Range(range))),
        range::Tried::Busy => Ok(None),
        range::Tried::Unsupported => Ok(whole.try_acquire()?.map(Syncing::Ledger)),
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
            range::Tried::Held(range) => return Ok(Syncing::Range(range)),
            range::Tried::Unsupported => return Ok(Syncing::Decider),
            range::Tried::Busy if Instant::now() >= deadline => {
                return Err(busy(files, wait.limit));
            }
            range::Tried::Busy => {}
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file::files::Access;
    use crate::store::file::ledger_file::open_ledger;

    /// Somebody else syncs until `over` says that this process has asked so often whether it is still wanted.
    fn synced(limit: Duration, over: u32, wanted: bool) -> (u32, std::result::Result<(), Kind>) {
        let place = tempfile::tempdir().unwrap();
        let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
        std::fs::write(&files.ledger, "").unwrap();
        let open = || open_ledger(&files, Access::ReadWrite).unwrap().unwrap();
        let (ledger, other) = (open(), open());
        let range::Tried::Held(held) = try_range(&other.file).unwrap() else {
            return (over, Ok(()));
        };
        let (mut held, mut asked) = (Some(held), 0);
        let mut still_wanted = || {
            asked += 1;
            if asked == over {
                held = None;
            }
            wanted
        };
        let mut wait = Wait::wanted(limit, &mut still_wanted);
        let synced = sync_too(&files, &ledger, &mut wait).map(drop);
        (asked, synced.map_err(|error| error.kind()))
    }

    #[test]
    fn a_sync_of_somebody_else_is_waited_for_as_long_as_that_is_wanted() {
        const LONG: Duration = Duration::from_secs(3600);
        assert_eq!(synced(LONG, 2, true), (2, Ok(())));
        assert_eq!(synced(LONG, 2, false), (1, Err(Kind::Interrupted)));
        let busy = Kind::Busy { holder: None };
        assert_eq!(synced(Duration::ZERO, 1, true), (0, Err(busy)));
    }
}
