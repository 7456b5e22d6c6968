//! Lists: sold row by row, and once.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{audited, held, last_ops, made, told};
use crate::harness::{Run, TICKETS, TestEvent, eventually, signal};

#[test]
fn a_list_is_sold_row_by_row_and_once() {
    let event = made(5, "--max-per-sale 3");
    let list = event.path("friends.csv");
    fs::write(
        &list,
        "Quantity,buyer,note\n1,ann,\n,bob,pays at the door\n4,carol,\n2,dave,\n1,ann,\n9,eve,\n",
    )
    .unwrap();
    let line = format!(
        "import {} --rejects {}",
        list.display(),
        event.path("again.csv").display()
    );
    let (code, done) = event.json(&line);
    assert_eq!(code, 4, "{done:#}");
    assert_eq!(
        [
            &done["rows"],
            &done["sold"],
            &done["replayed"],
            &done["left"]
        ],
        [6, 4, 0, 0]
    );
    let told: Vec<(u64, &str)> = done["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["row"].as_u64().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(4, "limit"), (7, "limit")]);
    let again = fs::read_to_string(event.path("again.csv")).unwrap();
    assert_eq!(again, "buyer,quantity,key,note\ncarol,4,,\neve,9,,\n");
    let (code, done) = event.json(&line);
    assert_eq!(
        (code, &done["sold"], &done["replayed"]),
        (4, &0.into(), &4.into()),
        "{done:#}"
    );
    // What was corrected is sold, and nothing else.
    fs::write(
        &list,
        "Quantity,buyer,note\n1,ann,\n,bob,pays at the door\n1,carol,\n2,dave,\n1,ann,\n",
    )
    .unwrap();
    let (code, done) = event.json(&line);
    assert_eq!(
        (code, &done["refused"][0]["code"]),
        (3, &"sold_out".into()),
        "{done:#}"
    );
    assert_eq!(event.json("adjust +1 --reason more").0, 0);
    assert_eq!(event.json(&line).1["sold"], 1);
    let rows = "{\"buyer\":\"zoe\"}\n\n{\"buyer\":\"zoe\",\"key\":\"k\",\"quantity\":2}\n";
    fs::write(event.path("more.jsonl"), rows).unwrap();
    assert_eq!(event.json("adjust +9 --reason more").0, 0);
    let line = format!("import {}", event.path("more.jsonl").display());
    assert_eq!(event.json(&line).1["sold"], 2);
    assert_eq!(
        event.json("book zoe --quantity 2 --key k").1["replayed"],
        true
    );
    for wrong in [
        "name\nann\n",
        "buyer,buyer\na,b\n",
        "buyer,quantity\nann,few\n",
        "buyer\n\"\"\n",
        "{\"buyer\":3}\n",
    ] {
        fs::write(&list, wrong).unwrap();
        let before = event.contents();
        assert_eq!(
            event.json(&format!("import {}", list.display())).0,
            2,
            "{wrong:?}"
        );
        assert_eq!(event.contents().len(), before.len());
    }
    assert_eq!(event.json("import -").0, 2);
    audited(&event);
}

fn import(event: &TestEvent, name: &str, text: &str, more: &[&str]) -> (i32, Value) {
    let list = event.path(name);
    fs::write(&list, text).unwrap();
    told(event, &[&["import", list.to_str().unwrap()], more].concat())
}

#[test]
fn a_list_that_is_sold_says_so() {
    let event = made(5, "");
    let done = import(&event, "a.csv", "buyer,quantity\nann,2\nbob,\n", &[]);
    let expected = json!({"ok": true, "command": "import", "rows": 2, "sold": 2, "replayed": 0, "refused": [], "left": 2});
    assert_eq!(done, (0, expected));
    let (code, done) = import(
        &event,
        "b.csv",
        "buyer,quantity\nmax,2\neve,3\nzoe,1\n",
        &[],
    );
    assert_eq!(code, 3, "{done:#}");
    assert_eq!((&done["ok"], &done["sold"]), (&true.into(), &1.into()));
    let rows: Vec<&Value> = done["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["row"])
        .collect();
    assert_eq!(rows, [3, 4]);
    let run = event.run(&format!("import {}", event.path("b.csv").display()));
    assert_eq!(run.code, Some(3));
    assert_eq!(
        run.stdout,
        "refused  row 3: asked for 3, none left\nrefused  row 4: asked for 1, none left\nimported  3 rows: 0 sold, 1 sold before, 2 refused\n0 left\n"
    );
    audited(&event);
}

#[test]
fn a_row_with_a_key_is_one_order_with_others() {
    let event = made(9, "");
    event.booked("ann -n 2 --key mine");
    held(&event, "bob --key held");
    let rows =
        "buyer,quantity,key\nann,2,mine\neve,1,mine\nbob,1,held\nmax,1,new\nmax,1,new\nmax,2,new\n";
    let (code, done) = import(&event, "keys.csv", rows, &[]);
    assert_eq!(code, 4, "{done:#}");
    assert_eq!([&done["sold"], &done["replayed"]], [1, 2]);
    let told: Vec<(u64, &str)> = done["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["row"].as_u64().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(3, "refused"), (4, "refused"), (7, "refused")]);
    let sale = event.sales().last().unwrap()["id"].clone();
    assert_eq!(
        event.json(&format!("cancel {}", sale.as_str().unwrap())).0,
        0
    );
    let (_, done) = import(&event, "keys.csv", "buyer,key\nmax,new\n", &[]);
    assert_eq!(done["refused"][0]["code"], "cancelled");
    audited(&event);
}

#[test]
fn standard_input_needs_a_batch_and_the_batch_makes_the_keys() {
    let event = made(9, "");
    let piped = |line: &str, text: &str| {
        let mut child = event
            .command(line.split(' '))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Whoever refuses the command line does not read.
        let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
        Run::of(child.wait_with_output().unwrap()).document()
    };
    assert_eq!(piped("--json import -", "buyer\nann\n").0, 2);
    let (code, done) = piped("--json import - --batch friends.csv", "buyer\nann\n");
    assert_eq!((code, &done["sold"]), (0, &1.into()), "{done:#}");
    // The base name of a file is its batch.
    let (_, done) = import(&event, "friends.csv", "buyer\nann\n", &[]);
    assert_eq!((&done["sold"], &done["replayed"]), (&0.into(), &1.into()));
    let (_, done) = import(&event, "others.csv", "buyer\nann\n", &[]);
    assert_eq!(done["sold"], 1);
    let (_, done) = import(
        &event,
        "again.csv",
        "buyer\nann\n",
        &["--batch", "others.csv"],
    );
    assert_eq!(done["replayed"], 1);
    let (_, done) = piped(
        "--json import - --batch x",
        "{\"buyer\":\"eve\",\"quantity\":2,\"note\":\"cash\"}\n",
    );
    assert_eq!(done["sold"], 1);
    assert_eq!(event.sales().last().unwrap()["note"], "cash");
    audited(&event);
}

#[test]
fn what_was_refused_is_written_down_and_nothing_else_is_overwritten() {
    let event = made(3, "");
    let list = event.path("list.csv");
    let again = event.path("again.csv");
    fs::write(event.path("mine.txt"), "mine\n").unwrap();
    for taken in [
        "list.csv",
        "tickets.json",
        "tickets.ledger.jsonl",
        "mine.txt",
        "no/such/file",
    ] {
        let rejects = event.path(taken);
        let before = fs::read(&rejects).ok();
        let (code, document) = import(
            &event,
            "list.csv",
            "buyer,quantity,key,note\nann,1,,\n",
            &["--rejects", rejects.to_str().unwrap()],
        );
        assert!([1, 2].contains(&code), "{taken}: {document:#}");
        if taken != "list.csv" {
            assert_eq!(fs::read(&rejects).ok(), before, "{taken}");
        }
        assert_eq!(event.sales().len(), 0, "{taken}");
    }
    let rejects = ["--rejects", again.to_str().unwrap()];
    let rows = "note,buyer,quantity\n\"a, \"\"b\"\"\",ann,5\n,bob,1\n";
    assert_eq!(import(&event, "list.csv", rows, &rejects).0, 3);
    let text = fs::read_to_string(&again).unwrap();
    assert_eq!(text, "buyer,quantity,key,note\nann,5,,\"a, \"\"b\"\"\"\n");
    // Corrected, in a run of its own, and in the list itself.
    let (code, done) = import(
        &event,
        "again.csv",
        &text.replace(",5,", ",1,"),
        &["--batch", "list.csv"],
    );
    assert_eq!((code, &done["sold"]), (0, &1.into()), "{done:#}");
    let (code, done) = import(&event, "list.csv", &rows.replace('5', "1"), &rejects);
    assert_eq!((code, &done["replayed"]), (0, &2.into()), "{done:#}");
    assert_eq!(
        fs::read_to_string(&again).unwrap(),
        "buyer,quantity,key,note\n"
    );
    // JSON lines come back as JSON lines.
    let rows = "{\"buyer\":\"max\",\"quantity\":9,\"key\":\"k\"}\n";
    let again = event.path("again.jsonl");
    assert_eq!(
        import(
            &event,
            "list.jsonl",
            rows,
            &["--rejects", again.to_str().unwrap()]
        )
        .0,
        3
    );
    let row: Value = serde_json::from_slice(&fs::read(&again).unwrap()).unwrap();
    assert_eq!(
        row,
        json!({"buyer": "max", "quantity": 9, "key": "k", "note": null})
    );
    assert!(list.exists());
    audited(&event);
}

#[test]
fn a_row_that_makes_no_sense_is_named_by_its_line() {
    let event = made(9, "");
    for (text, line) in [
        ("buyer\nann\n\"a\nb\"\n", 3),
        ("buyer,quantity\nann,1\n\nbob,0\n", 4),
        ("buyer,quantity\nann,1\nbob,1,1\n", 3),
        ("buyer,key\nann,\"\"\nbob,kkk\nmax,LONG\n", 4),
        ("{\"buyer\":\"ann\"}\n{\"buyer\":\"\"}\n", 2),
        ("{\"buyer\":\"ann\",\"seats\":2}\n", 1),
        ("nobody\nann\n", 1),
    ] {
        let text = text.replace("LONG", &"k".repeat(257));
        let (code, document) = import(&event, "list.txt", &text, &[]);
        assert_eq!(
            (code, &document["error"]["line"]),
            (2, &line.into()),
            "{text}: {document:#}"
        );
        assert_eq!(event.ledger().len(), 2);
    }
    assert_eq!(told(&event, &["import", "/no/such/list.csv"]).0, 1);
}

/// All that is wrong is told in one run, and how the rest is sold.
#[test]
fn all_rows_that_make_no_sense_are_told_at_once() {
    let event = made(90, "");
    let text = "buyer,quantity\nann,two\nbob,1\n,3\n\neve,-1\nmax,0\n";
    let (code, document) = import(&event, "list.csv", text, &[]);
    let error = &document["error"];
    assert_eq!(
        (code, &error["line"], &error["bad"]),
        (2, &2.into(), &4.into()),
        "{document:#}"
    );
    let rows = json!([
        {"row": 2, "message": "its quantity is \"two\", not a whole number from 1 on"},
        {"row": 4, "message": "it names no buyer"},
        {"row": 6, "message": "its quantity is \"-1\", not a whole number from 1 on"},
        {"row": 7, "message": "cannot buy 0 tickets"},
    ]);
    assert_eq!(error["rows"], rows);
    let list = event.path("list.csv").display().to_string();
    let run = event.run(&format!("import {list}"));
    let told: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(
        (run.code, run.stdout.as_str(), told.len()),
        (Some(2), "", 5),
        "{run:?}"
    );
    assert_eq!(told[1], format!("error: {list}:4: it names no buyer"));
    assert!(
        told[4].contains(
            "correct the 4 rows, or sell the other 1 first: --rejects FILE writes these down"
        ),
        "{run:?}"
    );
    // The number of those that are not told.
    let text = format!("buyer,quantity\n{}ann,1\n", "ann,x\n".repeat(23));
    let (_, document) = import(&event, "list.csv", &text, &[]);
    let rows = document["error"]["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &document["error"]["bad"]), (20, &23.into()));
    let run = event.run(&format!("import {list}"));
    assert!(
        run.stderr.contains("\nerror: 3 more rows make no sense\n"),
        "{run:?}"
    );
    // Lines that are no rows: what stands behind them may not be what it seems.
    let text = "buyer,quantity\nann,two\nbob,1,1\n";
    let again = event.path("again.csv");
    let rejects = ["--rejects", again.to_str().unwrap()];
    let (code, document) = import(&event, "list.csv", text, &rejects);
    assert_eq!(
        (code, &document["error"]["bad"]),
        (2, &2.into()),
        "{document:#}"
    );
    let told = document["error"]["rows"][1]["message"].as_str().unwrap();
    assert!(
        told.starts_with("it has 3 cells, and the header 2: a cell with a comma"),
        "{told}"
    );
    assert!(!again.exists() && event.ledger().len() == 2);
}

#[test]
fn with_rejects_a_row_that_makes_no_sense_is_refused_and_the_others_are_sold() {
    let event = made(9, "--max-per-sale 4");
    let again = event.path("again.csv");
    let rejects = ["--rejects", again.to_str().unwrap()];
    let text = "note,buyer,quantity\n,ann,two\n,bob,5\n\"a, b\",eve,\n,,1\n";
    let (code, done) = import(&event, "list.csv", text, &rejects);
    assert_eq!(
        [&done["rows"], &done["sold"], &done["left"]],
        [4, 1, 8],
        "{done:#}"
    );
    let refused: Vec<(u64, &str)> = done["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["row"].as_u64().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        (code, refused),
        (4, vec![(2, "usage"), (3, "limit"), (5, "usage")])
    );
    let written = fs::read_to_string(&again).unwrap();
    assert_eq!(
        written,
        "buyer,quantity,key,note\nann,two,,\nbob,5,,\n,1,,\n"
    );
    // Corrected, in the list itself: what was sold is not sold again.
    let text = text
        .replace("two", "2")
        .replace(",,1", ",zoe,1")
        .replace(",5", ",4");
    let (code, done) = import(&event, "list.csv", &text, &rejects);
    assert_eq!(
        (code, &done["sold"], &done["replayed"]),
        (0, &3.into(), &1.into()),
        "{done:#}"
    );
    // The same of JSON lines, whose own members are kept.
    let again = event.path("again.jsonl");
    let rejects = ["--rejects", again.to_str().unwrap()];
    let text = "{\"quantity\":\"two\",\"buyer\":\"ann\",\"age\":3}\n{\"buyer\":\"max\"}\n";
    for (run, sold) in [(1, 1), (2, 0)] {
        let (code, done) = import(&event, "list.jsonl", text, &rejects);
        assert_eq!((code, &done["sold"]), (4, &sold.into()), "{run}: {done:#}");
    }
    let row: Value = serde_json::from_slice(&fs::read(&again).unwrap()).unwrap();
    assert_eq!(row, json!({"buyer": "ann", "quantity": "two", "age": 3}));
    let (code, _) = import(&event, "list.jsonl", "{\"buyer\":\"max\"}\nmax\n", &rejects);
    assert_eq!(code, 2);
    audited(&event);
}

/// A quote that is not closed takes all behind it into one cell, and a row may have too few cells: each is told as what
/// it is.
#[test]
fn what_is_wrong_with_quotes_and_cells_is_told_as_what_it_is() {
    let event = made(9, "");
    for (text, line, said) in [
        (
            "buyer,quantity,note\nann,1,\"cash\nbob,2,\ncarl,1,\n",
            2,
            "a double quote opens a cell here, and none closes it",
        ),
        (
            "buyer,quantity\nann,1\n\"bob,2\ncarl,1\n",
            3,
            "a double quote opens a cell here, and none closes it",
        ),
        (
            "\"buyer\nann\n",
            1,
            "a double quote opens a cell here, and none closes it",
        ),
        (
            "buyer,quantity\n\"ann,1\n\"bob\",2\n",
            2,
            "; between double quotes its cell 1 goes on over 2 lines: is one of them missing?",
        ),
        (
            "buyer;quantity;note\nann;1\n",
            2,
            "it has 2 cells, and the header 3: an empty cell has its semicolon, too",
        ),
        (
            "buyer,quantity\nann,1,cash\n",
            2,
            "it has 3 cells, and the header 2: a cell with a comma in it stands between two double quotes",
        ),
        (
            "buyer,,quantity\nann,door,1\n",
            2,
            "it has something in a column that has no name",
        ),
    ] {
        let (code, document) = import(&event, "list.csv", text, &[]);
        let error = &document["error"];
        assert_eq!(
            (code, &error["line"]),
            (2, &line.into()),
            "{text}: {document:#}"
        );
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(said), "{text}: {message}");
        assert_eq!(event.sales().len(), 0, "{text}");
    }
    // Quotes that are closed hold what they may, and those within a cell are letters.
    let text = "buyer,note\nann,\"cash,\nin two \"\"parts\"\"\"\nbob,5\" wide\n";
    assert_eq!(import(&event, "list.csv", text, &[]).1["sold"], 2);
}

/// As spreadsheets leave them below a list, and beside it.
#[test]
fn rows_and_columns_without_anything_in_them_are_passed_over() {
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

/// Two lists of one name: what the second shares with the first is not sold, and is named.
#[test]
fn rows_that_were_sold_before_as_of_another_list_are_named() {
    let event = made(90, "");
    let list = event.path("list.csv");
    let run = |text: &str, more: &str| {
        fs::write(&list, text).unwrap();
        event.run(&format!("import {}{more}", list.display()))
    };
    assert_eq!(run("buyer,quantity\nann,2\nbob,1\n", "").stderr, "");
    let again = run("buyer,quantity\nzoe,1\nann,2\n", "");
    let note = |rows: &str| {
        format!(
            "note: {rows}; if that was another list, give this one a name of its own: --batch NAME\n"
        )
    };
    assert_eq!(
        again.stderr,
        note("1 row was sold before as of the list \"list.csv\": row 3 (ann)")
    );
    assert_eq!(
        again.stdout,
        "imported  2 rows: 1 sold, 1 sold before\n86 left\n"
    );
    assert_eq!(
        run("buyer,quantity\nann,2\n", " --batch second").stdout,
        "imported  1 row: 1 sold\n84 left\n"
    );
    let many: Vec<String> = (0..7).map(|at| format!("guest-{at}\n")).collect();
    let many = many.concat();
    assert_eq!(run(&format!("buyer\n{many}"), "").code, Some(0));
    let named = (0..5).map(|at| format!("row {} (guest-{at})", at + 2));
    let named = named.collect::<Vec<_>>().join(", ");
    assert_eq!(
        run(&format!("buyer\n{many}eve\n"), "").stderr,
        note(&format!(
            "7 rows were sold before as of the list \"list.csv\": {named} and 2 more"
        ))
    );
    // The whole list again, and rows by keys of their own, say it of themselves.
    assert_eq!(run(&format!("buyer\n{many}eve\n"), "").stderr, "");
    assert_eq!(run("buyer,key\nmax,k\n", "").stderr, "");
    assert_eq!(run("buyer,key\nmax,k\nbea,l\n", "").stderr, "");
    assert_eq!(run("buyer\neve\nnew\n", " -q").stderr, "");
}

#[test]
fn a_row_whose_sale_was_cancelled_is_told_as_that_sale() {
    let event = made(90, "");
    let list = event.path("list.csv");
    let run = |text: &str| {
        fs::write(&list, text).unwrap();
        event.run(&format!("import {}", list.display()))
    };
    assert_eq!(run("buyer,key\nann,\nbob,own\n").code, Some(0));
    let ids: Vec<String> = event
        .sales()
        .iter()
        .map(|sale| sale["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(event.json(&format!("cancel {}", ids[0])).0, 0);
    let told = run("buyer,key\nann,\nbob,own\n");
    let refused = format!(
        "refused  row 2: it is sale {}, of which 1 of 1 was cancelled since\n",
        ids[0]
    );
    assert!(
        told.code == Some(4) && told.stdout.starts_with(&refused),
        "{told:?}"
    );
    let note = "note: a row whose sale was cancelled is not sold again by itself: with a key of its own in its column key it is\n";
    assert!(told.stderr.ends_with(note), "{told:?}");
    assert_eq!(run("buyer,key\nann,anew\nbob,own\n").code, Some(0));
    assert_eq!(event.json(&format!("cancel {}", ids[1])).0, 0);
    let told = run("buyer,key\nann,anew\nbob,own\n");
    assert!(
        told.stdout
            .contains("row 3: the key \"own\" belongs to sale "),
        "{told:?}"
    );
    assert!(
        told.stderr.contains("with another key in its column key"),
        "{told:?}"
    );
}

/// As spreadsheets of many countries write it.
#[test]
fn cells_may_stand_between_semicolons_or_tabs() {
    let event = made(90, "");
    let again = event.path("again.csv");
    let rejects = ["--rejects", again.to_str().unwrap()];
    for (at, separator) in [";", "\t", ","].into_iter().enumerate() {
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
        let columns = ["buyer", "quantity", "key", "note"].join(separator);
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

/// Every row stands in its own line, whoever of the two has sold it.
#[test]
fn two_imports_of_one_list_at_once_sell_it_once() {
    let event = made(5000, "--max-per-buyer 3");
    let rows = (0..1200).map(|at| format!("guest-{},{}\n", at % 700, 1 + at % 2));
    let text = "buyer,quantity\n".to_owned() + &rows.collect::<String>();
    let list = event.path("list.csv");
    fs::write(&list, text).unwrap();
    let line = format!("import {}", list.display());
    let all = event.at_once([line.clone(), line.clone()]);
    let number = |name: &str| -> u64 { all.iter().map(|(_, it)| it[name].as_u64().unwrap()).sum() };
    let refused = all[0].1["refused"].as_array().unwrap().len() as u64;
    assert_eq!(number("sold"), 1200 - refused, "{refused}");
    assert_eq!(number("sold") + number("replayed") + 2 * refused, 2400);
    let again = event.json(&line).1;
    assert_eq!(
        (&again["sold"], &again["left"]),
        (&0.into(), &all[0].1["left"])
    );
    audited(&event);
}

#[test]
fn an_import_that_is_killed_half_way_is_finished_once_by_the_next() {
    let event = made(30_000, "");
    let rows = (0..20_000).map(|at| format!("guest-{at}\n"));
    let text = "buyer\n".to_owned() + &rows.collect::<String>();
    let list = event.path("list.csv");
    fs::write(&list, text).unwrap();
    let line = format!("import {}", list.display());
    let mut first = event.start(&line);
    let ledger = event.path("tickets.ledger.jsonl");
    let made = fs::metadata(&ledger).unwrap().len();
    eventually("some rows are sold", || {
        (fs::metadata(&ledger).unwrap().len() > made).then_some(())
    });
    signal(first.id().cast_signed(), "KILL");
    let _ = first.wait();
    let sold = event.sales().len() as u64;
    let (code, done) = event.json(&line);
    assert_eq!(code, 0, "{done:#}");
    assert_eq!(
        (&done["sold"], &done["replayed"]),
        (&(20_000 - sold).into(), &sold.into())
    );
    assert_eq!(event.json(&line).1["replayed"], 20_000);
    assert_eq!(audited(&event), [10_000, 20_000, 0]);
}

/// Each row is decided by all rows before it: limits, and holds that are due.
#[test]
fn the_rows_of_one_write_know_of_one_another() {
    let event = made(4, "--max-per-buyer 2");
    held(&event, "due -n 2 --for 0s");
    held(&event, "kept --for 1h");
    let (code, done) = import(&event, "list.csv", "buyer\nAnn\nANN\nann\nbob\neve\n", &[]);
    assert_eq!(code, 4, "{done:#}");
    let told: Vec<(u64, &str)> = done["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["row"].as_u64().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(4, "limit"), (6, "sold_out")], "{done:#}");
    assert_eq!(last_ops(&event, 4), ["sell", "expire", "sell", "sell"]);
    assert_eq!(audited(&event), [0, 3, 1]);
    assert_eq!(event.json("close").0, 0);
    let (code, done) = import(&event, "more.csv", "buyer\nzoe\n", &[]);
    assert_eq!((code, &done["refused"][0]["code"]), (4, &"closed".into()));
}

#[test]
fn a_terminal_shows_how_far_it_has_come() {
    let event = made(3000, "");
    let rows = "guest\n".repeat(3000);
    let list = event.path("list.csv");
    fs::write(&list, format!("buyer\n{rows}")).unwrap();
    let line = format!(
        "{TICKETS} -f {} import {}",
        event.file.display(),
        list.display()
    );
    let mut script = Command::new("script");
    let script = script
        .args(["-qefc", &line, "/dev/null"])
        .stdin(Stdio::null());
    let Ok(output) = script.output() else {
        eprintln!("skipped: no script(1), which makes terminals");
        return;
    };
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("of 3000 rows"), "{told:?}");
    assert!(
        told.ends_with("  3000 rows: 3000 sold\r\n0 left\r\n"),
        "{told:?}"
    );
    // To a pipe it is silent until it is done.
    let run = event.run(&format!("import {}", list.display()));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        run.stdout,
        "imported  3000 rows: 0 sold, 3000 sold before\n0 left\n"
    );
}

/// What a shell calls a pipe is the name of any list: its rows would be taken for those of another.
#[test]
fn a_list_that_is_no_file_needs_a_batch() {
    let event = made(9, "");
    fs::write(event.path("friends.csv"), "buyer\nann\n").unwrap();
    let tickets = crate::harness::TICKETS;
    let run = |line: &str| {
        let script = format!("cd '{}' && {line}", event.directory().display());
        let line = script.replace("TICKETS", &format!("{tickets} -f tickets.json --json"));
        Run::of(
            std::process::Command::new("bash")
                .args(["-c", &line])
                .output()
                .unwrap(),
        )
        .document()
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
