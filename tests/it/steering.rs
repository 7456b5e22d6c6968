//! Nobody's words steer a terminal: whatever a file, a process or a line of somebody else's is called, it
//! stands there as letters, and begins no line of its own.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use serde_json::json;

use crate::harness::{Run, TestEvent, foreign_lock};
use crate::{craft, crafted};

/// Clears the screen, sets a title, forges a line, turns the direction.
const HOSTILE: &str = "x\u{1b}]0;P\u{7}\u{1b}[2J\nerror: FAKE\r\u{9b}31m\u{202e}y";

/// Runs a command as on a terminal, where escape sequences are passed on; fails if one of them, or a line, is
/// not the program's own.
#[track_caller]
fn assert_harmless<S: AsRef<OsStr>>(
    event: &TestEvent,
    arguments: impl IntoIterator<Item = S>,
) -> Run {
    let mut command = event.command(arguments);
    command.env("CLICOLOR_FORCE", "1").env("TMPDIR", "/tmp");
    let run = Run::of(command.output().unwrap());
    for text in [&run.stdout, &run.stderr] {
        let mut own = text.clone();
        for style in ["0m", "1m", "2m", "31m", "32m", "33m", "4m"] {
            own = own.replace(&format!("\u{1b}[{style}"), "");
        }
        let steers = |c: char| c != '\n' && tickets::steers(c);
        assert!(!own.contains(steers), "{command:?}: {own:?}");
        let forged = own.lines().any(|line| line.starts_with("error: FAKE"));
        assert!(!forged, "{command:?}: {own:?}");
    }
    run
}

/// The same for people and for programs; whatever comes of it must be told.
#[track_caller]
fn assert_all_harmless(event: &TestEvent, arguments: &[&str]) {
    let run = assert_harmless(event, arguments);
    assert!(!run.stdout.is_empty() || !run.stderr.is_empty(), "{run:?}");
    let run = assert_harmless(event, [&["--json"], arguments].concat());
    if arguments.first() != Some(&"man") {
        let _ = run.document();
    }
}

/// An event in a directory with such a name.
fn hostile_place() -> (TestEvent, TestEvent) {
    let outer = TestEvent::empty();
    let place = outer.path(HOSTILE);
    fs::create_dir(&place).unwrap();
    let event = TestEvent::empty_in(&place);
    (outer, event)
}

#[test]
fn no_name_of_a_file_steers_a_terminal() {
    let (_outer, event) = hostile_place();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (run, svg) = (text(&event.path("run.jsonl")), text(&event.path("run.svg")));
    let nowhere = text(&event.path("no/such/place"));
    for command in ["query", "audit", "sales"] {
        assert_all_harmless(&event, &[command]);
    }
    assert_all_harmless(&event, &["reset", "9"]);
    assert_all_harmless(&event, &["reset", "9"]);
    let drawn = [
        "buy",
        "--users",
        "2",
        "--think",
        "0ms",
        "--evidence",
        &run,
        "--timeline",
        &svg,
    ];
    assert_all_harmless(&event, &drawn);
    assert_all_harmless(&event, &["race", "check", &run, "--timeline", &svg]);
    assert_all_harmless(&event, &["race", "check", &nowhere]);
    assert_all_harmless(&event, &["race", "prove", "--place", &nowhere]);
    assert_all_harmless(&event, &["race", "prove", "--lock", "--timeline", &svg]);
    assert_all_harmless(&event, &["doctor"]);
    assert_all_harmless(&event, &["doctor", &nowhere]);
    assert_all_harmless(&event, &["man", &text(&event.path("run.jsonl"))]);
    fs::write(event.path("tickets.ledger.jsonl"), "\u{1b}[2J\n\n{}").unwrap();
    for command in ["query", "audit", "sales", "reset"] {
        assert_all_harmless(&event, &[command]);
    }
    assert_all_harmless(&event, &["audit", "--repair"]);
    assert_all_harmless(&event, &["buy", "--users", "2", "--lock"]);
    fs::write(&event.file, "").unwrap();
    fs::remove_file(event.path("tickets.ledger.jsonl")).ok();
    assert_all_harmless(&event, &["query"]);
}

