//! A change under the exclusive lock: read, recover, append, with the decision locks held.

use crate::error::Result;
use crate::ledger::{EventSettings, NewLines, Step, Tally};
use crate::store::file::append;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::{FileStore, KnownSettings, no_ledger};
use crate::store::file::ledger_lock::lock_ledger;
use crate::store::file::lock::decision::{DecisionGuard, DecisionLocks};
use crate::store::file::lock::held::Held;
use crate::store::file::lock::strategy::WaitStrategy;
use crate::store::file::lock::wait::Wait;
use crate::store::file::reader::lookups::Lookups;
use crate::store::file::reader::search::follow;
use crate::store::file::reader::settings::settings_at;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::recovered_head::recovered;
use crate::store::file::recycled::RecycledVersions;
use crate::store::file::sync::commit_delay::CommitDelay;
use crate::store::file::sync::open_ledger::OpenLedger;
use crate::store::follower::Follower;
use crate::store::options::{CommitOptions, Durability};
use crate::store::{Append, FoundSale, LedgerQuery, LockId, Lookup, Transaction};

/// A process that has sold so often preallocates the ledger: syncing a file that does not grow is cheaper, by a third
/// or so. For a command that sells once it would be for nothing.
const PREALLOCATE_AFTER: u64 = 16;

/// How many old versions of the count such a one keeps: the one to be written next, and one that somebody
/// may still be reading.
const RECYCLED: usize = 2;

/// The transaction.
pub(crate) struct Exclusive<'s> {
    decider: Option<DecisionGuard<'s>>,
    /// The locks, until they are taken.
    locks: Option<&'s mut DecisionLocks>,
    state: TransactionState<'s>,
}

/// What of the store a transaction works on.
struct TransactionState<'s> {
    files: &'s EventFiles,
    options: CommitOptions,
    strategy: &'s mut WaitStrategy,
    ledger: &'s mut Option<OpenLedger>,
    recycled: &'s mut RecycledVersions,
    last: &'s mut Option<LedgerView>,
    notes: &'s mut Vec<String>,
    written: &'s mut u64,
    preallocated: &'s mut bool,
    lookups: &'s mut Lookups,
    lock_lost: &'s mut bool,
    settings: &'s mut Option<KnownSettings>,
    commit_delay: &'s mut CommitDelay,
    /// Whether `last` was read under the locks.
    is_read: bool,
}

impl<'s> Exclusive<'s> {
    pub(crate) fn begin(store: &'s mut FileStore, options: CommitOptions) -> Self {
        if std::mem::take(&mut store.lock_lost) {
            // What was locked keeps nobody out any more.
            store.decision_locks.name.forget();
        }
        Self {
            decider: None,
            locks: Some(&mut store.decision_locks),
            state: TransactionState {
                files: &store.files,
                options,
                strategy: &mut store.strategy,
                ledger: &mut store.ledger,
                recycled: &mut store.recycled,
                last: &mut store.last,
                notes: &mut store.notes,
                written: &mut store.written,
                preallocated: &mut store.preallocated,
                lookups: &mut store.lookups,
                lock_lost: &mut store.lock_lost,
                settings: &mut store.settings,
                commit_delay: &mut store.sync_state.commit_delay,
                is_read: false,
            },
        }
    }
}

impl LedgerQuery for Exclusive<'_> {
    fn find(&mut self, what: Lookup<'_>) -> Result<Option<FoundSale>> {
        let state = &mut self.state;
        let (Some(ledger), Some(view)) = (&*state.ledger, &*state.last) else {
            return Err(no_ledger(state.files));
        };
        known_bad!(LookupUnlocked => return Ok(state.lookups.of(what).found().cloned()));
        if matches!(what, Lookup::Key(_)) {
            let lookups = &mut *state.lookups;
            lookups.follow_keys(state.files, &ledger.rewrite, &view.tally);
        }
        let lookup = state.lookups.of(what);
        lookup.follow_to_head(state.files, &ledger.rewrite, &view.tally)?;
        Ok(lookup.found().cloned())
    }

    fn follow(&mut self, follower: &mut dyn Follower) -> Result<()> {
        let state = &mut self.state;
        let (Some(ledger), Some(view)) = (&*state.ledger, &*state.last) else {
            return Err(no_ledger(state.files));
        };
        follow(state.files, &ledger.rewrite, &view.tally, follower)
    }

    fn settings(&mut self) -> Result<Option<EventSettings>> {
        let state = &mut self.state;
        let (Some(ledger), Some(view)) = (&*state.ledger, &*state.last) else {
            return Err(no_ledger(state.files));
        };
        let at = (ledger.rewrite.id, view.tally.index.set);
        if let Some((known, settings)) = &*state.settings
            && *known == at
        {
            return Ok(settings.clone());
        }
        let settings = settings_at(state.files, &ledger.rewrite.file, at.1)?;
        // Without an index the second line says it, which may not be written yet.
        *state.settings = (view.tally.seq >= 2).then(|| (at, settings.clone()));
        Ok(settings)
    }
}

