//! Whatever is booked, cancelled, adjusted and crashed, in whatever order: the books are those of a
//! model in memory.

use std::fs;
use std::io::Write;

use proptest::prelude::*;
use tickets::office::{Change, DEFAULT_WAIT, Durability, Order, Unobserved};
use tickets::{BoxOffice, Kind};
use tickets_faults::orphan;

use crate::harness::{TestEvent, try_many};

/// What happens to an event.
#[derive(Debug, Clone)]
enum Step {
    Book {
        buyer: u8,
        quantity: u64,
        key: Option<u8>,
        durability: Durability,
    },
    /// Of the n-th sale, counted round and round.
    Cancel {
        sale: usize,
        quantity: Option<u64>,
    },
    Adjust(i64),
    Reopen,
    /// The process is killed, or the power goes, and leaves this behind.
    Crash(Crash),
    Repair,
}

#[derive(Debug, Clone)]
enum Crash {
    Nothing,
    /// So many bytes of a line, or of what a disk makes of them.
    TornLine(usize, bool),
    Newline,
    /// One of the counts that there were, counted backwards.
    OldCount(usize),
    EmptyCount,
    Orphans,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = prop_oneof![2 => Just(None), 3 => (0..4_u8).prop_map(Some)];
    let durability = prop_oneof![Just(Durability::Disk), Just(Durability::Process)];
    let book =
        (0..2_u8, 1..4_u64, key, durability).prop_map(|(buyer, quantity, key, durability)| {
            Step::Book {
                buyer,
                quantity,
                key,
                durability,
            }
        });
    let quantity = prop_oneof![Just(None), (1..4_u64).prop_map(Some)];
    let cancel =
        (0..20_usize, quantity).prop_map(|(sale, quantity)| Step::Cancel { sale, quantity });
    let crash = prop_oneof![
        Just(Crash::Nothing),
        (1..200_usize, any::<bool>()).prop_map(|(bytes, zeros)| Crash::TornLine(bytes, zeros)),
        Just(Crash::Newline),
        (0..9_usize).prop_map(Crash::OldCount),
        Just(Crash::EmptyCount),
        Just(Crash::Orphans),
    ];
    let step = prop_oneof![
        8 => book,
        4 => cancel,
        2 => (-6..6_i64).prop_map(Step::Adjust),
        1 => Just(Step::Reopen),
        4 => crash.prop_map(Step::Crash),
        1 => Just(Step::Repair),
    ];
    prop::collection::vec(step, 1..25)
}

/// A sale as it should stand in the books.
#[derive(Debug)]
struct Sale {
    id: String,
    buyer: String,
    quantity: u64,
    kept: u64,
    key: Option<String>,
}

/// An event, and what should be in it.
struct World {
    event: TestEvent,
    office: BoxOffice,
    left: u64,
    sales: Vec<Sale>,
    /// Every count that there was.
    counts: Vec<Vec<u8>>,
    /// The ledger's end is not as it should be: it crashes but once.
    torn: bool,
}

impl World {
    fn new() -> Self {
        let event = TestEvent::in_memory("{\"event\": \"Ball\", \"ticket\": 9}\n");
        let office = BoxOffice::at(&event.file).unwrap();
        let counts = vec![fs::read(&event.file).unwrap()];
        Self {
            event,
            office,
            left: 9,
            sales: Vec::new(),
            counts,
            torn: false,
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Book {
                buyer,
                quantity,
                key,
                durability,
            } => {
                let key = key.map(|key| format!("key \"{key}\""));
                self.book(
                    &format!("buyer {buyer}"),
                    *quantity,
                    key.as_deref(),
                    *durability,
                );
            }
            Step::Cancel { sale, quantity } => self.cancel(*sale, *quantity),
            Step::Adjust(quantity) => self.adjust(*quantity),
            Step::Reopen => self.office = BoxOffice::at(&self.event.file).unwrap(),
            Step::Crash(crash) => self.crash(crash),
            Step::Repair => {
                assert_eq!(
                    self.office.repair(DEFAULT_WAIT, false).unwrap().findings,
                    []
                );
                self.torn = false;
            }
        }
        self.check();
    }

    fn book(&mut self, buyer: &str, quantity: u64, key: Option<&str>, durability: Durability) {
        let order = Order::new(buyer, quantity).key(key).durability(durability);
        let result = self.office.purchase(&order, &mut Unobserved);
        // Whatever came of it: the ledger was recovered before.
        self.torn = false;
        let known = self
            .sales
            .iter()
            .find(|sale| key.is_some() && sale.key.as_deref() == key);
        match (known, result) {
            (Some(known), Ok(sale)) => {
                assert!(sale.replayed);
                assert_eq!(
                    (&sale.id, &*known.buyer, known.quantity),
                    (&known.id, buyer, quantity)
                );
                assert_eq!((known.kept, sale.left), (quantity, self.left));
            }
            (Some(known), Err(error)) => {
                let same = known.buyer == buyer && known.quantity == quantity;
                let kind = if same { Kind::Cancelled } else { Kind::Refused };
                assert_eq!(error.kind(), kind, "{error}");
                assert!(!same || known.kept < quantity, "{error}");
            }
            (None, Ok(sale)) => {
                assert!(!sale.replayed && quantity <= self.left);
                self.left -= quantity;
                assert_eq!(sale.left, self.left);
                let (buyer, key) = (buyer.to_owned(), key.map(str::to_owned));
                self.sales.push(Sale {
                    id: sale.id,
                    buyer,
                    quantity,
                    kept: quantity,
                    key,
                });
            }
            (None, Err(error)) => {
                assert_eq!(error.kind(), Kind::SoldOut { left: self.left }, "{error}");
                assert!(quantity > self.left);
            }
        }
    }

