//! The list of sales, for people, for programs and for spreadsheets.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Run, TICKETS, TestEvent};
use crate::{craft, crafted};

pub(crate) fn sales(event: &TestEvent, arguments: &[&str]) -> String {
    let run = Run::of(
        event
            .command([&["sales"], arguments].concat())
            .output()
            .unwrap(),
    );
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    run.stdout
}

pub(crate) fn csv(event: &TestEvent) -> Vec<Vec<String>> {
    let text = sales(event, &["--format", "csv"]);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

pub(crate) fn book(event: &TestEvent, arguments: &[&str]) -> Value {
    let arguments = [&["--json", "book"], arguments].concat();
    let (code, document) = Run::of(event.command(arguments).output().unwrap()).document();
    assert_eq!(code, 0, "{document:#}");
    document["sale"]["id"].clone()
}

#[test]
fn sales_are_listed_in_every_format() {
    let event = TestEvent::stock(9);
    let alice = event.booked("alice --quantity 3 --key web-1");
    assert_eq!(event.json(&format!("cancel {alice} -n 2")).0, 0);
    let bob = event.booked("bob");
    assert_eq!(event.json("buy --users 1 --lock --think 0ms --force").0, 0);
    let written = event.sales();
    let (at, run) = (&written[0]["at"], written[2]["rush"].as_str().unwrap());

    let table = sales(&event, &[]);
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|l| l.split_whitespace().collect())
        .collect();
    let header = ["id", "at", "quantity", "cancelled", "buyer", "key"];
    assert_eq!((lines.len(), &lines[0][..]), (5, &header[..]), "{table}");
    // The clock here, to the second.
    let utc = at.as_str().unwrap();
    let (date, time) = (&utc[..10], &utc[11..19]);
    assert_eq!(lines[1], [&alice, date, time, "3", "2", "alice", "web-1"]);
    assert_eq!(lines[2][3..], ["1", "bob"], "{table}");
    let total = "3 sales: 5 tickets, 2 cancelled, 3 valid\n";
    assert!(table.ends_with(total), "{table}");
    assert_eq!(
        lines[3][4..],
        ["user-1", "(rush", &format!("{run})")],
        "{table}"
    );

    let first = json!({
        "id": alice, "at": at, "buyer": "alice", "quantity": 3, "cancelled": 2, "valid": 1,
        "key": "web-1",
    });
    let (code, document) = event.json("sales");
    assert_eq!(
        (code, &document["ok"], &document["command"]),
        (0, &true.into(), &"sales".into())
    );
    assert_eq!(document["sales"][0], first);
    assert_eq!(document["sales"][1]["id"], bob);
    assert_eq!(document["sales"][2]["rush"], run);
    let list = document["sales"].as_array().unwrap();
    assert_eq!(list.len(), 3);
    let total = json!({"sales": 3, "quantity": 5, "cancelled": 2, "valid": 3});
    assert_eq!(document["total"], total);
    assert_eq!(
        serde_json::from_str::<Value>(&sales(&event, &["--format", "json"])).unwrap(),
        document
    );
    let lines = sales(&event, &["--format", "jsonl"]);
    let lines: Vec<Value> = lines
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(&lines, list);

    let rows = csv(&event);
    assert_eq!(
        rows[0],
        [
            "id",
            "at",
            "buyer",
            "quantity",
            "cancelled",
            "valid",
            "key",
            "rush",
            "note"
        ]
    );
    assert_eq!(
        rows[1],
        [&alice, utc, "alice", "3", "2", "1", "web-1", "", ""]
    );
    assert_eq!(rows[3][7], run);
    assert_eq!(rows.len(), 4);
}

