//! A new event: what `init` makes, and what becomes of it.

use std::fs;

use serde_json::{Value, json};

use crate::harness::TestEvent;
use crate::{craft, crafted};

const LEDGER: &str = "tickets.ledger.jsonl";

fn made(tickets: u64) -> TestEvent {
    let event = TestEvent::empty();
    let (code, made) = event.json(&format!("init {tickets}"));
    assert_eq!(code, 0, "{made:#}");
    event
}

#[track_caller]
fn assert_refused(event: &TestEvent, command: &str, part: &str) {
    let before = event.contents();
    let (code, document) = event.json(command);
    let error = &document["error"];
    assert_eq!(
        (code, &error["code"]),
        (4, &"refused".into()),
        "{document:#}"
    );
    assert!(error.to_string().contains(part), "{command}: {document:#}");
    assert_eq!(event.contents(), before, "{command}");
}

#[test]
fn an_event_is_made_with_its_settings() {
    let event = TestEvent::empty();
    let none = Value::Null;
    let settings = json!({"title": none, "date": none, "max_per_sale": none, "max_per_buyer": none,
        "hold": "15m", "from": none, "until": none});
    assert_eq!(
        event.json("init 200"),
        (
            0,
            json!({"ok": true, "command": "init", "event": settings, "left": 200})
        )
    );
    let ledger = event.ledger();
    let [open, set] = ledger.as_slice() else {
        panic!("{ledger:#?}");
    };
    assert_eq!((&open["op"], &open["format"]), (&"open".into(), &2.into()));
    assert_eq!((&set["op"], &set["event"]), (&"set".into(), &settings));
    assert_eq!((&set["seq"], &set["left"]), (&2.into(), &200.into()));
    assert_eq!(set.get("quantity"), None);
    assert_eq!(event.run("query -q").code, Some(0));
    assert_eq!(event.json("query").1["left"], 200);
    assert_eq!(event.json("sales").1["sales"], json!([]));
    let (code, audit) = event.json("audit");
    assert_eq!((code, &audit["records"]), (0, &2.into()), "{audit:#}");
    let id = event.booked("alice --key k");
    assert_eq!(event.json("book alice --key k").1["replayed"], true);
    assert_eq!(event.json(&format!("cancel {id}")).0, 0);
    event.assert_adds_up();
}

#[test]
fn the_directory_is_made_and_people_are_told_what() {
    let mut event = TestEvent::empty();
    event.file = event.path("a/b/gala.json");
    let run = event.run("init 3");
    let told = format!("made  {}\n3 left\n", event.file.display());
    assert_eq!(run.stdout, told, "{run:?}");
    assert_eq!(event.run("init 9007199254740992").code, Some(2));
}

#[test]
fn what_is_there_is_left_alone_and_named() {
    let event = TestEvent::stock(5);
    assert_refused(&event, "init 9", "tickets.json\"");
    let event = made(5);
    assert_refused(&event, "init 5", "tickets.json\"");
    fs::remove_file(&event.file).unwrap();
    assert_refused(&event, "init 5", LEDGER);
    // What a reset has archived is somebody's too.
    let event = made(5);
    let archived = event.json("reset").1["archived"].clone();
    for name in [LEDGER, "tickets.json"] {
        fs::remove_file(event.path(name)).unwrap();
    }
    assert_refused(&event, "init 5", archived.as_str().unwrap());
}

#[test]
fn a_rush_keeps_off_an_event_that_is_made_for_real() {
    let event = made(7);
    for how in [
        "",
        "--lock --think 0ms",
        "--together",
        "--threads --lock=mutex",
    ] {
        assert_refused(
            &event,
            &format!("buy --users 2 {how}"),
            "what is left, 7 tickets",
        );
        assert_refused(&event, &format!("buy --users 2 {how}"), "other.json");
    }
    let (code, rush) = event.json("buy --users 2 --lock --think 0ms --force");
    assert_eq!((code, &rush["sold"]), (0, &2.into()), "{rush:#}");
}

/// A race leaves a ledger that nobody can sell from: that is never asked for by `--force` alone.
#[test]
fn a_rush_that_may_ruin_a_real_event_is_asked_for_by_its_lock() {
    let booked = TestEvent::stock(7);
    booked.booked("alice");
    for event in [made(7), booked] {
        for how in ["--force", "--force --together", "--force --threads"] {
            let line = format!("buy --users 4 --think 0ms {how}");
            assert_refused(&event, &line, "it can ruin the event");
            assert_refused(&event, &line, "'--force --lock=none' races here");
            assert_refused(&event, &line, "backup DIR'");
        }
        let run = event.run("buy --users 4 --think 0ms --together --force --lock=none");
        assert_eq!(run.code, Some(6), "{run:?}");
        assert!(run.stderr.starts_with("warning: "), "{run:?}");
        assert!(
            run.stdout.contains("restore DIR' puts a backup back"),
            "{run:?}"
        );
        assert!(!run.stdout.contains("reset"), "{run:?}");
    }
    // Nothing is warned of where nothing is at stake.
    let event = TestEvent::stock(7);
    for how in ["--force", "--force --lock=none"] {
        let run = event.run(&format!("buy --users 1 --think 0ms {how}"));
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    }
}

