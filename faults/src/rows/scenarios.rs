//! Row 22: commands that can race on one event meet in every schedule that there is, by the program's own lab: two
//! processes, and three; whoever is killed, wherever it is; by two names of one ledger.

use crate::program::{Program, Run};
use crate::row::{Fault, Row};
use crate::test_event::TestEvent;

/// What makes a run of the lab another one, how its case ends, and whether it is in the slice.
const WAYS: [(&str, &str, bool); 5] = [
    ("2", "--users 2", true),
    ("3", "--users 3", false),
    ("2, killed", "--users 2 --crashes", false),
    ("2, two names", "--users 2 --second-name", false),
    ("3, two names", "--users 3 --second-name", false),
];

pub(crate) fn strike(row: &mut Row) {
    let program = row.program().clone();
    for name in names(&program) {
        for (way, flags, in_slice) in WAYS {
            let case = format!("{name}/{way}");
            row.run("schedules", &case, in_slice, || {
                prove(&program, &name, flags)
            });
        }
    }
}

/// The scenarios that the program has.
fn names(program: &Program) -> Vec<String> {
    let (code, document) = TestEvent::empty(program).json("race scenarios");
    assert_eq!(code, 0, "{document:#}");
    let listed = document["scenarios"].as_array().expect("a list");
    let name = |one: &serde_json::Value| one["name"].as_str().expect("a name").to_owned();
    listed.iter().map(name).collect()
}

fn prove(program: &Program, name: &str, flags: &str) -> Fault {
    let event = TestEvent::empty(program);
    let line = format!("--json race prove --scenario {name} {flags}");
    let mut command = event.command(line.split_ascii_whitespace());
    let (code, document) = Run::of(command.output().unwrap()).document();
    let smallest = &document["smallest"];
    let found = (
        code,
        &document["bad"],
        &smallest["grants"],
        &smallest["findings"],
    );
    assert_eq!((found.0, found.1), (0, &0.into()), "{found:#?}");
    let schedules = document["schedules"].as_u64().expect("a number");
    assert!(schedules > 1, "{document:#}");
    assert_eq!(event.names(), [""; 0], "a scenario is run somewhere else");
    Fault::StruckOften(schedules)
}
