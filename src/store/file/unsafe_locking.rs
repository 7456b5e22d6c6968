//! Unsafe locking: changes under no lock, or under one that does not guard them. They race, and are there to be
//! looked at.
//!
//! The buyer believes what it reads, appends, and publishes its own count over whatever is there; whatever
//! lock it takes, it holds until then. Only the exclusive lock with atomic replacement is sound: see
//! [`crate::store::file::transaction`].

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, EventSettings, LockKind, NewLines, Step, Tally};
use crate::store::file::append;
use crate::store::file::count::in_place;
use crate::store::file::count::publish::publish_on;
use crate::store::file::event::EventFiles;
use crate::store::file::file_store::{FileStore, no_ledger};
use crate::store::file::lock::held::Held;
use crate::store::file::lock::lock_file::LockFile;
use crate::store::file::lock::strategy::WaitStrategy;
use crate::store::file::lock::wait::Wait;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::sync::open_ledger::OpenLedger;
use crate::store::file::sync::outcome::{Durable, unknown};
use crate::store::file::sync::prove;
use crate::store::follower::Follower;
use crate::store::options::{CommitOptions, Durability, Writes};
use crate::store::{Append, FoundSale, LedgerQuery, LockId, Lookup, Transaction};

/// What is to be taken.
enum Lock<'s> {
    None,
    File(&'s mut LockFile),
    Mutex(&'s Mutex<()>),
}

/// What is held.
#[expect(dead_code, reason = "held until it is dropped")]
enum HeldGuard<'s> {
    File(Held<'s>),
    Mutex(MutexGuard<'s, ()>),
}

/// The transaction.
pub(crate) struct Unsafe<'s> {
    guard: Option<HeldGuard<'s>>,
    lock: Option<Lock<'s>>,
    files: &'s EventFiles,
    options: CommitOptions,
    strategy: &'s mut WaitStrategy,
    ledger: &'s Option<OpenLedger>,
    written: &'s mut u64,
    view: Option<LedgerView>,
}

impl<'s> Unsafe<'s> {
    /// The file of the lock is opened anew for each sale, as a program that makes these mistakes does.
    pub(crate) fn begin(store: &'s mut FileStore, options: CommitOptions) -> Self {
        store.unsafe_lock = lock_file(&store.files, options.lock);
        let lock = match (&mut store.unsafe_lock, options.lock) {
            (Some(file), _) => Lock::File(file),
            (None, LockKind::Mutex) => Lock::Mutex(&store.mutex),
            (None, _) => Lock::None,
        };
        Self {
            guard: None,
            lock: Some(lock),
            files: &store.files,
            options,
            strategy: &mut store.strategy,
            ledger: &store.ledger,
            written: &mut store.written,
            view: None,
        }
    }
}

impl LedgerQuery for Unsafe<'_> {
    /// Only keys and ids are looked for, and they need the exclusive lock.
    fn find(&mut self, _what: Lookup<'_>) -> Result<Option<FoundSale>> {
        Err(no_ledger(self.files))
    }

    /// Nobody keeps to rules without a lock.
    fn follow(&mut self, _follower: &mut dyn Follower) -> Result<()> {
        Err(no_ledger(self.files))
    }

    fn settings(&mut self) -> Result<Option<EventSettings>> {
        Ok(None)
    }
}

impl Transaction for Unsafe<'_> {
    fn lock(&mut self, still_wanted: &mut dyn FnMut() -> bool) -> Result<Option<LockId>> {
        match self.lock.take() {
            None | Some(Lock::None) => Ok(None),
            Some(Lock::Mutex(mutex)) => {
                let held = mutex.lock().unwrap_or_else(PoisonError::into_inner);
                self.guard = Some(HeldGuard::Mutex(held));
                Ok(Some(LockId::default()))
            }
            Some(Lock::File(file)) => {
                let mut wait = Wait::wanted(self.options.wait, still_wanted);
                let held = file.acquire_unverified(self.strategy, &mut wait)?;
                let id = held.id();
                self.guard = Some(HeldGuard::File(held));
                Ok(Some(LockId {
                    device: id.device,
                    inode: id.inode,
                }))
            }
        }
    }

    fn head(&mut self) -> Result<Tally> {
        let Some(ledger) = self.ledger else {
            return Err(no_ledger(self.files));
        };
        let view = LedgerView::take(self.files, Some(&ledger.rewrite))?;
        if self.options.writes == Writes::InPlace && view.rebuilt {
            let message = "was read while somebody was writing it: it has no contents";
            return Err(Error::new(Kind::Integrity, message).at(&self.files.count, 0, 0));
        }
        if view.tally.seq == 0 {
            return Err(no_ledger(self.files));
        }
        let tally = view.tally;
        self.view = Some(view);
        Ok(tally)
    }

    fn append(&mut self, lines: &NewLines<'_>, step: &mut dyn FnMut(Step)) -> Result<Append> {
        if lines.lines().len() != 1 {
            return Err(no_ledger(self.files));
        }
        let (Some(ledger), Some(view)) = (self.ledger, self.view.take()) else {
            return Err(no_ledger(self.files));
        };
        let written = append::at_the_end(self.files, &ledger.append, &view, lines)?;
        *self.written += 1;
        step(Step::Written);
        let tally = written.tally;
        let durable = match self.options.writes {
            Writes::Replace => {
                let (count, durability) = (&view.count, self.options.durability);
                commit_unshared(self.files, ledger, durability, count, &tally)?
            }
            Writes::InPlace => {
                let text = view.count.counting(&tally).render();
                let between = &mut || step(Step::Truncated);
                in_place::write(&self.files.count, text.as_bytes(), between)?;
                Durable::Published
            }
        };
        Ok(Append::Written {
            tally,
            unpublished: match durable {
                Durable::Published => None,
                Durable::Unpublished(error) => Some(error),
            },
        })
    }
}

/// The file whose lock this kind takes.
fn lock_file(files: &EventFiles, kind: LockKind) -> Option<LockFile> {
    let (lock, count) = (files.lock.clone(), files.count.clone());
    let models = [count.clone(), files.ledger.clone()];
    match kind {
        LockKind::None | LockKind::Mutex | LockKind::Cas | LockKind::Lease => None,
        LockKind::DataFile => Some(LockFile::on(count)),
        LockKind::Shared => Some(LockFile::created_like(lock, models).shared()),
        LockKind::Exclusive | LockKind::WriteOnly => Some(LockFile::created_like(lock, models)),
    }
}

/// Makes one's own sale durable, if it is to be, and publishes one's own count, over whatever others
/// published; for sales that were decided without a lock.
fn commit_unshared(
    files: &EventFiles,
    ledger: &OpenLedger,
    durability: Durability,
    count: &CountFile,
    tally: &Tally,
) -> Result<Durable> {
    if durability == Durability::Disk {
        prove::sync(files, &ledger.append).map_err(unknown)?;
    }
    let count = (count, tally);
    let published = publish_on(files, &ledger.recycled, &ledger.rewrite, count, None);
    Ok(match published {
        Ok(_) => Durable::Published,
        Err(error) => Durable::Unpublished(error),
    })
}
