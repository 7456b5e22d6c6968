//! What the doctor finds where all is not well.
//!
//! A file system that misbehaves cannot be had on every machine. So a script stands in for the
//! second process, and says what that process would see there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tickets::doctor::{CheckResult, examine};

use crate::doctor::{CHECKS, nothing_is_left, result, text};
use crate::harness::{Run, TICKETS, TestEvent, eventually, signal};

/// The binary with a script in the place of its second process.
///
/// It is started from a file that is gone by then: the system names that file `tickets (deleted)`,
/// and there is the script.
struct StandIn {
    place: tempfile::TempDir,
}

impl StandIn {
    fn saying(script: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        // Not written by this process: a handle for writing, inherited by another test's child just
        // now, would keep the file from being started.
        let made = Command::new("sh")
            .args(["-c", "cp \"$0\" tickets && printf %s \"$1\" > 'tickets (deleted)' && chmod +x 'tickets (deleted)'"])
            .args([TICKETS, &format!("#!/bin/sh\n{script}\n")])
            .current_dir(place.path())
            .status()
            .unwrap();
        assert!(made.success());
        Self { place }
    }

    fn program(&self) -> PathBuf {
        self.place.path().join("tickets (deleted)")
    }

    /// `tickets doctor` in this directory.
    fn examine(&self, event: &TestEvent, options: &str) -> Command {
        let mut command = Command::new("bash");
        let start = "exec 9<\"$0\" && rm \"$0\" && exec /proc/self/fd/9 \"$@\"";
        command
            .args(["-c", start])
            .arg(self.place.path().join("tickets"))
            .args(options.split_ascii_whitespace())
            .arg("doctor")
            .arg(event.directory())
            .stdin(Stdio::null());
        command
    }

    fn report(&self, event: &TestEvent) -> (i32, Value) {
        Run::of(self.examine(event, "--json").output().unwrap()).document()
    }
}

/// A second process that answers each order with what stands here, and well where nothing does.
fn answers(lock: &str, used: &str) -> String {
    format!(
        "while read -r order; do case $order in
        '\"lock\"') echo '{lock}';; '\"unlock\"') echo '\"unlocked\"';;
        '\"use\"') echo '{used}';; '\"watch\"') echo '\"watching\"';;
        '\"tell\"') echo '{{\"watched\":{{\"reads\":9,\"changes\":8,\"missing\":0,\"empty\":0,\"mixed\":0,\"failed\":0,\"error\":null}}}}';;
        esac; done"
    )
}

