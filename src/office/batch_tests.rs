//! Orders that are sold together are answered, and written, as those that are sold one after another.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::ids::RandomIds;
use super::*;
use crate::error::{Error, Kind};
use crate::store::Scan;

/// So many histories are drawn in memory, and in files.
const IN_MEMORY: u64 = 500;
const IN_FILES: u64 = 60;

/// So many rounds has a history; in each something happens to the event, and then so many order at most.
const ROUNDS: u64 = 6;
const AT_ONCE: u64 = 9;

/// Splitmix64.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, many: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % many
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    fn of<T: Copy>(&mut self, some: &[T]) -> T {
        some[self.below(some.len() as u64) as usize]
    }
}

#[derive(Debug, Default)]
struct ToldTime(AtomicI64);

impl TimeSource for ToldTime {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// An order as it is drawn.
#[derive(Debug, Clone)]
struct DrawnOrder {
    buyer: &'static str,
    quantity: u64,
    key: Option<String>,
    note: Option<&'static str>,
    /// At which of its steps it is stopped.
    stops_at: Option<Moment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    LockWanted,
    Read,
    Write,
}

const NAMES: [&str; 8] = ["ann", "Ann ", "bob", "ben", "Zoe\u{308}", "a\nb", "", "eve"];

impl DrawnOrder {
    fn draw(drawn: &mut Drawn) -> Self {
        let key = match drawn.below(6) {
            0 | 1 => None,
            2 => Some(format!("h{}", drawn.below(3))),
            3 if drawn.one_in(9) => Some(String::new()),
            _ => Some(format!("k{}", drawn.below(12))),
        };
        let moments = [Moment::LockWanted, Moment::Read, Moment::Write];
        Self {
            buyer: drawn.of(&NAMES),
            quantity: if drawn.one_in(20) {
                0
            } else {
                1 + drawn.below(3)
            },
            key,
            note: if drawn.one_in(8) { Some("paid") } else { None },
            stops_at: drawn.one_in(10).then(|| drawn.of(&moments)),
        }
    }

    fn order(&self) -> Order<'_> {
        Order::new(self.buyer, self.quantity)
            .key(self.key.as_deref())
            .note(self.note)
    }
}

/// Stops an order at its moment. Before the first lock of a round, somebody else does something.
struct Watcher<'a> {
    stops_at: Option<Moment>,
    meanwhile: Option<Box<dyn FnOnce() + 'a>>,
}

impl Observer for Watcher<'_> {
    fn at(&mut self, step: Step) -> Result<()> {
        let moment = match step {
            Step::LockWanted => Moment::LockWanted,
            Step::Read { .. } => Moment::Read,
            Step::Write { .. } => Moment::Write,
            _ => return Ok(()),
        };
        if let Some(meanwhile) = self.meanwhile.take() {
            meanwhile();
        }
        if self.stops_at == Some(moment) {
            return Err(Error::interrupted(format!("stopped: {moment:?}")));
        }
        Ok(())
    }
}

/// An event, and another box office of it, where it is in files.
struct Sold {
    office: BoxOffice,
    other: Option<BoxOffice>,
    clock: Arc<ToldTime>,
    _place: Option<tempfile::TempDir>,
}

impl Sold {
    fn in_memory(stock: u64) -> Self {
        Self::of(BoxOffice::in_memory(stock).unwrap(), None, None)
    }

    fn in_files(stock: u64, with_index: bool) -> Self {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("tickets.json");
        std::fs::write(&file, format!("{{\"ticket\": {stock}}}")).unwrap();
        let office = if with_index {
            BoxOffice::with_keys(&file, &KeyIndex::default())
        } else {
            BoxOffice::at(&file)
        };
        let other = BoxOffice::at(&file).unwrap();
        Self::of(office.unwrap(), Some(other), Some(place))
    }

    fn of(office: BoxOffice, other: Option<BoxOffice>, place: Option<tempfile::TempDir>) -> Self {
        let clock = Arc::new(ToldTime::default());
        clock.0.store(1_800_000_000_000, Ordering::SeqCst);
        let numbered = |office: BoxOffice, from: u32| BoxOffice {
            ids: RandomIds::told((from..from + 2000).collect()),
            ..office.told_the_time(clock.clone())
        };
        Self {
            office: numbered(office, 0),
            other: other.map(|other| numbered(other, 5000)),
            clock,
            _place: place,
        }
    }

