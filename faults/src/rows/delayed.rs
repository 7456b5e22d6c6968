//! Row 10: one buyer is held up at every system call while seven others go on. Two hundred buyers at once miss
//! what one short delay at the right call shows.

use std::sync::Mutex;
use std::thread;

use crate::books::Books;
use crate::event::{Prepared, Variant};
use crate::request::Request;
use crate::row::{Fault, Row};
use crate::strace::{self, Point, course, injection, traced};
use crate::task::{LIFE, Task};
use crate::test_event::TestEvent;

/// How long, in microseconds: all others come by meanwhile.
const DELAY: u32 = 20_000;

/// How many go on, and how often each buys.
const OTHERS: usize = 7;
const TIMES: usize = 2;

/// How often a call is waited for that this buyer does not always make.
const TRIES: usize = 10;

/// In a slice, of the calls every so manyth.
const STRIDE: usize = 9;
const LIFE_STRIDE: usize = 31;

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = strace::missing(row.program()) {
        return row.cannot(reason);
    }
    // Where nothing is sold yet, whoever comes first makes calls that the others do not.
    for variant in [Variant::Plain, Variant::Foreign, Variant::Padded] {
        let prepared = Prepared::new(row.program(), variant);
        // Tickets for all of them.
        assert_eq!(prepared.event.json("adjust +90 --reason room").0, 0);
        every_call(row, variant.name(), &prepared, Task::Book, STRIDE);
    }
    // Here the others end holds that are due.
    let prepared = Prepared::crowded(row.program(), 40);
    for task in LIFE {
        let name = format!("{}/", task.name());
        if row.wants_any(&name) {
            every_call(row, task.name(), &prepared, task, LIFE_STRIDE);
        }
    }
}

fn every_call(row: &mut Row, column: &'static str, prepared: &Prepared, task: Task, stride: usize) {
    let course = course(prepared, task);
    // Whoever ends is past all of it.
    let points = course.points.iter();
    let points = points.filter(|point| point.call != "exit_group");
    for (at, point) in points.enumerate() {
        let name = format!("{column}/{}:when={}", point.call, point.n);
        row.run(column, &name, at % stride == 0, || {
            // Whoever is covered by another makes fewer calls.
            let struck = (0..TRIES).map(|_| delay(prepared, task, point));
            let struck = struck.into_iter().find(|fault| *fault != Fault::Missed);
            struck.unwrap_or(Fault::Harmless)
        });
    }
}

fn delay(prepared: &Prepared, task: Task, point: &Point) -> Fault {
    let event = prepared.copy();
    let before = Books::of(&prepared.event);
    let answered = Mutex::new(Vec::new());
    let how = format!("delay_enter={DELAY}:when={}", point.n);
    let mut struck = None;
    thread::scope(|scope| {
        for other in 0..OTHERS {
            let (event, answered) = (&event, &answered);
            scope.spawn(move || buy(event, other, task == Task::Close, answered));
        }
        struck = Some(traced(
            prepared,
            task,
            &event,
            &injection(&point.call, &how),
        ));
    });
    let (run, trace) = struck.unwrap();
    if !trace.contains("(DELAYED)") {
        return Fault::Missed;
    }
    assert_eq!(run.code, Some(0), "{run:?}");
    let mut answered = answered.into_inner().unwrap();
    let books = Books::of(&event);
    let times = Request::from(task).times(prepared, &books.lines);
    assert_eq!(times, task.marks(), "{run:?}\n{:#?}", books.lines);
    let others = i64::try_from(answered.len()).unwrap();
    if task == Task::Book {
        answered.push(("k".to_owned(), run.document().1["sale"]["id"].to_string()));
    }
    if task == Task::Close {
        is_last(&books, "close");
        assert_eq!(event.json("reopen").0, 0);
    } else {
        assert_eq!(others, i64::try_from(OTHERS * TIMES).unwrap());
    }
    are_there(&books, &answered);
    assert_eq!(books.sold, before.sold + others + task.sells());
    assert_eq!(books.capacity, before.capacity);
    assert_eq!(event.json("book next --key next").0, 0);
    let (code, audit) = event.json("audit");
    assert_eq!(code, 0, "{audit:#}");
    Fault::Struck
}

/// Nothing is sold behind the line that closes the sale.
fn is_last(books: &Books, op: &str) {
    let last = books
        .lines
        .iter()
        .rposition(|line| line["op"] == op)
        .unwrap();
    assert_eq!(
        last + 1,
        books.lines.len(),
        "sold, and it is closed: {:#?}",
        books.lines
    );
}

/// Each sale that was answered is there, once.
fn are_there(books: &Books, answered: &[(String, String)]) {
    for (key, id) in answered {
        let sales = books.under(key);
        assert_eq!(sales.len(), 1, "{key}: {:#?}", books.lines);
        assert_eq!(sales[0]["id"].to_string(), *id, "{key}: {:#?}", books.lines);
    }
}

fn buy(event: &TestEvent, other: usize, closes: bool, answered: &Mutex<Vec<(String, String)>>) {
    for n in 0..TIMES {
        let key = format!("{other}-{n}");
        let (code, document) = event.json(&format!("book other --key {key}"));
        if closes && document["error"]["code"] == "closed" {
            continue;
        }
        assert_eq!(code, 0, "{document:#}");
        let id = document["sale"]["id"].to_string();
        answered.lock().unwrap().push((key, id));
    }
}
