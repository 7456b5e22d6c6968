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
            "the 7 that are left",
        );
        assert_refused(&event, &format!("buy --users 2 {how}"), "other.json");
    }
    let (code, rush) = event.json("buy --users 2 --lock --think 0ms --force");
    assert_eq!((code, &rush["sold"]), (0, &2.into()), "{rush:#}");
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
