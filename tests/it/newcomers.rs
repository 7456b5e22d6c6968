//! What goes wrong in the first minutes, for people and for programs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::bad_input::as_nobody;
use crate::harness::{Run, TICKETS, TestEvent};

#[test]
fn where_even_the_directory_is_missing_each_command_says_how_to_make_an_event() {
    for line in [
        "query",
        "buy --users 2",
        "buy --users 2 --lock",
        "book ann",
        "hold ann",
        "confirm 2-aaaaaa",
        "release 2-aaaaaa",
        "rename 2-aaaaaa bob",
        "show 2-aaaaaa",
        "set --title x",
        "close",
        "reopen",
        "door",
        "watch",
        "cancel 2-aaaaaa",
        "adjust +1 --reason more",
        "sales",
        "audit",
        "audit --repair",
        "reset",
        "reset 5",
    ] {
        for directory in [".", "no/such"] {
            let event = TestEvent::empty();
            let file = event.path(directory).join("tickets.json");
            let output = Command::new(TICKETS)
                .args(["--json", "-f"])
                .arg(&file)
                .args(line.split(' '))
                .output();
            let (code, document) = Run::of(output.unwrap()).document();
            let error = &document["error"];
            assert_eq!(
                (code, &error["code"]),
                (1, &"missing".into()),
                "{line}: {document}"
            );
            let hint = error["hint"].as_str().unwrap();
            let way = if line.starts_with("buy") {
                "tickets.json makes an event to rush on"
            } else {
                "tickets.json init 200' makes"
            };
            assert!(hint.contains(way), "{line}: {document}");
            assert_eq!(event.names(), [""; 0], "{line}");
        }
    }
}

#[test]
fn a_directory_that_is_closed_is_not_taken_for_an_empty_one() {
    let mut event = TestEvent::empty();
    let closed = event.path("closed");
    event.file = closed.join("tickets.json");
    assert_eq!(event.run("init 2").code, Some(0));
    event.booked("ann");
    let mode = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(event.directory(), mode(0o755)).unwrap();
    fs::set_permissions(&closed, mode(0o000)).unwrap();
    for line in [
        "query",
        "sales",
        "book bob",
        "audit",
        "audit --repair",
        "reset 9",
    ] {
        let run = as_nobody(&event, line);
        assert_eq!(run.code, Some(1), "{line}: {run:?}");
        assert!(run.stderr.contains("Permission denied"), "{line}: {run:?}");
    }
    fs::set_permissions(&closed, mode(0o700)).unwrap();
    assert_eq!(event.json("query").1["sold"], 1);
}

#[test]
fn programs_are_told_which_command_makes_no_sense_and_why() {
    let event = TestEvent::stock(2);
    for (line, command, part) in [
        ("", "tickets", "'tickets' requires a subcommand"),
        ("vend", "tickets", "unrecognized subcommand 'vend'"),
        ("race", "race", "'tickets race' requires a subcommand"),
        ("book", "book", "<NAME>"),
        ("buy --lock", "buy", "--users <N>"),
        ("adjust +1", "adjust", "--reason <TEXT>"),
        ("sales --format xml", "sales", "table, json, jsonl, csv"),
        (
            "race prove --users 0",
            "race prove",
            "a whole number from 1 to",
        ),
        ("race find", "race find", "<CONDITION>"),
    ] {
        let (code, document) = event.json(line);
        assert_eq!(
            (code, &document["command"]),
            (2, &command.into()),
            "{line}: {document}"
        );
        let error = &document["error"];
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(part), "{line}: {document}");
        let help = match command {
            "tickets" => "see 'tickets --help'".to_owned(),
            command => format!("see 'tickets {command} --help'"),
        };
        assert_eq!(error["hint"], Value::from(help), "{line}");
    }
}

#[test]
fn a_help_that_nobody_can_read_is_an_error_and_a_refusal_was_not_carried_out() {
    let event = TestEvent::stock(1);
    for (line, code, told) in [
        ("--help", 1, true),
        ("--json book ann -n 2", 3, false),
        ("--json sell", 2, false),
    ] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = event.command(line.split(' '));
        let run = Run::of(command.stdout(Stdio::from(full)).output().unwrap());
        assert_eq!(run.code, Some(code), "{line}: {run:?}");
        assert!(
            run.stderr.contains("result could not be written"),
            "{run:?}"
        );
        assert_eq!(run.stderr.contains("carried out"), told, "{line}: {run:?}");
    }
}

#[test]
fn words_that_people_try_are_answered_with_the_right_ones() {
    let event = TestEvent::stock(2);
    for (word, right) in [
        ("sell", "tickets book NAME"),
        ("list", "tickets sales"),
        ("reserve", "tickets hold NAME"),
        ("pause", "tickets close"),
        ("guests", "tickets door"),
        ("new", "tickets init N"),
        ("status", "tickets query"),
        ("version", "tickets --version"),
    ] {
        let run = event.run(word);
        assert_eq!(run.code, Some(2), "{run:?}");
        let told = format!("tip: '{right}' does that\n");
        assert!(run.stderr.contains(&told), "{run:?}");
        assert_eq!(run.stderr.matches("tip:").count(), 1, "{run:?}");
        let hint = event.json(word).1["error"]["hint"].clone();
        assert_eq!(hint, Value::from(format!("'{right}' does that")));
    }
    // What follows another command is none of these.
    assert!(!event.run("race show").stderr.contains("sales"));
}
