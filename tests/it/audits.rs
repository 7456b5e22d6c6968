//! `audit` finds what does not add up, and says what, in which file and in which line.

use std::fs;

use serde_json::{Value, json};

use crate::craft::{cancel, line, sale};
use crate::crafted::event;
use crate::harness::TestEvent;

fn open(stock: u64) -> Value {
    line(1, "open", stock.cast_signed(), stock, &json!({}))
}

/// What the first finding says: its kind, its file's name, its line, and its text.
#[track_caller]
fn found(event: &TestEvent) -> (String, String, u64, String) {
    let before = event.contents();
    let (code, audit) = event.json("audit");
    assert_eq!((code, &audit["ok"]), (6, &false.into()), "{audit:#}");
    assert_eq!(event.contents(), before, "an audit writes nothing");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let first = &audit["findings"][0];
    let file = text(&first["file"]).rsplit('/').next().unwrap().to_owned();
    let line = first["line"].as_u64().unwrap();
    (text(&first["kind"]), file, line, text(&first["text"]))
}

#[test]
fn an_audit_of_a_sound_event_says_so() {
    let event = TestEvent::stock(200);
    let expected = json!({
        "ok": true, "command": "audit", "capacity": 200, "sold": 0, "held": 0, "left": 200,
        "records": 0, "findings": [], "notes": [],
    });
    assert_eq!(event.json("audit"), (0, expected));
    event.booked("alice --quantity 2");
    let text = event.run("--json audit").stdout;
    let expected = "{\"ok\":true,\"command\":\"audit\",\"capacity\":200,\"sold\":2,\"held\":0,\"left\":198,\
                    \"records\":2,\"findings\":[],\"notes\":[]}\n";
    assert_eq!(text, expected);
    let run = event.run("audit");
    let expected = "sound  2 lines: every checksum, number, key and cancellation adds up\n\
                    200 in all, 2 sold, 198 left\n";
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), expected));
    // A reset, also one killed before it wrote its count.
    let count = fs::read(&event.file).unwrap();
    assert_eq!(event.json("reset 9 --force").0, 0);
    assert_eq!(event.json("audit").1["capacity"], 9);
    fs::write(&event.file, count).unwrap();
    let (code, audit) = event.json("audit");
    assert_eq!((code, &audit["left"]), (0, &9.into()), "{audit:#}");
}

/// Every byte of a ledger and of the count's numbers.
#[test]
fn every_flipped_byte_is_found() {
    let event = TestEvent::stock(20);
    event.booked("alice --key K");
    let bob = event.booked("bob");
    assert_eq!(event.json(&format!("cancel {bob}")).0, 0);
    let office = tickets::BoxOffice::at(&event.file).unwrap();
    for name in ["tickets.ledger.jsonl", "tickets.json"] {
        let path = event.path(name);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            let spaces = name == "tickets.json" && b" \n".contains(&whole[at]);
            if spaces && !flipped[at].is_ascii_punctuation() {
                continue;
            }
            fs::write(&path, &flipped).unwrap();
            let findings = office.audit().unwrap().findings;
            assert!(!findings.is_empty(), "{name} byte {at}: {flipped:?}");
        }
        fs::write(&path, &whole).unwrap();
    }
    assert_eq!(office.audit().unwrap().findings, []);
}

/// Lines that are gone are told by their numbers.
#[test]
fn lines_that_are_missing_are_named() {
    for (gone, said) in [
        (2..3, "its seq is 4, not 3: line 3 is missing before it"),
        (
            2..5,
            "its seq is 6, not 3: the lines 3 to 5 are missing before it",
        ),
    ] {
        let event = TestEvent::stock(20);
        for _ in 0..6 {
            event.booked("alice");
        }
        let path = event.path("tickets.ledger.jsonl");
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        lines.drain(gone);
        fs::write(&path, lines.concat()).unwrap();
        let run = event.run("audit");
        assert_eq!(run.code, Some(6), "{run:?}");
        assert!(run.stdout.contains(said), "{run:?}");
    }
}

type Change = fn(&mut Vec<String>, &[String]);

