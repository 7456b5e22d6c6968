//! `sales --changes`: what was cancelled, renamed, adjusted and set, with the reasons.

use serde_json::{Value, json};

use crate::books::{book, sales};
use crate::harness::{Run, TestEvent};

#[test]
fn what_was_changed_is_listed_with_the_reasons() {
    let event = TestEvent::stock(9);
    assert_eq!(sales(&event, &["--changes"]), "no changes\n");
    let id = book(&event, &["=ann", "--quantity", "3"]);
    assert_eq!(event.json("adjust -2 --reason stage").0, 0);
    let reason = ["--json", "cancel", "2", "-n", "1", "--reason", "ill; =1+1"];
    assert_eq!(
        Run::of(event.command(reason).output().unwrap()).code,
        Some(0)
    );
    let late = ["--json", "rename", "2", "Ann", "--reason", "late"];
    assert_eq!(Run::of(event.command(late).output().unwrap()).code, Some(0));
    assert_eq!(event.json("cancel 2").0, 0);
    assert_eq!(event.json("close --reason storm").0, 0);
    let (code, document) = event.json("sales --changes");
    let at = |line: usize| event.ledger()[line]["at"].clone();
    let by = &event.ledger()[2]["by"];
    let mut changes = json!([
        {"at": at(2), "change": "adjust", "quantity": -2, "left": 4, "reason": "stage"},
        {"at": at(3), "change": "cancel", "quantity": 1, "left": 5, "sale": id, "buyer": "=ann", "reason": "ill; =1+1"},
        {"at": at(4), "change": "rename", "quantity": 0, "left": 5, "sale": id, "buyer": "Ann", "was": "=ann", "reason": "late"},
        {"at": at(5), "change": "cancel", "quantity": 2, "left": 7, "sale": id, "buyer": "Ann"},
        {"at": at(6), "change": "close", "quantity": 0, "left": 7, "reason": "storm"},
    ]);
    for change in changes.as_array_mut().unwrap() {
        if !by.is_null() {
            change["by"] = by.clone();
        }
    }
    let total = json!({"changes": 5, "cancelled": 3, "adjusted": -2});
    let expected = json!({"ok": true, "command": "sales", "changes": changes, "total": total});
    assert_eq!((code, document), (0, expected));
    let lines = sales(&event, &["--changes", "--format", "jsonl"]);
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert_eq!(lines.collect::<Vec<_>>(), *changes.as_array().unwrap());
    let text = sales(&event, &["--changes", "--format", "csv"]);
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[0], "at,change,quantity,left,sale,buyer,reason,by,what");
    assert!(rows[2].contains(",'=ann,ill; '=1+1,"), "{text}");
    let raw = sales(&event, &["--changes", "--format", "csv", "--raw", "--bom"]);
    assert!(
        raw.starts_with("\u{feff}at,") && raw.contains(",=ann,ill; =1+1,"),
        "{raw}"
    );
    let told = sales(&event, &["--changes", "--limit", "1"]);
    assert!(
        told.ends_with(
            "5 changes: 3 tickets cancelled, the stock adjusted by -2; the last one is shown\n"
        ),
        "{told}"
    );
    assert_eq!(told.lines().count(), 3, "{told}");
    assert_eq!(
        sales(&event, &["--changes", "--since", "2100-01-01"]),
        "no changes\n"
    );
}

/// What a line has set, and which name it was before.
#[test]
fn what_was_set_and_what_a_name_was_is_told() {
    let event = TestEvent::stock(9);
    for line in ["book alise", "hold bop --for 1h", "confirm 3"] {
        assert_eq!(event.json(line).0, 0);
    }
    for words in [
        &["rename", "2", "Alice"][..],
        &["rename", "2", "Alice B."],
        &["rename", "3", "bob"],
        &["set", "--title", "Quiz night", "--max-per-sale", "6"],
        &["set", "--max-per-sale", "8", "--until", "2030-01-01T00:00Z"],
        &["set", "--title", "", "--hold", "2h"],
        &["close"],
    ] {
        assert_eq!(
            Run::of(event.command(words).output().unwrap()).code,
            Some(0)
        );
    }
    let (_, document) = event.json("sales --changes");
    let changes = document["changes"].as_array().unwrap();
    let was: Vec<&Value> = changes.iter().map(|change| &change["was"]).collect();
    let none = Value::Null;
    assert_eq!(
        was[..4],
        [&json!("alise"), &json!("Alice"), &json!("bop"), &none]
    );
    let set: Vec<&Value> = changes.iter().map(|change| &change["set"]).collect();
    assert_eq!(
        set[3..],
        [
            &json!({"title": "Quiz night", "max_per_sale": 6}),
            &json!({"max_per_sale": 8, "until": "2030-01-01T00:00:00Z"}),
            &json!({"title": null, "hold": "2h"}),
            &none
        ]
    );
    let text = sales(&event, &["--changes"]);
    for (line, what) in text.lines().skip(1).zip([
        "was alise",
        "was Alice",
        "was bop",
        "title Quiz night; at most per sale 6",
        "at most per sale 8, was 6; on sale until 2030-01-01 00:00:00",
        "no title, was Quiz night; holds for 2h, was 15m",
    ]) {
        assert!(line.ends_with(what), "{text}");
    }
    let text = sales(&event, &["--changes", "--format", "csv"]);
    assert!(
        text.lines().nth(1).unwrap().ends_with(",was alise"),
        "{text}"
    );
    assert!(
        text.contains(",\"no title, was Quiz night; holds for 2h, was 15m\"\n"),
        "{text}"
    );
    // Where no line says more, there is no such column.
    let event = TestEvent::stock(9);
    assert_eq!(event.json("adjust +1 --reason more").0, 0);
    assert!(!sales(&event, &["--changes"]).contains("what"));
}
