//! Row 15: a command is ended by a signal at any system call, or its answer cannot be written.

use std::fs::{self, File};
use std::io::Read as _;
use std::process::{Command, Stdio};

use crate::books::Books;
use crate::event::{Prepared, Variant};
use crate::oracle::{Case, judge};
use crate::program::{Program, Run};
use crate::request::Request;
use crate::row::{Fault, Row};
use crate::strace::{self, Point, course, injection, traced};
use crate::task::{TASKS, Task};
use crate::test_event::{TestEvent, eventually, signal};

const SIGNALS: [&str; 4] = ["SIGTERM", "SIGINT", "SIGHUP", "SIGPIPE"];

/// In a slice, of the points every so manyth.
const STRIDE: usize = 61;

pub(crate) fn strike(row: &mut Row) {
    let program = row.program().clone();
    let of = |variant| Prepared::new(&program, variant);
    let events = [
        Variant::Plain,
        Variant::Held,
        Variant::Closed,
        Variant::Nothing,
    ]
    .map(of);
    for task in TASKS {
        let Some(event) = events.iter().find(|event| task.fits(event.variant)) else {
            continue;
        };
        for output in ["full", "closed", "a pipe that nobody reads"] {
            let name = format!("{}/{output}", task.name());
            row.run("unheard", &name, true, || unheard(event, task, output));
        }
    }
    for name in ["TERM", "INT", "HUP"] {
        row.run("a rush", name, true, || rush(&events[0], name));
    }
    if let Some(reason) = strace::missing(&program) {
        return row.cannot(reason);
    }
    every_point(row, &program);
}

/// Each command is told to end at each of its calls.
fn every_point(row: &mut Row, program: &Program) {
    let mut at = 0;
    for variant in [
        Variant::Plain,
        Variant::First,
        Variant::Torn,
        Variant::Held,
        Variant::Closed,
        Variant::Nothing,
    ] {
        let prepared = Prepared::new(program, variant);
        for task in TASKS.into_iter().filter(|task| task.fits(variant)) {
            let course = course(&prepared, task);
            // Whoever ends is told nothing any more.
            let points = course
                .points
                .iter()
                .filter(|point| point.call != "exit_group");
            for point in points {
                for signal in SIGNALS {
                    at += 1;
                    let (call, n) = (&point.call, point.n);
                    let name = format!(
                        "{}/{}/{signal}/{call}:when={n}",
                        variant.name(),
                        task.name()
                    );
                    row.run(signal, &name, at % STRIDE == 0, || {
                        end(&prepared, task, point, signal, course.usual)
                    });
                }
            }
        }
    }
}

fn end(prepared: &Prepared, task: Task, point: &Point, signal: &str, usual: Option<i32>) -> Fault {
    let event = prepared.copy();
    let fault = injection(&point.call, &format!("signal={signal}:when={}", point.n));
    let (run, trace) = traced(prepared, task, &event, &fault);
    if point.was_missed(&trace) {
        return Fault::Missed;
    }
    assert!(
        trace.contains(&format!("--- {signal}")),
        "it was not told: {run:?}\n{trace}"
    );
    if signal == "SIGPIPE" {
        // Somebody who stops listening ends no sale.
        assert_eq!(run.code, usual, "{run:?}");
    } else {
        assert_eq!(run.code, None, "it was not ended: {run:?}\n{trace}");
    }
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

/// What was done and could not be told is exit 1; a reader whom nobody hears has done no harm.
fn unheard(prepared: &Prepared, task: Task, output: &str) -> Fault {
    let event = prepared.copy();
    let run = Run::of(writing_to(prepared, task, &event, output).output().unwrap());
    let harmless = task.only_reads() || task == Task::Reset;
    match output {
        "full" => assert_eq!(run.code, Some(1), "{run:?}"),
        // The standard library takes a closed output for one that swallows everything.
        "closed" => assert!([Some(0), Some(1)].contains(&run.code), "{run:?}"),
        _ if harmless => assert!([Some(0), Some(1)].contains(&run.code), "{run:?}"),
        _ => assert_eq!(run.code, Some(1), "{run:?}"),
    }
    done_once(prepared, task, &event, &run);
    if task == Task::Close {
        assert_eq!(event.json("reopen").0, 0);
    }
    assert_eq!(event.json("book next --key next").0, 0);
    assert_eq!(event.json("audit").0, 0);
    Fault::Struck
}

/// The command with an output that nobody hears.
fn writing_to(prepared: &Prepared, task: Task, event: &TestEvent, output: &str) -> Command {
    let mut command = event.command(task.line(prepared).split_ascii_whitespace());
    let stdout = match output {
        "full" => Stdio::from(File::options().write(true).open("/dev/full").unwrap()),
        "closed" => {
            let program = event.program.path().to_owned();
            command = Command::new("sh");
            command.args(["-c", "exec \"$@\" >&-", "sh"]).arg(program);
            command
                .env_remove("TICKETS_FILE")
                .arg("-f")
                .arg(&event.file);
            command.args(task.line(prepared).split_ascii_whitespace());
            Stdio::null()
        }
        _ => {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            writer.into()
        }
    };
    command.stdin(Stdio::null()).stdout(stdout);
    command
}

/// It is done, whatever could be told of it, and the same again does it no second time.
fn done_once(prepared: &Prepared, task: Task, event: &TestEvent, run: &Run) {
    let after = Books::of(event);
    let before = Books::of(&prepared.event);
    match task {
        Task::Book => {
            assert_eq!(after.under("k").len(), 1, "{run:?}");
            let (code, document) = event.json("book eve --key k");
            assert_eq!(
                (code, &document["replayed"]),
                (0, &true.into()),
                "{document:#}"
            );
        }
        Task::Reset => assert_eq!(after.sold, 0, "{run:?}"),
        Task::Query | Task::Audit | Task::Door => {
            assert_eq!(after.lines, before.lines, "{run:?}");
        }
        _ => {
            let times = Request::from(task).times(prepared, &after.lines);
            assert_eq!(times, task.marks(), "{run:?}");
        }
    }
}

/// A rush that is told to end reports what was sold until then, and its exit code tells the signal.
fn rush(prepared: &Prepared, name: &str) -> Fault {
    let event = prepared.copy();
    assert_eq!(event.json("adjust +500 --reason room").0, 0);
    let before = Books::of(&event);
    let mut child = event.start("--json buy --users 400 --lock --force --think 10ms");
    eventually("some have bought", || {
        (fs::read_to_string(event.path(crate::test_event::LEDGER))
            .unwrap()
            .lines()
            .count()
            > before.lines.len() + 3)
            .then_some(())
    });
    signal(child.id(), name);
    let mut text = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    let code = child.wait().unwrap().code();
    let number = match name {
        "HUP" => 1,
        "INT" => 2,
        _ => 15,
    };
    assert_eq!(code, Some(128 + number), "{text}");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let after = Books::of(&event);
    assert_eq!(report["sold"], after.sold - before.sold, "{report:#}");
    assert_eq!(event.json("book next --key next").0, 0);
    assert_eq!(event.json("audit").0, 0);
    Fault::Struck
}
