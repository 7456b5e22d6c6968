//! A damaged ledger or count is told as damage, and never answered by a wrong no.

use std::fs;

use serde_json::Value;

use crate::harness::TestEvent;

/// An event with six sales, on lines 3 to 8; and their ids.
fn six_sold() -> (TestEvent, Vec<String>) {
    let event = TestEvent::in_memory("");
    fs::remove_file(&event.file).unwrap();
    assert_eq!(event.json("init 20").0, 0);
    let ids = (0..6).map(|at| event.booked(&format!("buyer-{at}")));
    let ids = ids.collect();
    (event, ids)
}

fn ledger(event: &TestEvent) -> (std::path::PathBuf, Vec<u8>) {
    let path = event.path("tickets.ledger.jsonl");
    let bytes = fs::read(&path).unwrap();
    (path, bytes)
}

/// Where line 5 stands, its newline included.
fn fifth(bytes: &[u8]) -> std::ops::Range<usize> {
    let ends = (0..bytes.len()).filter(|at| bytes[*at] == b'\n');
    let ends: Vec<usize> = ends.collect();
    ends[3] + 1..ends[4] + 1
}

/// Damage, with the ledger's name and a line.
#[track_caller]
fn is_damage((code, document): (i32, Value)) {
    assert_eq!(code, 6, "{document:#}");
    let place = &document["error"];
    let file = place["file"].as_str().unwrap();
    assert!(file.ends_with("tickets.ledger.jsonl"), "{document:#}");
    assert!(
        place["line"].as_u64().is_some_and(|line| line > 0),
        "{document:#}"
    );
}

/// The sale stands on the ledger by its number: what is found there by numbers that nobody has checked must not be
/// believed when it is that there is no such sale.
#[test]
fn a_flipped_bit_is_never_that_there_is_no_such_sale() {
    let (event, _) = six_sold();
    let (path, sound) = ledger(&event);
    for at in fifth(&sound) {
        let mut bytes = sound.clone();
        bytes[at] ^= 1 << (at % 7);
        let commands = [
            "cancel 5",
            "rename 5 x",
            "confirm 5",
            "release 5",
            "cancel 6",
            "show 5",
        ];
        // The sale itself, by one command; one behind it, by another.
        for command in [commands[at % 4], commands[4]] {
            fs::write(&path, &bytes).unwrap();
            let count = fs::read(&event.file).unwrap();
            let (code, document) = event.json(command);
            fs::write(&event.file, count).unwrap();
            if command == "cancel 6" && code == 0 {
                // It follows on its line and bears out its sum.
                continue;
            }
            is_damage((code, document));
        }
    }
}

#[test]
fn lines_that_have_changed_places_or_numbers_hide_no_sale() {
    let (event, ids) = six_sold();
    let (code, made) = event.json("hold mary");
    assert_eq!(code, 0, "{made:#}");
    let hold = made["hold"]["id"].as_str().unwrap().to_owned();
    event.booked("last");
    let (path, sound) = ledger(&event);
    let text = String::from_utf8(sound.clone()).unwrap();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.swap(4, 5);
    let swapped = lines.concat();
    for id in ["5", "6", &*ids[2]] {
        fs::write(&path, &swapped).unwrap();
        is_damage(event.json(&format!("cancel {id}")));
    }
    // A line of another number than its own.
    for (number, command) in [
        ("9", format!("confirm {hold}")),
        ("9", format!("release {hold}")),
    ] {
        let wrong = text.replace(&format!("\"seq\":{number},"), "\"seq\":7,");
        fs::write(&path, wrong).unwrap();
        is_damage(event.json(&command));
    }
    // A sound ledger says no where that is so.
    fs::write(&path, sound).unwrap();
    for id in ["0", "1", "2", "99", "5-aaaaaa", "nobody"] {
        let (code, document) = event.json(&format!("cancel {id}"));
        assert_eq!(code, 4, "{document:#}");
    }
}

