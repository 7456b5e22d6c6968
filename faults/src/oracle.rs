//! Whether an event survived a fault, by arithmetic of the tests' own.

mod case;
mod files;
mod goes_on;
mod unharmed;

use serde_json::Value;

use crate::books::Books;
use crate::oracle::goes_on::goes_on;
use crate::oracle::unharmed::unharmed;
use crate::request::Request;
use crate::task::Task;

pub(crate) use crate::oracle::case::Case;

/// Judges all of it. Panics when the event did not survive.
pub(crate) fn judge(case: &Case<'_>) {
    let before = Books::of(&case.prepared.event);
    let after = Books::of(case.event);
    let done = done(case, &before, &after);
    told(case, done, &after);
    unharmed(case, done, &before, &after);
    goes_on(case, done);
}

/// Whether what was asked for is done: wholly, or not at all. Of many rows the first may be sold alone.
fn done(case: &Case<'_>, before: &Books, after: &Books) -> bool {
    let Case { prepared, task, .. } = *case;
    match task {
        Task::Query | Task::Audit | Task::Door => false,
        // Without a ledger there is nothing to archive.
        Task::Reset if before.lines.is_empty() => case.run.code == Some(0),
        Task::Reset => after.lines.first() != before.lines.first(),
        _ => {
            let times = Request::from(task).times(prepared, &after.lines);
            let all = task.marks();
            assert!(
                times == 0 || times == all || case.may_be_partly_done() && times < all,
                "{times} times: {:#?}",
                after.lines
            );
            if task == Task::Cancel {
                assert_eq!(after.cancelled(&prepared.id), 2 * i64::from(times == 1));
            }
            if task == Task::Adjust {
                assert_eq!(after.capacity - before.capacity, i64::from(times == 1));
            }
            times == all
        }
    }
}

/// Whether the exit code and the answer say what happened.
fn told(case: &Case<'_>, done: bool, after: &Books) {
    let run = case.run;
    let document: Option<Value> = serde_json::from_str(&run.stdout).ok();
    assert!(!run.stderr.contains("panicked"), "{run:?}");
    let Some(code) = run.code else { return };
    if code == 0 {
        let document = document.expect("exit 0 without a document");
        match case.task {
            Task::Audit => assert_eq!(document["ok"], true, "{run:?}"),
            // What is due counts as left, by its own clock.
            Task::Query => {
                let number = |name: &str| document[name].as_i64().unwrap();
                let told = (number("left") + number("held"), number("sold"));
                assert_eq!(told, (after.left + after.held, after.sold), "{run:?}");
                assert!(number("left") >= after.left, "{run:?}");
            }
            Task::Door => assert_eq!(document["total"], after.sold, "{run:?}"),
            Task::Reset => assert!(done, "exit 0, but not done: {run:?}"),
            task => {
                assert!(done, "exit 0, but not done: {run:?}");
                if task.tells_left() {
                    assert_eq!(document["left"], after.left, "{run:?}");
                }
            }
        }
        return;
    }
    assert!(code == 1 || run.code == case.usual, "exit code: {run:?}");
    if let Some(kind) = document
        .as_ref()
        .and_then(|document| document["error"]["code"].as_str())
    {
        assert!(
            !done || kind == "outcome_unknown",
            "it is done, but: {run:?}"
        );
    }
}
