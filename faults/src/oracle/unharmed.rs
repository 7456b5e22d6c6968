//! Whether all that the command was not to change is as it was.

use std::fs;

use crate::books::Books;
use crate::event::Variant;
use crate::oracle::case::Case;
use crate::oracle::files::{aside, count_is_whole, put_away};
use crate::task::Task;

/// Whether everything else is as it was.
pub(super) fn unharmed(case: &Case<'_>, done: bool, before: &Books, after: &Books) {
    let (prepared, event) = (case.prepared, case.event);
    if case.task.only_reads() {
        assert_eq!(event.names(), prepared.event.names());
        for name in event.names() {
            let [was, is] =
                [&prepared.event, event].map(|event| fs::read(event.path(&name)).unwrap());
            assert_eq!(was, is, "{name} was changed by a reader");
        }
    }
    let mut archives = put_away(event, ".2");
    if case.run.code != Some(0) {
        // The next command gives it its archive's name.
        archives.extend(aside(event));
    }
    if case.task == Task::Reset && done && prepared.variant != Variant::First {
        reset(case, before, after, &archives);
    } else {
        grown(case, done, before, after);
    }
    let (code, document) = event.json("query");
    if case.task == Task::Init && !done {
        // There is nothing yet.
        assert_eq!((code, event.file.exists()), (1, false), "{document:#}");
        return;
    }
    if event.file.exists() || case.task != Task::Init {
        count_is_whole(case);
    }
    let told = (code, &document["left"], &document["sold"]);
    let left = after.left + after.due();
    assert_eq!(told, (0, &left.into(), &after.sold.into()), "{document:#}");
}

/// Whether it was started anew, and the old ledger archived.
fn reset(case: &Case<'_>, before: &Books, after: &Books, archives: &[String]) {
    let (prepared, event) = (case.prepared, case.event);
    // By what it is sold goes on.
    let settings = usize::from(prepared.variant == Variant::Held);
    assert_eq!(
        (after.lines.len(), after.sold),
        (1 + settings, 0),
        "{:#?}",
        after.lines
    );
    assert_eq!(after.left, before.lines[0]["quantity"].as_i64().unwrap());
    assert_eq!(archives.len(), 1, "{:?}", event.names());
    let [was, is] = [
        prepared.event.path("tickets.ledger.jsonl"),
        event.path(&archives[0]),
    ]
    .map(|path| fs::read(path).unwrap());
    assert_eq!(
        was.trim_ascii_end(),
        is.trim_ascii_end(),
        "the old ledger was not archived whole"
    );
}

/// Whether what was there before is there, and behind it what was done.
fn grown(case: &Case<'_>, done: bool, before: &Books, after: &Books) {
    let (prepared, event) = (case.prepared, case.event);
    let kept = after.lines.get(..before.lines.len());
    assert_eq!(kept, Some(&before.lines[..]), "a line was lost");
    let opening = usize::from(before.lines.is_empty() && !after.lines.is_empty());
    let new = after.lines.len() - before.lines.len() - opening;
    let wanted = case.task.lines(prepared.variant);
    let fits = if done {
        new == wanted
    } else {
        new == 0 || case.may_be_partly_done() && new < wanted
    };
    assert!(fits, "{new} new lines: {:#?}", after.lines);
    let archives = put_away(event, ".2");
    assert!(
        archives.is_empty(),
        "nothing was reset: {:?}",
        event.names()
    );
}
