//! What holds, rules and names survive: lost counts, damage, torn writes, backups.

use std::fs;

use serde_json::json;

use super::{audited, held, made, refused};
use crate::craft;
use crate::harness::TestEvent;

#[test]
fn holds_and_rules_survive_what_events_survive() {
    let event = made(9, "");
    let id = held(&event, "bob --quantity 2 --for 1h");
    assert_eq!(event.json("close").0, 0);
    let backup = event.path("safe");
    assert_eq!(event.json(&format!("backup {}", backup.display())).0, 0);
    // The count is lost: the ledger has it all.
    fs::remove_file(&event.file).unwrap();
    let query = event.json("query").1;
    assert_eq!(
        [&query["left"], &query["held"], &query["on_sale"]],
        [&json!(7), &json!(2), &json!("closed")]
    );
    assert_eq!(event.json("audit --repair").0, 0);
    assert_eq!(event.count()["held"], 2);
    assert_eq!(refused(&event, "book eve"), (4, "closed".to_owned()));
    assert_eq!(event.json(&format!("confirm {id}")).0, 0);
    assert_eq!(
        event
            .json(&format!("restore {} --force", backup.display()))
            .0,
        0
    );
    assert_eq!(audited(&event), [7, 0, 2]);
    assert_eq!(event.json(&format!("confirm {id}")).0, 0);
    // A reset gives all back, and what was held is no sale of the new ledger.
    assert_eq!(event.json("reset --force").0, 0);
    assert_eq!(
        refused(&event, &format!("confirm {id}")),
        (4, "refused".to_owned())
    );
    assert_eq!(audited(&event), [9, 0, 0]);
}

const LEDGER: &str = "tickets.ledger.jsonl";

/// An event with a line of each kind.
fn with_all_lines() -> TestEvent {
    let event = made(9, "--max-per-sale 5");
    let sale = event.booked("ann -n 2 --note cash");
    let [sold, back] = ["bob", "eve"].map(|name| held(&event, name));
    held(&event, "due -n 2 --for 0s");
    for line in [
        format!("confirm {sold}"),
        format!("release {back}"),
        format!("rename {sale} max"),
        format!("cancel {sale} -n 1"),
        "adjust +1 --reason chair".to_owned(),
        "set --title Gala".to_owned(),
        "close --reason six".to_owned(),
        "reopen".to_owned(),
        "set --max-per-sale 0".to_owned(),
        "book zoe -n 8".to_owned(),
        "cancel 17 -n 3".to_owned(),
    ] {
        assert_eq!(event.json(&line).0, 0, "{line}: {:#?}", event.ledger());
    }
    held(&event, "kept --for 1h");
    held(&event, "kept -n 2 --for 0s");
    assert_eq!(event.json("close").0, 0);
    audited(&event);
    event
}

#[test]
fn every_flipped_byte_of_every_kind_of_line_is_found() {
    let event = with_all_lines();
    let office = tickets::BoxOffice::at(&event.file).unwrap();
    for name in [LEDGER, "tickets.json"] {
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
            let text = String::from_utf8_lossy(&flipped);
            assert!(!findings.is_empty(), "{name} byte {at}: {text}");
        }
        fs::write(&path, &whole).unwrap();
    }
    assert_eq!(office.audit().unwrap().findings, []);
}

#[test]
fn a_count_that_lies_about_what_is_held_is_named_and_mended() {
    let event = with_all_lines();
    let sound = fs::read_to_string(&event.file).unwrap();
    let counted = event.count();
    for (part, lie) in [
        ("\"held\": 3", "\"held\": 2"),
        ("\"closed\":true", "\"closed\":false"),
        ("\"due\":", "\"due\":9"),
        ("\"holds\":", "\"holds\":1"),
        ("\"set\":", "\"set\":1"),
    ] {
        assert!(sound.contains(part), "{part}: {sound}");
        fs::write(&event.file, sound.replace(part, lie)).unwrap();
        let (code, audit) = event.json("audit");
        assert_eq!(
            (code, &audit["findings"][0]["kind"]),
            (6, &"count".into()),
            "{lie}: {audit:#}"
        );
        assert_eq!(event.json("audit --repair").0, 0, "{lie}");
        assert_eq!(event.count(), counted, "{lie}");
    }
    // Members that people have put there stay, whatever they are called.
    let event = TestEvent::with("{\"ticket\": 5, \"index\": \"mine\", \"note\": 7}");
    event.booked("ann");
    assert_eq!(event.count()["index"], "mine");
}

