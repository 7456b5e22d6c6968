//! Searches that take long, or are interrupted.

use super::told;
use crate::harness::{Run, TICKETS, TestEvent, eventually, signal};

#[test]
fn an_interrupted_search_leaves_nothing_behind() {
    let place = TestEvent::empty();
    let mut command = std::process::Command::new(TICKETS);
    command.args([
        "--json", "race", "prove", "--users", "8", "--stock", "8", "--place",
    ]);
    command
        .arg(place.directory())
        .stdout(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    eventually("it has begun", || (!place.names().is_empty()).then_some(()));
    signal(child.id().cast_signed(), "INT");
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(130), "{run:?}");
    assert!(run.stdout.contains("interrupted"), "{run:?}");
    assert!(place.names().is_empty(), "{:?}", place.names());
}

/// Who would wait for long is told so, and what was found when they stop it.
#[test]
fn a_search_that_takes_long_says_so_and_keeps_what_it_has_found() {
    // So many times a file of the scratch events was seen to change.
    let stopped = |line: &[&str], changes: usize| {
        let place = TestEvent::empty();
        let mut command = std::process::Command::new(TICKETS);
        command.args(["race", "prove", "--users", "8"]).args(line);
        command
            .arg("--place")
            .arg(place.directory())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        let child = command.spawn().unwrap();
        let mut seen = std::collections::BTreeSet::new();
        eventually("it has come so far", || {
            for scratch in place.names() {
                let files = std::fs::read_dir(place.path(&scratch))
                    .into_iter()
                    .flatten();
                let files = files.flatten().filter_map(|file| file.metadata().ok());
                seen.extend(files.filter_map(|file| file.modified().ok()));
            }
            (seen.len() >= changes).then_some(())
        });
        signal(child.id().cast_signed(), "INT");
        Run::of(child.wait_with_output().unwrap())
    };
    let run = stopped(&["--lock"], 1);
    assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""));
    let long = "note: 2173624 schedules are to be run, some hundreds a second: ";
    assert!(run.stderr.starts_with(long), "{run:?}");
    let ended = "error: the search was stopped after ";
    assert!(run.stderr.contains(ended), "{run:?}");
    assert!(run.stderr.contains("nothing is proven; "), "{run:?}");
    let run = stopped(&["--lock=shared"], 1);
    let long = "note: nobody knows yet how many schedules are to be run, ";
    assert!(run.stderr.starts_with(long), "{run:?}");
    // What has gone wrong until then is shown again by the command that is told.
    let run = stopped(&["--stock", "8", "-q"], 50);
    assert!(run.stderr.starts_with(ended), "{run:?}");
    let (_, replay) = run
        .stderr
        .split_once("the smallest of them: tickets ")
        .unwrap();
    let line = format!("{TICKETS} {}", replay.trim());
    let mut again = std::process::Command::new("bash");
    let again = Run::of(again.args(["-c", &line]).output().unwrap());
    assert_eq!(again.code, Some(6), "{line}: {again:?}");
    // What is soon done says nothing of it.
    let run = told(&["prove", "--users", "3", "--lock"], "80");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

/// Each search has scratch directories of its own: the more have been seen, the more rows are done.
#[test]
fn a_scoreboard_that_is_stopped_keeps_its_finished_rows() {
    let stopped = |after: usize| {
        let place = TestEvent::empty();
        let mut command = std::process::Command::new(TICKETS);
        command.args(["--json", "race", "locks", "--users", "2..8", "--place"]);
        command
            .arg(place.directory())
            .stdout(std::process::Stdio::piped());
        let child = command.spawn().unwrap();
        let mut seen = std::collections::BTreeSet::new();
        eventually("it has come so far", || {
            seen.extend(place.names());
            (seen.len() >= after).then_some(())
        });
        signal(child.id().cast_signed(), "INT");
        let (code, document) = Run::of(child.wait_with_output().unwrap()).document();
        assert_eq!((code, &document["ok"]), (130, &false.into()));
        assert_eq!(document["error"]["code"], "interrupted", "{document:#}");
        document["rows"].as_array().unwrap().clone()
    };
    let rows = (1..200).map(stopped).find(|rows| !rows.is_empty()).unwrap();
    assert_eq!(rows[0]["name"], "none, replace", "{rows:#?}");
    assert_eq!((&rows[0]["users"], &rows[0]["bad"]), (&2.into(), &1.into()));
    assert!(rows.len() < 77, "{rows:#?}");
}
