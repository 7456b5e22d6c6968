//! Row 16: no answer before its sync returned 0, and no publication beyond what is synced: of every command
//! on every event, alone and after another one's sync failed. Rows 1, 3, 6 and 7 check every trace of theirs
//! in the same way.

use crate::event::{Prepared, VARIANTS};
use crate::order;
use crate::row::{Fault, Row};
use crate::strace::{self, recorded, recorded_with};
use crate::task::{TASKS, Task};
use crate::trace::parse;

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = strace::missing(row.program()) {
        return row.cannot(reason);
    }
    for variant in VARIANTS {
        let prepared = Prepared::new(row.program(), variant);
        for task in TASKS.into_iter().filter(|task| task.fits(variant)) {
            let name = format!("{}/{}", variant.name(), task.name());
            row.run("alone", &format!("{name}/alone"), true, || {
                follow(&prepared, None, task)
            });
            for first in [Task::Book, Task::Adjust, Task::Expire, Task::Import] {
                if !first.fits(variant) {
                    continue;
                }
                let name = format!("{name}/after {}", first.name());
                row.run("after a failed sync", &name, true, || {
                    follow(&prepared, Some(first), task)
                });
            }
        }
    }
}

fn follow(prepared: &Prepared, first: Option<Task>, task: Task) -> Fault {
    let event = prepared.copy();
    let mut trace = String::new();
    if let Some(first) = first {
        let fault = ("fdatasync", "error=EIO:when=1");
        let (run, text) = recorded_with(prepared, first, &event, &[fault]);
        assert!(
            text.contains("(INJECTED)") && run.code == Some(1),
            "{run:?}\n{text}"
        );
        trace.push_str(&text);
    }
    let (run, text) = recorded(prepared, task, &event);
    // Two cannot book under one key; who reads finds what was not proven, and says so or not.
    assert!(run.code.is_some(), "{run:?}");
    trace.push_str(&text);
    let events = parse(&trace, event.directory().to_str().unwrap());
    assert!(!events.is_empty(), "nothing was recorded");
    order::check(&prepared.files(), &events);
    Fault::Struck
}
