//! The sync lock: one process makes a ledger durable and publishes its count.

use std::time::{Duration, Instant};

use crate::error::{Error, Kind, Result};
use crate::store::file::backoff::Backoff;
use crate::store::file::event::EventFiles;
use crate::store::file::lock::held::Held;
use crate::store::file::lock::lock_file::LockFile;
use crate::store::file::lock::range::{RangeLock, RangeTry, try_range};
use crate::store::file::lock::wait::Wait;
use crate::store::file::reader::ledger_file::LedgerFile;

/// The sync lock, held until this is dropped.
#[derive(Debug)]
#[expect(dead_code, reason = "held until it is dropped")]
pub(crate) enum SyncLock<'a> {
    /// The lock itself.
    Range(RangeLock<'a>),
    /// Where there is no such lock: the ledger lock in its place, so that a process that syncs keeps off those that
    /// decide.
    Ledger(Held<'a>),
    /// The same, where the process holds that already.
    Decision,
}

/// Takes the sync lock of a ledger, if nobody holds it. `whole`: the ledger lock, which the caller does not hold.
pub(crate) fn try_sync<'a>(
    ledger: &'a LedgerFile,
    whole: &'a mut LockFile,
) -> Result<Option<SyncLock<'a>>> {
    match try_range(&ledger.file).map_err(|e| Error::io("lock", whole.path(), e))? {
        RangeTry::Held(range) => Ok(Some(SyncLock::Range(range))),
        RangeTry::Busy => Ok(None),
        RangeTry::Unsupported => Ok(whole.try_acquire()?.map(SyncLock::Ledger)),
    }
}

/// Takes the sync lock of a ledger. Only for the holder of the ledger lock.
pub(crate) fn acquire_sync<'a>(
    files: &EventFiles,
    ledger: &'a LedgerFile,
    wait: &mut Wait<'_>,
) -> Result<SyncLock<'a>> {
    let deadline = wait.deadline();
    let mut looks = 0;
    let mut backoff = BACKOFF;
    loop {
        match try_range(&ledger.file).map_err(|e| Error::io("lock", &files.ledger, e))? {
            RangeTry::Held(range) => return Ok(SyncLock::Range(range)),
            RangeTry::Unsupported => return Ok(SyncLock::Decision),
            RangeTry::Busy if Instant::now() >= deadline => {
                return Err(sync_busy(files, wait.limit));
            }
            RangeTry::Busy => {}
        }
        backoff.pause();
        looks += 1;
        if looks % ASK == 0 && !(wait.still_wanted)() {
            let message = "stopped while waiting for the sync of another process";
            return Err(Error::new(Kind::Interrupted, message));
        }
    }
}

/// A sync takes about as long.
const BACKOFF: Backoff = Backoff::napping(Duration::from_micros(200));

/// After how many naps to ask whether the lock is still wanted.
const ASK: u32 = 1000;

/// The sync lock was not had in time.
pub(crate) fn sync_busy(files: &EventFiles, limit: Duration) -> Error {
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
    use crate::store::file::files::open::Access;
    use crate::store::file::lock::range;
    use crate::store::file::reader::ledger_file::open_ledger;

    /// Somebody else syncs until `over` says that this process has asked so often whether it is still wanted.
    fn synced(limit: Duration, over: u32, wanted: bool) -> (u32, std::result::Result<(), Kind>) {
        let place = tempfile::tempdir().unwrap();
        let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
        std::fs::write(&files.ledger, "").unwrap();
        let open = || open_ledger(&files, Access::ReadWrite).unwrap().unwrap();
        let (ledger, other) = (open(), open());
        let range::RangeTry::Held(held) = range::try_range(&other.file).unwrap() else {
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
        let synced = acquire_sync(&files, &ledger, &mut wait).map(drop);
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