#[test]
fn whole_lines_that_do_not_belong_are_found() {
    let other = TestEvent::stock(20);
    for _ in 0..6 {
        other.booked("zoe");
    }
    let foreign = fs::read_to_string(other.path("tickets.ledger.jsonl")).unwrap();
    let foreign: Vec<_> = foreign.split_inclusive('\n').map(str::to_owned).collect();
    let damages: [(&str, u64, Change); 8] = [
        ("swapped", 3, |all, _| all.swap(2, 3)),
        ("lost", 3, |all, _| drop(all.remove(2))),
        ("the first lost", 1, |all, _| drop(all.remove(0))),
        ("twice", 4, |all, _| all.insert(3, all[2].clone())),
        ("the last twice", 7, |all, _| all.push(all[5].clone())),
        ("a foreign one", 3, |all, other| {
            all[2].clone_from(&other[2]);
        }),
        ("one more, foreign", 7, |all, other| {
            all.push(other[6].clone());
        }),
        ("an empty one", 3, |all, _| all.insert(2, "\n".to_owned())),
    ];
    for (damage, at, change) in damages {
        let event = TestEvent::stock(20);
        for _ in 0..5 {
            event.booked("alice");
        }
        let path = event.path("tickets.ledger.jsonl");
        let ledger = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<_> = ledger.split_inclusive('\n').map(str::to_owned).collect();
        change(&mut lines, &foreign);
        fs::write(&path, lines.concat()).unwrap();
        let (kind, file, line, text) = found(&event);
        let place = (kind.as_str(), file.as_str(), line);
        assert_eq!(
            place,
            ("ledger", "tickets.ledger.jsonl", at),
            "{damage}: {text}"
        );
    }
}

/// Lines that were sorted by another program, or pasted: no sale is lost, and the way out that is told works.
#[test]
fn lines_that_have_changed_places_are_put_in_order_by_what_is_told() {
    type Places = fn(&mut Vec<String>);
    let changes: [(Places, &str); 3] = [
        (|all| all.swap(2, 3), "line 3 stands as line 4"),
        (|all| all.swap(2, 5), "line 3 stands as line 6"),
        (|all| all[1..].reverse(), "line 2 stands as line 7"),
    ];
    for (change, words) in changes {
        let event = TestEvent::stock(20);
        for _ in 0..6 {
            event.booked("alice");
        }
        let path = event.path("tickets.ledger.jsonl");
        let whole = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<_> = whole.split_inclusive('\n').map(str::to_owned).collect();
        change(&mut lines);
        fs::write(&path, lines.concat() + "\n\n").unwrap();
        let run = event.run("audit");
        assert_eq!(run.code, Some(6), "{run:?}");
        assert!(run.stdout.contains(words), "{run:?}");
        let (_, document) = event.json("audit");
        let hint = document["findings"][0]["hint"].as_str().unwrap();
        assert!(run.stdout.contains(hint), "{run:?}");
        let command = hint.split_once(": cp ").unwrap().1;
        let command = command.split_once("; then").unwrap().0;
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("cp {command}")]);
        assert!(shell.status().unwrap().success(), "{hint}");
        assert_eq!(fs::read_to_string(&path).unwrap(), whole);
        event.assert_adds_up();
        event.booked("bob");
    }
    // Where a line is lost, no order helps.
    let event = TestEvent::stock(20);
    for _ in 0..3 {
        event.booked("alice");
    }
    let path = event.path("tickets.ledger.jsonl");
    let whole = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<_> = whole.split_inclusive('\n').collect();
    lines.remove(2);
    fs::write(&path, lines.concat()).unwrap();
    let (_, document) = event.json("audit");
    let hint = document["findings"][0]["hint"].as_str().unwrap();
    assert!(!hint.contains("sort "), "{document:#}");
}

