//! What a forced restore or reset did is undone by what it tells.

use std::fs;
use std::process::Command;

use crate::backups::{LEDGER, on, sold, to};
use crate::harness::{Run, TICKETS};

/// The line for a shell that is told last.
fn way_back(run: &Run) -> &str {
    let last = run.stderr.lines().last().unwrap();
    last.strip_prefix("note: to undo that: ").unwrap()
}

/// What a forced restore or reset tells as the way back is a line for a shell, and leads back.
#[test]
fn what_was_forced_is_undone_by_the_line_that_is_told() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    event.booked("carol");
    let before = event.json("sales").1;
    let safe = event.path("safe").display().to_string();
    for (line, quiet) in [
        (format!("restore {safe} --force"), false),
        ("reset --force".to_owned(), false),
        (format!("-q restore {safe} --force"), true),
    ] {
        let run = event.run(&line);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert_ne!(event.json("sales").1, before, "{line}");
        if quiet {
            let told = run.stderr.lines();
            assert!(
                told.clone().count() == 3
                    && told.take(2).all(|it| it.starts_with("warning: given up: ")),
                "{run:?}"
            );
            // What is wanted in a hurry is told all the same.
            assert!(way_back(&run).contains(" restore "), "{run:?}");
            continue;
        }
        let told = way_back(&run);
        let script = told.replace("&& tickets ", &format!("&& {TICKETS} "));
        let undone = Run::of(Command::new("bash").args(["-c", &script]).output().unwrap());
        assert_eq!(undone.code, Some(0), "{script}: {undone:?}");
        assert_eq!(event.json("sales").1, before, "{line}");
        assert_eq!(event.json("audit").0, 0);
    }
    // Also where each has lines that the other lacks.
    let event = sold();
    let safe = event.path("safe").display().to_string();
    let run = event.run(&format!("-q backup {safe}"));
    assert_eq!((run.code, &*run.stdout, &*run.stderr), (Some(0), "", ""));
    assert_eq!(event.json("reset 5 --force").0, 0);
    event.booked("dora");
    let before = event.json("sales").1;
    let run = event.run(&format!("restore {safe} --force"));
    let told = way_back(&run);
    let script = told.replace("&& tickets ", &format!("&& {TICKETS} "));
    let undone = Run::of(Command::new("bash").args(["-c", &script]).output().unwrap());
    assert_eq!(undone.code, Some(0), "{script}: {undone:?}");
    assert_eq!(event.json("sales").1, before);
    // What no restore takes is no way back.
    for line in [
        format!("restore {safe} --force"),
        "reset 5 --force".to_owned(),
    ] {
        event.booked("emil");
        let ledger = event.path(LEDGER);
        let text = fs::read_to_string(&ledger).unwrap();
        fs::write(&ledger, text.replace("emil", "emma")).unwrap();
        let run = event.run(&line);
        assert_eq!(run.code, Some(0), "{run:?}");
        let told = "note: what was replaced did not add up: it is kept to be looked at, and no command puts it back as it is\n";
        let notes = run
            .stderr
            .lines()
            .filter(|it| !it.starts_with("warning: given up: "));
        assert_eq!(notes.collect::<Vec<_>>(), [told.trim_end()], "{line}");
    }
    // Nothing is lost by a restore that need not be forced, and so nothing is told.
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let safe = event.path("safe").display().to_string();
    assert_eq!(event.run(&format!("restore {safe}")).stderr, "");
}

/// Where what is there now has lines that the old ledger lacks, the way back is forced too; where the old ledger does not
/// add up a restore would refuse it, and none is told.
#[test]
fn a_way_back_is_told_as_it_works_or_not_at_all() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let safe = event.path("safe");
    // The copy goes on by itself.
    assert_eq!(on(&safe.join("tickets.json"), "book dora").0, 0);
    event.booked("carol");
    let before = event.json("sales").1;
    let run = event.run(&format!("restore {} --force", safe.display()));
    let told = way_back(&run);
    assert!(told.contains("restore --force"), "{told}");
    let script = told.replace("&& tickets ", &format!("&& {TICKETS} "));
    let undone = Run::of(Command::new("bash").args(["-c", &script]).output().unwrap());
    assert_eq!(undone.code, Some(0), "{script}: {undone:?}");
    assert_eq!(event.json("sales").1, before);
    for line in [
        &format!("restore {} --force", safe.display()),
        "reset --force",
    ] {
        let event = sold();
        assert_eq!(to(&event, "backup DIR").0, 0);
        event.booked("carol");
        let ledger = event.path(LEDGER);
        let text = fs::read_to_string(&ledger).unwrap();
        fs::write(&ledger, text.replace("alice", "alicf")).unwrap();
        let line = line.replace(safe.to_str().unwrap(), event.path("safe").to_str().unwrap());
        let run = event.run(&line);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(!run.stderr.contains("to undo that"), "{line}: {run:?}");
    }
}
