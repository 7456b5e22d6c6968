//! The door: who may come in.

use std::fs;
use std::process::Command;

use serde_json::json;

use super::{held, made, told};
use crate::harness::{Run, TICKETS, TestEvent};

#[test]
fn the_door_has_valid_sales_by_todays_name() {
    let event = made(50, "");
    let gone = event.booked("zed");
    let part = event.booked("\u{c9}mile --quantity 3");
    let wrong = event.booked("Zoe");
    event.booked("adam");
    event.booked("emile");
    held(&event, "holder");
    let sold = held(&event, "Bea --quantity 2");
    for line in [
        format!("cancel {gone}"),
        format!("cancel {part} --quantity 1"),
        format!("confirm {sold}"),
        format!("rename {wrong} ADAM"),
    ] {
        assert_eq!(event.json(&line).0, 0, "{line}");
    }
    let (code, door) = event.json("door");
    let guests: Vec<(&str, u64)> = door["guests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["buyer"].as_str().unwrap(),
                it["quantity"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        guests,
        [("ADAM", 2), ("Bea", 2), ("emile", 1), ("\u{c9}mile", 2)]
    );
    assert_eq!((code, &door["total"]), (0, &7.into()));
    let csv = event.run("door --format csv").stdout;
    assert_eq!(csv.lines().count(), 5, "{csv}");
    event.booked("<script>alert(1)</script>");
    let html = event.run("door --format html").stdout;
    assert!(
        !html.contains("<script") && html.contains("&lt;script&gt;"),
        "{html}"
    );
}

/// As the list of sales has it.
#[test]
fn a_door_for_a_spreadsheet_may_begin_with_the_mark_of_utf_8() {
    let event = made(5, "");
    event.booked("Zo\u{eb}");
    let plain = event.run("door --format csv").stdout;
    let marked = event.run("door --format csv --bom").stdout;
    assert_eq!(marked, format!("\u{feff}{plain}"));
    for line in ["door --bom", "door --format html --bom"] {
        let (code, document) = event.json(line);
        let message = &document["error"]["message"];
        assert_eq!(
            (code, message),
            (2, &"--bom is for --format csv".into()),
            "{line}"
        );
    }
    let run = event.run("door --bom");
    assert!(
        run.code == Some(2) && run.stderr.contains("door --help'"),
        "{run:?}"
    );
}

#[test]
fn a_door_is_a_table_a_spreadsheet_and_a_page() {
    let event = made(50, "");
    assert_eq!(event.run("door").stdout, "nobody has bought yet\n");
    assert_eq!(
        event.run("door --format csv").stdout,
        "buyer,quantity,ids,note\n"
    );
    let [first, second] = ["Ann -n 2", "bob"].map(|it| event.booked(it));
    let third = event.booked("ann");
    let run = event.run("door");
    let table = format!(
        " buyer  tickets  sales\n Ann          3  {first} {third}\n bob          1  {second}\n4 tickets in all, 2 names\n"
    );
    assert_eq!(run.stdout, table);
    let csv = format!("buyer,quantity,ids,note\nAnn,3,{first} {third},\nbob,1,{second},\n");
    assert_eq!(event.run("door --format csv").stdout, csv);
    assert_eq!(
        told(&event, &["set", "--title", "Gala <b>", "--date", "31 Dec"]).0,
        0
    );
    let html = event.run("door --format html").stdout;
    for part in [
        "<title>Gala &lt;b&gt;</title>",
        "31 Dec",
        ">Ann</td>",
        "<span>",
        "4 tickets, 2 names",
        "@page",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    // With --json it is one document whatever the format.
    let expected = json!({"ok": true, "command": "door", "guests": [
        {"buyer": "Ann", "quantity": 3, "ids": [first, third]},
        {"buyer": "bob", "quantity": 1, "ids": [second]}], "total": 4});
    for line in ["door", "door --format html", "door --format csv"] {
        assert_eq!(event.json(line), (0, expected.clone()));
    }
}

/// A name that a spreadsheet would take for a formula, or a terminal for an order.
#[test]
fn no_name_on_the_door_does_anything() {
    let event = made(50, "");
    for name in ["=1+1", "\u{202e}evil", "a & b \"c\" 'd'"] {
        assert_eq!(told(&event, &["book", name]).0, 0);
    }
    let csv = event.run("door --format csv").stdout;
    assert!(csv.contains("\n'=1+1,1,"), "{csv}");
    let html = event.run("door --format html").stdout;
    assert!(
        html.contains("a &amp; b &quot;c&quot; &#39;d&#39;"),
        "{html}"
    );
    for text in [csv, html, event.run("door").stdout] {
        assert!(!text.contains('\u{202e}'), "{text}");
    }
}

#[test]
fn a_ledger_that_does_not_add_up_has_no_door() {
    let event = made(5, "");
    event.booked("ann");
    let path = event.path("tickets.ledger.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"ann\"", "\"eve\"")).unwrap();
    for format in ["table", "csv", "html"] {
        let run = event.run(&format!("door --format {format}"));
        assert_eq!((run.code, run.stdout.as_str()), (Some(6), ""), "{run:?}");
    }
    assert_eq!(event.run("door --format pdf").code, Some(2));
}

#[test]
fn a_closed_pipe_is_no_error_at_the_door() {
    let event = TestEvent::sold(300);
    let line = format!(
        "set -o pipefail; {TICKETS} -f {} door --format csv | head -n 1",
        event.file.display()
    );
    let run = Run::of(Command::new("bash").args(["-c", &line]).output().unwrap());
    assert_eq!(run.stdout, "buyer,quantity,ids,note\n");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

/// What a person reads at the door is verified: one byte that was changed is an error, and no guest.
#[test]
fn a_damaged_ledger_gives_no_list_and_shows_no_sale() {
    let event = TestEvent::empty();
    assert_eq!(event.json("init 9").0, 0);
    for buyer in ["ann", "b2", "carol", "dave"] {
        assert_eq!(event.json(&format!("book {buyer}")).0, 0);
    }
    let ledger = event.path("tickets.ledger.jsonl");
    let sound = fs::read_to_string(&ledger).unwrap();
    for (was, is) in [
        ("\"b2\",\"quantity\":1", "\"b2\",\"quantity\":9"),
        ("\"b2\"", "\"bX\""),
    ] {
        assert!(sound.contains(was), "{sound}");
        fs::write(&ledger, sound.replacen(was, is, 1)).unwrap();
        for line in ["door", "show 4", "sales", "sales --changes"] {
            let (code, document) = event.json(line);
            assert_eq!(
                (code, &document["error"]["code"]),
                (6, &"integrity".into()),
                "{line}: {document:#}"
            );
        }
        let list = event.run("door --format csv");
        assert_eq!((list.code, list.stdout.as_str()), (Some(6), ""), "{list:?}");
    }
    fs::write(&ledger, sound).unwrap();
    assert_eq!(event.json("door").1["total"], 4);
}

/// Persian and Sinhala names have joiners, and so do families.
#[test]
fn joiners_stay_in_names_where_a_spreadsheet_reads_them() {
    let event = made(50, "");
    for name in [
        "\u{646}\u{6cc}\u{200c}\u{645}",
        "\u{1f469}\u{200d}\u{1f467}",
    ] {
        assert_eq!(told(&event, &["book", name]).0, 0);
        for line in [
            "door --format csv",
            "sales --format csv",
            "door --format html",
        ] {
            let list = event.run(line).stdout;
            assert!(list.contains(name), "{line}: {list}");
        }
        assert!(!event.run("door").stdout.contains(name));
    }
}

#[test]
fn the_page_of_the_door_has_a_box_for_each_ticket_up_to_20_and_then_a_blank() {
    for (quantity, boxes) in [(1, 1), (7, 7), (20, 20), (21, 0)] {
        let event = made(50, "");
        let quantity = quantity.to_string();
        assert_eq!(told(&event, &["book", "eve", "--quantity", &quantity]).0, 0);
        let html = event.run("door --format html").stdout;
        assert_eq!(html.matches("<b></b>").count(), boxes, "{html}");
        assert_eq!(html.contains("<u></u> of 21<"), boxes == 0, "{html}");
    }
}

/// On paper nobody sees what is told beside the list.
#[test]
fn a_printed_list_says_how_many_are_held_besides() {
    let event = made(20, "");
    event.booked("ann");
    assert!(!event.run("door --format html").stdout.contains("held"));
    assert_eq!(event.json("hold bob -n 2").0, 0);
    let html = event.run("door --format html").stdout;
    assert!(
        html.contains("<br>2 tickets are held besides</p>"),
        "{html}"
    );
    // A time without its zone is no time for who is in another one.
    let mut command = event.command(["door", "--format", "html"]);
    let html = Run::of(command.env("TZ", "EST5").output().unwrap()).stdout;
    let (_, time) = html.split_once("as of ").unwrap();
    assert_eq!(time.get(19..27), Some(" EST<br>"), "{html}");
}