/// What is said of lines that make no sense behind an opening line of ten, and these lines. Of the
/// first, somebody gives back too much or what was not sold.
fn given_back() -> Vec<(&'static str, Vec<Value>)> {
    let unknown = "which is no sale before it";
    let sold = |quantity, left| sale(2, quantity, left, None);
    let adjusted = json!({"id": "2-abcdef"});
    let more = sale(3, 2, 6, None);
    let two = vec![sold(2, 8), sale(3, 1, 7, None), cancel(4, 2, 2, 9)];
    let before = vec![sold(2, 8), cancel(3, 4, 1, 9), sale(4, 1, 8, None)];
    let stock = vec![line(2, "adjust", 5, 15, &adjusted), sale(3, 1, 14, None)];
    let without = line(3, "cancel", 1, 9, &json!({}));
    vec![
        (
            "cancelled, of 2",
            vec![sold(2, 8), more, cancel(4, 2, 3, 9)],
        ),
        ("with it 3 of", [two, vec![cancel(5, 2, 1, 10)]].concat()),
        (unknown, vec![sold(2, 8), cancel(3, 9, 1, 9)]),
        (unknown, vec![sold(2, 8), cancel(3, 1, 1, 9)]),
        (unknown, vec![sold(2, 8), cancel(3, 3, 1, 9)]),
        (unknown, before),
        (unknown, [stock, vec![cancel(4, 2, 1, 15)]].concat()),
        ("its ref is missing", vec![sold(2, 8), without]),
        ("where there are fewer", vec![cancel(2, 1, 1, 11)]),
        ("cannot stand here", vec![sold(2, 8), cancel(3, 2, -1, 7)]),
    ]
}

/// The rest of them.
fn sold_or_adjusted() -> Vec<(&'static str, Vec<Value>)> {
    let sell = |more: Value| line(2, "sell", 1, 9, &more);
    let adjust = |quantity, left| line(2, "adjust", quantity, left, &json!({}));
    let key = |seq, left| sale(seq, 1, left, Some("K"));
    let other = json!({"buyer": "alice", "id": "3-abcdef"});
    vec![
        (
            "its key \"K\" is that of line 2",
            vec![key(2, 9), key(3, 8)],
        ),
        (
            "its buyer is missing",
            vec![sell(json!({"id": "2-abcdef"}))],
        ),
        ("its id is missing", vec![sell(json!({"buyer": "alice"}))]),
        ("its id is that of another line", vec![sell(other)]),
        (
            "it says 7 left where 8 should be",
            vec![sale(2, 2, 7, None)],
        ),
        ("where there are fewer", vec![sale(2, 11, 0, None)]),
        ("cannot stand here", vec![sale(2, 0, 10, None)]),
        ("cannot stand here", vec![sale(2, -1, 11, None)]),
        (
            "its seq is 4",
            vec![sale(2, 2, 8, None), sale(4, 1, 7, None)],
        ),
        ("its seq is 1, not 2", vec![open(5)]),
        (
            "the first line, and no",
            vec![line(2, "open", 5, 5, &json!({}))],
        ),
        (
            "the word \"give\" is not known",
            vec![line(2, "give", 1, 9, &json!({}))],
        ),
        (
            "more than 90071992",
            vec![adjust((1 << 53) - 5, (1 << 53) + 5)],
        ),
        ("its quantity is", vec![adjust(i64::MAX, 10)]),
        ("its quantity is", vec![adjust(i64::MIN, 10)]),
    ]
}

/// Lines with right checksums that make no sense with the lines before them.
#[test]
fn lines_that_cannot_stand_where_they_stand_are_found() {
    for (part, lines) in [given_back(), sold_or_adjusted()].concat() {
        // It is the last line, unless a sale follows the cancellation.
        let followed = lines.len() == 3 && lines[2]["op"] == "sell";
        let at = lines.len() as u64 + u64::from(!followed);
        let event = event(&[vec![open(10)], lines].concat());
        let (kind, file, line, text) = found(&event);
        assert!(text.contains(part), "{part}: {text}");
        let place = (kind.as_str(), file.as_str(), line);
        assert_eq!(place, ("ledger", "tickets.ledger.jsonl", at), "{text}");
        let before = event.contents();
        assert_eq!(event.json("audit --repair").0, 6, "{part}");
        let mut after = event.contents();
        after.retain(|(name, _)| name != "tickets.json.lock");
        assert_eq!(after, before, "{part}");
    }
}