impl Transaction for Exclusive<'_> {
    fn lock(&mut self, still_wanted: &mut dyn FnMut() -> bool) -> Result<Option<LockId>> {
        let Some(DecisionLocks { name, ledger }) = self.locks.take() else {
            return Err(no_ledger(self.state.files));
        };
        let state = &mut self.state;
        let (name, deadline) = {
            // What others sell meanwhile is read before the lock is there, not under it.
            let (files, opened, last) = (state.files, &*state.ledger, &mut *state.last);
            let mut read_ahead = || {
                if let (Some(ledger), Some(view)) = (opened, last.as_mut()) {
                    view.read_ahead(files, &ledger.rewrite);
                }
            };
            let wait = Wait::wanted(state.options.wait, still_wanted);
            let mut wait = match state.options.durability {
                Durability::Disk => wait,
                Durability::Process => wait.backing_off_for_longer().doing(&mut read_ahead),
            };
            let name = name.acquire_unverified(state.strategy, &mut wait)?;
            (name, wait.deadline())
        };
        let mut wait = Wait::wanted(state.options.wait, still_wanted).until(deadline);
        let ledger = lock_ledger(
            state.files,
            ledger,
            (state.ledger, state.recycled),
            state.strategy,
            &mut wait,
        )?;
        let id = name.id();
        self.decider = Some(DecisionGuard::of(name, ledger));
        Ok(Some(LockId {
            device: id.device,
            inode: id.inode,
        }))
    }

    fn head(&mut self) -> Result<Tally> {
        let ledger_lock = self.decider.as_ref().and_then(DecisionGuard::ledger);
        let length = ledger_lock.and_then(Held::length);
        let state = &mut self.state;
        let (files, last) = (state.files, state.last.take());
        let Some(ledger) = &*state.ledger else {
            return Err(no_ledger(files));
        };
        let view = LedgerView::again_to_write(last, files, &ledger.rewrite, length)?;
        let view = recovered(files, ledger, view, state.options.wait, state.notes)?;
        let tally = view.tally;
        *state.last = Some(view);
        state.is_read = true;
        Ok(tally)
    }

    fn append(&mut self, lines: &NewLines<'_>, step: &mut dyn FnMut(Step)) -> Result<Append> {
        let state = &mut self.state;
        let (Some(decider), true) = (&self.decider, state.is_read) else {
            return Err(no_ledger(state.files));
        };
        let (Some(ledger), Some(view)) = (&mut *state.ledger, state.last.take()) else {
            return Err(no_ledger(state.files));
        };
        // The ledger lock keeps other sellers out, whatever has become of the lock file.
        let named = match state.options.durability {
            Durability::Disk => decider.name().verify()?,
            Durability::Process => decider.name().has_a_name()?,
        };
        if !named {
            *state.lock_lost = true;
            return Ok(Append::Conflict);
        }
        let preallocate = *state.written >= PREALLOCATE_AFTER;
        let written = append::in_place(state.files, &ledger.rewrite, &view, lines, preallocate)?;
        ledger.own.wrote(view.tally.bytes, written.tally.bytes);
        *state.preallocated |= written.preallocated;
        state.commit_delay.wrote(lines.lines().len() as u64);
        *state.written += 1;
        if *state.written == PREALLOCATE_AFTER {
            state.recycled.widen(RECYCLED);
        }
        *state.last = Some(view.with(written.tally, written.length));
        step(Step::Written);
        Ok(Append::Written {
            tally: written.tally,
            unpublished: None,
        })
    }
}
