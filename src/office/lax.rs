//! Sales under no lock, or under one that does not guard them: what races, and is there to be looked at.
//!
//! The buyer believes what it reads, appends, and publishes its own count over whatever is there; whatever
//! lock it takes, it holds until then. Only the exclusive lock with atomic replacement is sound, and
//! goes another way: see [`super::commit`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::append;
use super::commit::{Committed, Draft, Drafting, Terms};
use super::order::{Observer, Step, Writes};
use super::{BoxOffice, no_ledger};
use crate::error::{Error, Kind, Result};
use crate::ledger::LockKind;
use crate::store::file::durable::{self, Durability, Durable};
use crate::store::file::files::FileId;
use crate::store::file::in_place;
use crate::store::file::lock::{Held, LockFile, Wait};
use crate::store::file::reading::Reading;

/// What is to be taken.
enum Lock<'a> {
    None,
    File(&'a mut LockFile),
    Mutex(&'a Mutex<()>),
}

/// What is held.
#[expect(dead_code, reason = "held until it is dropped")]
enum Guard<'a> {
    File(Held<'a>),
    Mutex(MutexGuard<'a, ()>),
}

impl BoxOffice {
    /// One sale, whatever comes of it.
    pub(super) fn race<O: Observer>(
        &mut self,
        terms: Terms,
        observer: &mut O,
        draft: &mut Drafting<'_, '_, O>,
    ) -> Result<Committed> {
        let mutex = Arc::clone(&self.mutex);
        let mut file = self.lax_lock(terms.lock);
        let mut lock = match (&mut file, terms.lock) {
            (Some(file), _) => Lock::File(file),
            (None, LockKind::Mutex) => Lock::Mutex(&mutex),
            (None, _) => Lock::None,
        };
        let mut guard = None;
        let result = self.race_under(terms, observer, draft, &mut lock, &mut guard);
        let held = guard.is_some();
        if held {
            let _ = observer.at(Step::LockReleasing);
            drop(guard);
        }
        let committed = result?;
        if held {
            let _ = observer.at(Step::LockReleased);
        }
        if terms.durability == Durability::Disk {
            let _ = observer.at(Step::Durable);
        }
        Ok(committed)
    }

    /// The same, up to where the lock is to be given up.
    fn race_under<'l, O: Observer>(
        &mut self,
        terms: Terms,
        observer: &mut O,
        draft: &mut Drafting<'_, '_, O>,
        lock: &'l mut Lock<'_>,
        guard: &mut Option<Guard<'l>>,
    ) -> Result<Committed> {
        let mut lock = Some(lock);
        if terms.lock != LockKind::WriteOnly
            && let Some(lock) = lock.take()
        {
            self.take(lock, terms, observer, guard)?;
        }
        let Some(ledger) = &self.ledger else {
            return Err(no_ledger(&self.files));
        };
        let reading = Reading::take(&self.files, Some(&ledger.rewrite))?;
        if terms.writes == Writes::InPlace && reading.rebuilt {
            let message = "was read while somebody was writing it: it has no contents";
            return Err(Error::new(Kind::Integrity, message).at(&self.files.count, 0, 0));
        }
        if reading.tally.seq == 0 {
            return Err(no_ledger(&self.files));
        }
        let record = match draft(&reading, &ledger.rewrite, observer)? {
            Draft::Write(record) => record,
            // Only keys are known, and they need the exclusive lock.
            Draft::Known { .. } => return Err(no_ledger(&self.files)),
        };
        if let Some(lock) = lock {
            self.take(lock, terms, observer, guard)?;
        }
        let Some(ledger) = &self.ledger else {
            return Err(no_ledger(&self.files));
        };
        let written = append::at_the_end(&self.files, &ledger.append, &reading, &record)?;
        self.sold += 1;
        let _ = observer.at(Step::Written);
        let tally = written.tally;
        let durable = match terms.writes {
            Writes::Replace => {
                let snapshot = &reading.snapshot;
                durable::alone(&self.files, ledger, terms.durability, snapshot, &tally)?
            }
            Writes::InPlace => {
                let text = reading.snapshot.counting(&tally).render();
                let between = &mut || drop(observer.at(Step::Truncated));
                in_place::write(&self.files.count, text.as_bytes(), between)?;
                Durable::Published
            }
        };
        Ok(Committed {
            tally,
            unpublished: match durable {
                Durable::Published => None,
                Durable::Unpublished(error) => Some(error),
            },
        })
    }

    /// Takes the lock, if there is one.
    fn take<'l, O: Observer>(
        &mut self,
        lock: &'l mut Lock<'_>,
        terms: Terms,
        observer: &mut O,
        guard: &mut Option<Guard<'l>>,
    ) -> Result<()> {
        observer.at(Step::LockWanted)?;
        let (device, inode) = match lock {
            Lock::None => return Ok(()),
            Lock::Mutex(mutex) => {
                let held = mutex.lock().unwrap_or_else(PoisonError::into_inner);
                *guard = Some(Guard::Mutex(held));
                (0, 0)
            }
            Lock::File(file) => {
                let mut wanted = || observer.still_wanted();
                let mut wait = Wait::wanted(terms.wait, &mut wanted);
                let held = file.acquire_unverified(&mut self.patience, &mut wait)?;
                let FileId { device, inode } = held.id();
                *guard = Some(Guard::File(held));
                (device, inode)
            }
        };
        observer.at(Step::LockGot { device, inode })
    }

    /// The file whose lock this kind takes. It is opened anew for each sale, as whoever makes these
    /// mistakes does.
    fn lax_lock(&self, kind: LockKind) -> Option<LockFile> {
        let (lock, count) = (self.files.lock.clone(), self.files.count.clone());
        let models = [count.clone(), self.files.ledger.clone()];
        match kind {
            LockKind::None | LockKind::Mutex => None,
            LockKind::DataFile => Some(LockFile::on(count)),
            LockKind::Shared => Some(LockFile::created_like(lock, models).shared()),
            LockKind::Exclusive | LockKind::WriteOnly => Some(LockFile::created_like(lock, models)),
        }
    }
}