/// Nothing is left beside what is no event: the name of a lock file may be somebody else's.
#[test]
fn a_file_that_is_no_event_gets_no_lock_file() {
    for text in ["hello\n", "{\"tickets\": 3}", "", "\0\0"] {
        let event = TestEvent::in_memory(text);
        let before = event.contents();
        for line in [
            "book alice",
            "hold alice",
            "cancel 1",
            "confirm 1",
            "release 1",
            "rename 1 x",
            "adjust +1 --reason x",
            "close",
            "reopen",
            "set --max-per-sale 2",
            "audit --repair",
            "audit --repair --force",
            "reset",
            "buy --users 2 --lock",
            "buy --users 2",
        ] {
            let (code, document) = event.json(line);
            assert!([4, 6].contains(&code), "{text:?}, {line}: {document:#}");
            assert_eq!(event.contents(), before, "{text:?}, {line}: {document:#}");
        }
        // By force it is made one.
        assert_eq!(event.json("reset 3 --force").0, 0, "{text:?}");
        assert_eq!(event.json("book alice").0, 0, "{text:?}");
    }
    // A count whose ledger is there may be repaired, and takes the lock for that.
    let event = TestEvent::in_memory("{\"ticket\": 3}");
    event.booked("alice");
    fs::remove_file(event.path("tickets.json.lock")).unwrap();
    fs::write(&event.file, "hello").unwrap();
    assert_eq!(event.json("audit --repair").0, 0);
    assert_eq!(event.json("book bob").1["left"], 1);
}

/// A line says how many are left, and nothing of what is sold or held: that must come to as many as there are.
#[test]
fn a_count_whose_sold_was_changed_is_named_and_nothing_is_sold_by_it() {
    for adjusted in [false, true] {
        let event = TestEvent::in_memory("{\"ticket\": 10}");
        event.booked("alice");
        if adjusted {
            assert_eq!(event.json("adjust +5 --reason more").0, 0);
            assert_eq!(event.json("adjust -2 --reason fewer").0, 0);
            event.booked("bob");
        }
        let sound = fs::read_to_string(&event.file).unwrap();
        let sold = 1 + u64::from(adjusted);
        let changed = sound.replace(&format!("\"sold\": {sold},"), "\"sold\": 7,");
        assert_ne!(changed, sound);
        fs::write(&event.file, changed).unwrap();
        let before = event.contents();
        for line in ["query", "book carol", "hold carol", "cancel 2", "sales"] {
            let (code, document) = event.json(line);
            assert_eq!(code, 6, "{line}: {document:#}");
            let error = &document["error"];
            let file = error["file"].as_str().unwrap();
            assert!(file.ends_with("tickets.json"), "{document:#}");
            assert_eq!(error["line"], 1, "{document:#}");
            let message = error["message"].as_str().unwrap();
            let in_all = if adjusted { 13 } else { 10 };
            assert!(message.contains(&format!("{in_all} in all")), "{message}");
            assert!(message.contains("changed the count by hand"), "{message}");
            assert_eq!(event.contents(), before, "{line}");
        }
        assert_eq!(event.json("audit").0, 6);
        assert_eq!(event.json("audit --repair").0, 0);
        assert_eq!(fs::read_to_string(&event.file).unwrap(), sound);
        event.booked("carol");
        event.assert_adds_up();
    }
}

/// A version of the program whose count did not say how many there are in all.
#[test]
fn a_count_that_does_not_say_how_many_there_are_in_all_is_believed_where_it_adds_up() {
    let event = TestEvent::in_memory("{\"ticket\": 10}");
    event.booked("alice");
    assert_eq!(event.json("adjust +5 --reason more").0, 0);
    let mut count = event.count();
    assert!(count["index"]["in_all"] == 15, "{count:#}");
    count.as_object_mut().unwrap().remove("index");
    fs::write(&event.file, count.to_string()).unwrap();
    assert_eq!(event.json("query").1["left"], 14);
    assert_eq!(event.json("audit").0, 0);
    event.booked("bob");
    assert_eq!(event.count()["index"]["in_all"], 15);
    event.assert_adds_up();
    assert_eq!(event.json("audit").0, 0);
}

/// Lines with other ends, behind a byte order mark, or upside down: it is all there, and an audit says what is wrong.
#[test]
fn a_ledger_that_does_not_begin_with_its_opening_line_leads_to_the_audit() {
    let (event, _) = six_sold();
    let (path, sound) = ledger(&event);
    let text = String::from_utf8(sound).unwrap();
    let reversed: Vec<&str> = text.split_inclusive('\n').rev().collect();
    for wrong in [
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
        reversed.concat(),
    ] {
        fs::write(&path, wrong).unwrap();
        for line in ["book eve", "query"] {
            let (code, document) = event.json(line);
            assert_eq!(code, 6, "{document:#}");
            let hint = document["error"]["hint"].as_str().unwrap();
            assert!(hint.contains(" audit'"), "{hint}");
        }
    }
}
