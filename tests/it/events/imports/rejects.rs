//! The rows that were refused, written to a file of their own.

use std::fs;

use serde_json::{Value, json};

use super::{import, refusals};
use crate::events::{audited, made, told};

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
pub(crate) fn with_rejects_a_row_that_makes_no_sense_is_refused_and_the_others_are_sold() {
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
    let refused = refusals(&done);
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

/// A file of refused rows that an editor has written anew has no mark by which it is known. Once it is sold it has one.
#[test]
fn what_was_corrected_and_sold_is_not_sold_again_as_a_list_of_its_own() {
    let event = made(9, "");
    let again = event.path("again.csv");
    let rejects = ["--rejects", again.to_str().unwrap()];
    assert_eq!(
        import(
            &event,
            "l.csv",
            "buyer,quantity\nkim,1\nlou,two\n",
            &rejects
        )
        .0,
        4
    );
    fs::remove_file(&again).unwrap();
    let corrected = "buyer,quantity,key,note\nlou,2,,\n";
    fs::write(&again, corrected).unwrap();
    let run = |more: &[&str]| {
        told(
            &event,
            &[&["import", again.to_str().unwrap()], more].concat(),
        )
    };
    assert_eq!(run(&["--batch", "l.csv"]).1["sold"], 1);
    let (code, error) = run(&[]);
    let message = error["error"]["message"].as_str().unwrap_or_default();
    assert_eq!(code, 2, "{error:#}");
    assert!(
        message.contains("were sold as of the list \"l.csv\""),
        "{message}"
    );
    assert_eq!(run(&["--batch", "l.csv"]).1["replayed"], 1);
    assert_eq!(audited(&event), [6, 3, 0]);
}

/// The same file sold as a list of its own first, and then as the hint has said.
#[test]
fn what_was_sold_as_a_list_of_its_own_is_not_sold_again_as_of_the_other() {
    let event = made(9, "");
    let again = event.path("again.csv");
    let rejects = ["--rejects", again.to_str().unwrap()];
    let list = "buyer,quantity\nkim,1\nlou,two\n";
    assert_eq!(import(&event, "l.csv", list, &rejects).0, 4);
    fs::remove_file(&again).unwrap();
    fs::write(&again, "buyer,quantity,key,note\nlou,2,,\n").unwrap();
    let path = again.to_str().unwrap();
    assert_eq!(told(&event, &["import", path]).1["sold"], 1);
    let (code, error) = told(&event, &["import", path, "--batch", "l.csv"]);
    let message = error["error"]["message"].as_str().unwrap_or_default();
    assert_eq!(code, 4, "{error:#}");
    assert!(
        message.contains("sold already, as of the list \"again.csv\""),
        "{message}"
    );
    assert_eq!(
        told(&event, &["import", path, "--batch", "again.csv"]).1["replayed"],
        1
    );
    // A name that is no list's here is another batch.
    assert_eq!(
        told(&event, &["import", path, "--batch", "week 2"]).1["sold"],
        1
    );
    assert_eq!(audited(&event), [4, 5, 0]);
}

/// A file of refused rows that was corrected and sold as a list of its own is sold: it is written over, and what is sold in
/// it is not sold again by the list that was corrected too.
#[test]
fn what_was_sold_of_the_refused_rows_is_not_sold_again_by_the_list() {
    let event = made(9, "");
    let again = event.path("qr.csv");
    let path = again.to_str().unwrap();
    let rejects = ["--rejects", path];
    let list = "buyer,quantity\nmax,two\nned,1\n";
    assert_eq!(import(&event, "q.csv", list, &rejects).0, 4);
    fs::remove_file(&again).unwrap();
    fs::write(&again, "buyer,quantity,key,note\nmax,2,,\n").unwrap();
    assert_eq!(told(&event, &["import", path]).1["sold"], 1);
    let (code, done) = import(&event, "q.csv", list, &rejects);
    assert_eq!((code, &done["replayed"]), (4, &1.into()), "{done:#}");
    let written = fs::read_to_string(&again).unwrap();
    assert_eq!(written, "buyer,quantity,key,note\nmax,two,,\n");
    let corrected = list.replace("two", "2");
    let (code, error) = import(&event, "q.csv", &corrected, &rejects);
    let message = error["error"]["message"].as_str().unwrap_or_default();
    assert_eq!(code, 4, "{error:#}");
    assert!(
        message.starts_with("row 2 (max) was sold already, as of the list \"qr.csv\""),
        "{message}"
    );
    assert_eq!(audited(&event), [6, 3, 0]);
    // One more of the same is sold, and so is all where the other list is not named.
    let twice = "buyer,quantity\nned,1\nned,1\nmax,two\n";
    assert_eq!(import(&event, "q.csv", twice, &rejects).1["sold"], 1);
    let other = event.path("others.csv");
    let rejects = ["--rejects", other.to_str().unwrap()];
    assert_eq!(import(&event, "q.csv", &corrected, &rejects).1["sold"], 1);
    assert_eq!(audited(&event), [3, 6, 0]);
}

/// What one list had refused is not lost to the next one, which would be sold as of the first by the advice that it was given.
#[test]
fn refused_rows_of_one_list_are_not_written_over_by_another() {
    let event = made(3, "");
    let again = event.path("again.csv");
    let rejects = ["--rejects", again.to_str().unwrap()];
    let choir = "buyer,quantity\nann,2\nbob,9\n";
    let club = "buyer,quantity\ncarl,8\nbob,9\ndan,1\n";
    for _ in 0..2 {
        assert_eq!(import(&event, "choir.csv", choir, &rejects).0, 3);
    }
    let written = fs::read_to_string(&again).unwrap();
    let (code, error) = import(&event, "club.csv", club, &rejects);
    assert_eq!((code, event.sales().len()), (4, 1), "{error:#}");
    assert_eq!(fs::read_to_string(&again).unwrap(), written);
    let error = error["error"].to_string();
    let of = "holds refused rows of choir.csv: it is not overwritten";
    assert!(
        error.contains(of) && error.contains("again.csv --batch choir.csv"),
        "{error}"
    );
    // Once they are sold, or the file holds none, it is free.
    fs::write(&again, written.replace('9', "1")).unwrap();
    let path = again.to_str().unwrap();
    let sold = told(&event, &["import", path, "--batch", "choir.csv"]);
    assert_eq!((sold.0, &sold.1["sold"]), (0, &1.into()), "{:#}", sold.1);
    assert_eq!(import(&event, "club.csv", club, &rejects).0, 3);
    let written = fs::read_to_string(&again).unwrap();
    assert_eq!(
        written,
        "buyer,quantity,key,note\ncarl,8,,\nbob,9,,\ndan,1,,\n"
    );
    audited(&event);
}