/// What cannot be read any more was sold to somebody all the same.
#[test]
fn a_booking_that_is_damaged_is_not_started_anew_without() {
    for (was, is, told) in [
        (
            "alice",
            "alicf",
            "tickets are booked, and how many is not known",
        ),
        (
            "\"op\":\"sell\"",
            "\"op\":\"sall\"",
            "1 line of the ledger cannot be read",
        ),
    ] {
        let event = made(7);
        event.booked("alice");
        let ledger = fs::read_to_string(event.path(LEDGER)).unwrap();
        let damaged = ledger.replace(was, is);
        assert_ne!(ledger, damaged);
        fs::write(event.path(LEDGER), damaged).unwrap();
        for line in [
            "query",
            "sales",
            "book bob",
            "audit",
            "audit --repair",
            "buy --users 2 --lock",
        ] {
            let run = event.run(line);
            let said = run.stdout + &run.stderr;
            assert_eq!(run.code, Some(6), "{line}: {said}");
            assert!(
                said.contains("restore DIR'") && !said.contains(" reset"),
                "{line}: {said}"
            );
        }
        assert_refused(&event, "reset", told);
        assert_eq!(event.json("reset --force").1["left"], 7);
    }
}

#[test]
fn a_reset_keeps_what_it_was_made_for() {
    let event = made(7);
    let settings = event.ledger()[1]["event"].clone();
    event.booked("alice");
    assert_refused(&event, "reset", "booked");
    assert_eq!(event.json("reset 9 --force").1["left"], 9);
    let ledger = event.ledger();
    assert_eq!((ledger.len(), &ledger[1]["event"]), (2, &settings));
    event.assert_adds_up();
    assert_refused(&event, "buy --users 2", "made for real");
    event.booked("bob");
    assert_eq!(event.json("audit").0, 0);
}

#[test]
fn a_count_that_is_missing_or_changed_by_hand_is_mended_from_the_first_line_on() {
    let event = made(7);
    let count = fs::read(&event.file).unwrap();
    fs::remove_file(&event.file).unwrap();
    assert_eq!(event.json("query").1["left"], 7);
    event.booked("alice");
    assert_eq!(event.count()["ticket"], 6);
    let event = made(7);
    let changed = String::from_utf8(count).unwrap().replace('7', "9");
    fs::write(&event.file, changed).unwrap();
    assert_eq!(event.json("book alice").0, 6);
    assert_eq!(event.json("audit --repair").1["left"], 7);
    assert_eq!(event.json("book alice").1["left"], 6);
}

#[test]
fn a_backup_holds_it_from_the_first() {
    let event = made(7);
    let place = TestEvent::empty();
    let safe = place.path("safe").display().to_string();
    assert_eq!(event.json(&format!("backup {safe}")).1["seq"], 2);
    event.booked("alice");
    assert_refused(&event, &format!("restore {safe}"), "1 sale");
    assert_eq!(event.json(&format!("restore {safe} --force")).1["left"], 7);
    assert_refused(&event, "buy --users 2 --lock", "made for real");
    let elsewhere = TestEvent::empty();
    assert_eq!(elsewhere.json(&format!("restore {safe}")).0, 0);
    assert_eq!(elsewhere.ledger(), event.ledger());
}

#[test]
fn what_a_newer_program_has_made_is_not_touched() {
    let open = craft::line(1, "open", 5, 5, &json!({"format": 3}));
    let sold = json!({"id": "2-aaaaaa", "buyer": "ann"});
    let sold = craft::line(2, "sell", 1, 4, &sold);
    // Also where the count goes past the first line.
    for event in [
        crafted::event(std::slice::from_ref(&open)),
        crafted::event(&[open, sold]),
    ] {
        for command in [
            "query",
            "book alice",
            "cancel 2-aaaaaa",
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
            "backup safe",
            "sales",
            "audit",
            "audit --repair",
            "reset --force",
            "buy --users 2 --lock",
            "buy --users 2",
        ] {
            let before = event.contents();
            let (code, document) = event.json(command);
            let message = document["error"]["message"].as_str().unwrap_or_default();
            assert_eq!(code, 6, "{command}: {document:#}");
            assert!(
                message.contains("made by a newer tickets"),
                "{command}: {document:#}"
            );
            let after = event.contents();
            assert!(before.iter().all(|file| after.contains(file)), "{command}");
        }
    }
}

#[test]
fn a_ledger_of_before_such_events_sells_on() {
    let event = crafted::event(&[craft::line(1, "open", 5, 5, &json!({}))]);
    event.booked("alice");
    assert_eq!(event.json("query").1["left"], 4);
    assert_eq!(event.json("audit").0, 0);
}

/// A file that is none of an event's gets no advice that is about events.
#[test]
fn a_file_that_is_no_event_is_only_asked_about() {
    let mut event = TestEvent::empty();
    event.file = event.path("list.csv");
    std::fs::write(&event.file, "buyer,quantity\nann,2\n").unwrap();
    for (line, code) in [("book ann", 6), ("query", 6), ("init 20", 4)] {
        let (is, document) = event.json(line);
        let hint = document["error"]["hint"].as_str().unwrap();
        assert_eq!(is, code, "{line}: {document:#}");
        assert!(hint.contains("is this the right file?"), "{line}: {hint}");
        for none in ["restore", "adjust", "mend it"] {
            assert!(!hint.contains(none), "{line}: {hint}");
        }
    }
}

/// Who has written a count by hand is told what it is like.
#[test]
fn a_count_that_was_written_wrong_is_told_what_it_is_like() {
    let event = TestEvent::empty();
    std::fs::write(&event.file, "{\"ticket\": 2\n").unwrap();
    for line in ["book ann", "query"] {
        let (is, document) = event.json(line);
        let hint = document["error"]["hint"].as_str().unwrap();
        assert_eq!(is, 6, "{line}: {document:#}");
        assert!(hint.contains("like {\"ticket\": 2}"), "{line}: {hint}");
    }
}