/// A process is killed in the middle of its one write: due holds have ended, and nobody has bought.
#[test]
fn a_write_that_is_torn_between_its_lines_leaves_whole_ones() {
    let event = made(4, "");
    let [first, second] = ["a -n 2 --for 0s", "b -n 2 --for 0s"].map(|it| held(&event, it));
    let before = fs::read(event.path(LEDGER)).unwrap();
    let count = fs::read(&event.file).unwrap();
    event.booked("eve -n 3");
    let whole = fs::read(event.path(LEDGER)).unwrap();
    let lines: Vec<&[u8]> = whole[before.len()..]
        .split_inclusive(|byte| *byte == b'\n')
        .collect();
    assert_eq!(lines.len(), 3);
    for (whole_lines, cut) in [(0, 9), (1, 0), (1, 30), (2, 0), (2, 60)] {
        let mut torn = before.clone();
        torn.extend(lines[..whole_lines].concat());
        torn.extend(&lines[whole_lines][..cut]);
        fs::write(event.path(LEDGER), torn).unwrap();
        fs::write(&event.file, &count).unwrap();
        let ended = whole_lines as u64;
        assert_eq!(event.json("query").1["left"], 4);
        let code = event.json(&format!("confirm {first}")).0;
        assert_eq!(code, if ended == 0 { 0 } else { 4 });
        let code = event.json(&format!("release {second}")).0;
        assert_eq!(code, if ended == 2 { 4 } else { 0 });
        let sold = if ended == 0 { 2 } else { 0 };
        assert_eq!(audited(&event), [4 - sold, sold, 0]);
    }
}

#[test]
fn a_hold_that_was_torn_away_was_never_held() {
    let event = made(4, "");
    let before = fs::read(event.path(LEDGER)).unwrap();
    let count = fs::read(&event.file).unwrap();
    held(&event, "bob --key k");
    let whole = fs::read(event.path(LEDGER)).unwrap();
    fs::write(event.path(LEDGER), &whole[..whole.len() - 7]).unwrap();
    fs::write(&event.file, &count).unwrap();
    let (code, hold) = event.json("hold bob --key k");
    assert_eq!((code, &hold["replayed"]), (0, &false.into()), "{hold:#}");
    assert!(fs::read(event.path(LEDGER)).unwrap().starts_with(&before));
    assert_eq!(audited(&event), [3, 0, 1]);
}

#[test]
fn a_backup_has_what_is_held_and_a_restore_refuses_to_lose_it() {
    let event = made(5, "");
    let safe = event.path("safe");
    let safe = safe.display();
    assert_eq!(event.json(&format!("backup {safe}")).0, 0);
    let id = held(&event, "bob -n 2");
    assert_eq!(refused(&event, &format!("restore {safe}")).0, 4);
    assert_eq!(event.json(&format!("backup {safe}")).0, 0);
    assert_eq!(event.json(&format!("release {id}")).0, 0);
    let (code, document) = event.json(&format!("restore {safe}"));
    assert_eq!(code, 4, "{document:#}");
    let (code, document) = event.json(&format!("restore {safe} --force"));
    assert_eq!((code, &document["left"]), (0, &3.into()), "{document:#}");
    assert_eq!(audited(&event), [3, 0, 2]);
    assert_eq!(event.json(&format!("confirm {id}")).0, 0);
    // Held tickets are somebody's: a reset keeps off.
    let event = made(5, "");
    held(&event, "bob");
    assert_eq!(refused(&event, "reset").0, 4);
}

