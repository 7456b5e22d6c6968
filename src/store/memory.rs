//! A store in the memory of one process: the seam without files, for tests and documentation.
//!
//! Knows lines and their arithmetic; knows nothing of files, locks and other processes.

use std::path::Path;
use std::time::Duration;

use super::audit::{Audit, Finding, Flaw};
use super::follower::Follower;
use super::memory_lines::{MemoryLines, PLACE};
use super::options::{CommitOptions, Restart};
use super::results::{Backup, Reset, Restored, WayBack};
use super::{
    Append, FoundSale, Head, LedgerQuery, LockId, Lookup, Scan, Settle, Store, Transaction, Visit,
};
use crate::error::{Error, Kind, Result};
use crate::ledger::{EventSettings, LockKind, MAX_STOCK, NewLines, Op, Record, Step, Tally};

/// An event: its ledger, and the stock that it opened with.
#[derive(Debug)]
pub(crate) struct MemoryStore {
    ledger: MemoryLines,
    stock: u64,
    /// So many of the next appends of more lines than one find that the lock was lost.
    #[cfg(test)]
    conflicts: u32,
    /// The next append of more lines than one fails: before they are written, or after.
    #[cfg(test)]
    fails: Option<Fails>,
}

/// When an append fails.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fails {
    Unwritten,
    Written,
}

impl MemoryStore {
    /// A new event.
    pub(crate) fn new(stock: u64) -> Result<Self> {
        if stock > MAX_STOCK {
            let message =
                format!("a stock of {stock} is more than the {MAX_STOCK} that can be counted");
            return Err(Error::new(Kind::Usage, message));
        }
        let mut store = Self {
            ledger: MemoryLines::default(),
            stock,
            #[cfg(test)]
            conflicts: 0,
            #[cfg(test)]
            fails: None,
        };
        let mut opening = NewLines::behind(Tally::default());
        opening.add(vec![Record::open(stock, None)])?;
        store.ledger.append(&opening);
        Ok(store)
    }

    /// The same event, of which the lock is lost so many times before several lines are written.
    #[cfg(test)]
    pub(crate) fn losing_the_lock(self, conflicts: u32) -> Self {
        Self { conflicts, ..self }
    }

    /// The same event, on a disk that fails once when several lines are written.
    #[cfg(test)]
    pub(crate) fn failing(self, fails: Fails) -> Self {
        let fails = Some(fails);
        Self { fails, ..self }
    }
}

fn no_file() -> Error {
    Error::new(Kind::Refused, "an event in memory has no files")
}

impl Store for MemoryStore {
    fn location(&self) -> &Path {
        Path::new(PLACE)
    }

    fn open(&mut self, _lock: LockKind, _wait: Duration) -> Result<()> {
        Ok(())
    }

    fn head(&self, _lock: LockKind) -> Result<Head> {
        Ok(Head {
            tally: self.ledger.tally,
            rebuilt: false,
        })
    }

    fn published(&self) -> Result<u64> {
        Ok(self.ledger.tally.left)
    }

