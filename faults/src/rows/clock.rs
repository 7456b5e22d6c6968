//! Row 14: the clock is ten years fast or slow while a command runs, and right for those that follow.

use std::process::Command;

use crate::books::Books;
use crate::event::{Prepared, VARIANTS, Variant};
use crate::oracle::{Case, judge};
use crate::program::{Program, Run};
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
        Run::of(late.args(["book", "late"]).output().unwrap()).code,
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
    two_clocks(row);
}

fn late_or_early(prepared: &Prepared, task: Task, (offset, year): (&str, &str)) -> Fault {
    let event = prepared.copy();
    let mut command = event
        .program
        .through(&["faketime", "-f", offset], &event.file);
    command.args(task.line(prepared).split_ascii_whitespace());
    let run = Run::of(command.output().unwrap());
    // Whatever was written says the wrong time: the fault struck.
    let last = |event: &TestEvent| Books::of(event).lines.last().cloned();
    if let Some(line) = last(&event).filter(|line| Some(line) != last(&prepared.event).as_ref()) {
        let at = line["at"].as_str().unwrap();
        assert_ne!(&at[..3], year, "{line}");
    }
    // By a clock that is slow no hold is due yet: what needs its tickets is refused, and nothing is lost.
    let usual = match (task, offset) {
        (Task::Expire, "-10y") => Some(3),
        (Task::Import, "-10y") if prepared.variant == Variant::Held => Some(3),
        _ => prepared.copy().run(&task.line(prepared)).code,
    };
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

/// How the clocks of three processes differ from the right one.
const CLOCKS: [&str; 3] = ["-1h", "+0h", "+1h"];

/// One holds three of four tickets for half an hour, another one needs three, the first confirms or gives back: each by
/// its own clock, an hour apart.
fn two_clocks(row: &mut Row) {
    for holder in CLOCKS {
        for other in CLOCKS {
            for later in CLOCKS {
                for (column, confirms_first) in [("needed first", false), ("ended first", true)] {
                    for end in ["confirm", "release"] {
                        let name = format!("{column}/{end}/{holder}/{other}/{later}");
                        let program = row.program().clone();
                        row.run(column, &name, true, || {
                            by_clocks(&program, [holder, other, later], confirms_first, end)
                        });
                    }
                }
            }
        }
    }
}

fn by_clocks(
    program: &Program,
    [holder, other, later]: [&str; 3],
    ends_first: bool,
    end: &str,
) -> Fault {
    let event = TestEvent::empty(program);
    assert_eq!(event.json("init 4").0, 0);
    let by = |clock: &str, line: &str| {
        let mut command = program.through(&["faketime", "-f", clock], &event.file);
        command.arg("--json").args(line.split_ascii_whitespace());
        Run::of(command.output().unwrap()).document()
    };
    let (code, held) = by(holder, "hold bob --quantity 3 --for 30m");
    assert_eq!(code, 0, "{held:#}");
    let id = held["hold"]["id"].as_str().unwrap();
    let needs = || by(other, "book alice --quantity 3 --key a");
    let ends = || by(later, &format!("{end} {id}"));
    let (need, ended) = if ends_first {
        let ended = ends();
        (needs(), ended)
    } else {
        let need = needs();
        let ended = ends();
        (need, ended)
    };
    let told = format!("{need:#?}\n{ended:#?}");
    let wanted = wanted(holder, other, ends_first.then_some(end));
    assert_eq!((need.0, ended.0), wanted, "{told}");
    if ended.0 == 4 {
        assert_eq!(ended.1["error"]["code"], "expired", "{told}");
    }
    // The same again is answered as before.
    let again = ends();
    assert_eq!(again.0, ended.0, "{again:#?}\n{told}");
    assert_eq!(again.1["error"]["code"], ended.1["error"]["code"], "{told}");
    let books = Books::of(&event);
    assert_eq!(books.left + books.sold + books.held, 4, "{told}");
    let sales = books.under("a").len();
    assert_eq!(sales, usize::from(need.0 == 0), "{told}");
    let (code, audit) = event.json("audit");
    assert_eq!(code, 0, "{audit:#}\n{told}");
    Fault::Struck
}

/// How the other one exits, and the one that ends the hold, where `first` is how it was ended before.
fn wanted(holder: &str, other: &str, first: Option<&str>) -> (i32, i32) {
    // It is due by the other's clock, which is an hour ahead of the holder's at least.
    let hour = |clock: &str| CLOCKS.iter().position(|own| *own == clock);
    match first {
        // Nobody has needed it: whatever its clock says, it may be confirmed.
        Some("confirm") => (3, 0),
        Some(_) => (0, 0),
        None if hour(other) > hour(holder) => (0, 4),
        None => (3, 0),
    }
}