    fn cancel(&mut self, at: usize, quantity: Option<u64>) {
        let count = self.sales.len();
        let sale = (count > 0).then(|| &mut self.sales[at % count]);
        let id = sale.as_ref().map_or("2-abcdef", |sale| &sale.id).to_owned();
        let result = self
            .office
            .cancel(&id, quantity, &Change::new().reason("no \"reason\""));
        self.torn = false;
        match (sale, result) {
            (Some(sale), Ok(done)) => {
                let given = quantity.unwrap_or(sale.kept);
                assert!((1..=sale.kept).contains(&given));
                (sale.kept, self.left) = (sale.kept - given, self.left + given);
                assert_eq!(
                    (done.quantity, done.kept, done.left),
                    (given, sale.kept, self.left)
                );
            }
            (sale, Err(error)) => {
                let kept = sale.as_ref().map_or(0, |sale| sale.kept);
                let is_cancelled = sale.is_some() && kept == 0;
                let kind = if is_cancelled {
                    Kind::Cancelled
                } else {
                    Kind::Refused
                };
                assert_eq!(error.kind(), kind, "{error}");
                assert!(
                    kept == 0 || quantity.is_some_and(|quantity| quantity > kept),
                    "{error}"
                );
            }
            (None, Ok(done)) => panic!("cancelled what was not sold: {done:?}"),
        }
    }

    fn adjust(&mut self, quantity: i64) {
        let left = self
            .left
            .checked_add_signed(quantity)
            .filter(|_| quantity != 0);
        match (
            self.office
                .adjust(quantity, &Change::new().reason("because")),
            left,
        ) {
            (Ok(done), Some(left)) => {
                assert_eq!(done.left, left);
                (self.left, self.torn) = (left, false);
            }
            (Err(error), None) if quantity == 0 => assert_eq!(error.kind(), Kind::Usage),
            (Err(error), None) => {
                assert_eq!(error.kind(), Kind::Refused, "{error}");
                self.torn = false;
            }
            (result, left) => panic!("{result:?} where {left:?} should be left"),
        }
    }

    fn crash(&mut self, crash: &Crash) {
        // Killed: what goes with a living process stays.
        let killed = std::mem::replace(&mut self.office, BoxOffice::at(&self.event.file).unwrap());
        std::mem::forget(killed);
        let ledger = self.event.path("tickets.ledger.jsonl");
        match crash {
            Crash::TornLine(..) | Crash::Newline if self.torn || !ledger.exists() => {}
            Crash::TornLine(bytes, zeros) => {
                let line = format!("{{\"seq\":99,\"at\":\"{}\"", "x".repeat(200));
                let torn = if *zeros {
                    vec![0; *bytes]
                } else {
                    line[..*bytes].into()
                };
                let mut file = fs::File::options().append(true).open(ledger).unwrap();
                file.write_all(&torn).unwrap();
                self.torn = true;
            }
            Crash::Newline => {
                let text = fs::read_to_string(&ledger).unwrap();
                fs::write(ledger, text.trim_end()).unwrap();
                self.torn = true;
            }
            Crash::OldCount(back) => {
                let old = &self.counts[self.counts.len().saturating_sub(back + 1)];
                fs::write(&self.event.file, old).unwrap();
            }
            Crash::EmptyCount if ledger.exists() => {
                fs::write(&self.event.file, [0; 40]).unwrap();
            }
            Crash::Nothing | Crash::EmptyCount => {}
            Crash::Orphans => {
                for of in ["tickets.json", "tickets.ledger.jsonl"] {
                    fs::write(self.event.path(&orphan(of, 1)), "{\"tick").unwrap();
                }
            }
        }
    }

    /// A query, the list of sales and an audit say what the model says, whatever was left behind.
    fn check(&mut self) {
        let sold: u64 = self.sales.iter().map(|sale| sale.kept).sum();
        let count = self.office.query().unwrap();
        assert_eq!((count.left, count.sold), (self.left, sold));
        let audit = self.office.audit().unwrap();
        assert_eq!((audit.left, audit.sold), (self.left, sold), "{audit:?}");
        assert!(
            audit.findings.iter().all(|finding| finding.repairable),
            "{audit:?}"
        );
        let mut listed = Vec::new();
        let list = self.office.sales(None, &mut |sale| {
            listed.push((sale.id.to_owned(), sale.quantity - sale.cancelled));
            std::ops::ControlFlow::Continue(())
        });
        list.unwrap();
        let model: Vec<_> = self
            .sales
            .iter()
            .map(|sale| (sale.id.clone(), sale.kept))
            .collect();
        assert_eq!(listed, model);
        let count = fs::read(&self.event.file).unwrap();
        if count.starts_with(b"{") && self.counts.last() != Some(&count) {
            self.counts.push(count);
        }
    }

    fn end(mut self) {
        self.take(&Step::Repair);
        self.take(&Step::Adjust(1));
        assert_eq!(self.office.audit().unwrap().findings, []);
        drop(self.office);
        self.event.assert_adds_up();
    }
}

#[test]
fn whatever_happens_the_books_are_those_of_a_model() {
    try_many(&steps(), |steps| {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        world.end();
    });
}
