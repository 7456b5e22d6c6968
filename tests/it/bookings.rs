//! Real sales: `book`, `cancel` and `adjust`, alone and by many processes at once.

use std::collections::HashSet;

use serde_json::json;

use crate::harness::{Run, TestEvent, foreign_lock};
use crate::{craft, crafted};

const MOST: u64 = (1 << 53) - 1;

#[test]
pub(crate) fn book_sells_and_tells_people_and_programs() {
    let event = TestEvent::stock(5);
    let run = event.run("book alice --quantity 2");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    let id = event.sales()[0]["id"].as_str().unwrap().to_owned();
    let said = format!("booked  2 tickets for alice, sale {id}\n3 left\n");
    assert_eq!(run.stdout, said);
    let text = event.run("--json book bob").stdout;
    let id = event.sales()[1]["id"].as_str().unwrap().to_owned();
    let document = format!(
        "{{\"ok\":true,\"command\":\"book\",\"sale\":{{\"id\":\"{id}\",\"buyer\":\"bob\",\
         \"quantity\":1}},\"left\":2,\"replayed\":false}}\n"
    );
    assert_eq!(text, document);
    assert!(event.sales()[1]["rush"].is_null(), "a real sale");
    assert_eq!(event.run("query").stdout, "2 left, 3 sold\n");
    event.assert_adds_up();
    assert_eq!(event.json("audit").0, 0);
}

#[test]
pub(crate) fn sold_out_is_3_and_says_how_many_are_left() {
    let event = TestEvent::stock(1);
    let sold_out = |message: &str, left: u64| {
        let error = json!({"code": "sold_out", "message": message});
        json!({"ok": false, "command": "book", "error": error, "left": left})
    };
    let refused = sold_out("asked for 2, 1 left", 1);
    assert_eq!(event.json("book alice --quantity 2"), (3, refused));
    event.booked("alice");
    let refused = sold_out("asked for 1, none left", 0);
    assert_eq!(event.json("book bob"), (3, refused));
    let run = event.run("book bob");
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""));
    assert_eq!(run.stderr, "error: asked for 1, none left\n");
    event.assert_adds_up();
}

#[test]
fn orders_that_make_no_sense_are_usage_and_change_nothing() {
    let event = TestEvent::stock(5);
    let long = "x".repeat(257);
    let reason = "x".repeat(1001);
    let cases: [&[&str]; 18] = [
        &["book"],
        &["book", ""],
        &["book", &long],
        &["book", "alice", "--quantity", "0"],
        &["book", "alice", "--quantity", "-1"],
        &["book", "alice", "--quantity", "9007199254740992"],
        &["book", "alice", "--key", ""],
        &["book", "alice", "--key", &long],
        &["cancel"],
        &["cancel", ""],
        &["cancel", "2-abcdef", "--quantity", "0"],
        &["cancel", "2-abcdef", "--reason", ""],
        &["adjust", "+1"],
        &["adjust", "+0", "--reason", "none"],
        &["adjust", "5", "--reason", "no sign"],
        &["adjust", "+-5", "--reason", "two signs"],
        &["adjust", "+9007199254740992", "--reason", "too many"],
        &["adjust", "+1", "--reason", &reason],
    ];
    for arguments in cases {
        let run = Run::of(event.command(arguments).output().unwrap());
        assert_eq!(run.code, Some(2), "{arguments:?}: {run:?}");
        assert_eq!(run.stdout, "", "{arguments:?}");
        let json = [&["--json"], arguments].concat();
        let (code, document) = Run::of(event.command(json).output().unwrap()).document();
        assert_eq!((code, &document["error"]["code"]), (2, &"usage".into()));
        assert_eq!(event.names(), ["tickets.json"], "{arguments:?}");
        assert_eq!(event.count(), json!({"ticket": 5}));
    }
}

#[test]
pub(crate) fn many_processes_book_at_once_and_nothing_is_oversold() {
    let event = TestEvent::stock(40);
    let runs = event.at_once((0..64).map(|buyer| format!("book buyer-{buyer}")));
    let (mut ids, mut lefts) = (HashSet::new(), HashSet::new());
    for (code, document) in &runs {
        match code {
            0 => {
                assert!(ids.insert(document["sale"]["id"].to_string()));
                assert!(lefts.insert(document["left"].as_u64()), "{document:#}");
            }
            _ => assert_eq!((code, &document["left"]), (&3, &0.into()), "{document:#}"),
        }
    }
    assert_eq!((ids.len(), runs.len()), (40, 64));
    let written: HashSet<_> = event.sales().iter().map(|s| s["id"].to_string()).collect();
    assert_eq!(written, ids);
    event.assert_adds_up();
    let (code, audit) = event.json("audit");
    assert_eq!((code, &audit["sold"]), (0, &40.into()), "{audit:#}");
}

