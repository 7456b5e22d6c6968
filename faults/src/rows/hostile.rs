//! Row 13, the part about `tickets.json`, the ledger and names on the command line: whatever stands in them,
//! the answer is an error with its exit code, in little memory. The rest is in the program's own tests:
//! `tests/it/hostile.rs`, `hostile_ledgers.rs`, `bad_input.rs`, `race_check/hostile.rs`, `properties.rs`.

use std::fs::{self, File};

use crate::program::{Program, Run};
use crate::row::{Fault, Row};
use crate::test_event::{LEDGER, TestEvent};

/// As much memory as any of this may take, in bytes.
const MEMORY: u64 = 64 << 20;

const COMMANDS: [&str; 5] = [
    "query",
    "book a --key k",
    "cancel 2-abcdef",
    "audit",
    "audit --repair",
];

/// Texts that are no count.
const TEXTS: [&str; 21] = [
    "[",
    "[]",
    "{}",
    "null",
    "3",
    "\"3\"",
    "{\"ticket\": \"3\"}",
    "{\"ticket\": 3.0}",
    "{\"ticket\": -3}",
    "{\"ticket\": 1e400}",
    "{\"ticket\": 18446744073709551616}",
    "{\"ticket\": 9007199254740992}",
    "{\"ticket\": 2}}",
    "{\"ticket\": 2, \"ticket\": 3}",
    "{\"ticket\": 2, \"ticket_num\": 2}",
    "{\"ticket\": 2, \"sold\": 1}",
    "{\"ticket\": 2, \"sold\": 1, \"seq\": 2, \"bytes\": 18446744073709551615}",
    "\u{feff}\u{feff}{\"ticket\": 2}",
    "{\"ticket\": 2, \"a\": [",
    "{\"ticket\": 2",
    "\u{0}{\"ticket\": 2}",
];

pub(crate) fn strike(row: &mut Row) {
    if std::process::Command::new("prlimit")
        .arg("--version")
        .output()
        .is_err()
    {
        return row.cannot("no prlimit(1)");
    }
    let program = row.program().clone();
    let deep = "[".repeat(500_000);
    let deep = format!("{{\"ticket\": 2, \"deep\": {deep}}}");
    for (at, text) in TEXTS.iter().copied().chain([&deep[..]]).enumerate() {
        for command in COMMANDS {
            let name = format!("count {at}/{command}");
            row.run("tickets.json", &name, true, || {
                refused(&program, command, |event| {
                    fs::write(&event.file, text).unwrap();
                })
            });
        }
    }
    for (what, length) in [("1 GiB", 1 << 30), ("8 TiB", 1 << 43)] {
        for command in COMMANDS {
            row.run("sparse", &format!("{what}/{command}"), true, || {
                refused(&program, command, |event| {
                    let file = File::create(&event.file).unwrap();
                    file.set_len(length).unwrap();
                })
            });
        }
    }
    for command in COMMANDS {
        row.run("ledger", &format!("ledger/{command}"), true, || {
            // An endless line of nothing.
            refused(&program, command, |event| {
                fs::write(
                    &event.file,
                    "{\"ticket\": 2, \"sold\": 1, \"seq\": 2, \"bytes\": 300}",
                )
                .unwrap();
                File::create(event.path(LEDGER))
                    .unwrap()
                    .set_len(1 << 28)
                    .unwrap();
            })
        });
    }
}

fn refused(program: &Program, line: &str, prepare: impl Fn(&TestEvent)) -> Fault {
    let event = TestEvent::empty(program);
    prepare(&event);
    let limit = format!("--data={MEMORY}");
    let mut command = program.through(&["prlimit", &limit], &event.file);
    command.arg("--json").args(line.split_ascii_whitespace());
    let run = Run::of(command.output().unwrap());
    assert!(!run.stderr.contains("panicked"), "{run:?}");
    let code = run.code;
    assert!(
        [Some(1), Some(2), Some(4), Some(6)].contains(&code),
        "{run:?}"
    );
    let (_, document) = run.document();
    assert_eq!(document["ok"], false, "{document:#}");
    Fault::Struck
}