#[test]
fn two_holders_of_one_lock_are_found() {
    let event = TestEvent::empty();
    let script = answers("\"locked\"", "\"used\"");
    let (code, report) = StandIn::saying(&script).report(&event);
    assert_eq!((code, &report["ok"]), (6, &false.into()), "{report:#}");
    assert_eq!(result(&report, "exclusion"), "fail");
    assert!(text(&report, "exclusion").starts_with("two holders: another process"));
    // The check before has left no lock that would hinder this one.
    assert_eq!(
        text(&report, "read_only_lock"),
        "the lock of a file that is open for reading excludes nobody"
    );
    assert_eq!(
        result(&report, "killed_holder"),
        "note",
        "nothing to be tried"
    );
    assert_eq!(report["checks"].as_array().unwrap().len(), CHECKS.len());
    assert!(report["costs_us"]["lock"].as_f64().unwrap() > 0.0);
    nothing_is_left(&event, &[]);

    let stand_in = StandIn::saying(&script);
    let run = Run::of(stand_in.examine(&event, "--quiet").output().unwrap());
    assert_eq!((run.code, run.stderr.as_str()), (Some(6), ""), "{run:?}");
    assert!(run.stdout.starts_with("FAIL  exclusion"), "{}", run.stdout);
    assert!(
        run.stdout.contains("\nUNFIT  do not keep an event in"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("pass"), "{}", run.stdout);
}

/// The other process respects our lock, and has one that we do not see.
#[test]
fn two_holders_are_found_from_either_side() {
    let event = TestEvent::empty();
    let at_first = "echo '\"held\"'";
    let then = "echo \"$says\"; says='\"locked\"'";
    let answers = answers("\"held\"", "\"used\"").replace(at_first, then);
    let script = format!("says='\"held\"'; {answers}");
    let (code, report) = StandIn::saying(&script).report(&event);
    assert_eq!(code, 6, "{report:#}");
    assert!(text(&report, "exclusion").starts_with("two holders: this process"));
}

/// The other process never gets the lock, which nobody holds.
#[test]
fn a_lock_that_stays_taken_is_found() {
    let event = TestEvent::empty();
    let stand_in = StandIn::saying(&answers("\"held\"", "\"used\""));
    let (code, report) = stand_in.report(&event);
    assert_eq!(
        (code, result(&report, "exclusion")),
        (6, "fail"),
        "{report:#}"
    );
    assert_eq!(
        text(&report, "exclusion"),
        "a lock that was given up stays taken"
    );
}

/// A real second process, but with a shell between: when the shell is killed, the holder lives.
#[test]
fn a_lock_that_outlives_its_holder_is_found() {
    let event = TestEvent::empty();
    let stand_in = StandIn::saying(&format!("'{TICKETS}' \"$@\"; exit"));
    let (code, report) = stand_in.report(&event);
    assert_eq!(
        (code, result(&report, "killed_holder")),
        (6, "fail"),
        "{report:#}"
    );
    for name in [
        "exclusion",
        "read_only_lock",
        "advisory",
        "replace",
        "rename",
        "sync",
    ] {
        assert_eq!(result(&report, name), "pass", "{name}: {report:#}");
    }
    nothing_is_left(&event, &[]);
}

#[test]
fn a_lock_that_keeps_readers_out_is_found() {
    let event = TestEvent::empty();
    let script = answers("\"held\"", "{\"failed\":\"Permission denied\"}");
    let (code, report) = StandIn::saying(&script).report(&event);
    assert_eq!(
        (code, result(&report, "advisory")),
        (6, "fail"),
        "{report:#}"
    );
    assert!(text(&report, "advisory").ends_with("Permission denied"));
}

#[test]
fn a_replaced_file_that_was_not_there_or_not_whole_is_found() {
    let event = TestEvent::empty();
    // The second process tells the truth, but for what it read.
    let edits = [
        "s/missing\":0/missing\":3/",
        "s/empty\":0/empty\":4/",
        "s/mixed\":0/mixed\":5/",
        "s/failed\":0/failed\":6/",
        "s/error\":null/error\":\"stale\"/",
    ];
    let script = format!("'{TICKETS}' \"$@\" | sed -u '{}'; exit", edits.join(";"));
    let (code, report) = StandIn::saying(&script).report(&event);
    for name in ["replace", "rename"] {
        assert_eq!((code, result(&report, name)), (6, "fail"), "{report:#}");
        let found = "3 times missing, 4 times empty, 5 times mixed, 6 times unreadable (stale)";
        assert!(text(&report, name).ends_with(found), "{report:#}");
    }
    assert_eq!(result(&report, "exclusion"), "pass");
}

#[test]
fn each_of_these_alone_is_found() {
    for name in ["missing", "empty", "mixed", "failed"] {
        let event = TestEvent::empty();
        let told = format!("\"{name}\":1");
        let script = answers("\"held\"", "\"used\"").replace(&format!("\"{name}\":0"), &told);
        let (_, report) = StandIn::saying(&script).report(&event);
        assert_eq!(result(&report, "rename"), "fail", "{name}: {report:#}");
    }
}

#[test]
fn a_file_that_nobody_read_meanwhile_proves_nothing() {
    let event = TestEvent::empty();
    let script = answers("\"held\"", "\"used\"").replace("\"changes\":8", "\"changes\":0");
    let (_, report) = StandIn::saying(&script).report(&event);
    assert_eq!(result(&report, "replace"), "note", "{report:#}");
    assert!(text(&report, "replace").ends_with("not tried"));
}

#[test]
fn without_a_second_process_nothing_is_told() {
    for (script, part) in [
        ("exit 3", "ended before it answered"),
        ("read -r order; echo hello", "makes no sense: \"hello\\n\""),
        (
            "read -r order; exec tr '\\0' x < /dev/zero",
            "without an end",
        ),
    ] {
        let event = TestEvent::empty();
        let (code, document) = StandIn::saying(script).report(&event);
        let error = &document["error"];
        let message = error["message"].as_str().unwrap();
        assert!(code == 1 && message.contains(part), "{document:#}");
        assert_eq!(error["code"], "io");
        assert!(!error["hint"].as_str().unwrap().is_empty());
        nothing_is_left(&event, &[]);
    }
    let event = TestEvent::empty();
    let error = examine(event.directory(), Path::new("/no/such"), None).unwrap_err();
    assert_eq!(error.kind(), tickets::Kind::Io);
    assert_eq!(error.place().unwrap().file, Path::new("/no/such"));
    nothing_is_left(&event, &[]);
}

#[test]
fn a_program_examines_with_a_second_process_of_its_choice() {
    let event = TestEvent::empty();
    let report = examine(event.directory(), Path::new(TICKETS), None).unwrap();
    assert!(report.holds(), "{report:#?}");
    let liar = StandIn::saying(&answers("\"locked\"", "\"used\""));
    let report = examine(event.directory(), &liar.program(), None).unwrap();
    assert!(!report.holds());
    assert_eq!(
        (report.exit_code(), report.checks[1].result),
        (6, CheckResult::Fail)
    );
    nothing_is_left(&event, &[]);
}

#[test]
fn an_interrupted_doctor_leaves_nothing() {
    for (name, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let event = TestEvent::empty();
        // Its second process never answers, and does not look whether anybody asks.
        let stand_in = StandIn::saying("while :; do sleep 0.1; done");
        let mut command = stand_in.examine(&event, "--json");
        let doctor = command.stdout(Stdio::piped()).spawn().unwrap();
        eventually("its second process is there", || {
            let processes = event.processes();
            processes
                .iter()
                .any(|process| process.line.contains("__peer"))
                .then_some(())
        });
        assert_eq!(event.names().len(), 1, "the place where it tries things");
        signal(doctor.id().cast_signed(), name);
        let run = Run::of(doctor.wait_with_output().unwrap());
        let (exit, document) = run.document();
        assert_eq!(
            (exit, &document["ok"]),
            (code, &false.into()),
            "{document:#}"
        );
        assert_eq!(document["error"]["code"], "interrupted");
        nothing_is_left(&event, &[]);
    }
}
