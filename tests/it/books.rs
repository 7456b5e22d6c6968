//! The list of sales, for people, for programs and for spreadsheets.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Run, TICKETS, TestEvent};

fn sales(event: &TestEvent, arguments: &[&str]) -> String {
    let run = Run::of(
        event
            .command([&["sales"], arguments].concat())
            .output()
            .unwrap(),
    );
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    run.stdout
}

fn csv(event: &TestEvent) -> Vec<Vec<String>> {
    let text = sales(event, &["--format", "csv"]);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

fn book(event: &TestEvent, arguments: &[&str]) -> Value {
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
    let header = ["sale", "at", "tickets", "given", "back", "buyer", "key"];
    assert_eq!((lines.len(), &lines[0][..]), (4, &header[..]), "{table}");
    assert_eq!(
        lines[1],
        [&alice, at.as_str().unwrap(), "3", "2", "alice", "web-1"]
    );
    assert_eq!(lines[2][2..], ["1", "bob"], "{table}");
    assert_eq!(
        lines[3][3..],
        ["user-1", "(rush", &format!("{run})")],
        "{table}"
    );

    let first = json!({
        "id": alice, "at": at, "buyer": "alice", "quantity": 3, "cancelled": 2, "key": "web-1",
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
        ["id", "at", "buyer", "quantity", "cancelled", "key", "rush"]
    );
    assert_eq!(
        rows[1],
        [&alice, at.as_str().unwrap(), "alice", "3", "2", "web-1", ""]
    );
    assert_eq!(rows[3][6], run);
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
    assert_eq!(list.len(), 2, "{document:#}");
    assert!(list.iter().all(|sale| sale["buyer"] == "alice"));
    assert_eq!(sales(&event, &["--name", "zoe"]), "no sales\n");
    assert_eq!(
        sales(&event, &["--name", "alice", "--format", "csv"])
            .lines()
            .count(),
        3
    );
}

#[test]
fn an_empty_list_is_a_list() {
    for event in [TestEvent::stock(2), sold_and_reset()] {
        assert_eq!(sales(&event, &[]), "no sales\n");
        assert_eq!(sales(&event, &["--format", "jsonl"]), "");
        assert_eq!(
            sales(&event, &["--format", "csv"]),
            "id,at,buyer,quantity,cancelled,key,rush\n"
        );
        let expected = json!({"ok": true, "command": "sales", "sales": []});
        assert_eq!(event.json("sales"), (0, expected));
    }
}

fn sold_and_reset() -> TestEvent {
    let event = TestEvent::stock(2);
    event.booked("alice");
    assert_eq!(event.json("reset --force").0, 0);
    event
}

/// Names are somebody else's words: whatever is in them, lists stay lists.
#[test]
fn no_name_breaks_a_list() {
    let event = TestEvent::stock(100);
    let long = "\u{1f3ab}".repeat(64);
    let names = [
        "two\nlines",
        "return\r\n",
        "\u{1b}[31mred\u{1b}]0;title",
        "\u{1b}]",
        "\u{9b}31m\u{7f}\u{85}",
        "right \u{202e}tfel\u{2066}",
        "\u{feff}\u{200b}",
        "comma, \"quote\"; tab\t",
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        &long,
    ];
    let ids: Vec<Value> = names
        .iter()
        .map(|name| book(&event, &[&format!("--key={name}"), "--", name]))
        .collect();
    let (code, document) = event.json("sales");
    assert_eq!(code, 0);
    let rows = csv(&event);
    let table = sales(&event, &[]);
    assert_eq!(
        (rows.len(), table.lines().count()),
        (names.len() + 1, names.len() + 1),
        "{table}"
    );
    for (at, name) in names.iter().enumerate() {
        let sale = &document["sales"][at];
        assert_eq!((&sale["id"], &sale["buyer"]), (&ids[at], &(*name).into()));
        let cell = &rows[at + 1][2];
        assert_eq!(cell, &rows[at + 1][5]);
        assert!(!cell.chars().any(tickets::steers), "{cell:?}");
        let words: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
        assert!(
            words.chars().all(|c| cell.contains(c)),
            "{name:?}: {cell:?}"
        );
        let line = table.lines().nth(at + 1).unwrap();
        assert!(
            line.trim_start().starts_with(ids[at].as_str().unwrap()),
            "{line:?}"
        );
        let steers = |c: char| c.is_control() || "\u{202e}\u{2066}\u{feff}\u{200b}".contains(c);
        assert!(!line.contains(steers), "{line:?}");
        let mut said = event.command(["book", &format!("--key={name}"), "--", name]);
        assert!(
            !Run::of(said.output().unwrap())
                .stdout
                .replace('\n', "")
                .contains(steers)
        );
        assert_eq!(
            sales(&event, &["--format", "jsonl", &format!("--name={name}")])
                .lines()
                .count(),
            1
        );
    }
    let run = Run::of(
        event
            .command(["book", &format!("{long}x")])
            .output()
            .unwrap(),
    );
    assert_eq!(run.code, Some(2), "257 bytes: {run:?}");
    let error = event.command(["book", "no\0name"]).output().unwrap_err();
    assert_eq!(
        error.kind(),
        std::io::ErrorKind::InvalidInput,
        "NUL cannot be passed"
    );
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

/// A newline that an editor took away changes neither the list nor what was given back.
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

/// Wherever a spreadsheet splits a line, no cell of it begins as a formula does.
#[test]
fn no_name_becomes_a_formula_behind_any_separator() {
    const OPENS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let event = TestEvent::stock(100);
    for name in [
        "=1+1",
        "a;=1+1",
        "b\t=1+1",
        "c|@d",
        "＝1+1",
        "e; －1",
        "f\n+1",
        "g,\"=1",
        " \u{a0}=1",
        "'-1",
        "x:=1",
        "y^=1",
    ] {
        book(&event, &[&format!("--key={name}"), "--", name]);
    }
    book(&event, &["--key=web--7", "Anne-Marie"]);
    let text = sales(&event, &["--format", "csv"]);
    for separator in [',', ';', '\t', '|', ' ', ':', '^', '"', '\''] {
        for cell in text.lines().flat_map(|line| line.split(separator)) {
            let trimmed = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
            let own = separator == '\'';
            assert!(
                own || !trimmed.starts_with(OPENS),
                "{separator:?}: {cell:?}"
            );
        }
    }
    assert!(
        text.contains(",Anne-Marie,") && text.contains(",web--7,"),
        "{text}"
    );
}