#[test]
pub(crate) fn a_sale_is_given_back_whole_or_in_parts_but_once() {
    let event = TestEvent::stock(10);
    let (whole, parts) = (event.booked("alice --quantity 3"), event.booked("bob -n 4"));
    let run = event.run(&format!("cancel {whole} --reason ill"));
    let said = format!("cancelled  3 tickets of alice, sale {whole}\n6 left\n");
    assert_eq!((run.code, run.stdout), (Some(0), said));
    assert_eq!(event.ledger()[3]["reason"], "ill");

    let (code, document) = event.json(&format!("cancel {parts} --quantity 1"));
    let cancelled = json!({"id": parts, "buyer": "bob", "quantity": 1});
    let expected =
        json!({"ok": true, "command": "cancel", "cancelled": cancelled, "kept": 3, "left": 7});
    assert_eq!((code, document), (0, expected));
    for (line, part, code) in [
        (
            format!("cancel {whole}"),
            "is cancelled already",
            "cancelled",
        ),
        (
            format!("cancel {whole} -n 1"),
            "is cancelled already",
            "cancelled",
        ),
        (
            format!("cancel {parts} -n 4"),
            "only 3 are not cancelled",
            "refused",
        ),
    ] {
        let (exit, document) = event.json(&line);
        let message = document["error"]["message"].as_str().unwrap();
        assert_eq!((exit, message.contains(part)), (4, true), "{document:#}");
        assert_eq!(document["error"]["code"], code);
    }
    // When, and how to see more of it.
    let done = event.ledger();
    let done = done.iter().find(|line| line["ref"] == whole.as_str());
    let since = done.unwrap()["at"].as_str().unwrap();
    let (_, document) = event.json(&format!("cancel {whole}"));
    let error = &document["error"];
    let message = format!("sale {whole} is cancelled already, since {since}");
    assert_eq!(error["message"], message, "{document:#}");
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains(&format!("show {whole}'")), "{hint}");
    assert_eq!(event.json(&format!("cancel {parts}")).1["left"], 10);
    assert_eq!(event.json(&format!("cancel {parts}")).0, 4);
    // What was given back can be booked again.
    assert_eq!(event.json("book carol --quantity 10").1["left"], 0);
    assert_eq!(event.ledger().len(), 7);
    event.assert_adds_up();
    assert_eq!(event.json("audit").1["findings"], json!([]));
}

#[test]
pub(crate) fn an_id_that_is_no_sale_is_refused() {
    let (event, other) = (TestEvent::stock(5), TestEvent::stock(5));
    let id = event.booked("alice");
    let foreign = other.booked("alice");
    event.booked("bob");
    assert_eq!(event.json(&format!("cancel {id}")).0, 0);
    let later = id.replacen('2', "20", 1);
    let before = event.contents();
    for unknown in [
        foreign.as_str(),
        &later,
        &id[2..],
        &format!("+{id}"),
        &format!("0{id}"),
        "1-abcdef",
        "4-abcdef",
        "0-abcdef",
        "2-",
        "-",
        "-2-abcdef",
        "999999999999999999999-abc",
        "18446744073709551615-abc",
        "2-\u{1f3ab}",
    ] {
        let arguments = ["--json", "cancel", "--", unknown];
        let (code, document) = Run::of(event.command(arguments).output().unwrap()).document();
        assert_eq!(code, 4, "{unknown}: {document:#}");
        let message = document["error"]["message"].as_str().unwrap();
        assert!(message.contains("there is no sale"), "{message}");
    }
    assert_eq!(event.contents(), before);
}

#[test]
pub(crate) fn many_cancel_one_sale_and_one_of_them_does() {
    let event = TestEvent::stock(5);
    let id = event.booked("alice --quantity 3");
    let runs = event.in_a_queue((0..16).map(|_| format!("cancel {id}")));
    let done = runs.iter().filter(|(code, _)| *code == 0).count();
    let refused = runs.iter().filter(|(code, _)| *code == 4).count();
    assert_eq!((done, refused), (1, 15), "{runs:#?}");
    assert_eq!(event.count()["ticket"], 5);
    // In parts: as many as there are.
    let id = event.booked("bob --quantity 5");
    let runs = event.in_a_queue((0..8).map(|_| format!("cancel {id} --quantity 1")));
    let done = runs.iter().filter(|(code, _)| *code == 0).count();
    assert_eq!(done, 5, "{runs:#?}");
    event.assert_adds_up();
    assert_eq!(event.json("audit").0, 0);
}

