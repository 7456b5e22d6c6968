//! Two commands, one of which was stopped: whether what each was answered is so.

use std::fs;

use crate::books::Books;
use crate::event::{Prepared, Variant};
use crate::program::Run;
use crate::request::Request;
use crate::task::Task;
use crate::test_event::TestEvent;

/// Whether both did what they were answered.
pub(super) fn judge(
    prepared: &Prepared,
    event: &TestEvent,
    [(task, first), (other, second)]: [(Task, &Run); 2],
    told: &str,
) {
    if task == other {
        judge_twins(prepared, task, event, [first, second], told);
    } else if task != Task::Reset && other != Task::Reset {
        judge_two(prepared, event, [(task, first), (other, second)], told);
    } else if task == Task::Import {
        judge_imported(prepared, event, first, told);
    } else {
        let (book, reset) = if task == Task::Book {
            (first, second)
        } else {
            (second, first)
        };
        judge_reset(prepared, event, book, reset, told);
    }
}

/// Two who did the same.
fn judge_twins(
    prepared: &Prepared,
    task: Task,
    event: &TestEvent,
    [first, second]: [&Run; 2],
    told: &str,
) {
    let before = Books::of(&prepared.event);
    let after = Books::of(event);
    let done = i64::from(first.code == Some(0)) + i64::from(second.code == Some(0));
    match task {
        Task::Book => {
            assert_eq!(first.code, Some(0), "{told}");
            assert_eq!(after.under("k").len(), 1, "{told}");
        }
        Task::Cancel => {
            assert_eq!(after.cancelled(&prepared.id), 2, "{told}");
            let refused = first.code == Some(4);
            assert!(done <= 1 && (refused || first.code == Some(0)), "{told}");
        }
        Task::Adjust => {
            assert_eq!(first.code, Some(0), "{told}");
            let grown = after.capacity - before.capacity;
            // Who does not know may have done it.
            let most = done + i64::from(second.code == Some(1));
            assert!((done..=most).contains(&grown), "{told}");
        }
        Task::Reset => {
            assert_eq!(first.code, Some(0), "{told}");
            assert_eq!(after.sold, 0, "{told}");
        }
        Task::Query | Task::Audit | Task::Door => {}
        // Whoever comes second is told that it is there already.
        Task::Init => assert!(done == 1 || first.code == Some(4), "{told}"),
        _ => {
            assert_eq!(first.code, Some(0), "{told}");
            let times = Request::from(task).times(prepared, &after.lines);
            assert_eq!(times, task.marks(), "{told}");
        }
    }
}

/// Two who did something else: each is done if it was answered, and not if it was refused.
fn judge_two(prepared: &Prepared, event: &TestEvent, both: [(Task, &Run); 2], told: &str) {
    let after = Books::of(event);
    let mut done = 0;
    for (task, run) in both {
        let times = Request::from(task).times(prepared, &after.lines);
        match run.code {
            Some(0) => assert_eq!(times, task.marks(), "{task:?}: {told}"),
            // Who does not know may have done it.
            Some(1) => {}
            _ => assert_eq!(times, 0, "{task:?}: {told}"),
        }
        done += times;
    }
    let one_only = [Task::Confirm, Task::Release];
    assert!(
        done <= 1 || !both.iter().all(|(task, _)| one_only.contains(task)),
        "{told}"
    );
}

/// One who imported while the event was reset: each row is on one of the ledgers, once at most.
fn judge_imported(prepared: &Prepared, event: &TestEvent, import: &Run, told: &str) {
    let names = event.names();
    let ledgers = names
        .iter()
        .filter(|name| name.starts_with("tickets.ledger."));
    let on = |name: &String| {
        let text = fs::read_to_string(event.path(name)).unwrap();
        let lines: Vec<_> = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        Request::from(Task::Import).times(prepared, &lines)
    };
    let times: Vec<_> = ledgers.map(on).collect();
    let (sum, all) = (times.iter().sum::<usize>(), Task::Import.marks());
    assert!(
        sum <= all && (import.code != Some(0) || sum == all),
        "{times:?}: {told}"
    );
}

/// One who booked and one who reset: the sale is on the new ledger, or on the old one that was archived.
fn judge_reset(prepared: &Prepared, event: &TestEvent, book: &Run, reset: &Run, told: &str) {
    let sold = |name: &String| {
        fs::read_to_string(event.path(name))
            .unwrap()
            .matches("\"key\":\"k\"")
            .count()
    };
    let ledgers = event.names();
    let ledgers = ledgers
        .iter()
        .filter(|name| name.starts_with("tickets.ledger."));
    let sales: usize = ledgers.map(sold).sum();
    assert!(sales <= 1 && (book.code != Some(0) || sales == 1), "{told}");
    let opening = |event: &TestEvent| Books::of(event).lines.first().cloned();
    let was_reset = opening(event) != opening(&prepared.event);
    if prepared.variant == Variant::Plain {
        assert!(was_reset || reset.code != Some(0), "{told}");
    }
}

/// Whether the next sale does its work, and all adds up.
pub(super) fn goes_on(event: &TestEvent, told: &str) {
    // It may be closed.
    let (code, next) = event.json("book next --key next");
    if code == 4 {
        assert_eq!(next["error"]["code"], "closed", "{next:#}\n{told}");
        assert_eq!(event.json("reopen").0, 0, "{told}");
    }
    assert_eq!(event.json("book next --key next").0, 0, "{told}");
    let (code, audit) = event.json("audit");
    assert_eq!(code, 0, "{audit:#}\n{told}");
    let books = Books::of(event);
    // What is due counts as left there, and is held by the books.
    let [capacity, sold, left, due] =
        ["capacity", "sold", "left", "due"].map(|name| audit[name].as_i64().unwrap_or(0));
    let numbers = [capacity, sold, left - due];
    let wanted = [books.capacity, books.sold, books.left];
    assert_eq!(numbers, wanted, "{audit:#}\n{told}");
    let orphans = event.names().iter().any(|name| name.starts_with('.'));
    assert!(!orphans, "{:?}\n{told}", event.names());
}
