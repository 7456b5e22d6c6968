//! Rows that make no sense: which they are, what is wrong with each, and that nothing is sold.

use serde_json::json;

use super::import;
use crate::events::{made, told};

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
            "it has something in column 2, which has no name in the header",
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

/// A header that is none is told as what it is, so that what is said leads to one.
#[test]
fn what_stands_in_the_place_of_a_header_is_told() {
    let event = made(9, "");
    let none = "cells stand between commas, semicolons or tabs";
    for (text, message, hint) in [
        (
            "buyer|quantity\nA|1\n",
            "names its columns in one cell",
            none,
        ),
        (
            "buyer quantity\nA 1\n",
            "names its columns in one cell",
            none,
        ),
        (
            "\"buyer,quantity\"\n\"A,1\"\n",
            "names its columns in one cell",
            none,
        ),
        ("Name|Seats\nA|1\n", "names its columns in one cell", none),
        ("", "is empty", "the first line names the columns"),
        ("\n \n", "is empty", "the first line names the columns"),
        (
            "Gala list 2026,,\nbuyer,quantity,note\nA,1,\n",
            "has a column",
            "line 2 names the columns",
        ),
        (
            "Gala list\n\nbuyer;quantity\nA;1\n",
            "has a column",
            "line 3 names the columns",
        ),
    ] {
        let (code, document) = import(&event, "list.csv", text, &[]);
        let error = &document["error"];
        let [said, way] = ["message", "hint"].map(|it| error[it].as_str().unwrap());
        assert!(
            code == 2 && said.contains(message) && way.contains(hint),
            "{text:?}: {document:#}"
        );
        assert_eq!(event.ledger().len(), 2);
    }
    // What is offered would be taken.
    let text = "Timestamp,What is your name?,quantity\n1,A,1\n";
    let (_, document) = import(&event, "list.csv", text, &[]);
    let hint = document["error"]["hint"].as_str().unwrap();
    assert!(!hint.contains("was this meant"), "{hint}");
}

/// A batch without a name is none: a script whose variable is empty would sell all of a list again.
#[test]
fn a_batch_has_a_name() {
    let event = made(9, "");
    for batch in ["", " "] {
        let (code, document) = import(&event, "list.csv", "buyer\nann\n", &["--batch", batch]);
        assert_eq!(
            (code, &document["error"]["code"]),
            (2, &"usage".into()),
            "{document:#}"
        );
        assert_eq!(event.ledger().len(), 2);
    }
}