#[test]
pub(crate) fn the_stock_is_adjusted_but_never_below_what_is_sold() {
    let event = TestEvent::stock(5);
    event.booked("alice --quantity 3");
    let (code, document) = event.json("adjust +20 --reason gallery");
    let expected = json!({"ok": true, "command": "adjust", "quantity": 20, "left": 22});
    assert_eq!((code, document), (0, expected));
    let run = event.run("adjust -22 --reason stage");
    assert_eq!(
        run.stdout, "adjusted  the stock by -22\n0 left\n",
        "{run:?}"
    );
    assert_eq!(event.ledger()[3]["reason"], "stage");
    let before = event.contents();
    let most = format!("adjust +{MOST} --reason more");
    for line in ["adjust -1 --reason less", &most] {
        let (code, document) = event.json(line);
        assert_eq!((code, &document["error"]["code"]), (4, &"refused".into()));
    }
    assert_eq!(event.contents(), before);
    let rest = MOST - 3;
    let (code, document) = event.json(&format!("adjust +{rest} --reason all"));
    assert_eq!((code, &document["left"]), (0, &rest.into()), "{document:#}");
    assert_eq!(event.json("adjust +1 --reason more").0, 4);
    assert_eq!(event.json("audit").1["capacity"], MOST);
    event.assert_adds_up();
}

/// Selling, giving back and adjusting at once: all of it adds up, and what was refused did nothing.
#[test]
pub(crate) fn all_commands_at_once_add_up() {
    let event = TestEvent::stock(6);
    let ids: Vec<_> = (0..4).map(|_| event.booked("early")).collect();
    let cancels = ids.iter().map(|id| format!("cancel {id}"));
    let books = (0..12).map(|buyer| format!("book late-{buyer} --key {}", buyer % 6));
    let adjusts = (0..4).map(|_| "adjust +1 --reason more".to_owned());
    let audits = (0..4).map(|_| "query".to_owned());
    let runs = event.at_once(books.chain(cancels).chain(adjusts).chain(audits));
    for (code, document) in &runs {
        // Two buyers share a key: one of them has it.
        let expected = if document["command"] == "book" {
            [0, 3, 4].as_slice()
        } else {
            &[0]
        };
        assert!(expected.contains(code), "{document:#}");
    }
    event.assert_adds_up();
    assert_eq!(event.json("audit").0, 0);
}

#[test]
pub(crate) fn an_id_is_taken_in_any_case_and_by_its_number_alone() {
    let event = TestEvent::stock(30);
    let ids: Vec<_> = (0..20).map(|at| event.booked(&format!("b{at}"))).collect();
    for (given, id) in [
        (ids[0].to_uppercase(), &ids[0]),
        ("3".to_owned(), &ids[1]),
        (" 20 ".to_owned(), &ids[18]),
    ] {
        let run = event.command(["--json", "cancel", &given]).output();
        let (code, document) = Run::of(run.unwrap()).document();
        assert_eq!(
            (code, &document["cancelled"]["id"]),
            (0, &id.as_str().into())
        );
        assert_eq!(event.ledger().last().unwrap()["ref"], id.as_str());
    }
    // That of a line which is no sale is none.
    for number in ["1", "22", "99"] {
        let (code, document) = event.json(&format!("cancel {number}"));
        assert_eq!((code, &document["error"]["code"]), (4, &"refused".into()));
    }
    event.assert_adds_up();
}

#[test]
pub(crate) fn who_wants_no_more_than_the_result_gets_it_alone() {
    let event = TestEvent::stock(9);
    let told = |line: &str| {
        let run = event.run(line);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
        run.stdout
    };
    let id = told("book -q alice");
    assert_eq!(
        id,
        format!("{}\n", event.sales()[0]["id"].as_str().unwrap())
    );
    assert_eq!(told("query -q"), "8\n");
    assert_eq!(told("adjust -q +2 --reason more"), "10\n");
    assert_eq!(told(&format!("cancel -q {}", id.trim())), id);
    assert_eq!(told("reset -q 5"), "5\n");
    for silent in ["close -q", "reopen -q", "set -q --title Gala"] {
        assert_eq!(told(silent), "", "{silent}");
    }
    std::fs::write(event.path("list.csv"), "buyer,quantity\nbob,2\nzoe,1\n").unwrap();
    let list = event.path("list.csv").display().to_string();
    assert_eq!(told(&format!("import -q {list}")), "2\n");
}

