//! Whether an event survived a fault, by arithmetic of the tests' own.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use std::path::Path;

use serde_json::Value;

use crate::books::Books;
use crate::event::{FOREIGN, Prepared, TORN_END, Variant};
use crate::program::Run;
use crate::request::Request;
use crate::task::{NEW_TITLE, ROWS, Task};
use crate::test_event::{COUNT, LEDGER, LOCK, TestEvent};

/// A command that was struck, and what is to be judged.
pub(crate) struct Case<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) task: Task,
    pub(crate) event: &'a TestEvent,
    /// How it ended; without a code, it was killed.
    pub(crate) run: &'a Run,
    /// How it ends when nothing strikes it.
    pub(crate) usual: Option<i32>,
    /// Whether an append may have been cut short: what is left of it is kept beside.
    pub(crate) cut: bool,
}

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
                times == 0 || times == all || partly(case) && times < all,
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

/// Whether a part of its lines may stand there alone: an append may have been cut short, and an import that is held up
/// writes its rows some at a time.
fn partly(case: &Case<'_>) -> bool {
    case.cut || case.task == Task::Import
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

/// Whether everything else is as it was.
fn unharmed(case: &Case<'_>, done: bool, before: &Books, after: &Books) {
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
        new == 0 || partly(case) && new < wanted
    };
    assert!(fits, "{new} new lines: {:#?}", after.lines);
    let archives = put_away(event, ".2");
    assert!(
        archives.is_empty(),
        "nothing was reset: {:?}",
        event.names()
    );
}

/// Whether `tickets.json` is a count, with its mode and what is not ours in it.
fn count_is_whole(case: &Case<'_>) {
    let text = fs::read_to_string(&case.event.file).unwrap();
    let count: Value = serde_json::from_str(&text).expect(&text);
    assert!(count["ticket"].is_u64(), "{text}");
    let foreign = case.prepared.variant.is_foreign();
    assert_eq!(text.contains(FOREIGN), foreign, "{text}");
    assert_eq!(
        mode(case.event, "tickets.json"),
        case.prepared.mode,
        "{text}"
    );
}

/// Whether the next commands do their work, and leave the event sound.
fn goes_on(case: &Case<'_>, done: bool) {
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

/// Under which names a ledger stands that is being archived.
fn aside(event: &TestEvent) -> Vec<String> {
    let mut names = event.names();
    names.retain(|name| name.starts_with('.') && name.contains("-aside"));
    names
}

/// Whether everything adds up now, and nothing is left behind.
pub(crate) fn sound(case: &Case<'_>) {
    let event = case.event;
    let books = Books::of(event);
    assert_eq!(books.under("next").len(), 1, "{:#?}", books.lines);
    let (code, audit) = event.json("audit");
    assert_eq!(code, 0, "{audit:#}");
    for (member, number) in [
        ("capacity", books.capacity),
        ("sold", books.sold),
        ("held", books.held),
        ("left", books.left),
    ] {
        assert_eq!(audit[member], number, "{member}: {audit:#}");
    }
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

fn mode(event: &TestEvent, name: &str) -> u32 {
    fs::metadata(event.path(name)).unwrap().permissions().mode() & 0o7777
}

/// The ledgers that were archived under a name with this in it.
fn put_away(event: &TestEvent, part: &str) -> Vec<String> {
    let start = format!("tickets.ledger{part}");
    let mut names = event.names();
    names.retain(|name| name.starts_with(&start));
    names
}

fn is_count(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap();
    serde_json::from_str::<Value>(&text).is_ok_and(|count| count["ticket"].is_u64())
}