    /// What stands on the ledger, without what the clock and chance have written there.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let see = &mut |line: &crate::ledger::Line<'_>| {
            let record = crate::ledger::Record {
                at: "".into(),
                ..line.record.clone()
            };
            lines.push(format!("{record:?}"));
            ControlFlow::Continue(())
        };
        self.office.store.scan(Scan::All, see).unwrap();
        lines
    }

    /// What happens to the event before a round of orders.
    fn happens(&mut self, drawn: &mut Drawn) -> String {
        let change = Change::new();
        let office = &mut self.office;
        let id = drawn.below(30).to_string();
        match drawn.below(12) {
            0 => told(office.close(&change)),
            1 | 2 => told(office.reopen(&change)),
            3 => {
                let most = [None, Some(1), Some(2), Some(4)];
                let (per_sale, per_buyer) = (drawn.of(&most), drawn.of(&most));
                let limits = &mut |settings| {
                    Ok(EventSettings {
                        max_per_sale: per_sale,
                        max_per_buyer: per_buyer,
                        ..settings
                    })
                };
                told(office.set(&change, limits))
            }
            4 => told(office.adjust(drawn.below(9).cast_signed() - 2, &change)),
            5 | 6 => {
                let key = format!("h{}", drawn.below(3));
                let hold = Order::new("gus", 1 + drawn.below(3)).key(key.as_str());
                let time = Duration::from_secs(drawn.below(100));
                told(office.hold(&hold, Some(time)))
            }
            7 => told(office.confirm(&id, &change)),
            8 => told(office.release(&id, &change)),
            9 => told(office.cancel(&id, None, &change)),
            10 => told(office.rename(&id, drawn.of(&["ann", "bob"]), &change)),
            _ => {
                let more = drawn.below(100_000).cast_signed();
                self.clock.0.fetch_add(more, Ordering::SeqCst);
                String::new()
            }
        }
    }

    /// What another box office does once the orders of a round are looked at.
    fn meanwhile(other: &mut BoxOffice, seed: u64) {
        let mut drawn = Drawn(seed);
        for _ in 0..drawn.below(5) {
            let key = format!("k{}", drawn.below(12));
            let order = Order::new(drawn.of(&["ann", "bob"]), 1);
            let _ = other.purchase(&order.key(key.as_str()), &mut Unobserved);
            let id = drawn.below(30).to_string();
            let _ = other.cancel(&id, Some(1), &Change::new());
        }
    }

    /// What they are answered, sold in one commit or one after another.
    fn sell(&mut self, orders: &[DrawnOrder], seed: u64, together: bool) -> Vec<String> {
        let (office, mut other) = (&mut self.office, self.other.as_mut());
        let mut watchers: Vec<Watcher<'_>> = orders
            .iter()
            .map(|order| Watcher {
                stops_at: order.stops_at,
                meanwhile: None,
            })
            .collect();
        // Where the first one begins is the same for both only where it comes so far.
        if let (Some(first), Some(watcher)) = (orders.first(), watchers.first_mut())
            && first.order().check().is_ok()
            && let Some(other) = other.take()
        {
            watcher.meanwhile = Some(Box::new(move || Self::meanwhile(other, seed)));
        }
        let sold: Vec<Result<Sale>> = if together {
            let watched = orders.iter().zip(&mut watchers);
            let watched = watched.map(|(order, watcher)| (order.order(), watcher as _));
            office.purchase_observed(watched.collect())
        } else {
            let watched = orders.iter().zip(&mut watchers);
            let sold = watched.map(|(order, watcher)| office.purchase(&order.order(), watcher));
            sold.collect()
        };
        sold.into_iter().map(answer).collect()
    }
}

fn told<T: std::fmt::Debug>(done: Result<T>) -> String {
    format!("{:?}", done.map_err(|error| error.kind()))
}

/// All that a buyer is told, but for when it was.
fn answer(sold: Result<Sale>) -> String {
    let sold = sold.map(|sale| Sale {
        at: String::new(),
        ..sale
    });
    format!("{sold:?}")
}