/// Of a ledger that was written before there were such rules.
#[test]
fn an_order_of_before_the_rules_for_names_is_answered_as_before() {
    let (old, buyer) = (" Zoe\u{308}\tM ", "key-of-before");
    let sold = json!({"id": "2-aaaaaa", "buyer": old, "key": buyer});
    let lines = [
        craft::line(1, "open", 5, 5, &json!({})),
        craft::line(2, "sell", 1, 4, &sold),
    ];
    let event = crafted::event(&lines);
    let (code, audit) = event.json("audit");
    assert_eq!((code, &audit["findings"]), (0, &json!([])), "{audit:#}");
    for name in [old, "Zo\u{eb}\tM"] {
        let order = ["--json", "book", name, "--key", buyer];
        let (code, sale) = Run::of(event.command(order).output().unwrap()).document();
        assert_eq!((code, &sale["replayed"]), (0, &true.into()), "{sale:#}");
        assert_eq!(sale["sale"]["buyer"], old);
        // A new one is not sold.
        let order = ["--json", "book", name, "--key", "new"];
        let (code, error) = Run::of(event.command(order).output().unwrap()).document();
        assert_eq!((code, &error["error"]["code"]), (2, &"usage".into()));
    }
    let order = ["--json", "book", "Zoe M", "--key", buyer];
    assert_eq!(
        Run::of(event.command(order).output().unwrap()).document().0,
        4
    );
    assert_eq!(event.sales().len(), 1);
}

#[test]
pub(crate) fn a_name_is_kept_as_people_read_it() {
    let event = TestEvent::stock(9);
    let order = ["--json", "book", "  Zoe\u{308} M ", "--key", "k"];
    let (_, sale) = Run::of(event.command(order).output().unwrap()).document();
    assert_eq!(sale["sale"]["buyer"], "Zo\u{eb} M");
    assert_eq!(event.sales()[0]["buyer"], "Zo\u{eb} M");
    let again = ["--json", "book", "Zo\u{eb} M", "--key", "k"];
    let (_, sale) = Run::of(event.command(again).output().unwrap()).document();
    assert_eq!(sale["replayed"], true);
    for name in ["two\nlines", "a\u{1b}[2J", " ", "x\u{2028}y"] {
        let (code, error) =
            Run::of(event.command(["--json", "book", name]).output().unwrap()).document();
        assert_eq!(
            (code, &error["error"]["code"]),
            (2, &"usage".into()),
            "{name:?}"
        );
    }
    assert_eq!(event.sales().len(), 1);
}

#[test]
fn numbers_without_a_sign_or_a_unit_are_understood_or_told_what_is_meant() {
    let event = TestEvent::stock(9);
    let run = event.run("adjust 5 --reason x");
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(
        run.stderr
            .contains("write +5 to add so many tickets, or -5"),
        "{run:?}"
    );
    assert_eq!(event.run("book ann --wait 2").code, Some(0));
    let held = foreign_lock(&event.path("tickets.json.lock"));
    let (code, error) = event.json("book bob --wait 0");
    assert_eq!((code, &error["error"]["code"]), (5, &"busy".into()));
    drop(held);
}

/// What is held can be taken away as little as what is sold, and is told apart from what is left.
#[test]
fn no_more_is_taken_away_than_is_left_and_what_is_held_is_told() {
    let event = TestEvent::stock(10);
    event.booked("ann -n 6");
    assert_eq!(event.json("hold bob -n 2 --for 2h").0, 0);
    let message = |line: &str| event.json(line).1["error"]["message"].clone();
    assert_eq!(
        message("adjust -3 --reason x"),
        "cannot take 3 away: only 2 are left; 2 are held"
    );
    assert_eq!(event.json("adjust -2 --reason x").0, 0);
    assert_eq!(
        message("adjust -1 --reason x"),
        "cannot take 1 away: only 0 are left; 2 are held"
    );
    event.json("release 3");
    assert_eq!(
        message("adjust -3 --reason x"),
        "cannot take 3 away: only 2 are left"
    );
    let hint = |line: &str| event.json(line).1["error"]["hint"].clone();
    assert_eq!(hint("adjust -8 --reason x"), "cancel sales first");
    assert_eq!(
        hint("adjust -9 --reason x"),
        "there are only 8 in all: -9 takes so many away, and is not how many there are then"
    );
}
