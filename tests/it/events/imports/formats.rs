//! Lists as spreadsheets leave them: separators, names of columns, empty rows, other encodings.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::import;
use crate::events::{made, told};
use crate::harness::{Run, TICKETS};

/// As spreadsheets leave them below a list, and beside it.
#[test]
pub(crate) fn rows_and_columns_without_anything_in_them_are_passed_over() {
    let event = made(9, "");
    let text = "buyer;quantity;;\n;;\nann;2;;\n ; ;\n\n;;;;\nbob;;\n";
    let done = import(&event, "list.csv", text, &[]).1;
    assert_eq!([&done["rows"], &done["sold"], &done["left"]], [2, 2, 6]);
    // Something stands there.
    let (code, document) = import(&event, "list.csv", "buyer;quantity\n;2\n", &[]);
    let said = &document["error"]["message"];
    assert_eq!((code, said), (2, &"it names no buyer".into()));
}

#[test]
fn columns_of_other_names_are_refused_with_the_way_out_or_passed_over() {
    let event = made(20, "");
    let text = "Name;Phone;Seats\nann;030;2\nbob;040;1\n";
    let (code, document) = import(&event, "list.csv", text, &[]);
    let error = &document["error"];
    assert_eq!(
        (code, &error["message"]),
        (
            2,
            &"has the columns \"Name\" and \"Phone\" and \"Seats\", which are none of buyer, quantity, key, note".into()
        )
    );
    let hint = "nothing was sold; the first line names the columns; was this meant: buyer;Phone;quantity; \
                --ignore-columns passes over \"Phone\"";
    assert_eq!(error["hint"], hint);
    // What the hint says works, one after the other.
    let text = text.replace("Name;Phone;Seats", "buyer;Phone;quantity");
    assert_eq!(import(&event, "list.csv", &text, &[]).0, 2);
    let ignore = ["--ignore-columns"];
    let (code, done) = import(&event, "list.csv", &text, &ignore);
    assert_eq!(
        (code, &done["sold"], &done["left"]),
        (0, &2.into(), &17.into())
    );
    // They are no part of a row: the same list without them is the same.
    let text = "buyer,quantity\nann,2\nbob,1\n";
    assert_eq!(import(&event, "list.csv", text, &[]).1["replayed"], 2);
    let text = "{\"buyer\":\"eve\",\"age\":3}\n";
    let (code, document) = import(&event, "list.jsonl", text, &[]);
    let message = document["error"]["message"].as_str().unwrap();
    assert!(
        code == 2 && message.ends_with("; --ignore-columns passes over others"),
        "{message}"
    );
    assert_eq!(import(&event, "list.jsonl", text, &ignore).1["sold"], 1);
    let (code, document) = import(&event, "list.csv", "name\nann\n", &ignore);
    assert_eq!(
        (code, &document["error"]["message"]),
        (2, &"has no column \"buyer\"".into())
    );
}

/// As spreadsheets of many countries write it.
#[test]
fn cells_may_stand_between_semicolons_or_tabs() {
    let event = made(90, "");
    for (at, separator) in [";", "\t", ","].into_iter().enumerate() {
        let again = event.path(&format!("again-{at}.csv"));
        let rejects = ["--rejects", again.to_str().unwrap()];
        let text =
            "\u{feff}Buyer;Quantity;Note\r\nM\u{fc}ller, Zo\u{eb};2;\r\n\"eve\";many;\"x;y\"\r\n";
        let text = match separator {
            "," => text.replace("ller, Zo", "ller Zo").replace(';', ","),
            other => text
                .replace("x;y", &format!("x{other}y"))
                .replace(';', other),
        };
        let (code, done) = import(&event, &format!("list-{at}.csv"), &text, &rejects);
        assert_eq!((code, &done["sold"]), (4, &1.into()), "{text:?}: {done:#}");
        let sale = event.sales().last().unwrap().clone();
        assert_eq!(sale["quantity"], 2, "{sale:#}");
        assert!(
            sale["buyer"].as_str().unwrap().starts_with("M\u{fc}ller"),
            "{sale:#}"
        );
        let written = fs::read_to_string(&again).unwrap();
        // With the mark of the list, by which a spreadsheet knows UTF-8.
        let columns = ["\u{feff}buyer", "quantity", "key", "note"].join(separator);
        assert_eq!(written.lines().next(), Some(&*columns), "{written}");
        assert!(
            written.ends_with(&format!("{separator}\"x{separator}y\"\n")),
            "{written}"
        );
    }
    for header in ["name;quantity", "buyer,quantity,age"] {
        let (code, document) = import(&event, "list.csv", &format!("{header}\nann;1\n"), &[]);
        let message = document["error"]["message"].as_str().unwrap();
        assert!(
            code == 2 && message.contains("which is none of buyer, quantity, key, note"),
            "{message}"
        );
    }
}