#[test]
fn sales_of_one_buyer_are_those_of_that_buyer() {
    let event = TestEvent::stock(9);
    for buyer in ["alice", "bob", "Alice", "alice2", "alice"] {
        event.booked(buyer);
    }
    let (_, document) = event.json("sales --name alice");
    let list = document["sales"].as_array().unwrap();
    assert_eq!(list.len(), 3, "{document:#}");
    let is_alice = |sale: &Value| sale["buyer"].as_str().unwrap().to_lowercase() == "alice";
    assert!(list.iter().all(is_alice));
    assert_eq!(sales(&event, &["--name", "zoe"]), "no sales\n");
    assert_eq!(
        sales(&event, &["--name", "alice", "--format", "csv"])
            .lines()
            .count(),
        4
    );
    book(&event, &["Zo\u{eb} M\u{fc}ller"]);
    book(&event, &["Wei\u{df}, K\u{e4}the"]);
    for name in [
        "zoe\u{308} M\u{dc}LLER",
        "  Zo\u{eb} M\u{fc}ller ",
        "WEISS, K\u{c4}THE",
        "WEI\u{1e9e}, k\u{e4}the",
    ] {
        let found = sales(&event, &["--name", name, "--format", "jsonl"]);
        assert_eq!(found.lines().count(), 1, "{name}");
    }
}

/// Who looks for a part of a name is told whole ones.
#[test]
fn where_a_name_finds_nothing_those_like_it_are_told() {
    let event = TestEvent::stock(20);
    for name in [
        "Ann Smith",
        "Zo\u{eb} M\u{fc}ller",
        "Ann Smith",
        "bob",
        "\u{141}ukasz O\u{2019}Neill",
        "Wei\u{df}, K\u{e4}the",
    ] {
        book(&event, &[name]);
    }
    let told = |arguments: &[&str]| {
        let run = event.command([&["sales", "--name"], arguments].concat());
        Run::of({ run }.output().unwrap())
    };
    for (wanted, like) in [
        (
            "smith",
            "note: --name finds a whole name; these are like it: Ann Smith\n",
        ),
        (
            "MULLER zoe",
            "note: --name finds a whole name; these are like it: Zo\u{eb} M\u{fc}ller\n",
        ),
        (
            "lukasz o'neill",
            "note: --name finds a whole name; these are like it: \u{141}ukasz O\u{2019}Neill\n",
        ),
        (
            "weiss kathe",
            "note: --name finds a whole name; these are like it: Wei\u{df}, K\u{e4}the\n",
        ),
        ("carol", ""),
    ] {
        let run = told(&[wanted]);
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            ("no sales\n", like)
        );
        assert_eq!(told(&[wanted, "--quiet"]).stderr, "");
        let json = told(&[wanted, "--json"]);
        assert_eq!(json.stderr, like);
        assert_eq!(json.document().1["sales"], json!([]));
    }
    assert_eq!(told(&["bob"]).stderr, "");
    for at in 0..7 {
        book(&event, &[&format!("guest {at}")]);
    }
    let many = told(&["guest"]).stderr;
    assert!(many.ends_with("guest 3, guest 4 and others\n"), "{many}");
}

#[test]
fn the_last_sales_and_those_since_a_moment_are_listed() {
    let event = crafted::event(&[
        craft::line(1, "open", 9, 9, &json!({})),
        at(2, "2026-05-01T18:00:00.000Z"),
        at(3, "2026-05-02T18:00:00.000Z"),
        at(4, "2026-05-03T18:00:00.000Z"),
        // Nobody knows.
        at(5, "some day in a summer..."),
    ]);
    let ids = |line: &str| {
        let (code, document) = event.json(&format!("sales {line}"));
        assert_eq!(code, 0, "{document:#}");
        let sales = document["sales"].as_array().unwrap().clone();
        let id = |sale: &Value| sale["id"].as_str().unwrap()[..1].to_owned();
        (
            sales.iter().map(id).collect::<String>(),
            document["total"]["sales"].as_u64().unwrap(),
        )
    };
    for (line, shown, all) in [
        ("", "2345", 4),
        ("--limit 2", "45", 4),
        ("--limit 9", "2345", 4),
        ("--limit 0", "", 4),
        ("--since 2026-05-02T18:00:00Z", "345", 3),
        ("--since 2026-05-02T18:00:00Z --limit 1", "5", 3),
        ("--since 2h", "5", 1),
    ] {
        assert_eq!(ids(line), (shown.to_owned(), all), "{line}");
    }
    let table = sales(&event, &["--limit", "2"]);
    assert!(
        table.ends_with("4 sales: 4 tickets; the last 2 are shown\n"),
        "{table}"
    );
    let mut elsewhere = event.command(["sales", "--since", "2026-05-03"]);
    let run = Run::of(elsewhere.env("TZ", "Asia/Kolkata").output().unwrap());
    assert!(run.stdout.contains("  2026-05-03 23:30:00  "), "{run:?}");
    assert!(!run.stdout.contains(" 2-aaaaaa "), "{run:?}");
    assert_eq!(event.run("sales --since soon").code, Some(2));
    let none = sales(&event, &["--name", "nobody", "--limit", "1"]);
    assert_eq!(none, "no sales\n");
}

