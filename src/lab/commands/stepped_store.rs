//! A store whose every call that others could notice is a step: what is decided outside the lock is found out by that,
//! whatever the office does.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::super::protocol::{Point, SeenCount, StepReport};
use super::super::worker_pipe::{Told, await_go};
use super::setting::{EARLY, LATE};
use crate::error::{Error, Result};
use crate::ledger::{EventSettings, LockKind, NewLines, Step, Tally};
use crate::office::TimeSource;
use crate::store::audit::Audit;
use crate::store::follower::Follower;
use crate::store::options::{CommitOptions, Restart};
use crate::store::results::{Backup, Reset, Restored};
use crate::store::{
    Append, FoundSale, Head, LedgerQuery, LockId, Lookup, Scan, Settle, Store, Transaction, Visit,
};

/// Tells the steps of a process, and with each what the one before it has seen.
#[derive(Debug, Default)]
pub(super) struct StepTeller {
    seen: Mutex<Option<SeenCount>>,
}

impl StepTeller {
    fn pause(&self, next: Point) -> Result<Told> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        await_go(&StepReport {
            seen: seen.take(),
            looked: None,
            busy: false,
            next: Some(next),
            end: None,
        })
    }

    fn see(&self, tally: &Tally) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = Some(SeenCount {
            left: tally.left,
            seq: tally.seq,
        });
    }
}

impl TimeSource for StepTeller {
    fn now(&self) -> i64 {
        match self.pause(Point::Clock) {
            Ok(Told::Late) => LATE,
            _ => EARLY,
        }
    }
}

/// A store that goes on one step at a time.
#[derive(Debug)]
pub(super) struct SteppedStore<S> {
    inner: S,
    teller: Arc<StepTeller>,
}

impl<S: Store> SteppedStore<S> {
    pub(super) fn over(inner: S, teller: &Arc<StepTeller>) -> Self {
        Self {
            inner,
            teller: Arc::clone(teller),
        }
    }

    /// A look outside the lock.
    fn look(&self) -> Result<()> {
        self.teller.pause(Point::Query).map(drop)
    }
}

impl<S: Store> Store for SteppedStore<S> {
    fn location(&self) -> &Path {
        self.inner.location()
    }

    /// The ledger exists, and nobody takes it away.
    fn open(&mut self, lock: LockKind, wait: Duration) -> Result<()> {
        self.inner.open(lock, wait)
    }

    fn head(&self, lock: LockKind) -> Result<Head> {
        self.look()?;
        self.inner.head(lock)
    }

    fn published(&self) -> Result<u64> {
        self.look()?;
        self.inner.published()
    }

    fn begin(&mut self, options: CommitOptions) -> Result<Box<dyn Transaction + '_>> {
        Ok(Box::new(SteppedTransaction {
            inner: self.inner.begin(options)?,
            teller: &self.teller,
            locked: false,
        }))
    }

    fn prefetch(&mut self, what: &[Lookup<'_>]) -> Result<()> {
        self.look()?;
        self.inner.prefetch(what)
    }

    fn find(&self, what: Lookup<'_>) -> Result<Option<FoundSale>> {
        self.look()?;
        self.inner.find(what)
    }

    fn follow(&self, follower: &mut dyn Follower) -> Result<()> {
        self.look()?;
        self.inner.follow(follower)
    }

    fn survey(&self, follower: &mut dyn Follower) -> Result<Head> {
        self.look()?;
        self.inner.survey(follower)
    }

    fn settings(&self) -> Result<Option<EventSettings>> {
        self.look()?;
        self.inner.settings()
    }

    fn settle(&mut self, settle: Settle, options: CommitOptions) -> Result<Option<Error>> {
        self.teller.pause(Point::Publish)?;
        self.inner.settle(settle, options)
    }

    fn explain(&self, error: Error) -> Error {
        self.inner.explain(error)
    }

    fn scan(&self, what: Scan, visit: &mut Visit<'_>) -> Result<()> {
        self.look()?;
        self.inner.scan(what, visit)
    }

    fn inspect(&self) -> Result<Audit> {
        self.look()?;
        self.inner.inspect()
    }

    fn repair(&mut self, wait: Duration, forced: bool) -> Result<Audit> {
        self.inner.repair(wait, forced)
    }

    fn make(&mut self, stock: u64, settings: &EventSettings, for_group: bool) -> Result<()> {
        self.inner.make(stock, settings, for_group)
    }

    fn restart(&mut self, how: Restart) -> Result<Reset> {
        self.inner.restart(how)
    }

    fn backup(&mut self, to: &Path, wait: Duration) -> Result<Backup> {
        self.inner.backup(to, wait)
    }

    fn restore(&mut self, from: &Path, forced: bool, wait: Duration) -> Result<Restored> {
        self.inner.restore(from, forced, wait)
    }

    fn notes(&mut self) -> Vec<String> {
        self.inner.notes()
    }
}

/// A transaction that goes on one step at a time. What it looks for up to its head stands
/// there for good: to look is no step.
struct SteppedTransaction<'s> {
    inner: Box<dyn Transaction + 's>,
    teller: &'s StepTeller,
    locked: bool,
}

impl Drop for SteppedTransaction<'_> {
    fn drop(&mut self) {
        if self.locked {
            // A run that was called off ends all the same.
            let _ = self.teller.pause(Point::Unlock);
        }
    }
}

impl LedgerQuery for SteppedTransaction<'_> {
    fn find(&mut self, what: Lookup<'_>) -> Result<Option<FoundSale>> {
        self.inner.find(what)
    }

    fn follow(&mut self, follower: &mut dyn Follower) -> Result<()> {
        self.inner.follow(follower)
    }

    fn settings(&mut self) -> Result<Option<EventSettings>> {
        self.inner.settings()
    }
}

impl Transaction for SteppedTransaction<'_> {
    fn lock(&mut self, still_wanted: &mut dyn FnMut() -> bool) -> Result<Option<LockId>> {
        self.teller.pause(Point::Lock)?;
        let locked = self.inner.lock(still_wanted)?;
        self.locked = locked.is_some();
        Ok(locked)
    }

    fn head(&mut self) -> Result<Tally> {
        self.teller.pause(Point::Read)?;
        let tally = self.inner.head()?;
        self.teller.see(&tally);
        Ok(tally)
    }

    fn verify(&mut self) -> Result<bool> {
        self.inner.verify()
    }

    fn append(&mut self, lines: &NewLines<'_>, step: &mut dyn FnMut(Step)) -> Result<Append> {
        self.teller.pause(Point::Write)?;
        let append = self.inner.append(lines, step)?;
        if let Append::Written { tally, .. } = &append {
            self.teller.see(tally);
        }
        Ok(append)
    }
}
