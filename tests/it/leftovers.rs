//! Scratch directories of killed processes: the next one sweeps them, and nothing that may be somebody's.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::doctor::{nothing_is_left, result, text};
use crate::harness::{Run, TICKETS, TestEvent, eventually, signal};

/// The scratch directories of this kind.
fn scratch(place: &Path, kind: &str) -> Vec<PathBuf> {
    let begins = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with(&format!(".{kind}."))
    };
    let entries = fs::read_dir(place).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(begins)
        .collect()
}

/// Starts it, and stops it as soon as it has marked a scratch directory.
fn stopped(command: &mut Command, place: &Path, kind: &str) -> (Child, PathBuf) {
    let before = scratch(place, kind);
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let is_marked = |path: &Path| fs::metadata(path.join(".owner")).is_ok_and(|it| it.len() > 0);
    let made = eventually("it has a directory", || {
        let mut made = scratch(place, kind);
        made.retain(|path| !before.contains(path) && is_marked(path));
        made.pop()
    });
    signal(child.id().cast_signed(), "STOP");
    (child, made)
}

fn killed(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_a_killed_doctor_left_is_swept_by_the_next_one() {
    let event = TestEvent::stock(2);
    let doctor = || {
        stopped(
            &mut event.command(["doctor"]),
            event.directory(),
            "tickets-doctor",
        )
    };
    let (child, left) = doctor();
    let (other, used) = doctor();
    killed(child);
    assert!(left.is_dir());
    // One goes on, or would.
    let (code, report) = event.json("doctor");
    assert_eq!(
        (code, result(&report, "leftovers")),
        (0, "note"),
        "{report:#}"
    );
    assert_eq!(
        text(&report, "leftovers"),
        "a directory that a killed examination left was removed"
    );
    assert!(!left.exists() && used.is_dir());
    let (_, report) = event.json("doctor");
    let names = report["checks"].as_array().unwrap().iter();
    let mut names = names.map(|check| &check["name"]);
    assert!(names.all(|name| name != "leftovers"), "{report:#}");
    killed(other);
    assert_eq!(event.json("doctor").0, 0);
    nothing_is_left(&event, &["tickets.json"]);
}

/// What only looks like a leftover stays, and is told.
#[test]
fn what_may_be_somebody_elses_is_not_swept() {
    let event = TestEvent::stock(2);
    let (child, left) = stopped(
        &mut event.command(["doctor"]),
        event.directory(),
        "tickets-doctor",
    );
    killed(child);
    let mark = fs::read_to_string(left.join(".owner")).unwrap();
    let name = left.file_name().unwrap().to_str().unwrap().to_owned();
    // Of another boot or another machine; without a mark; behind a link; a mark that is a pipe.
    fs::write(left.join(".owner"), mark.replacen('-', "x", 1)).unwrap();
    let stays = |what: &str| {
        let (code, report) = event.json("doctor");
        let told = text(&report, "leftovers");
        assert!(code == 0 && told.starts_with(&name), "{what}: {told}");
        assert!(fs::symlink_metadata(&left).is_ok(), "{what}");
    };
    stays("another boot");
    fs::remove_file(left.join(".owner")).unwrap();
    stays("no mark");
    let pipe = Command::new("mkfifo").arg(left.join(".owner")).status();
    assert!(pipe.unwrap().success());
    stays("a pipe");
    fs::remove_file(left.join(".owner")).unwrap();
    fs::write(left.join(".owner"), &mark).unwrap();
    let aside = event.path("aside");
    fs::rename(&left, &aside).unwrap();
    symlink(&aside, &left).unwrap();
    stays("a link");
    fs::remove_file(&left).unwrap();
    // Under a name that is none of ours.
    for name in [".tickets-doctor.aaaaaa", ".tickets-doctor.bbbbbb"] {
        fs::create_dir(event.path(name)).unwrap();
        fs::write(event.path(name).join(".owner"), &mark).unwrap();
    }
    let (code, report) = event.json("doctor");
    let told = text(&report, "leftovers");
    assert!(
        code == 0 && told.starts_with(".tickets-doctor.aaaaaa and 1 more "),
        "{told}"
    );
    // As it was, it is swept.
    fs::rename(&aside, &left).unwrap();
    assert_eq!(event.json("doctor").0, 0);
    assert!(!left.exists() && event.path(".tickets-doctor.aaaaaa").is_dir());
}

#[test]
fn what_a_killed_lab_left_is_swept_by_the_next_one() {
    let event = TestEvent::empty();
    let place = event.directory();
    let lab = |users: &str| {
        let mut command = Command::new(TICKETS);
        command.args(["--json", "race", "prove", "--users", users, "--place"]);
        command.arg(place);
        command
    };
    let (child, left) = stopped(&mut lab("6"), place, "tickets-race");
    let (code, proof) = Run::of(lab("2").output().unwrap()).document();
    assert_eq!(
        (code, &proof["command"]),
        (6, &Value::from("race prove")),
        "{proof:#}"
    );
    assert!(left.is_dir(), "it is used");
    killed(child);
    // A process of it may be on its way to its end.
    eventually("it is swept", || {
        assert_eq!(Run::of(lab("2").output().unwrap()).code, Some(6));
        scratch(place, "tickets-race").is_empty().then_some(())
    });
}
