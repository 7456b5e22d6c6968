//! Row 4: a write that ends at every byte, and then fails (`RLIMIT_FSIZE`).

use std::fs;
use std::process::Command;

use crate::books::Books;
use crate::event::{FOREIGN, Prepared, VARIANTS, Variant};
use crate::oracle::{Case, judge};
use crate::program::{Program, Run};
use crate::row::{Fault, Row};
use crate::strace;
use crate::task::{Task, writers};
use crate::test_event::{COUNT, LEDGER, TestEvent};

/// In a slice, of all limits every so manyth.
const STRIDE: u64 = 23;

/// Why the limit cannot be set here, if so.
fn missing() -> Option<String> {
    match Command::new("prlimit").arg("--version").output() {
        Err(error) => Some(format!("no prlimit: {error}")),
        Ok(_) => None,
    }
}

/// The command that runs under a limit of file size, in bytes.
fn limited(event: &TestEvent, before: &[&str], limit: u64, line: &str) -> Command {
    let limit = format!("--fsize={limit}:{limit}");
    let before = [before, &["prlimit", &limit]].concat();
    let mut command = event.program.through(&before, &event.file);
    command.args(line.split_ascii_whitespace());
    command
}

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = missing() {
        return row.cannot(reason);
    }
    let program = row.program().clone();
    let events = VARIANTS.map(|variant| Prepared::new(&program, variant));
    for prepared in events.iter().chain([&wordy(&program)]) {
        for task in writers(prepared.variant) {
            every_limit(row, task.name(), prepared, task, &[]);
        }
    }
    for mode in ["", "--threads"] {
        let name = format!("buyers {mode}");
        row.run("buyers", &name, true, || buyers(&events[0], mode));
    }
    match strace::missing(&program) {
        Some(reason) => row.cannot(reason),
        None => left_short(row, &events),
    }
}

/// What is left of the line stays on the ledger: the next command puts it away.
fn left_short(row: &mut Row, events: &[Prepared]) {
    let strace = ["strace", "-f", "-o", "/dev/null", "--seccomp-bpf"];
    for (column, fault) in [
        ("not taken back", "-einject=ftruncate:error=EIO"),
        ("killed", "-einject=ftruncate:signal=SIGKILL"),
    ] {
        let killed = usize::from(column == "killed");
        // strace loses signals where it stops at chosen calls only.
        let tracer = &strace[..strace.len() - killed];
        let tracer: Vec<&str> = tracer
            .iter()
            .copied()
            .chain(["-etrace=ftruncate", fault])
            .collect();
        for prepared in events {
            // Of several lines the first may be left whole.
            for task in [Task::Book, Task::Expire, Task::Import] {
                if task.fits(prepared.variant) {
                    every_limit(row, column, prepared, task, &tracer);
                }
            }
        }
    }
}

/// An event whose count is longer than its ledger, so that the count is cut short.
fn wordy(program: &Program) -> Prepared {
    let mut prepared = Prepared::new(program, Variant::Foreign);
    let words = format!("{FOREIGN}, \"words\": {:?}", "word ".repeat(400));
    let count = fs::read_to_string(&prepared.event.file).unwrap();
    fs::write(&prepared.event.file, count.replace(FOREIGN, &words)).unwrap();
    prepared.label = "Wordy";
    prepared
}

fn every_limit(
    row: &mut Row,
    column: &'static str,
    prepared: &Prepared,
    task: Task,
    before: &[&str],
) {
    let event = prepared.copy();
    let usual = event.run(&task.line(prepared)).code;
    // What is written again or anew begins at the first byte.
    let anew = task == Task::Reset
        || prepared.variant.is_bare()
        || [Variant::Torn, Variant::Padded].contains(&prepared.variant);
    let first = if anew {
        0
    } else {
        prepared.event.length(LEDGER)
    };
    let count = event.length(COUNT);
    for limit in first..=event.length(LEDGER).max(count) {
        let name = format!("{}/{}/{column}/{limit} bytes", prepared.label, task.name());
        row.run(column, &name, limit % STRIDE == 0, || {
            let event = prepared.copy();
            let run = Run::of(
                limited(&event, before, limit, &task.line(prepared))
                    .output()
                    .unwrap(),
            );
            assert!(run.code.is_some() || column == "killed", "it died: {run:?}");
            judge(&Case {
                prepared,
                task,
                event: &event,
                run: &run,
                usual,
                cut: true,
            });
            if run.code != usual || run.stdout.contains("\"warning\"") {
                Fault::Struck
            } else {
                Fault::Harmless
            }
        });
    }
}

/// The buyers' processes are forked: what the first process does about the signal holds for them.
fn buyers(prepared: &Prepared, mode: &str) -> Fault {
    let event = prepared.copy();
    let limit = event.length(LEDGER);
    let line = format!("--json buy --users 3 --lock --force --think 0ms {mode}");
    let run = Run::of(limited(&event, &[], limit, &line).output().unwrap());
    let (code, report) = run.document();
    let told = (code, &report["sold"], &report["failed"]);
    assert_eq!(told, (1, &0.into(), &3.into()), "{report:#}");
    for buyer in report["buyers"].as_array().unwrap() {
        assert_eq!(buyer["code"], "io", "{report:#}");
    }
    assert_eq!(event.json("book next").0, 0);
    assert_eq!(
        Books::of(&event).lines.len(),
        Books::of(&prepared.event).lines.len() + 1
    );
    Fault::Struck
}
