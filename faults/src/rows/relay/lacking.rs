//! A sync fails in a new block, which stays unwritten until somebody writes it past the page cache.

use crate::event::{Prepared, Variant};
use crate::power_cut::Cuts;
use crate::row::{Fault, Row};
use crate::rows::relay::points::{CHANGES, STRIDE};
use crate::strace::{map_read, recorded, recorded_with};
use crate::task::Task;
use crate::test_event::TestEvent;
use crate::trace::{Deed, Event, parse};
use crate::unsynced::{LONG, event};

/// The sync of a line in a new block fails; whoever comes next is answered, or is killed at any call of the
/// cure, and one after that is answered.
pub(super) fn strike_lacking(row: &mut Row) {
    let mut at = 0;
    for variant in [Variant::Plain, Variant::Foreign, Variant::Padded] {
        let start = format!("lacking/{}/", variant.name());
        if !row.wants_any(&start) {
            continue;
        }
        let prepared = event(row.program(), variant, true);
        let event = prepared.copy();
        fails(&prepared, &event);
        let left = prepared.left_as(event);
        row.run("incurable", &format!("{start}incurable"), true, || {
            incurable(&left)
        });
        for next in [Task::Book, Task::Adjust, Task::Reset] {
            // In what follows a cure, the same calls come again.
            let lie = lie(&left, next);
            let start = format!("{start}{}/", next.name());
            row.in_turn(|row| lacking(row, &start, &prepared, (next, &lie), None));
            if next != Task::Book {
                continue;
            }
            let (_, trace) = recorded_with(&left, next, &left.copy(), &[("ioctl", &lie)]);
            for (call, n) in calls(&trace) {
                let start = format!("{start}{call}:when={n}/");
                at += 1;
                if row.wants_any(&start) && (!row.is_slice() || at % STRIDE == 0) {
                    row.in_turn(|row| {
                        lacking(row, &start, &prepared, (next, &lie), Some((&call, n)));
                    });
                }
            }
        }
    }
}

/// What a task is told of the blocks as often as it looks before it cures them: a hole.
fn lie(prepared: &Prepared, task: Task) -> String {
    let first = map_read(prepared, task);
    // A sale syncs without the deciding locks first.
    let looks = usize::from(task != Task::Reset);
    format!("retval=0:when={first}..{}", first + looks)
}

/// Nothing is answered where the cure does not help.
fn incurable(left: &Prepared) -> Fault {
    for task in [Task::Book, Task::Adjust, Task::Reset] {
        let lie = format!("retval=0:when={}+", map_read(left, task));
        let event = left.copy();
        let (run, _) = recorded_with(left, task, &event, &[("ioctl", &lie)]);
        let (code, document) = run.document();
        let expected = if task == Task::Reset {
            "io"
        } else {
            "outcome_unknown"
        };
        let told = &document["error"]["code"];
        assert_eq!((code, told), (1, &expected.into()), "{document:#}");
        assert_eq!(event.json("book next").0, 0);
    }
    Fault::Struck
}

/// One sells, the next one's line begins a new block, and its sync fails.
fn fails(prepared: &Prepared, event: &TestEvent) -> String {
    let (run, mut trace) = recorded(prepared, LONG[0], event);
    assert_eq!(run.code, Some(0), "{run:?}");
    let fault = [("fdatasync", "error=EIO:when=1")];
    let (run, more) = recorded_with(prepared, LONG[1], event, &fault);
    assert_eq!(run.code, Some(1), "its sync did not fail: {run:?}");
    trace.push_str(&more);
    trace
}

/// The calls of a trace that are not those of the one who answers: which, and the how manyth of its name.
fn calls(trace: &str) -> Vec<(String, usize)> {
    let mut counts = std::collections::HashMap::<&str, usize>::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let call = line
            .split_once(' ')
            .and_then(|(_, rest)| rest.trim_start().split_once('('));
        let Some((call, _)) = call else { continue };
        let n = counts.entry(call).or_default();
        *n += 1;
        if CHANGES.contains(&call) || call == "ftruncate" {
            calls.push((call.to_owned(), *n));
        }
    }
    calls
}

fn lacking(
    row: &mut Row,
    start: &str,
    prepared: &Prepared,
    (next, lie): (Task, &str),
    killed: Option<(&str, usize)>,
) {
    let recorded = row.prepare(start, || {
        let event = prepared.copy();
        let directory = event.directory().to_str().unwrap();
        let mut trace = fails(prepared, &event);
        let mut asked = vec![(LONG[0], true), (LONG[1], false)];
        if let Some((call, n)) = killed {
            let how = format!("signal=SIGKILL:when={n}");
            let faults = [("ioctl", lie), (call, how.as_str())];
            let (run, more) = recorded_with(prepared, LONG[2], &event, &faults);
            if run.code.is_some() {
                return None;
            }
            let answered = parse(&more, directory).iter().any(Event::is_an_answer);
            asked.push((LONG[2], answered));
            trace.push_str(&more);
        }
        let (run, more) = recorded_with(prepared, next, &event, &[("ioctl", lie)]);
        assert_eq!(run.code, Some(0), "{run:?}");
        asked.push((next.into(), true));
        trace.push_str(&more);
        Some((asked, parse(&trace, directory)))
    });
    if let Some((asked, events)) = recorded {
        let cured = events
            .iter()
            .any(|event| matches!(&event.deed, Deed::Write { direct: true, .. }));
        row.run("cured", &format!("{start}cured"), true, || {
            assert!(cured, "nothing was written past the page cache");
            Fault::Struck
        });
        Cuts::of(prepared, &asked).strike(row, start, &events, 0);
    }
}
