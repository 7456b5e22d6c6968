//! Sales under no lock, or under one that does not guard them: what races, and is there to be looked at.
//!
//! The buyer believes what it reads, appends, and publishes its own count over whatever is there; whatever
//! lock it takes, it holds until then. Only the exclusive lock with atomic replacement is sound, and
//! goes another way: see [`super::commit`].

use std::sync::{MutexGuard, PoisonError};

use super::append;
use super::commit::{Committed, Draft, Drafting, Terms};
use super::order::{Observer, Step, Writes};
use super::{BoxOffice, no_ledger};
use crate::error::{Error, Kind, Result};
use crate::store::durable::{self, Durability, Durable};
use crate::store::in_place;
use crate::store::lock::{Held, LockFile, LockKind, Wait};
use crate::store::reading::Reading;

/// What is held, if anything.
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
        let (mut early, mut late) = match terms.lock {
            LockKind::WriteOnly => (None, self.lax_lock(terms.lock)),
            _ => (self.lax_lock(terms.lock), None),
        };
        let mut guard = None;
        if late.is_none() {
            observer.at(Step::LockWanted)?;
        }
        if let Some(file) = &mut early {
            let mut wanted = || observer.still_wanted();
            let mut wait = Wait::wanted(terms.wait, &mut wanted);
            let held = file.acquire_unverified(&mut self.patience, &mut wait)?;
            guard = Some(Guard::File(held));
        } else if terms.lock == LockKind::Mutex {
            let mutex = self.mutex.lock().unwrap_or_else(PoisonError::into_inner);
            guard = Some(Guard::Mutex(mutex));
        }
        if guard.is_some() {
            observer.at(Step::LockGot)?;
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
        if let Some(file) = &mut late {
            observer.at(Step::LockWanted)?;
            let mut wanted = || observer.still_wanted();
            let mut wait = Wait::wanted(terms.wait, &mut wanted);
            let held = file.acquire_unverified(&mut self.patience, &mut wait)?;
            guard = Some(Guard::File(held));
            observer.at(Step::LockGot)?;
        }
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
        let held = guard.is_some();
        drop(guard);
        if held {
            let _ = observer.at(Step::LockReleased);
        }
        if terms.durability == Durability::Disk {
            let _ = observer.at(Step::Durable);
        }
        Ok(Committed {
            tally,
            unpublished: match durable {
                Durable::Published => None,
                Durable::Unpublished(error) => Some(error),
            },
        })
    }

    /// The file whose lock this kind takes. It is opened anew for each sale, as whoever makes these
    /// mistakes does.
    fn lax_lock(&self, kind: LockKind) -> Option<LockFile> {
        let (lock, count) = (self.files.lock.clone(), self.files.count.clone());
        match kind {
            LockKind::None | LockKind::Mutex => None,
            LockKind::DataFile => Some(LockFile::on(count)),
            LockKind::Shared => Some(LockFile::created_like(lock, count).shared()),
            LockKind::Exclusive | LockKind::WriteOnly => Some(LockFile::created_like(lock, count)),
        }
    }
}
