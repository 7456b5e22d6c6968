//! Row 4: a write that ends at every byte, and then fails (`RLIMIT_FSIZE`).

use std::fs;
use std::process::{Command, Stdio};

use super::event::{FOREIGN, Prepared, Task, VARIANTS, Variant};
use super::oracle::{Case, judge};
use super::{Fault, Row, strace};
use crate::harness::{Run, Shop, TICKETS};

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

fn length(shop: &Shop, name: &str) -> u64 {
    fs::metadata(shop.path(name)).map_or(0, |metadata| metadata.len())
}

/// The command that runs under a limit of file size, in bytes.
fn limited(shop: &Shop, before: &[&str], limit: u64, line: &str) -> Command {
    let limit = format!("--fsize={limit}:{limit}");
    let words = before
        .iter()
        .copied()
        .chain(["prlimit", &limit, TICKETS, "-f"]);
    let words: Vec<&str> = words.collect();
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .arg(&shop.file)
        .args(line.split_ascii_whitespace())
        .env_remove("TICKETS_FILE")
        .stdin(Stdio::null());
    command
}

#[test]
fn a_write_cut_short_at_any_byte_is_taken_back() {
    if let Some(reason) = missing() {
        eprintln!("skipped: {reason}");
        return;
    }
    let mut row = Row::new("cut short");
    for prepared in VARIANTS.map(Prepared::new).into_iter().chain([wordy()]) {
        for task in WRITERS
            .into_iter()
            .filter(|task| task.fits(prepared.variant))
        {
            every_limit(&mut row, task.name(), &prepared, task, &[]);
        }
    }
    row.end();
}

/// What is left of the line stays on the ledger: the next command puts it away.
#[test]
fn a_write_cut_short_at_any_byte_that_cannot_be_taken_back_is_put_away() {
    if let Some(reason) = missing().or_else(strace::missing) {
        eprintln!("skipped: {reason}");
        return;
    }
    let strace = ["strace", "-f", "-o", "/dev/null", "--seccomp-bpf"];
    let mut row = Row::new("left short");
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
        for variant in VARIANTS {
            every_limit(
                &mut row,
                column,
                &Prepared::new(variant),
                Task::Book,
                &tracer,
            );
        }
    }
    row.end();
}

/// An event whose count is longer than its ledger, so that the count is cut short.
fn wordy() -> Prepared {
    let mut prepared = Prepared::new(Variant::Foreign);
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
    let ledger = "tickets.ledger.jsonl";
    let shop = prepared.copy();
    let usual = shop.run(&task.line(prepared)).code;
    // What is written again or anew begins at the first byte.
    let anew = task == Task::Reset
        || [Variant::First, Variant::Torn, Variant::Padded].contains(&prepared.variant);
    let first = if anew {
        0
    } else {
        length(&prepared.shop, ledger)
    };
    let count = length(&shop, "tickets.json");
    for limit in first..=length(&shop, ledger).max(count) {
        let name = format!("{}/{}/{column}/{limit} bytes", prepared.label, task.name());
        row.run(column, &name, limit % STRIDE == 0, || {
            let shop = prepared.copy();
            let run = Run::of(
                limited(&shop, before, limit, &task.line(prepared))
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
#[test]
fn a_limit_of_file_size_kills_no_buyer() {
    if let Some(reason) = missing() {
        eprintln!("skipped: {reason}");
        return;
    }
    for mode in ["", "--threads"] {
        let prepared = Prepared::new(Variant::Plain);
        let shop = prepared.copy();
        let limit = length(&shop, "tickets.ledger.jsonl");
        let line = format!("--json buy --users 3 --lock --think 0ms {mode}");
        let run = Run::of(limited(&shop, &[], limit, &line).output().unwrap());
        let (code, report) = run.document();
        let told = (code, &report["sold"], &report["failed"]);
        assert_eq!(told, (1, &0.into(), &3.into()), "{report:#}");
        for buyer in report["buyers"].as_array().unwrap() {
            assert_eq!(buyer["code"], "io", "{report:#}");
        }
        assert_eq!(shop.json("book next").0, 0);
        shop.assert_adds_up();
    }
}
