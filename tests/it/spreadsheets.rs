//! Lists as CSV, and names that would be more than text in a spreadsheet or on a terminal.

use serde_json::{Value, json};

use crate::books::{book, csv, sales};
use crate::harness::{Run, TestEvent};
use crate::{craft, crafted};

#[test]
fn a_spreadsheet_gets_what_it_asks_for() {
    let event = TestEvent::stock(9);
    for name in ["=1+1", "+49 170 1234567"] {
        book(&event, &["--", name]);
    }
    let told = |arguments: &[&str]| sales(&event, &[&["--format", "csv"], arguments].concat());
    let safe = told(&[]);
    assert!(
        safe.starts_with("id,at,buyer,quantity,cancelled,valid,key,rush,note\n"),
        "{safe}"
    );
    assert!(
        safe.contains(",'=1+1,") && safe.contains(",+49 170 1234567,"),
        "{safe}"
    );
    let raw = told(&["--raw"]);
    assert!(raw.contains(",=1+1,"), "{raw}");
    assert_eq!(told(&["--bom"]), format!("\u{feff}{safe}"));
}

/// Names are somebody else's words: whatever is in them, lists stay lists.
#[test]
fn no_name_breaks_a_list() {
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
    // As they were written before there were rules for them.
    let sold = (2..).zip(names).map(|(seq, name)| {
        let sale = json!({"id": format!("{seq}-aaaaaa"), "buyer": name, "key": name});
        craft::line(seq, "sell", 1, 101 - seq, &sale)
    });
    let lines: Vec<Value> = [craft::line(1, "open", 100, 100, &json!({}))]
        .into_iter()
        .chain(sold)
        .collect();
    let event = crafted::event(&lines);
    assert_eq!(event.json("audit").1["findings"], json!([]));
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
        (names.len() + 1, names.len() + 2),
        "{table}"
    );
    for (at, name) in names.iter().enumerate() {
        let sale = &document["sales"][at];
        assert_eq!((&sale["id"], &sale["buyer"]), (&ids[at], &(*name).into()));
        let cell = &rows[at + 1][2];
        assert_eq!(cell, &rows[at + 1][6]);
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
            names
                .iter()
                .filter(|other| other.trim() == name.trim())
                .count()
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
        // A tab and a newline stand in keys, and in names of before there was a rule for them.
        let buyer = name.replace(['\t', '\n'], ";");
        book(&event, &[&format!("--key={name}"), "--", &buyer]);
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

/// What is no list of rows is told what it is, and nothing is offered that cannot help.
#[test]
fn a_json_array_and_a_list_without_a_buyer_are_told_what_is_missing() {
    let event = TestEvent::stock(9);
    for (name, text, told) in [
        (
            "a.json",
            "[{\"buyer\":\"J\",\"quantity\":1}]",
            "one JSON array",
        ),
        (
            "b.csv",
            "first name,last name,quantity\nAnn,Smith,2\n",
            "buyer",
        ),
    ] {
        std::fs::write(event.path(name), text).unwrap();
        let list = event.path(name);
        let run = event.run(&format!("import {}", list.display()));
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains(told), "{run:?}");
        assert!(!run.stderr.contains("--ignore-columns passes"), "{run:?}");
    }
}

/// What Excel splits at semicolons is neutralised as ever, and is read back as it was.
#[test]
fn lists_with_another_separator_are_read_back_as_they_were() {
    const NAMES: [&str; 4] = ["=1+1", "a; =b, \"c\"", "Zo\u{eb}", "+49 170 1234567"];
    let event = TestEvent::stock(9);
    for name in NAMES {
        book(&event, &["--note", "x;=y,z", "--", name]);
    }
    let plain = sales(&event, &["--format", "csv"]);
    for (separator, letter) in [
        ("semicolon", ";"),
        (";", ";"),
        ("TAB", "\t"),
        ("\t", "\t"),
        ("comma", ","),
    ] {
        let list = sales(&event, &["--format", "csv", "--separator", separator]);
        let header = format!("{}\n", list.lines().next().unwrap());
        assert_eq!(
            header,
            "id,at,buyer,quantity,cancelled,valid,key,rush,note\n".replace(',', letter)
        );
        let rows = |text: &str, letter: &str| -> Vec<csv::StringRecord> {
            let mut rows = csv::ReaderBuilder::new();
            rows.delimiter(letter.as_bytes()[0]);
            let rows = rows.from_reader(text.as_bytes()).into_records();
            rows.map(Result::unwrap).collect()
        };
        assert_eq!(rows(&list, letter), rows(&plain, ","), "{separator}");
        let mut door =
            event.command(["door", "--format", "csv", "--bom", "--separator", separator]);
        let door = Run::of(door.output().unwrap()).stdout;
        for (name, text) in [("s.csv", &list), ("d.csv", &door)] {
            let other = TestEvent::stock(9);
            let path = other.path(name);
            std::fs::write(&path, text).unwrap();
            let mut command = other.command(["import", path.to_str().unwrap(), "--ignore-columns"]);
            let run = Run::of(command.output().unwrap());
            assert_eq!(run.code, Some(0), "{run:?}");
            let sold = other.sales();
            let buyers = sold.iter().map(|sale| sale["buyer"].as_str().unwrap());
            let mut buyers: Vec<&str> = buyers.collect();
            let mut wanted = NAMES.to_vec();
            buyers.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(buyers, wanted, "{separator} {name}");
        }
    }
    for line in [
        "sales --separator semicolon",
        "sales --held --format jsonl --separator tab",
        "door --separator tab",
        "door --format csv --separator bar",
        "--json sales --separator tab",
    ] {
        let (code, document) = event.json(line);
        assert_eq!(
            (code, &document["error"]["code"]),
            (2, &"usage".into()),
            "{line}"
        );
    }
}