/// Lines of the right sums that do not follow on what was before.
#[test]
fn what_ends_no_open_hold_is_found() {
    let hold = json!({"id": "2-abcdef", "buyer": "bob", "until": "2026-05-01T18:00:00.000Z"});
    let hold = craft::line(2, "hold", 2, 3, &hold);
    let about = |seq, op, quantity, left, id: &str| {
        craft::line(seq, op, quantity, left, &json!({"ref": id}))
    };
    for (lines, part) in [
        (vec![about(3, "confirm", 2, 3, "2-zzzzzz")], "no open hold"),
        (
            vec![about(3, "confirm", 1, 3, "2-abcdef")],
            "ends 1 of hold 2-abcdef, of 2",
        ),
        (
            vec![
                about(3, "release", 2, 5, "2-abcdef"),
                about(4, "expire", 2, 7, "2-abcdef"),
            ],
            "fewer",
        ),
        (vec![about(3, "expire", 2, 4, "2-abcdef")], "says 4 left"),
        (vec![about(3, "cancel", 2, 5, "2-abcdef")], "fewer"),
        (
            vec![craft::line(
                3,
                "rename",
                0,
                3,
                &json!({"ref": "9-abcdef", "buyer": "x"}),
            )],
            "renames",
        ),
        (
            vec![craft::line(3, "close", 1, 3, &json!({}))],
            "cannot stand here",
        ),
    ] {
        let mut all = vec![craft::line(1, "open", 5, 5, &json!({})), hold.clone()];
        all.extend(lines);
        let event = crate::crafted::event(&all);
        fs::remove_file(&event.file).unwrap();
        let (code, audit) = event.json("audit");
        let text = audit["findings"][0]["text"].to_string();
        assert_eq!(code, 6, "{audit:#}");
        assert!(text.contains(part), "{part}: {audit:#}");
    }
}

#[test]
fn a_damaged_index_is_named_and_nothing_is_sold_by_it() {
    let event = super::made(5, "");
    assert_eq!(event.json("hold bob --for 1h").0, 0);
    assert_eq!(event.json("close").0, 0);
    let whole = fs::read_to_string(&event.file).unwrap();
    for (is, instead) in [
        ("\"closed\":true", "\"closed\":false"),
        ("\"closed\"", "\"close\""),
        ("\"holds\":", "\"holds\":1"),
        ("\"held\"", "\"heed\""),
        ("\"held\": 1", "\"held\": 0"),
        ("\"index\"", "\"indew\""),
        ("\"sum\":\"", "\"sum\":\"0"),
    ] {
        assert!(whole.contains(is), "{whole}");
        fs::write(&event.file, whole.replacen(is, instead, 1)).unwrap();
        for line in ["book eve", "query", "audit"] {
            let (code, document) = event.json(line);
            assert_eq!(code, 6, "{instead}, {line}: {document:#}");
        }
        assert_eq!(event.json("audit --repair").0, 0, "{instead}");
        assert_eq!(super::refused(&event, "book eve"), (4, "closed".to_owned()));
    }
    assert_eq!(fs::read_to_string(&event.file).unwrap(), whole);
}

#[test]
fn a_last_line_without_its_newline_ends_a_hold_for_a_query_too() {
    let event = super::made(3, "");
    assert_eq!(event.json("hold bob --for 0s").0, 0);
    assert_eq!(event.json("hold carol --for 1h").0, 0);
    assert_eq!(event.json("book alice --quantity 2").0, 0);
    let ledger = event.path("tickets.ledger.jsonl");
    let text = fs::read_to_string(&ledger).unwrap();
    let (_, lines) = text.split_once("\"op\":\"expire\"").unwrap();
    let end = text.len() - lines.len() + lines.find('\n').unwrap();
    // The write ended there, and the count does not include it.
    fs::write(&ledger, &text[..end]).unwrap();
    fs::remove_file(&event.file).unwrap();
    let (code, query) = event.json("query");
    let told = (&query["left"], &query["sold"], &query["held"]);
    assert_eq!(
        (code, told),
        (0, (&2.into(), &0.into(), &1.into())),
        "{query:#}"
    );
}

#[test]
fn a_damaged_rule_is_named_and_nothing_is_sold_by_it() {
    for changed in [false, true] {
        let event = super::made(5, "--max-per-sale 2");
        if changed {
            assert_eq!(event.json("set --title Gala").0, 0);
        }
        // It is not among the lines at the end, which are read anyway.
        assert_eq!(event.json("book bob").0, 0);
        assert_eq!(event.json("book carol").0, 0);
        let ledger = event.path("tickets.ledger.jsonl");
        let text = fs::read_to_string(&ledger).unwrap();
        let at = text.rfind("\"max_per_sale\":2").unwrap() + "\"max_per_sale\":".len();
        let mut damaged = text.into_bytes();
        damaged[at] = b'4';
        fs::write(&ledger, &damaged).unwrap();
        let (code, document) = event.json("book eve --quantity 3");
        assert_eq!(code, 6, "{document:#}");
        let line = if changed { 3 } else { 2 };
        assert_eq!(document["error"]["line"], line, "{document:#}");
        assert_eq!(fs::read(&ledger).unwrap(), damaged);
    }
}
