//! A store in the memory of one process: the seam without files, for tests and documentation.
//!
//! Knows lines and their arithmetic; knows nothing of files, locks and other processes.

use std::path::Path;
use std::time::Duration;

use super::audit::{Audit, Finding, Flaw};
use super::follower::Follower;
use super::memory_lines::{MemoryLines, PLACE};
use super::options::{CommitOptions, Restart};
use super::results::{Backup, Reset, Restored};
use super::{Append, FoundSale, Head, LockId, Lookup, Scan, Settle, Store, Transaction, Visit};
use crate::error::{Error, Kind, Result};
use crate::ledger::{EventSettings, LockKind, MAX_STOCK, Op, Record, Step, Tally};

/// An event: its ledger, and the stock that it opened with.
#[derive(Debug)]
pub(crate) struct MemoryStore {
    ledger: MemoryLines,
    stock: u64,
    /// So many of the next appends of more lines than one find that the lock was lost.
    #[cfg(test)]
    conflicts: u32,
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
        };
        store.ledger.write(&Record::open(stock, None))?;
        Ok(store)
    }

    /// The same event, of which the lock is lost so many times before several lines are written.
    #[cfg(test)]
    pub(crate) fn losing_the_lock(self, conflicts: u32) -> Self {
        Self { conflicts, ..self }
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

    fn prefetch(&mut self, _what: Lookup<'_>) -> Result<()> {
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
        };
        let findings = self.ledger.read(&mut |_, _, _| true).map_err(finding).err();
        Ok(Audit {
            capacity: self.ledger.tally.capacity(),
            held: self.ledger.tally.held,
            sold: self.ledger.tally.sold,
            left: self.ledger.tally.left,
            records: self.ledger.tally.seq,
            findings: findings.into_iter().collect(),
            notes: Vec::new(),
            repaired: Vec::new(),
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

impl Transaction for MemoryTransaction<'_> {
    fn lock(&mut self, _still_wanted: &mut dyn FnMut() -> bool) -> Result<Option<LockId>> {
        Ok(None)
    }

    fn head(&mut self) -> Result<Tally> {
        Ok(self.0.ledger.tally)
    }

    fn find(&mut self, what: Lookup<'_>) -> Result<Option<FoundSale>> {
        Ok(self.0.ledger.find(what))
    }

    fn follow(&mut self, follower: &mut dyn Follower) -> Result<()> {
        self.0.ledger.show(follower)
    }

    fn settings(&mut self) -> Result<Option<EventSettings>> {
        Ok(self.0.ledger.last_settings())
    }

    fn append(&mut self, records: &[Record<'_>], step: &mut dyn FnMut(Step)) -> Result<Append> {
        #[cfg(test)]
        if records.len() > 1
            && let Some(less) = self.0.conflicts.checked_sub(1)
        {
            self.0.conflicts = less;
            return Ok(Append::Conflict);
        }
        let before = (self.0.ledger.tally, self.0.ledger.lines.len());
        for record in records {
            if let Err(error) = self.0.ledger.write(record) {
                self.0.ledger.lines.truncate(before.1);
                self.0.ledger.tally = before.0;
                return Err(error);
            }
        }
        step(Step::Written);
        Ok(Append::Written {
            tally: self.0.ledger.tally,
            unpublished: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::ledger::Step;
    use crate::office::{BoxOffice, Change, DEFAULT_WAIT, Durability, Observer, Order, Unobserved};
    use crate::{Kind, MAX_STOCK};

    #[test]
    fn an_event_in_memory_lives_as_one_in_files_does() {
        let mut office = BoxOffice::in_memory(5).unwrap();
        let order = Order {
            key: Some("k"),
            ..Order::new("alice", 2)
        };
        let sale = office.purchase(&order, &mut Unobserved).unwrap();
        let again = office.purchase(&order, &mut Unobserved).unwrap();
        assert!(again.replayed && again.id == sale.id && again.left == 3);
        let given = office.cancel(&sale.id, Some(1), &Change::new()).unwrap();
        assert_eq!((given.kept, given.left), (1, 4));
        let refused = office.purchase(&order, &mut Unobserved).unwrap_err();
        assert_eq!(refused.kind(), Kind::Cancelled);
        assert_eq!(
            office
                .adjust(-4, &Change::new().reason("fewer"))
                .unwrap()
                .left,
            0
        );
        let refused = office.book("bob", 1).unwrap_err();
        assert_eq!(refused.kind(), Kind::SoldOut { left: 0 });
        let mut sales = Vec::new();
        let see = &mut |sale: &crate::office::Sold<'_>| {
            sales.push((sale.buyer.to_owned(), sale.quantity, sale.cancelled));
            std::ops::ControlFlow::Continue(())
        };
        office.sales(None, see).unwrap();
        assert_eq!(sales, [("alice".to_owned(), 2, 1)]);
        let audit = office.audit().unwrap();
        assert_eq!((audit.records, audit.sold, audit.findings.len()), (4, 1, 0));
        assert_eq!(
            office.reset(None, false, DEFAULT_WAIT).unwrap_err().kind(),
            Kind::Refused
        );
        assert_eq!(office.reset(None, true, DEFAULT_WAIT).unwrap().stock, 5);
    }

    #[test]
    fn the_largest_stock_opens() {
        assert!(BoxOffice::in_memory(MAX_STOCK).is_ok());
        assert_eq!(
            BoxOffice::in_memory(MAX_STOCK + 1).unwrap_err().kind(),
            Kind::Usage
        );
    }

    #[test]
    fn a_line_that_does_not_add_up_is_found_with_its_number() {
        let mut store = super::MemoryStore::new(5).unwrap();
        store.ledger.lines.extend_from_slice(b"no line\n");
        let found = super::Store::inspect(&store).unwrap().findings;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].repairable), (2, false));
        let all = super::Store::scan(&store, super::Scan::All, &mut |_| {
            std::ops::ControlFlow::Continue(())
        });
        assert_eq!(all.unwrap_err().kind(), Kind::Integrity);
    }

    #[test]
    fn what_it_counts_is_published_and_nothing_is_recovered() {
        let mut office = BoxOffice::in_memory(5).unwrap();
        office.book("alice", 2).unwrap();
        assert_eq!(office.written_count().unwrap(), 3);
        assert_eq!(office.notes(), Vec::<String>::new());
        let audit = office.audit().unwrap();
        assert_eq!((audit.capacity, audit.sold, audit.left), (5, 2, 3));
        let mut fresh = BoxOffice::in_memory(4).unwrap();
        assert_eq!(fresh.reset(None, false, DEFAULT_WAIT).unwrap().stock, 4);
    }

    /// The steps that a purchase comes by.
    struct Steps(Vec<Step>);

    impl Observer for Steps {
        fn at(&mut self, step: Step) -> crate::Result<()> {
            self.0.push(step);
            Ok(())
        }
    }

    #[test]
    fn a_sale_is_said_to_be_durable_unless_it_was_written_for_the_processes_alone() {
        let mut office = BoxOffice::in_memory(5).unwrap();
        let mut told = |key, durability| {
            let mut steps = Steps(Vec::new());
            let order = Order::new("alice", 1).key(Some(key)).durability(durability);
            office.purchase(&order, &mut steps).unwrap();
            steps.0.contains(&Step::Durable)
        };
        assert!(told("a", Durability::Disk));
        assert!(!told("b", Durability::Process));
        // What stands there already is durable before it is answered.
        assert!(told("b", Durability::Process));
        assert!(told("a", Durability::Disk));
    }

    #[test]
    fn several_sales_are_told_apart() {
        let mut office = BoxOffice::in_memory(9).unwrap();
        let mut buy = |key| {
            let order = Order::new("alice", 2).key(Some(key));
            office.purchase(&order, &mut Unobserved).unwrap()
        };
        let (first, second, again) = (buy("a"), buy("b"), buy("b"));
        assert!(!second.replayed && first.id != second.id);
        assert!(again.replayed && again.id == second.id);
        let kept = |office: &mut BoxOffice, id: &str, quantity| {
            let given = office.cancel(id, quantity, &Change::new()).unwrap();
            (given.quantity, given.kept)
        };
        assert_eq!(kept(&mut office, &second.id, Some(1)), (1, 1));
        assert_eq!(kept(&mut office, &first.id, None), (2, 0));
        assert_eq!(kept(&mut office, &second.id, None), (1, 0));
    }

    #[test]
    fn nothing_is_locked_where_nobody_else_is() {
        let mut steps = Steps(Vec::new());
        let mut office = BoxOffice::in_memory(5).unwrap();
        office
            .purchase(&Order::new("alice", 1), &mut steps)
            .unwrap();
        let locks = [Step::LockReleasing, Step::LockReleased];
        assert!(!steps.0.iter().any(|step| locks.contains(step)));
        assert!(steps.0.contains(&Step::Written));
    }

    #[test]
    fn a_sale_is_found_with_where_its_last_line_ends() {
        let mut store = super::MemoryStore::new(5).unwrap();
        let record = super::Record {
            key: Some("k".into()),
            id: Some("2-000000".into()),
            buyer: Some("alice".into()),
            ..super::Record::new(super::Op::Sell, 2, 1, 4)
        };
        store.ledger.write(&record).unwrap();
        let found = store.ledger.find(super::Lookup::Key("k")).unwrap();
        assert_eq!(found.end, store.ledger.lines.len() as u64);
        assert_eq!(store.ledger.tally.bytes, found.end);
    }
}