#[test]
fn no_word_of_the_command_line_steers_a_terminal() {
    let event = TestEvent::stock(9);
    for arguments in [
        &[HOSTILE][..],
        &["buy", "--users", HOSTILE],
        &["buy", "--users", "2", "--think", HOSTILE],
        &["buy", "--users", "2", HOSTILE],
        &["buy", "--users", "2", &format!("--{HOSTILE}")],
        &["book", "a", "--wait", HOSTILE],
        &["book", "a", "--durability", HOSTILE],
        &["adjust", HOSTILE, "--reason", "r"],
        &["book", HOSTILE],
        &["cancel", HOSTILE],
        &["race", "find", HOSTILE],
        &["race", "replay", HOSTILE],
        &["race", "locks", "--users", HOSTILE],
    ] {
        assert_all_harmless(&event, arguments);
    }
    for format in ["table", "json", "jsonl", "csv"] {
        assert_harmless(&event, ["book", "--key", HOSTILE, "somebody"]);
        let run = assert_harmless(&event, ["sales", "--format", format]);
        assert!(run.stdout.contains("error: FAKE"), "{run:?}");
    }
    assert_all_harmless(&event, &["book", "--key", HOSTILE, "somebody else"]);
}

#[test]
fn no_evidence_of_somebody_else_steers_a_terminal() {
    let event = TestEvent::empty();
    let (file, svg) = (event.path("run.jsonl"), event.path("run.svg"));
    let name = serde_json::to_string(HOSTILE).unwrap();
    let header = "{\"evidence\":1,\"run\":NAME,\"stock\":2,\"first\":0}\n";
    let sale = |who: &str, at: u64| {
        format!(
            "{{\"buyer\":{who},\"invoke\":{at},\"return\":{},\"read\":0,\"seen\":2,\"write\":1,\"left\":1,\"outcome\":\"sold\",\"intend\":{},\"wrote\":{}}}\n",
            at + 90,
            at + 50,
            at + 60
        )
    };
    let other = format!("\"b{}", &name[1..]);
    for lines in [
        "{\"spoiled\":NAME}\n".to_owned(),
        "{NAME:1}\n".to_owned(),
        "{\"step\":NAME,\"buyer\":\"a\",\"t\":1}\n".to_owned(),
        format!("{}{}", sale("NAME", 10), sale("OTHER", 20)),
        format!("{}{}", sale("NAME", 10), sale("NAME", 15)),
        format!("{}{{\"buyer\":NAME,\"invoke\":90}}\n", sale("NAME", 100)),
    ] {
        let text = format!("{header}{lines}")
            .replace("NAME", &name)
            .replace("OTHER", &other);
        fs::write(&file, text).unwrap();
        let _ = fs::remove_file(&svg);
        let arguments = [
            "race",
            "check",
            file.to_str().unwrap(),
            "--timeline",
            svg.to_str().unwrap(),
        ];
        let run = assert_harmless(&event, arguments);
        assert_eq!(run.code, Some(6), "{run:?}");
        assert_all_harmless(&event, &arguments[..3]);
        let drawn = fs::read_to_string(&svg).unwrap_or_default();
        assert!(
            !drawn.contains(|c| c != '\n' && tickets::steers(c)),
            "{drawn:?}"
        );
    }
}

/// A process names itself.
#[test]
fn no_holder_of_the_lock_steers_a_terminal() {
    let event = TestEvent::stock(9);
    event.booked("a");
    let own = fs::read_to_string("/proc/self/comm").unwrap();
    let held = foreign_lock(&event.path("tickets.json.lock"));
    for name in [
        "\u{1b}]0;P\u{7}\u{1b}[5m",
        "x\nerror: FAKE",
        "y\u{202e}\u{9b}31m",
    ] {
        fs::write("/proc/self/comm", name).unwrap();
        let run = assert_harmless(&event, ["book", "b", "--wait", "20ms"]);
        assert_eq!(run.code, Some(5), "{run:?}");
        assert_all_harmless(&event, &["book", "b", "--wait", "20ms"]);
        assert_all_harmless(&event, &["buy", "--users", "2", "--lock", "--wait", "20ms"]);
    }
    fs::write("/proc/self/comm", own.trim_end()).unwrap();
    drop(held);
}

/// Sales of others beside a rush, and lines that somebody has made up with right checksums.
#[test]
fn no_buyer_of_somebody_else_steers_a_terminal() {
    let sold = |seq: u64, buyer: &str| {
        let sale = json!({"id": format!("{seq}-aaaaaa"), "buyer": buyer, "key": buyer});
        craft::line(seq, "sell", 1, 10 - seq, &sale)
    };
    let opened = craft::line(1, "open", 9, 9, &json!({}));
    let event = crafted::event(&[opened, sold(2, "a"), sold(3, HOSTILE)]);
    let run = assert_harmless(&event, ["book", "--key", HOSTILE, HOSTILE]);
    assert_eq!(run.code, Some(0), "{run:?}");
    for command in ["sales", "query", "audit"] {
        assert_all_harmless(&event, &[command]);
    }
    let (_, document) = Run::of(event.command(["--json", "sales"]).output().unwrap()).document();
    assert_eq!(document["sales"][1]["buyer"], HOSTILE, "to the letter");
}