/// An audit takes no lock: what is just being written is no flaw.
#[test]
pub(crate) fn an_audit_beside_sales_finds_nothing() {
    let event = TestEvent::with("{\"ticket\": 100000, \"event\": \"Ball\"}");
    event.booked("early");
    let mut seller = event.start("buy --users 400 --lock --think 0ms");
    let office = tickets::BoxOffice::at(&event.file).unwrap();
    for audits in 0.. {
        let audit = office.audit().unwrap();
        assert_eq!(audit.findings, [], "after {audits} audits");
        if seller.try_wait().unwrap().is_some() {
            break;
        }
    }
    event.assert_adds_up();
}

#[test]
fn an_audit_says_how_much_it_could_not_verify() {
    let sold = || {
        let event = TestEvent::stock(9);
        for buyer in ["alice", "bob", "carol", "dave"] {
            event.booked(buyer);
        }
        event
    };
    let path = |event: &TestEvent| event.path("tickets.ledger.jsonl");
    let findings = |event: &TestEvent| {
        let (code, audit) = event.json("audit");
        assert_eq!(code, 6, "{audit:#}");
        audit["findings"].as_array().unwrap().clone()
    };
    let event = sold();
    let ledger = fs::read_to_string(path(&event)).unwrap();
    fs::write(path(&event), ledger.replacen("alice", "alive", 1)).unwrap();
    let text = findings(&event)[0]["text"].to_string();
    assert!(
        text.contains("; the 3 lines behind it are not verified"),
        "{text}"
    );
    // Nothing can be made of the count then.
    fs::write(&event.file, "garbage").unwrap();
    let found = findings(&event);
    let count = found
        .iter()
        .find(|it| it["file"].as_str().unwrap().ends_with("tickets.json"));
    assert_eq!(count.unwrap()["repairable"], false, "{found:#?}");
    let event = sold();
    fs::write(&event.file, "garbage").unwrap();
    assert_eq!(findings(&event)[0]["repairable"], true);
    // The last line alone, and what is no line behind it.
    let event = sold();
    let ledger = fs::read_to_string(path(&event)).unwrap();
    let whole = ledger.trim_end().rfind('\n').unwrap() + 1;
    fs::write(path(&event), &ledger[..whole + 9]).unwrap();
    let found = findings(&event);
    let torn = format!("the end of it, from byte {whole} on, is no line");
    assert!(
        found
            .iter()
            .any(|it| it["text"].to_string().contains(&torn)),
        "{found:#?}"
    );
}

#[test]
fn a_count_that_counts_what_the_ledger_lacks_is_told_with_what_it_lacks() {
    let event = TestEvent::stock(9);
    for buyer in ["alice", "bob", "carol"] {
        event.booked(buyer);
    }
    let (count, bytes) = (
        fs::read_to_string(&event.file).unwrap(),
        event.count()["bytes"].clone(),
    );
    let found = |lines: &str| {
        let now = count.replace("\"seq\": 4", lines);
        assert_ne!(now, count);
        fs::write(&event.file, now).unwrap();
        event.json("audit").1["findings"].to_string()
    };
    let text = found("\"seq\": 3");
    let wrong = format!("counts 3 lines up to byte {bytes} of the ledger, where no such line ends");
    assert!(text.contains(&wrong), "{text}");
    let path = event.path("tickets.ledger.jsonl");
    let ledger = fs::read_to_string(&path).unwrap();
    fs::write(&path, ledger.replacen("bob", "bib", 1)).unwrap();
    let text = found("\"seq\": 5");
    let short = format!("counts 5 lines and {bytes} bytes of the ledger, of which only 2 lines");
    assert!(text.contains(&short), "{text}");
    // What was booked at the break and behind it counts, to be on the safe side.
    fs::write(&event.file, &count).unwrap();
    let (code, error) = event.json("reset");
    assert_eq!(code, 4, "{error:#}");
    let message = error["error"]["message"].as_str().unwrap();
    assert!(
        message.starts_with(
            "tickets are booked, and how many is not known, for line 3 of the ledger does not add up: "
        ),
        "{message}"
    );
}
