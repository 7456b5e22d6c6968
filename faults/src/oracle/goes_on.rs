//! Whether the event goes on after the fault: the same again, the next sale, and all adds up.

use std::fs;

use crate::books::Books;
use crate::event::{TORN_END, Variant};
use crate::oracle::case::Case;
use crate::oracle::files::{count_is_whole, is_count, mode, put_away};
use crate::request::Request;
use crate::task::{NEW_TITLE, ROWS, Task};
use crate::test_event::{COUNT, LEDGER, LOCK};

/// Whether the next commands do their work, and leave the event sound.
pub(super) fn goes_on(case: &Case<'_>, done: bool) {
    let (event, task) = (case.event, case.task);
    if !task.only_reads() && !matches!(task, Task::Adjust | Task::Reset) {
        again(case, done);
    }
    if matches!(task, Task::Close)
        || task == Task::Query && case.prepared.variant == Variant::Closed
    {
        let (code, document) = event.json("book next --key next");
        let told = (code, &document["error"]["code"]);
        assert_eq!(told, (4, &"closed".into()), "{document:#}");
        assert_eq!(event.json("reopen").0, 0);
    }
    let (code, document) = event.json("book next --key next");
    assert_eq!(code, 0, "the next sale: {document:#}");
    sound(case);
    if task == Task::Reset && done && case.prepared.variant != Variant::First {
        assert_eq!(put_away(event, ".2").len(), 1, "{:?}", event.names());
    }
}

/// Whether the same again is harmless, and does what was not done.
fn again(case: &Case<'_>, done: bool) {
    let Case {
        prepared,
        task,
        event,
        ..
    } = *case;
    let (code, document) = event.run(&task.line(prepared)).document();
    let told = format!("again: {document:#}");
    let refused = matches!(task, Task::Cancel | Task::Init);
    assert_eq!(code, if done && refused { 4 } else { 0 }, "{told}");
    let books = Books::of(event);
    let times = Request::from(task).times(prepared, &books.lines);
    assert_eq!(times, task.marks(), "{told}\n{:#?}", books.lines);
    match task {
        Task::Book | Task::Expire | Task::Hold | Task::Confirm | Task::Release => {
            assert_eq!(document["replayed"], done, "{told}");
        }
        Task::Import => {
            let rows =
                [&document["sold"], &document["replayed"]].map(|rows| rows.as_u64().unwrap());
            assert_eq!(rows[0] + rows[1], ROWS as u64, "{told}");
            assert!(!done || rows[0] == 0, "{told}");
        }
        Task::Set => assert_eq!(event.json("query").1["title"], NEW_TITLE, "{told}"),
        Task::Reopen => assert_eq!(event.json("query").1["on_sale"], "open", "{told}"),
        _ => {}
    }
}

/// Whether everything adds up now, and nothing is left behind.
fn sound(case: &Case<'_>) {
    let event = case.event;
    let books = Books::of(event);
    assert_eq!(books.under("next").len(), 1, "{:#?}", books.lines);
    let (code, audit) = event.json("audit");
    assert_eq!(code, 0, "{audit:#}");
    // What is due counts as left there, by its own clock, and is held by the books.
    let [capacity, sold, held, left, due] = ["capacity", "sold", "held", "left", "due"]
        .map(|member| audit[member].as_i64().unwrap_or(0));
    assert_eq!(
        [capacity, sold, held + due, left - due],
        [books.capacity, books.sold, books.held, books.left],
        "{audit:#}"
    );
    let count = event.count();
    let told = (&count["ticket"], &count["sold"], &count["seq"]);
    let is = (
        &books.left.into(),
        &books.sold.into(),
        &books.lines.len().into(),
    );
    assert_eq!(told, is, "{count}");
    assert_eq!(count["held"].as_i64().unwrap_or(0), books.held, "{count}");
    count_is_whole(case);
    torn_end_is_kept(case);
    for name in event.names() {
        let ours = [COUNT, LOCK, LEDGER];
        // A version of the count that could not be read when it lost its name is kept, for it may be somebody's.
        let is_kept = name.starts_with("tickets.broken-") && is_count(&event.path(&name));
        let known = ours.contains(&name.as_str()) || is_kept;
        assert!(
            known || name.starts_with("tickets.ledger."),
            "{name} was left"
        );
        if known {
            assert_eq!(mode(event, &name), case.prepared.mode, "the mode of {name}");
        }
    }
}

/// Whether what a crash left on the ledger stands in a file of its own, or in the old ledger.
fn torn_end_is_kept(case: &Case<'_>) {
    let names = put_away(case.event, ".torn-");
    if case.prepared.variant != Variant::Torn {
        assert!(names.is_empty() || case.cut, "{names:?}");
        return;
    }
    let was_reset = case.task == Task::Reset && !put_away(case.event, ".2").is_empty();
    let is_torn_end = |name: &String| fs::read(case.event.path(name)).unwrap() == TORN_END;
    assert!(
        names.iter().any(is_torn_end) || was_reset,
        "the torn end is gone: {:?}",
        case.event.names()
    );
}
