//! Mistakes in command lines of the lab: what is said, and how it exits.

use std::fs;

use crate::harness::{Run, TestEvent};

/// In a directory with a few files that are no evidence; `|` separates arguments.
fn said(event: &TestEvent, line: &str) -> Run {
    let mut command = event.command(["race"]);
    command.args(line.split('|'));
    Run::of(command.current_dir(event.directory()).output().unwrap())
}

#[test]
fn a_mistake_is_named_with_what_to_do() {
    let event = TestEvent::empty();
    fs::create_dir(event.path("dir")).unwrap();
    fs::write(event.path("empty"), "").unwrap();
    fs::write(event.path("foreign"), "hello world\n").unwrap();
    for (line, code, what, help) in [
        ("prove|--users|0", 2, "from 1 to 64", "--help"),
        ("prove|--users|9999", 2, "from 1 to 64", "--help"),
        (
            "prove|--stock|18446744073709551615",
            2,
            "from 0 to 9007199254740991",
            "--help",
        ),
        (
            "prove|--lock|data-file",
            2,
            "'data-file'",
            "--lock=data-file",
        ),
        ("prove|--lock=mutex", 2, "mutex", "--threads"),
        ("prove|--place|nowhere", 1, "nowhere", "--place"),
        ("prove|--place|foreign", 1, "foreign", "--place"),
        ("locks|--users|3..2", 2, "1 to 8", "--help"),
        ("replay|3!:6", 2, "0 to 5", "3!:4"),
        ("replay|1 2 2 1|--users|1", 2, "of 2 buyers", "--users"),
        ("replay|1 1 1", 4, "step 3", "--stock"),
        ("replay|3!:4|--lock", 4, "step 4", "--lock"),
        ("check|nosuch", 1, "nosuch", "--evidence"),
        ("check|dir", 1, "dir", "--evidence"),
        ("check|empty", 6, "it is empty", "docs/evidence.md"),
        ("check|foreign", 6, "foreign:1", "docs/evidence.md"),
        ("find|oversold &&", 2, "column 12", "names are"),
    ] {
        let run = said(&event, line);
        assert_eq!(run.code, Some(code), "{line}: {run:?}");
        for part in ["error: ", what, help] {
            assert!(run.stderr.contains(part), "{line}: {part}: {run:?}");
        }
        assert_eq!(run.stdout, "", "{line}");
        let run = said(&event, &format!("{line}|--json"));
        let (exit, document) = run.document();
        assert_eq!(exit, code, "{line}: {document:#}");
        assert!(
            document["error"]["hint"].is_string(),
            "{line}: {document:#}"
        );
    }
    assert_eq!(event.names(), ["dir", "empty", "foreign"]);
}

/// The least there is: nothing can go wrong, and it is said in the singular.
#[test]
fn one_buyer_is_safe() {
    let event = TestEvent::empty();
    for line in ["prove|--users|1", "prove|--users|1|--stock|0"] {
        let run = said(&event, line);
        assert_eq!(run.code, Some(0), "{line}: {run:?}");
        assert!(run.stdout.starts_with("1 buyer, "), "{run:?}");
        assert!(
            run.stdout.contains("1 of 1 schedule of 1 buyer is right"),
            "{run:?}"
        );
    }
}