/// Sells the same history one by one and together; what differs.
fn differs(seed: u64, in_files: bool) -> Option<String> {
    let mut drawn = Drawn(seed);
    let (stock, with_index) = (drawn.below(25), drawn.one_in(2));
    let [mut alone, mut together] = [(); 2].map(|()| {
        if in_files {
            Sold::in_files(stock, with_index)
        } else {
            Sold::in_memory(stock)
        }
    });
    for round in 0..ROUNDS {
        let seed = drawn.below(u64::MAX);
        let happened = alone.happens(&mut Drawn(seed));
        let same = together.happens(&mut Drawn(seed));
        assert_eq!(happened, same, "round {round}: what happened before");
        let orders: Vec<_> = (0..=drawn.below(AT_ONCE))
            .map(|_| DrawnOrder::draw(&mut drawn))
            .collect();
        let one_by_one = alone.sell(&orders, seed, false);
        let at_once = together.sell(&orders, seed, true);
        let (one_by_one_lines, at_once_lines) = (alone.lines(), together.lines());
        if one_by_one != at_once || one_by_one_lines != at_once_lines {
            let mut text = format!("round {round}, after {happened}: {orders:#?}\n");
            for (one, other) in one_by_one.iter().zip(&at_once) {
                let mark = if one == other { "same" } else { "ONE BY ONE" };
                let _ = writeln!(text, "{mark}: {one}\n  together: {other}");
            }
            let lines = [one_by_one_lines, at_once_lines].map(|lines| lines.join("\n"));
            let _ = writeln!(text, "{}\n--\n{}", lines[0], lines[1]);
            return Some(text);
        }
        for sold in [&alone, &together] {
            assert_eq!(sold.office.audit().unwrap().findings, []);
        }
    }
    None
}

#[test]
fn in_memory_they_are_answered_as_one_after_another() {
    for seed in 0..IN_MEMORY {
        if let Some(text) = differs(seed, false) {
            panic!("seed {seed}: {text}");
        }
    }
}

#[test]
fn in_files_they_are_answered_as_one_after_another_whoever_sells_beside_them() {
    for seed in 0..IN_FILES {
        if let Some(text) = differs(seed, true) {
            panic!("seed {seed}: {text}");
        }
    }
}

#[test]
fn what_was_decided_when_the_lock_was_lost_is_decided_anew() {
    let store = MemoryStore::new(3).unwrap().losing_the_lock(2);
    let mut office = BoxOffice::over(store);
    let held = office
        .hold(&Order::new("gus", 2), Some(Duration::ZERO))
        .unwrap();
    let orders = ["a", "b", "a", "c", "d"].map(|key| Order::new("ann", 1).key(key));
    let sold = office.purchase_together(&orders);
    let left: Vec<_> = sold
        .iter()
        .map(|sold| sold.as_ref().map(|sale| (sale.left, sale.replayed)))
        .map(|sold| sold.map_err(Error::kind))
        .collect();
    // The hold of two ends for the second.
    let out = Err(Kind::SoldOut { left: 0 });
    let wanted = [
        Ok((0, false)),
        Ok((1, false)),
        Ok((1, true)),
        Ok((0, false)),
        out,
    ];
    assert_eq!(left, wanted);
    let ended = office.confirm(&held.id, &Change::new()).unwrap_err();
    assert_eq!(ended.kind(), Kind::Expired);
    assert_eq!(office.audit().unwrap().findings, []);
}

/// A buyer's tickets, and the open holds, are far to read: the lock is given up meanwhile.
#[test]
fn what_is_far_to_read_is_read_before_the_lock_is_taken() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("tickets.json");
    std::fs::write(&file, r#"{"ticket": 1002}"#).unwrap();
    let mut office = BoxOffice::at(&file).unwrap();
    office
        .hold(&Order::new("gus", 2), Some(Duration::ZERO))
        .unwrap();
    let earlier = vec![Order::new("bob", 1).durability(Durability::Process); 1000];
    assert!(office.purchase_together(&earlier).iter().all(Result::is_ok));
    let limits = &mut |settings| {
        Ok(EventSettings {
            max_per_buyer: Some(1),
            ..settings
        })
    };
    office.set(&Change::new(), limits).unwrap();
    let orders = ["ann", "ANN", "bob", "ben", "eve"].map(|buyer| Order::new(buyer, 1));
    let sold = office.purchase_together(&orders);
    let kinds: Vec<_> = sold
        .iter()
        .map(|sold| sold.as_ref().map(|sale| sale.left))
        .collect();
    let kinds: Vec<_> = kinds
        .into_iter()
        .map(|sold| sold.map_err(Error::kind))
        .collect();
    let out = Err(Kind::SoldOut { left: 0 });
    let wanted = [Ok(1), Err(Kind::Limit), Err(Kind::Limit), Ok(0), out];
    assert_eq!(kinds, wanted);
    assert!(exists_once(&file, "\"op\":\"expire\""));
}

fn exists_once(file: &Path, text: &str) -> bool {
    let ledger = std::fs::read_to_string(file.with_extension("ledger.jsonl")).unwrap();
    ledger.matches(text).count() == 1
}