    fn begin(&mut self, _options: CommitOptions) -> Result<Box<dyn Transaction + '_>> {
        Ok(Box::new(MemoryTransaction(self)))
    }

    fn prefetch(&mut self, _what: &[Lookup<'_>]) -> Result<()> {
        Ok(())
    }

    fn find(&self, what: Lookup<'_>) -> Result<Option<FoundSale>> {
        Ok(self.ledger.find(what))
    }

    fn follow(&self, follower: &mut dyn Follower) -> Result<()> {
        self.ledger.show(follower)
    }

    fn survey(&self, follower: &mut dyn Follower) -> Result<Head> {
        self.ledger.show(follower)?;
        self.head(LockKind::Exclusive)
    }

    fn settings(&self) -> Result<Option<EventSettings>> {
        Ok(self.ledger.last_settings())
    }

    fn settle(&mut self, _settle: Settle, _options: CommitOptions) -> Result<Option<Error>> {
        Ok(None)
    }

    fn scan(&self, what: Scan, visit: &mut Visit<'_>) -> Result<()> {
        let wanted = |op: Op| match what {
            Scan::All => true,
            Scan::Only(only) => op == only,
        };
        let followed = self
            .ledger
            .read(&mut |line, _, _| !wanted(line.record.op) || visit(line).is_continue());
        followed
            .map_err(|(line, why)| Error::new(Kind::Integrity, why).at(self.location(), line, 0))
    }

    fn inspect(&self) -> Result<Audit> {
        let finding = |(line, text)| Finding {
            kind: Flaw::Ledger,
            file: self.location().display().to_string(),
            line,
            text,
            repairable: false,
            hint: None,
        };
        let findings = self.ledger.read(&mut |_, _, _| true).map_err(finding).err();
        Ok(Audit {
            capacity: self.ledger.tally.capacity(),
            held: self.ledger.tally.held,
            sold: self.ledger.tally.sold,
            left: self.ledger.tally.left,
            due: 0,
            records: self.ledger.tally.seq,
            findings: findings.into_iter().collect(),
            notes: Vec::new(),
            repaired: Vec::new(),
            given_up: None,
            for_real: false,
        })
    }

    fn repair(&mut self, _wait: Duration, _forced: bool) -> Result<Audit> {
        self.inspect()
    }

    fn make(&mut self, _stock: u64, _settings: &EventSettings, _for_group: bool) -> Result<()> {
        Err(Error::new(
            Kind::Refused,
            "an event in memory is there already",
        ))
    }

    fn restart(&mut self, how: Restart) -> Result<Reset> {
        if self.ledger.tally.sold > 0 && !how.forced {
            let message = format!("{} tickets are booked", self.ledger.tally.sold);
            return Err(Error::new(Kind::Refused, message));
        }
        *self = Self::new(how.stock.unwrap_or(self.stock))?;
        Ok(Reset {
            back: WayBack::None,
            made: false,
            stock: self.stock,
            archive: None,
            kept: None,
        })
    }

    fn backup(&mut self, _to: &Path, _wait: Duration) -> Result<Backup> {
        Err(no_file())
    }

    fn restore(&mut self, _from: &Path, _forced: bool, _wait: Duration) -> Result<Restored> {
        Err(no_file())
    }

    fn notes(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// One change. Nobody else is there, so that nothing is locked.
struct MemoryTransaction<'s>(&'s mut MemoryStore);

impl LedgerQuery for MemoryTransaction<'_> {
    fn find(&mut self, what: Lookup<'_>) -> Result<Option<FoundSale>> {
        Ok(self.0.ledger.find(what))
    }

    fn follow(&mut self, follower: &mut dyn Follower) -> Result<()> {
        self.0.ledger.show(follower)
    }

    fn settings(&mut self) -> Result<Option<EventSettings>> {
        Ok(self.0.ledger.last_settings())
    }
}

impl Transaction for MemoryTransaction<'_> {
    fn lock(&mut self, _still_wanted: &mut dyn FnMut() -> bool) -> Result<Option<LockId>> {
        Ok(None)
    }

    fn head(&mut self) -> Result<Tally> {
        Ok(self.0.ledger.tally)
    }

    fn append(&mut self, lines: &NewLines<'_>, step: &mut dyn FnMut(Step)) -> Result<Append> {
        #[cfg(test)]
        if lines.lines().len() > 1
            && let Some(less) = self.0.conflicts.checked_sub(1)
        {
            self.0.conflicts = less;
            return Ok(Append::Conflict);
        }
        #[cfg(test)]
        let fails = self.0.fails.take_if(|_| lines.lines().len() > 1);
        #[cfg(test)]
        if fails == Some(Fails::Unwritten) {
            return Err(Error::new(Kind::Io, "nothing is written"));
        }
        self.0.ledger.append(lines);
        step(Step::Written);
        #[cfg(test)]
        if fails == Some(Fails::Written) {
            return Err(Error::new(Kind::OutcomeUnknown, "it is not synced"));
        }
        Ok(Append::Written {
            tally: self.0.ledger.tally,
            unpublished: None,
        })
    }
}

#[cfg(test)]
mod tests;
