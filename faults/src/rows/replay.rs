//! Row 6, first part: a power cut at any moment of recorded commands. What each system call did is recorded;
//! every state that a weak file system may keep of it ([`disk_model`](crate::disk_model)) is made, and the
//! program opens it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::disk_model::{Files, Model};
use crate::event::{Books, FOREIGN, Prepared, Task, Variant};
use crate::order;
use crate::row::{Fault, Row};
use crate::shop::{COUNT, Shop};
use crate::strace::{self, recorded};
use crate::trace::{Deed, Event, parse};

/// What is recorded: on which event, and which commands, one after the other.
const RUNS: [(&str, Variant, &[Task]); 12] = [
    ("book", Variant::Plain, &[Task::Book]),
    ("cancel", Variant::Plain, &[Task::Cancel]),
    ("adjust", Variant::Plain, &[Task::Adjust]),
    ("reset", Variant::Plain, &[Task::Reset]),
    ("book", Variant::First, &[Task::Book]),
    ("book", Variant::Torn, &[Task::Book]),
    ("book", Variant::Padded, &[Task::Book]),
    ("book", Variant::Foreign, &[Task::Book]),
    ("book, cancel", Variant::Plain, &[Task::Book, Task::Cancel]),
    ("adjust, book", Variant::First, &[Task::Adjust, Task::Book]),
    ("book, reset", Variant::Plain, &[Task::Book, Task::Reset]),
    ("reset, book", Variant::Plain, &[Task::Reset, Task::Book]),
];

/// In a slice, of the states after each moment every so manyth.
const STRIDE: usize = 7;

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = strace::missing(row.program()) {
        return row.cannot(reason);
    }
    for (name, variant, tasks) in RUNS {
        let start = format!("{}/{name}/", variant.name());
        if row.wants_any(&start) {
            replay(row, &start, &Prepared::new(row.program(), variant), tasks);
        }
    }
}

fn replay(row: &mut Row, start: &str, prepared: &Prepared, tasks: &[Task]) {
    let shop = prepared.copy();
    let events = record(prepared, &shop, tasks);
    let asked = tasks.iter().map(|task| (*task, true)).collect::<Vec<_>>();
    Cuts::of(prepared, &asked).strike(row, start, &events);
}

/// The power cuts of one recorded run.
pub(crate) struct Cuts<'a> {
    prepared: &'a Prepared,
    /// What was asked for, in this order, and whether it is to be answered: others are killed or fail.
    asked: &'a [(Task, bool)],
    /// After how many answers a state was judged.
    seen: BTreeMap<Files, usize>,
    shop: Shop,
}

impl<'a> Cuts<'a> {
    pub(crate) fn of(prepared: &'a Prepared, asked: &'a [(Task, bool)]) -> Self {
        Self {
            prepared,
            asked,
            seen: BTreeMap::new(),
            shop: prepared.copy(),
        }
    }

    /// Cuts the power at every moment.
    pub(crate) fn strike(&mut self, row: &mut Row, start: &str, events: &[Event]) {
        row.run("order", &format!("{start}order"), true, || {
            order::check(&self.prepared.files(), events);
            Fault::Struck
        });
        let mut model = Model::of(&self.prepared.files());
        let mut answered = 0;
        for (moment, event) in events.iter().enumerate() {
            // Whatever may be left before a sync may be left at any moment since the last one.
            if matches!(event.deed, Deed::Sync { .. } | Deed::Answer(_)) {
                self.strike_at(
                    row,
                    &format!("{start}before event {moment}"),
                    &model,
                    answered,
                );
            }
            model.follow(event);
            answered += usize::from(event.is_an_answer());
        }
        self.strike_at(row, &format!("{start}at the end"), &model, answered);
    }