#[test]
fn an_empty_list_is_a_list() {
    for event in [TestEvent::stock(2), sold_and_reset()] {
        assert_eq!(sales(&event, &[]), "no sales\n");
        assert_eq!(sales(&event, &["--format", "jsonl"]), "");
        assert_eq!(
            sales(&event, &["--format", "csv"]),
            "id,at,buyer,quantity,cancelled,valid,key,rush,note\n"
        );
        let total = json!({"sales": 0, "quantity": 0, "cancelled": 0, "valid": 0});
        let expected = json!({"ok": true, "command": "sales", "sales": [], "total": total});
        assert_eq!(event.json("sales"), (0, expected));
    }
}

#[test]
fn whoever_has_seen_enough_of_the_list_is_no_error() {
    let event = TestEvent::sold(2000);
    for format in ["table", "json", "jsonl", "csv"] {
        let (file, head) = (event.file.display(), "head -c 100 > /dev/null");
        let line = format!("set -o pipefail; {TICKETS} -f {file} sales --format {format} | {head}");
        let run = Run::of(Command::new("bash").args(["-c", &line]).output().unwrap());
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (Some(0), ""),
            "{format}: {run:?}"
        );
    }
}

#[test]
fn of_a_broken_ledger_nothing_is_listed() {
    let event = TestEvent::stock(9);
    for _ in 0..4 {
        event.booked("alice");
    }
    let path = event.path("tickets.ledger.jsonl");
    let ledger = fs::read_to_string(&path).unwrap();
    fs::write(&path, ledger.replacen("alice", "alive", 1)).unwrap();
    for format in ["table", "json", "jsonl", "csv"] {
        let run = event.run(&format!("sales --format {format}"));
        assert_eq!((run.code, run.stdout.as_str()), (Some(6), ""), "{format}");
        assert!(
            run.stderr.contains("tickets.ledger.jsonl:2: this line"),
            "{run:?}"
        );
    }
    let (code, document) = event.json("sales");
    assert_eq!(
        (code, &document["error"]["line"]),
        (6, &2.into()),
        "{document:#}"
    );
}

/// A newline that an editor took away changes neither the list nor what was cancelled.
#[test]
fn a_missing_newline_does_not_shorten_the_list() {
    for last in ["sale", "cancellation"] {
        let event = TestEvent::stock(9);
        let alice = event.booked("alice");
        let bob = event.booked("bob");
        if last == "cancellation" {
            assert_eq!(event.json(&format!("cancel {alice}")).0, 0);
        }
        let (_, before) = event.json("sales");
        let path = event.path("tickets.ledger.jsonl");
        let ledger = fs::read_to_string(&path).unwrap();
        fs::write(&path, ledger.trim_end()).unwrap();
        assert_eq!(event.json("sales"), (0, before), "{last}");
        assert!(event.json("sales").1.to_string().contains(&bob));
    }
}

fn at(seq: u64, at: &str) -> Value {
    let sale = json!({"id": format!("{seq}-aaaaaa"), "buyer": "ann", "at": at});
    craft::line(seq, "sell", 1, 10 - seq, &sale)
}

fn sold_and_reset() -> TestEvent {
    let event = TestEvent::stock(2);
    event.booked("alice");
    assert_eq!(event.json("reset --force").0, 0);
    event
}

/// Who looks for a name that stands in notes alone is told so.
#[test]
fn a_name_that_stands_in_notes_alone_is_told_to_stand_there() {
    let event = TestEvent::stock(9);
    for note in ["Paid in cash", "will pay"] {
        let run = Run::of(
            event
                .command(["book", "ann", "--note", note])
                .output()
                .unwrap(),
        );
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    let run = event.run("sales --name paid");
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "no sales\n"));
    assert!(
        run.stderr.contains("1 sale has that in the note"),
        "{run:?}"
    );
    let run = event.run("sales --name nobody");
    assert!(!run.stderr.contains("in the note"), "{run:?}");
}