/// What is no UTF-8 is told with what it is, and the way out is one that works.
#[test]
fn a_list_in_another_encoding_is_told_with_the_way_out() {
    let event = made(90, "");
    let list = event.path("my list.csv");
    let utf16: Vec<u8> = "\u{feff}buyer\r\nZo\u{eb}\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (bytes, said, line) in [
        (
            &b"buyer;quantity\r\nann;1\r\nZo\xeb;2\r\n"[..],
            "perhaps Latin-1: \"Zo\u{eb};2\"",
            Value::from(3),
        ),
        (&utf16, "but UTF-16", Value::Null),
    ] {
        fs::write(&list, bytes).unwrap();
        let (code, document) = told(&event, &["import", list.to_str().unwrap()]);
        let error = &document["error"];
        assert_eq!((code, &error["line"]), (2, &line), "{document:#}");
        assert!(
            error["message"].as_str().unwrap().contains(said),
            "{document:#}"
        );
        let hint = error["hint"].as_str().unwrap();
        let [iconv, import] = ["iconv", "tickets -f "].map(|word| {
            let at = hint.find(word).unwrap();
            hint[at..]
                .split([';', '"'])
                .next()
                .unwrap()
                .replace(", and then ", "")
        });
        let iconv = iconv.split(", and then").next().unwrap();
        let script = format!(
            "set -e; {iconv}; {}",
            import.replace("tickets -f", &format!("{TICKETS} --json -f"))
        );
        let done = Command::new("bash").args(["-c", &script]).output().unwrap();
        let (code, done) = Run::of(done).document();
        assert_eq!(code, 0, "{script}: {done:#}");
        assert_eq!(
            event.sales().last().unwrap()["buyer"],
            "Zo\u{eb}",
            "{script}"
        );
    }
    // A row that was sold before is not sold again: it is the same batch.
    fs::write(&list, "buyer,quantity\nann,1\n").unwrap();
    let (_, done) = told(&event, &["import", list.to_str().unwrap()]);
    assert_eq!(done["replayed"], 1, "{done:#}");
    fs::write(&list, b"PK\x03\x04\xff").unwrap();
    let (code, document) = told(&event, &["import", list.to_str().unwrap()]);
    let said = document["error"]["message"].as_str().unwrap();
    assert!(
        code == 2 && said.contains("a spreadsheet's own file"),
        "{said}"
    );
}

/// What a shell calls a pipe is the name of any list: its rows would be taken for those of another.
#[test]
fn a_list_that_is_no_file_needs_a_batch() {
    let event = made(9, "");
    fs::write(event.path("friends.csv"), "buyer\nann\n").unwrap();
    let run = |line: &str| {
        let script = format!("cd '{}' && {line}", event.directory().display());
        let line = script.replace("TICKETS", &format!("{TICKETS} -f tickets.json --json"));
        Run::of(Command::new("bash").args(["-c", &line]).output().unwrap()).document()
    };
    for line in [
        "TICKETS import <(cat friends.csv)",
        "cat friends.csv | TICKETS import /dev/stdin",
        "TICKETS import /dev/stdin < friends.csv",
        "TICKETS import /proc/self/fd/0 < friends.csv",
    ] {
        let (code, error) = run(line);
        assert_eq!(code, 2, "{line}: {error:#}");
        assert_eq!(
            error["error"]["hint"], "add --batch NAME",
            "{line}: {error:#}"
        );
    }
    assert!(event.sales().is_empty());
    let (_, done) = run("TICKETS import <(cat friends.csv) --batch friends.csv");
    assert_eq!(done["sold"], 1, "{done:#}");
    let (_, done) = run("TICKETS import friends.csv");
    assert_eq!(done["replayed"], 1, "{done:#}");
}