    fn strike_at(&mut self, row: &mut Row, start: &str, model: &Model, answered: usize) {
        for (number, state) in model.states().into_iter().enumerate() {
            // The same state after as many answers was judged already.
            if self
                .seen
                .get(&state)
                .is_some_and(|before| *before >= answered)
            {
                continue;
            }
            let name = format!("{start}/state {number}");
            row.run("states", &name, number % STRIDE == 0, || {
                make(&self.shop, &state, self.prepared.mode);
                judge(self.prepared, &self.shop, self.asked, answered);
                Fault::Struck
            });
            self.seen.insert(state, answered);
        }
    }
}

/// Runs the commands one after the other; what they did.
fn record(prepared: &Prepared, shop: &Shop, tasks: &[Task]) -> Vec<Event> {
    let mut trace = String::new();
    for task in tasks {
        let (run, more) = recorded(prepared, *task, shop);
        assert_eq!(run.code, Some(0), "{run:?}");
        trace.push_str(&more);
    }
    parse(&trace, shop.directory().to_str().unwrap())
}

/// Puts these files into the event's directory, and no others.
fn make(shop: &Shop, state: &Files, mode: u32) {
    for name in shop.names() {
        fs::remove_file(shop.path(&name)).unwrap();
    }
    for (name, bytes) in state {
        let path = shop.path(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// Whether what was answered is there, once, and the event goes on.
fn judge(prepared: &Prepared, shop: &Shop, asked: &[(Task, bool)], answered: usize) {
    let left = shop.names().join(" ");
    let query = shop.run("--json query");
    assert_eq!(query.code, Some(0), "after the cut: {query:?}\n{left}");
    let (code, document) = shop.json("book next --key next");
    assert_eq!(code, 0, "the next sale: {document:#}\n{left}");
    let (code, audit) = shop.json("audit");
    assert_eq!(code, 0, "{audit:#}\n{left}");
    let before = Books::of(&prepared.shop);
    let after = Books::of(shop);
    let counted = shop.count();
    assert_eq!(counted["ticket"], after.left, "{counted}");
    let foreign = [Variant::Foreign, Variant::First].contains(&prepared.variant);
    let text = fs::read_to_string(shop.path(COUNT)).unwrap();
    assert_eq!(text.contains(FOREIGN), foreign, "{text}");
    // Without a ledger there is nothing to put away.
    let reset = before.lines.is_empty() || after.lines.first() != before.lines.first();
    let ledgers = all_ledgers(shop);
    let mut answers = 0..answered;
    for (task, to_be_answered) in asked {
        let done = *to_be_answered && answers.next().is_some();
        let told = || format!("{task:?}, done: {done}; {:#?}", after.lines);
        match task {
            Task::Book => {
                let sold = after.under("k").len();
                assert!(sold <= 1, "{}", told());
                assert!(
                    !done || ledgers.contains("\"key\":\"k\""),
                    "lost: {}",
                    told()
                );
            }
            Task::Cancel => {
                let cancelled = after.cancelled(&prepared.id);
                assert!(cancelled == 2 || !done && cancelled == 0, "{}", told());
            }
            Task::Adjust => {
                let grown = after.capacity - before.capacity;
                assert!(grown == 1 || !done && grown == 0, "{}", told());
            }
            Task::Reset => assert!(reset || !done, "{}", told()),
            Task::Query | Task::Audit => {}
        }
    }
    // What was there before was durable.
    for key in ["a", "c"] {
        let there = ledgers.contains(&format!("\"key\":{key:?}"));
        assert!(
            there || prepared.variant == Variant::First,
            "{key} is gone: {ledgers}"
        );
    }
    assert!(
        !shop.names().iter().any(|name| name.starts_with('.')),
        "{:?}",
        shop.names()
    );
}

/// The text of the ledger, and of all that were put away.
fn all_ledgers(shop: &Shop) -> String {
    let names = shop.names();
    let ledgers = names
        .iter()
        .filter(|name| name.starts_with("tickets.ledger."));
    let text = ledgers.map(|name| fs::read(shop.path(name)).unwrap());
    text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect()
}
