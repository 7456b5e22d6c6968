//! The power cuts of a recorded run: at every moment, every state that a weak file system may keep
//! ([`disk_model`](crate::disk_model)) is made, and the program goes on with it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::books::Books;
use crate::disk_model::{Files, Model};
use crate::event::{FOREIGN, Prepared, Variant};
use crate::life::INIT;
use crate::order;
use crate::request::Request;
use crate::row::{Fault, Row};
use crate::task::Task;
use crate::test_event::{COUNT, TestEvent};
use crate::trace::{Deed, Event};

/// In a slice, of the states after each moment every so manyth.
const STRIDE: usize = 7;

/// The power cuts of one recorded run.
pub(crate) struct Cuts<'a> {
    prepared: &'a Prepared,
    /// What was asked for, in this order, and whether it is to be answered: others are killed or fail.
    asked: &'a [(Request, bool)],
    /// After how many answers a state was judged.
    seen: BTreeMap<Files, usize>,
    event: TestEvent,
}

impl<'a> Cuts<'a> {
    pub(crate) fn of(prepared: &'a Prepared, asked: &'a [(Request, bool)]) -> Self {
        Self {
            prepared,
            asked,
            seen: BTreeMap::new(),
            event: prepared.copy(),
        }
    }

    /// Cuts the power at every moment from the `first` event on. What may be left before it is not
    /// judged, unless more was answered since.
    pub(crate) fn strike(&mut self, row: &mut Row, start: &str, events: &[Event], first: usize) {
        row.run("order", &format!("{start}order"), true, || {
            order::check(&self.prepared.files(), events);
            Fault::Struck
        });
        let mut model = Model::of(&self.prepared.files());
        let mut answered = 0;
        for (moment, event) in events.iter().enumerate() {
            if moment == first && first > 0 {
                let known = model.states().into_iter();
                self.seen.extend(known.map(|state| (state, answered)));
            }
            // Whatever may be left before a sync may be left at any moment since the last one.
            if moment >= first && matches!(event.deed, Deed::Sync { .. } | Deed::Answer(_)) {
                let start = format!("{start}before event {moment}");
                self.strike_at(row, &start, &model, answered);
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
                make(&self.event, &state, self.prepared.mode);
                judge(self.prepared, &self.event, self.asked, answered);
                Fault::Struck
            });
            self.seen.insert(state, answered);
        }
    }
}

/// Puts these files into the event's directory, and no others.
fn make(event: &TestEvent, state: &Files, mode: u32) {
    for name in event.names() {
        fs::remove_file(event.path(&name)).unwrap();
    }
    for (name, bytes) in state {
        let path = event.path(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// Whether what was answered is there, once, and the event goes on.
fn judge(prepared: &Prepared, event: &TestEvent, asked: &[(Request, bool)], answered: usize) {
    let left = event.names().join(" ");
    let query = event.run("--json query");
    let nothing = prepared.variant == Variant::Nothing && answered == 0 && query.code == Some(1);
    if nothing {
        // It is not made, and can be.
        assert_eq!(event.json(INIT).0, 0, "{left}");
    } else {
        assert_eq!(query.code, Some(0), "after the cut: {query:?}\n{left}");
    }
    let next = || event.json("book next --key next");
    let (mut code, mut document) = next();
    let turns = |task| matches!(task, Task::Close | Task::Reopen);
    if asked.iter().any(|(request, _)| turns(request.task)) && code == 4 {
        assert_eq!(document["error"]["code"], "closed", "{document:#}");
        assert_eq!(event.json("reopen").0, 0, "{left}");
        (code, document) = next();
    }
    assert_eq!(code, 0, "the next sale: {document:#}\n{left}");
    let (code, audit) = event.json("audit");
    assert_eq!(code, 0, "{audit:#}\n{left}");
    let books = Books::of(event);
    let counted = event.count();
    assert_eq!(counted["ticket"], books.left, "{counted}");
    let foreign = prepared.variant.is_foreign();
    let text = fs::read_to_string(event.path(COUNT)).unwrap();
    assert_eq!(text.contains(FOREIGN), foreign, "{text}");
    done(prepared, event, &books, asked, answered);
    // What was there before was durable.
    let ledgers = ledgers(event, "tickets.ledger.").join("\n");
    for key in ["a", "c"] {
        let there = ledgers.contains(&format!("\"key\":{key:?}"));
        assert!(
            there || prepared.variant.is_bare(),
            "{key} is gone: {ledgers}"
        );
    }
    assert!(
        !event.names().iter().any(|name| name.starts_with('.')),
        "{:?}",
        event.names()
    );
}

/// Whether each thing was done once, or, if nobody was told so, not at all; what was done before a reset
/// stands in the ledger that it archived.
fn done(
    prepared: &Prepared,
    event: &TestEvent,
    books: &Books,
    asked: &[(Request, bool)],
    answered: usize,
) {
    let is_reset = |(request, _): &(Request, bool)| request.task == Task::Reset;
    let reset = asked.iter().position(is_reset);
    let away = archived(event);
    // A reset that the cut undid: its ledger, with what was sold on it and nobody was told, is what was put away.
    let undone = books.lines.first() == Books::of(&prepared.event).lines.first();
    let anew = !away.is_empty() && !undone;
    let mut grown = 0;
    let mut answers = 0..answered;
    for (at, (request, to_be_answered)) in asked.iter().enumerate() {
        let answered = *to_be_answered && answers.next().is_some();
        let told = || {
            format!(
                "{request:?}, answered: {answered}; {away:#?} {:#?}",
                books.lines
            )
        };
        if request.task == Task::Reset {
            // Without a ledger there is nothing to archive.
            let nothing = at == 0 && prepared.variant == Variant::First;
            assert!(anew || nothing || !answered, "{}", told());
            continue;
        }
        let before = anew && reset.is_some_and(|reset| at < reset);
        let here = request.times(prepared, &books.lines);
        let there = if anew {
            request.times(prepared, &away)
        } else {
            0
        };
        let (times, elsewhere) = if before { (there, here) } else { (here, there) };
        // Of many rows some may be there.
        let all = request.task.marks();
        assert!(times == all || times < all && !answered, "{}", told());
        assert_eq!(elsewhere, 0, "{}", told());
        grown += i64::from(request.task == Task::Adjust && here == 1);
    }
    if !anew && prepared.variant != Variant::Nothing {
        let capacity = Books::of(&prepared.event).capacity;
        assert_eq!(books.capacity, capacity + grown, "{:#?}", books.lines);
    }
}

/// The lines of the ledgers that were archived.
fn archived(event: &TestEvent) -> Vec<Value> {
    let texts = ledgers(event, "tickets.ledger.2");
    let lines = texts.iter().flat_map(|text| text.lines());
    lines
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// The texts of the files whose names begin so.
fn ledgers(event: &TestEvent, start: &str) -> Vec<String> {
    let names = event.names();
    let names = names.iter().filter(|name| name.starts_with(start));
    let text = names.map(|name| fs::read(event.path(name)).unwrap());
    text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect()
}
