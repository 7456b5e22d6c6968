//! Files that make no sense in hundreds of ways: every command ends with an exit code that means
//! something, in little memory, and never in a panic.

use std::fs;
use std::io::Write;
use std::process::Command;

use serde_json::Value;

use crate::corpus::{self, Files, tied};
use crate::harness::{Run, TICKETS, TestEvent};

/// What a process may use, in bytes: of 64 MiB, what the program itself and its stack leave. The system
/// refuses more, and the program would abort: nothing needs to be measured.
pub(crate) const MEMORY: u64 = 48 << 20;

const COMMANDS: [&[&str]; 8] = [
    &["query"],
    &["sales"],
    &["audit"],
    &["book", "zoe"],
    &["book", "zoe", "--key", "K"],
    &["cancel", "2-abcdef"],
    &["audit", "--repair"],
    &["buy", "--users", "1", "--lock", "--think", "0ms"],
];

/// Runs every second command on fresh copies of the files; on the next files, the others.
#[track_caller]
pub(crate) fn assert_no_harm(all: impl IntoIterator<Item = Files>) {
    let all: Vec<Files> = all.into_iter().collect();
    assert!(all.len() > 20, "only {} variants", all.len());
    for (at, files) in all.iter().enumerate() {
        for arguments in COMMANDS.iter().skip(at % 2).step_by(2) {
            let event = TestEvent::in_memory(&files.count);
            fs::write(event.path("tickets.ledger.jsonl"), &files.ledger).unwrap();
            let before = event.contents();
            let run = run(&event, arguments, MEMORY);
            let place = format!("{}: {arguments:?}: {run:?}", files.what);
            assert_sensible(&run, &place);
            let changed = event.contents() != before;
            assert!(!changed || arguments.len() > 1, "changed: {place}");
        }
    }
}

/// Runs a command that may have so many bytes of memory, beside the program itself and its stack.
pub(crate) fn run(event: &TestEvent, arguments: &[&str], memory: u64) -> Run {
    let mut command = limited(memory);
    command
        .env_remove("TICKETS_FILE")
        .arg("-f")
        .arg(&event.file);
    Run::of(command.arg("--json").args(arguments).output().unwrap())
}

/// The program within a limit of so many bytes, which its children inherit.
pub(crate) fn limited(memory: u64) -> Command {
    let mut command = Command::new("sh");
    let script = format!("ulimit -d {} && exec \"$0\" \"$@\"", memory >> 10);
    command.args(["-c", &script, TICKETS]);
    command
}

#[track_caller]
pub(crate) fn assert_sensible(run: &Run, place: &str) {
    assert!([0, 3, 4, 6].map(Some).contains(&run.code), "{place}");
    assert!(!run.stderr.contains("panicked"), "{place}");
    let documents = serde_json::from_str::<Value>(&run.stdout);
    let document = documents.unwrap_or_else(|e| panic!("{e}: {place}"));
    assert_eq!(document["ok"], run.code == Some(0), "{place}");
}

#[test]
fn no_count_does_harm() {
    assert_no_harm(corpus::counts());
}

/// A ledger larger than the memory that there is.
#[test]
fn a_ledger_larger_than_the_memory_is_read() {
    const LITTLE: u64 = 16 << 20;
    for (part, chunks) in [("\n", 17), ("x", 65), ("{\"seq\":2}\n", 65), ("", 65)] {
        let event = TestEvent::stock(9);
        let mut ledger = fs::File::create(event.path("tickets.ledger.jsonl")).unwrap();
        if part.is_empty() {
            // NULs, which take no room.
            ledger.set_len(chunks << 20).unwrap();
        }
        let chunk = part.repeat((1 << 20) / part.len().max(1));
        for _ in 0..chunks {
            ledger.write_all(chunk.as_bytes()).unwrap();
        }
        for arguments in [
            &["query"][..],
            &["audit"],
            &["sales"],
            &["cancel", "2-abcdef"],
        ] {
            if arguments[0] == "cancel" {
                // Beside a count that counts one of its lines, nobody repairs it.
                fs::write(&event.file, tied("7", 4, 600)).unwrap();
            }
            let run = run(&event, arguments, LITTLE);
            assert_sensible(&run, &format!("{part:?}: {arguments:?}: {run:?}"));
        }
    }
}

/// The limit is one: otherwise nothing above says anything about memory.
#[test]
fn who_needs_more_memory_than_there_is_fails() {
    let run = run(&TestEvent::stock(9), &["query"], 64 << 10);
    assert_ne!(run.code, Some(0), "{run:?}");
}

/// Writes the fuzzers' seeds, `fuzz/run` asks for them.
#[test]
fn the_seeds_of_the_fuzzers_are_small_and_many() {
    const MOST: usize = 4096;
    let directory = std::env::var_os("TICKETS_SEEDS").map(std::path::PathBuf::from);
    let all = corpus::all();
    let counts = all.iter().map(|files| ("count", &files.count));
    let ledgers = all.iter().map(|files| ("ledger", &files.ledger));
    let evidence = crate::race_check::seeds();
    let evidence = evidence.iter().map(|seed| ("evidence", seed));
    let mut seeds = std::collections::BTreeSet::new();
    seeds.extend(counts.chain(ledgers).chain(evidence));
    seeds.retain(|(_, seed)| seed.len() <= MOST);
    for target in ["count", "ledger", "evidence"] {
        let seeds = seeds.iter().filter(|seed| seed.0 == target);
        assert!(seeds.clone().count() > 10, "{target}");
        let Some(directory) = directory.as_ref().map(|all| all.join(target)) else {
            continue;
        };
        fs::create_dir_all(&directory).unwrap();
        for (number, (_, seed)) in seeds.enumerate() {
            fs::write(directory.join(format!("seed-{number}")), seed).unwrap();
        }
    }
}
