//! The file store: the state that one opening of an event keeps between its transactions.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::error::{Error, Kind, Result};
use crate::ledger::{EventSettings, LockKind, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::Access;
use crate::store::file::lock::decision::DecisionLocks;
use crate::store::file::lock::lock_file::LockFile;
use crate::store::file::lock::strategy::WaitStrategy;
use crate::store::file::preallocation::trim;
use crate::store::file::reader::key_index::KeyIndex;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::lookups::Lookups;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::reader::view::tail::Tail;
use crate::store::file::recycled::RecycledVersions;
use crate::store::file::sellable::{refuse_unsellable, second_names};
use crate::store::file::sync::open_ledger::OpenLedger;
use crate::store::file::sync::sync_attempt::SyncState;
use crate::store::file::sys::FileId;
use crate::store::options::Force;

/// The settings of a ledger whose last `set` line stands there.
pub(crate) type KnownSettings = ((FileId, Option<u64>), Option<EventSettings>);

/// An event in files, opened by one thread of one process.
#[derive(Debug)]
pub(crate) struct FileStore {
    pub(crate) files: EventFiles,
    /// the decision locks.
    pub(crate) decision_locks: DecisionLocks,
    /// What it knows of its syncs.
    pub(crate) sync_state: SyncState,
    pub(crate) strategy: WaitStrategy,
    pub(crate) ledger: Option<OpenLedger>,
    /// What was read last, so that the next look is a short one.
    pub(crate) last: Option<LedgerView>,
    /// What was recovered, and what is unusual.
    pub(crate) notes: Vec<String>,
    /// Whether the event was looked at, whether it can be sold from.
    looked_at: bool,
    /// How many lines were written.
    pub(crate) written: u64,
    /// Whether the ledger was preallocated.
    pub(crate) preallocated: bool,
    /// For old versions of the count.
    pub(crate) recycled: RecycledVersions,
    /// For [`LockKind::Mutex`].
    pub(crate) mutex: Arc<Mutex<()>>,
    /// The lock of the unsafe transaction that is under way.
    pub(crate) unsafe_lock: Option<LockFile>,
    /// Whether the lock file was found to be another one than was locked.
    pub(crate) lock_lost: bool,
    /// The sales that were looked for last.
    pub(crate) lookups: Lookups,
    /// Where keys stand on the ledger, if that is kept.
    pub(crate) keys: Option<KeyIndex>,
    /// By what the event is sold, as it was read last.
    pub(crate) settings: Option<KnownSettings>,
}

impl FileStore {
    /// Opens the event whose count is at `path`. Nothing is read or locked yet.
    pub(crate) fn at(path: &Path) -> Result<Self> {
        let files = EventFiles::at(path)?;
        Ok(Self {
            decision_locks: DecisionLocks::on(&files),
            sync_state: SyncState::default(),
            strategy: WaitStrategy::default(),
            ledger: None,
            last: None,
            notes: Vec::new(),
            looked_at: false,
            written: 0,
            preallocated: false,
            recycled: RecycledVersions::default(),
            mutex: Arc::default(),
            unsafe_lock: None,
            lock_lost: false,
            lookups: Lookups::default(),
            keys: None,
            settings: None,
            files,
        })
    }

    /// The same, with locks waited for in another way.
    pub(crate) fn waiting(self, strategy: WaitStrategy) -> Self {
        let mut store = self;
        store.strategy = strategy;
        store
    }

    /// The same, with old versions of the count kept where others of this process keep theirs, and with
    /// their mutex.
    pub(crate) fn sharing(self, old_versions: &RecycledVersions, mutex: &Arc<Mutex<()>>) -> Self {
        let mut store = self;
        store.recycled = old_versions.clone();
        store.mutex = Arc::clone(mutex);
        store
    }

    /// The same, with an index of keys.
    pub(crate) fn with_keys(self, keys: &KeyIndex) -> Self {
        let mut store = self;
        store.keys = Some(keys.clone());
        store
    }

    /// The event's files.
    pub(crate) fn files(&self) -> &EventFiles {
        &self.files
    }

    /// Opens the event's ledger for a buyer without a lock, and creates it where it is missing or
    /// empty. With a lock that is done under it, so that it is taken once: who lets it go and comes
    /// back mixes up those who wait.
    pub(crate) fn open_ledger(&mut self, lock: LockKind, wait: Duration) -> Result<()> {
        if !self.looked_at {
            refuse_unsellable(&self.files)?;
            self.notes.extend(second_names(&self.files));
            self.looked_at = true;
        }
        if self.ledger.is_some() {
            return Ok(());
        }
        self.ledger = OpenLedger::open(&self.files, &self.recycled)?;
        if lock == LockKind::Exclusive {
            return Ok(());
        }
        let length = |ledger: &OpenLedger| ledger.append.metadata().map(|metadata| metadata.len());
        let empty = match &self.ledger {
            Some(ledger) => {
                length(ledger).map_err(|e| Error::io("look at", &self.files.ledger, e))? == 0
            }
            None => true,
        };
        if empty {
            self.prepare(lock, Force::No, wait, &mut || true)?;
            self.ledger = OpenLedger::open(&self.files, &self.recycled)?;
        }
        Ok(())
    }

    /// Reads without a lock.
    pub(crate) fn reread(
        &self,
        check: impl Fn(LedgerView) -> Result<LedgerView>,
    ) -> Result<LedgerView> {
        self.settled(
            |files, ledger| LedgerView::take(files, ledger).and_then(&check),
            |_| None,
        )
    }

    /// Looks without a lock. A reset between two looks makes files of different times meet, and a line may
    /// be seen half written: what does not add up then, or is in doubt, is looked at again. When the files
    /// are the same at the next look, and so is what is wrong with them, it is real.
    pub(crate) fn settled<T>(
        &self,
        look: impl Fn(&EventFiles, Option<&LedgerFile>) -> Result<T>,
        doubt: impl Fn(&T) -> Option<String>,
    ) -> Result<T> {
        let once = || match &self.ledger {
            Some(ledger) if ledger.rewrite.is_at(&self.files.ledger) => {
                look(&self.files, Some(&ledger.rewrite))
            }
            _ => look(
                &self.files,
                open_ledger(&self.files, Access::Read)?.as_ref(),
            ),
        };
        let wrong = |result: &Result<T>| match result {
            Ok(found) => doubt(found),
            Err(error) if error.kind() == Kind::Integrity => Some(error.to_string()),
            Err(_) => None,
        };
        let which =
            || [&self.files.count, &self.files.ledger].map(|path| FileId::of_name(path).ok());
        let mut result = once();
        let mut before = None;
        for _ in 0..100 {
            let Some(wrong) = wrong(&result) else { break };
            let now = Some((which(), wrong));
            if now == before {
                break;
            }
            before = now;
            result = once();
        }
        result
    }
}

impl Drop for FileStore {
    /// A process that has preallocated the ledger takes the preallocation away again, if nobody holds the
    /// lock just now.
    fn drop(&mut self) {
        if !self.preallocated {
            return;
        }
        // Preallocation harms nobody: whatever fails here is no matter.
        if let (Some(ledger), Ok(Some(_held))) = (&self.ledger, self.decision_locks.try_acquire())
            && ledger.rewrite.is_at(&self.files.ledger)
        {
            let _ = trim(&self.files, &ledger.rewrite);
        }
    }
}

/// What the ledger adds up to, with a last line that only lacks its newline.
pub(crate) fn tally(view: &LedgerView) -> &Tally {
    match &view.tail {
        Tail::Unterminated { with_it } => with_it,
        _ => &view.tally,
    }
}

pub(crate) fn no_ledger(files: &EventFiles) -> Error {
    Error::new(Kind::Integrity, "is gone, or has no opening line any more")
        .at(&files.ledger, 0, 0)
        .hint(
            "nothing more was sold; 'tickets audit' says more; put the right file back: 'tickets restore DIR' takes it from a \
             backup",
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// How often an event is looked at of which this is told at each look, until something is believed; and what.
    fn looks(
        told: &[std::result::Result<&str, Kind>],
    ) -> (usize, std::result::Result<String, Kind>) {
        let place = tempfile::tempdir().unwrap();
        let store = FileStore::at(&place.path().join("tickets.json")).unwrap();
        let looks = Cell::new(0);
        let look = |_: &EventFiles, _: Option<&LedgerFile>| {
            let at = looks.replace(looks.get() + 1);
            let told = told.get(at).or(told.last()).unwrap();
            told.map(str::to_owned)
                .map_err(|kind| Error::new(kind, "wrong"))
        };
        let doubt = |found: &String| (found != "sound").then(|| found.clone());
        let found = store.settled(look, doubt).map_err(|error| error.kind());
        (looks.get(), found)
    }

    #[test]
    fn what_is_wrong_is_looked_at_until_it_is_the_same_twice() {
        let sound = Ok("sound".to_owned());
        assert_eq!(looks(&[Ok("sound")]), (1, sound.clone()));
        assert_eq!(looks(&[Ok("torn"), Ok("sound")]), (2, sound.clone()));
        assert_eq!(looks(&[Ok("torn")]), (2, Ok("torn".to_owned())));
        assert_eq!(
            looks(&[Ok("torn"), Ok("gone"), Ok("sound")]),
            (3, sound.clone())
        );
        let wrong = Kind::Integrity;
        assert_eq!(looks(&[Err(wrong), Ok("sound")]), (2, sound));
        assert_eq!(looks(&[Err(wrong)]), (2, Err(wrong)));
        assert_eq!(looks(&[Err(Kind::Io), Ok("sound")]), (1, Err(Kind::Io)));
    }
}
