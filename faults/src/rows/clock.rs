//! Row 14: the clock is ten years fast or slow while a command runs, and right for those that follow.

use std::process::Command;

use crate::books::Books;
use crate::event::{Prepared, VARIANTS};
use crate::oracle::{Case, judge};
use crate::program::Run;
use crate::row::{Fault, Row};
use crate::task::{TASKS, Task};
use crate::test_event::TestEvent;

const OFFSETS: [&str; 2] = ["-10y", "+10y"];

/// The first letters of a time that is right.
fn year(prepared: &Prepared) -> String {
    let books = Books::of(&prepared.event);
    books.lines[0]["at"].as_str().unwrap()[..3].to_owned()
}

pub(crate) fn strike(row: &mut Row) {
    let program = row.program().clone();
    if let Err(error) = Command::new("faketime").arg("--version").output() {
        return row.cannot(format!("no faketime: {error}"));
    }
    let events = VARIANTS.map(|variant| Prepared::new(&program, variant));
    // Which calls are faked is the loader's business.
    let event = events[0].copy();
    let mut late = program.through(&["faketime", "-f", "+10y"], &event.file);
    assert_eq!(
        Run::of(&late.args(["book", "late"]).output().unwrap()).code,
        Some(0)
    );
    let last = Books::of(&event)
        .lines
        .last()
        .map(|line| line["at"].to_string());
    if last.is_none_or(|at| at[1..].starts_with(&year(&events[0]))) {
        let reason = "the clock of a program without shared libraries cannot be set: give one that was built with TICKETS_LINK=dynamic";
        return row.cannot(reason);
    }
    let right = year(&events[0]);
    for prepared in &events {
        for task in TASKS.into_iter().filter(|task| task.fits(prepared.variant)) {
            for offset in OFFSETS {
                let name = format!("{}/{}/{offset}", prepared.label, task.name());
                row.run(task.name(), &name, true, || {
                    late_or_early(prepared, task, (offset, &right))
                });
            }
        }
    }
}

fn late_or_early(prepared: &Prepared, task: Task, (offset, year): (&str, &str)) -> Fault {
    let event = prepared.copy();
    let mut command = event
        .program
        .through(&["faketime", "-f", offset], &event.file);
    command.args(task.line(prepared).split_ascii_whitespace());
    let run = Run::of(&command.output().unwrap());
    // Whatever was written says the wrong time: the fault struck.
    let last = |event: &TestEvent| Books::of(event).lines.last().cloned();
    if let Some(line) = last(&event).filter(|line| Some(line) != last(&prepared.event).as_ref()) {
        let at = line["at"].as_str().unwrap();
        assert_ne!(&at[..3], year, "{line}");
    }
    let usual = prepared.copy().run(&task.line(prepared)).code;
    assert_eq!(run.code, usual, "{run:?}");
    judge(&Case {
        prepared,
        task,
        event: &event,
        run: &run,
        usual,
        cut: false,
    });
    Fault::Struck
}
