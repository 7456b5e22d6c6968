//! Row 4: a write that ends at every byte, and then fails (`RLIMIT_FSIZE`).

use std::fs;
use std::process::Command;

use crate::event::{Books, FOREIGN, Prepared, Task, VARIANTS, Variant};
use crate::oracle::{Case, judge};
use crate::program::{Program, Run};
use crate::row::{Fault, Row};
use crate::shop::{COUNT, LEDGER, Shop};
use crate::strace;

const WRITERS: [Task; 4] = [Task::Book, Task::Cancel, Task::Adjust, Task::Reset];

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
fn limited(shop: &Shop, before: &[&str], limit: u64, line: &str) -> Command {
    let limit = format!("--fsize={limit}:{limit}");
    let before = [before, &["prlimit", &limit]].concat();
    let mut command = shop.program.through(&before, &shop.file);
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
        for task in WRITERS
            .into_iter()
            .filter(|task| task.fits(prepared.variant))
        {
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
            every_limit(row, column, prepared, Task::Book, &tracer);
        }
    }
}

/// An event whose count is longer than its ledger, so that the count is cut short.
fn wordy(program: &Program) -> Prepared {
    let mut prepared = Prepared::new(program, Variant::Foreign);
    let words = format!("{FOREIGN}, \"words\": {:?}", "word ".repeat(400));
    let count = fs::read_to_string(&prepared.shop.file).unwrap();
    fs::write(&prepared.shop.file, count.replace(FOREIGN, &words)).unwrap();
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
    let shop = prepared.copy();
    let usual = shop.run(&task.line(prepared)).code;
    // What is written again or anew begins at the first byte.
    let anew = task == Task::Reset
        || [Variant::First, Variant::Torn, Variant::Padded].contains(&prepared.variant);
    let first = if anew {
        0
    } else {
        prepared.shop.length(LEDGER)
    };
    let count = shop.length(COUNT);
    for limit in first..=shop.length(LEDGER).max(count) {
        let name = format!("{}/{}/{column}/{limit} bytes", prepared.label, task.name());
        row.run(column, &name, limit % STRIDE == 0, || {
            let shop = prepared.copy();
            let run = Run::of(
                &limited(&shop, before, limit, &task.line(prepared))
                    .output()
                    .unwrap(),
            );
            assert!(run.code.is_some() || column == "killed", "it died: {run:?}");
            judge(&Case {
                prepared,
                task,
                shop: &shop,
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
    let shop = prepared.copy();
    let limit = shop.length(LEDGER);
    let line = format!("--json buy --users 3 --lock --force --think 0ms {mode}");
    let run = Run::of(&limited(&shop, &[], limit, &line).output().unwrap());
    let (code, report) = run.document();
    let told = (code, &report["sold"], &report["failed"]);
    assert_eq!(told, (1, &0.into(), &3.into()), "{report:#}");
    for buyer in report["buyers"].as_array().unwrap() {
        assert_eq!(buyer["code"], "io", "{report:#}");
    }
    assert_eq!(shop.json("book next").0, 0);
    assert_eq!(
        Books::of(&shop).lines.len(),
        Books::of(&prepared.shop).lines.len() + 1
    );
    Fault::Struck
}
