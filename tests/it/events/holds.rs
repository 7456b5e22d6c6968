//! Holds: tickets kept for somebody, then sold, given back, or left to who needs them.

use std::fs;

use serde_json::{Value, json};

use super::{audited, held, last_ops, made, refused, told};
use crate::harness::TestEvent;

/// Who confirms it once more is not told that all of it is valid.
#[test]
fn a_hold_that_is_confirmed_again_says_how_many_are_valid() {
    let event = made(9, "");
    let id = event.json("hold bob -n 3").1["hold"]["id"].clone();
    let id = id.as_str().unwrap();
    for line in [format!("confirm {id}"), format!("cancel {id} -n 1")] {
        assert_eq!(event.json(&line).0, 0, "{line}");
    }
    let run = event.run(&format!("confirm {id}"));
    let told = format!("3 tickets for bob, sale {id}, as before: 2 of them are valid by now\n");
    assert!(run.code == Some(0) && run.stdout.contains(&told), "{run:?}");
}

#[test]
fn a_hold_is_lines_a_count_and_an_answer() {
    let event = made(10, "");
    let (code, hold) = event.json("hold bob --quantity 2 --for 1h --key h1 --note friday");
    let id = hold["hold"]["id"].as_str().unwrap();
    let until = hold["hold"]["until"].as_str().unwrap();
    let expected = json!({"ok": true, "command": "hold", "hold": {"id": id, "buyer": "bob", "quantity": 2,
        "until": until}, "left": 8, "held": 2, "replayed": false});
    assert_eq!((code, &hold), (0, &expected));
    let ledger = event.ledger();
    let line = ledger.last().unwrap();
    for (member, value) in [
        ("op", json!("hold")),
        ("id", json!(id)),
        ("buyer", json!("bob")),
        ("quantity", json!(2)),
        ("until", json!(until)),
        ("left", json!(8)),
        ("key", json!("h1")),
        ("note", json!("friday")),
    ] {
        assert_eq!(line[member], value, "{line:#}");
    }
    let count = event.count();
    let [left, sold, reserved, version] =
        ["ticket", "sold", "held", "seq"].map(|name| count[name].as_u64());
    assert_eq!(
        [left, sold, reserved, version],
        [Some(8), Some(0), Some(2), Some(3)],
        "{count:#}"
    );
    assert_eq!(audited(&event), [8, 0, 2]);
    let (code, sale) = event.json(&format!("confirm {id}"));
    let expected = json!({"ok": true, "command": "confirm", "sale": {"id": id, "buyer": "bob", "quantity": 2},
        "left": 8, "replayed": false});
    assert_eq!((code, sale), (0, expected));
    assert_eq!(event.json(&format!("confirm {id}")).1["replayed"], true);
    let again = event.run(&format!("confirm {id}")).stdout;
    assert!(again.contains(", as before\n"), "{again}");
    assert_eq!(event.count().get("held"), None);
    assert_eq!(audited(&event), [8, 2, 0]);
    let (code, shown) = event.json(&format!("show {id}"));
    assert_eq!(
        (code, &shown["sale"]["state"]),
        (0, &"valid".into()),
        "{shown:#}"
    );
    let ops: Vec<&Value> = shown["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["op"])
        .collect();
    assert_eq!(ops, ["hold", "confirm"]);
    assert_eq!(shown["lines"][0], event.ledger()[2]);
}

#[test]
pub(crate) fn what_is_due_is_left_to_who_needs_it_and_is_the_holders_until_then() {
    let event = made(3, "");
    let first = held(&event, "bob --for 0s");
    let second = held(&event, "carol --for 0s");
    let third = held(&event, "dave --for 1h");
    assert_eq!(audited(&event), [0, 0, 3]);
    let query = event.json("query").1;
    assert_eq!(
        [&query["left"], &query["held"], &query["on_sale"]],
        [&json!(2), &json!(1), &json!("open")]
    );
    let (code, document) = event.json("book eve --quantity 3");
    assert_eq!(
        (code, &document["error"]["code"]),
        (3, &"sold_out".into()),
        "{document:#}"
    );
    assert_eq!(
        [&document["error"]["held"], &document["left"]],
        [&json!(1), &json!(2)]
    );
    assert!(
        document["error"]["due"].as_str().unwrap() > "2026",
        "{document:#}"
    );
    assert_eq!(audited(&event), [0, 0, 3]);
    // Of those that are due, the first goes, in the same write as the sale.
    event.booked("eve");
    assert_eq!(audited(&event), [0, 1, 2]);
    let ops: Vec<Value> = event
        .ledger()
        .iter()
        .rev()
        .take(2)
        .map(|line| line["op"].clone())
        .collect();
    assert_eq!(ops, ["sell", "expire"]);
    assert_eq!(
        refused(&event, &format!("confirm {first}")),
        (4, "expired".to_owned())
    );
    // The same word, whatever is asked of it.
    for command in ["confirm", "release", "cancel"] {
        let run = event.run(&format!("{command} {first}"));
        let told = format!("hold {first} has ended");
        assert_eq!(run.code, Some(4), "{run:?}");
        assert!(run.stderr.contains(&told), "{run:?}");
    }
    assert_eq!(event.json(&format!("confirm {second}")).0, 0);
    assert_eq!(event.json(&format!("release {third}")).1["left"], 1);
    assert_eq!(event.json(&format!("release {third}")).1["replayed"], true);
    assert_eq!(
        refused(&event, &format!("release {second}")),
        (4, "refused".to_owned())
    );
    assert_eq!(audited(&event), [1, 2, 0]);
    let sales = event.json("sales").1;
    let names: Vec<&str> = sales["sales"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["buyer"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["carol", "eve"], "{sales:#}");
}

#[test]
pub(crate) fn one_hold_and_one_seat_go_to_one_of_many() {
    let event = made(1, "");
    let id = held(&event, "bob --for 0s");
    let lines = (0..4).flat_map(|at| [format!("book user-{at}"), format!("confirm {id}")]);
    let codes = event.at_once(lines);
    let sold: Vec<&Value> = codes
        .iter()
        .filter(|(code, _)| *code == 0)
        .map(|(_, it)| &it["command"])
        .collect();
    let [left, sold_tickets, held] = audited(&event);
    assert_eq!([left, sold_tickets, held], [0, 1, 0], "{codes:#?}");
    // One sale, or the hold confirmed, however often that is asked for.
    let sales = sold.iter().filter(|command| **command == "book").count();
    let confirmed = sold.iter().filter(|command| **command == "confirm").count();
    assert!(
        sales == 1 && confirmed == 0 || sales == 0 && confirmed == 4,
        "{codes:#?}"
    );
}

#[test]
pub(crate) fn whoever_needs_tickets_ends_due_holds_the_earliest_first_and_no_more_than_it_takes() {
    for order in ["book zoe -n 3", "hold zoe -n 3", "adjust -3 --reason fewer"] {
        let event = made(6, "");
        let late = held(&event, "late -n 2 --for 1s");
        let first = held(&event, "first -n 2 --for 0s");
        let second = held(&event, "second -n 2 --for 0s");
        // What is not due yet is nobody else's, however many are asked for.
        let (code, document) = event.json(&order.replace('3', "5"));
        let refusal = if order.starts_with("adjust") { 4 } else { 3 };
        let due = late_is_due(&event, &late);
        if code == refusal {
            assert_eq!(document["error"]["held"], 2, "{document:#}");
            assert_eq!(document["error"]["due"], due, "{document:#}");
        }
        assert_eq!(event.json(order).0, 0, "{order}");
        let ledger = event.ledger();
        let ended: Vec<&Value> = ledger
            .iter()
            .filter(|line| line["op"] == "expire")
            .map(|line| &line["ref"])
            .collect();
        assert_eq!(ended, [first.as_str(), second.as_str()], "{ledger:#?}");
        assert_eq!(event.json(&format!("confirm {late}")).0, 0, "{order}");
        audited(&event);
    }
}

fn late_is_due(event: &TestEvent, id: &str) -> Value {
    let ledger = event.ledger();
    let line = ledger.iter().find(|line| line["id"] == id).unwrap();
    line["until"].clone()
}

#[test]
pub(crate) fn a_sale_that_finds_enough_ends_no_hold() {
    let event = made(3, "");
    let due = held(&event, "bob --for 0s");
    event.booked("ann -n 2");
    assert_eq!(last_ops(&event, 1), ["sell"]);
    assert_eq!(event.json(&format!("confirm {due}")).1["left"], 0);
    assert_eq!(audited(&event), [0, 3, 0]);
}

#[test]
pub(crate) fn one_key_is_one_order_whatever_its_kind() {
    let event = made(20, "");
    let hold = "hold bob -n 2 --key k --note friday";
    let id = held(&event, "bob -n 2 --key k --note friday");
    let (code, again) = event.json(hold);
    assert_eq!((code, &again["hold"]["id"]), (0, &id.as_str().into()));
    assert_eq!(again["replayed"], true);
    for other in [
        "hold bob -n 3 --key k --note friday",
        "hold bob -n 2 --key k",
        "hold rob -n 2 --key k --note friday",
        "book bob -n 2 --key k --note friday",
        "adjust +2 --reason more --key k",
    ] {
        assert_eq!(refused(&event, other), (4, "refused".to_owned()), "{other}");
    }
    let sale = event.booked("ann -n 4 --key s --note cash");
    assert_eq!(refused(&event, "book ann -n 4 --key s").0, 4);
    assert_eq!(refused(&event, &format!("cancel {sale} --key s")).0, 4);
    // The number alone, and the whole id, are one sale.
    let number = sale.split('-').next().unwrap();
    let part = format!("cancel {number} -n 1 --key c");
    assert_eq!(event.json(&part).1["kept"], 3);
    let again = event.json(&format!("cancel {sale} -n 1 --key c")).1;
    assert_eq!(
        (&again["kept"], &again["replayed"]),
        (&3.into(), &true.into())
    );
    assert_eq!(
        event
            .json("adjust +5 --reason more --key a")
            .1
            .get("replayed"),
        None
    );
    assert_eq!(
        event.json("adjust +5 --reason more --key a").1["replayed"],
        true
    );
    assert_eq!(refused(&event, "adjust +6 --reason more --key a").0, 4);
    // What became of it since is told.
    assert_eq!(
        refused(&event, "book ann -n 4 --key s --note cash"),
        (4, "cancelled".to_owned())
    );
    assert_eq!(event.json(&format!("release {id}")).0, 0);
    assert_eq!(refused(&event, hold), (4, "cancelled".to_owned()));
    let due = "hold eve -n 3 --for 0s --key e";
    assert_eq!(event.json(due).0, 0);
    let left = event.json("query").1["left"].as_u64().unwrap();
    event.booked(&format!("max -n {left}"));
    assert_eq!(refused(&event, due), (4, "expired".to_owned()));
    audited(&event);
}

#[test]
pub(crate) fn a_hold_ends_once_and_says_what_became_of_it_ever_after() {
    let event = made(9, "");
    let [sold, back, cancelled] = ["a", "b", "c"].map(|name| held(&event, name));
    for (line, replayed) in [
        (format!("confirm {sold}"), false),
        (format!("confirm {sold}"), true),
        (format!("release {back}"), false),
        (format!("release {back}"), true),
        (format!("confirm {cancelled}"), false),
        (format!("cancel {cancelled}"), false),
    ] {
        let (code, document) = event.json(&line);
        assert_eq!(code, 0, "{line}: {document:#}");
        let told = document.get("replayed").cloned().unwrap_or(false.into());
        assert_eq!(told, replayed, "{line}: {document:#}");
    }
    let sale = event.booked("d");
    for (line, code) in [
        (format!("confirm {back}"), "cancelled"),
        (format!("confirm {cancelled}"), "cancelled"),
        (format!("release {sold}"), "refused"),
        (format!("confirm {sale}"), "refused"),
        (format!("release {sale}"), "refused"),
        ("confirm 99-abcdef".to_owned(), "refused"),
        (format!("cancel {back}"), "cancelled"),
    ] {
        assert_eq!(refused(&event, &line), (4, code.to_owned()), "{line}");
    }
    let open = held(&event, "e");
    assert_eq!(refused(&event, &format!("cancel {open}")).1, "refused");
    // The number alone will do.
    let number = open.split('-').next().unwrap();
    assert_eq!(
        event.json(&format!("release {number}")).1["released"]["id"],
        open
    );
    audited(&event);
}

#[test]
pub(crate) fn people_are_told_what_is_held_and_scripts_its_id() {
    let event = made(5, "");
    let run = event.run("hold bob -n 2 --for 1h");
    assert!(
        run.stdout.starts_with("held  2 tickets for bob until 20"),
        "{run:?}"
    );
    assert!(run.stdout.ends_with("3 left, 2 held\n"), "{run:?}");
    assert_eq!(event.run("query").stdout, "3 left, 0 sold, 2 held\n");
    let id = event.run("-q hold eve").stdout;
    let run = event.run(&format!("confirm {id}"));
    assert_eq!(
        run.stdout,
        format!("confirmed  1 ticket for eve, sale {id}2 left, 2 held\n")
    );
    assert_eq!(event.run(&format!("-q confirm {id}")).stdout, id);
    let run = event.run("book max -n 4");
    assert_eq!(run.code, Some(3));
    assert!(run.stderr.contains("hint: 2 are held: "), "{run:?}");
    assert_eq!(
        event.run("audit").stdout.lines().last(),
        Some("5 in all, 1 sold, 2 held, 2 left")
    );
    for wrong in [
        "hold",
        "hold bob --for soon",
        "hold bob -n 0",
        "hold bob --for 999days",
        "confirm",
    ] {
        assert_eq!(event.run(wrong).code, Some(2), "{wrong}");
    }
}

/// What a change answers and what a query counts differ by what is due: each of the two says so.
#[test]
pub(crate) fn who_sees_two_numbers_of_what_is_left_is_told_what_is_between_them() {
    let event = made(9, "");
    held(&event, "bob -n 2 --for 0s");
    held(&event, "eve --for 1h");
    let query = |told: &str| {
        let line = format!("{told}\n");
        assert_eq!(event.run("query").stdout, line);
    };
    query("8 left, 0 sold, 1 held; 2 of those left are held still, but due");
    fs::write(event.path("list.csv"), "buyer\nzoe\n").unwrap();
    let import = format!("import {}", event.path("list.csv").display());
    for (line, left) in [
        ("book ann", "5 left, 3 held"),
        ("cancel 5", "6 left, 3 held"),
        ("adjust -1 --reason stage", "5 left, 3 held"),
        (&import, "4 left, 3 held"),
        ("confirm 4", "4 left, 2 held"),
    ] {
        let run = event.run(line);
        assert_eq!(
            (run.code, run.stdout.lines().last()),
            (Some(0), Some(left)),
            "{run:?}"
        );
    }
    query("6 left, 2 sold; 2 of those left are held still, but due");
    // An audit has the numbers of a query, and says the same of what is due.
    let audit = event.run("audit").stdout;
    assert_eq!(
        audit.lines().last(),
        Some("8 in all, 2 sold, 6 left; 2 of those left are held still, but due")
    );
    let (_, audit) = event.json("audit");
    let numbers = ["left", "sold", "held", "due"].map(|name| audit[name].as_u64());
    assert_eq!(numbers, [6, 2, 0, 2].map(Some), "{audit:#}");
    assert_eq!(event.run("release 3").stdout.lines().last(), Some("6 left"));
    query("6 left, 2 sold");
}

#[test]
pub(crate) fn a_name_is_written_down_as_people_compare_it() {
    let event = made(5, "");
    for name in ["a\nb", "a\tb", "\u{1b}[2J", "  ", ""] {
        assert_eq!(told(&event, &["hold", name]).0, 2, "{name:?}");
    }
    let (code, hold) = told(&event, &["hold", "  Zoe\u{308} "]);
    assert_eq!((code, &hold["hold"]["buyer"]), (0, &"Zo\u{eb}".into()));
    let id = hold["hold"]["id"].as_str().unwrap();
    assert_eq!(told(&event, &["rename", id, "x\ny"]).0, 2);
    let (code, renamed) = told(&event, &["rename", id, " E\u{301}mile "]);
    assert_eq!((code, &renamed["sale"]["buyer"]), (0, &"\u{c9}mile".into()));
    assert_eq!(
        event.json(&format!("confirm {id}")).1["sale"]["buyer"],
        "\u{c9}mile"
    );
    audited(&event);
}

/// A rush is nobody: it does not end what is held for somebody.
#[test]
fn a_rush_that_is_forced_leaves_holds_alone() {
    let event = made(3, "");
    let due = held(&event, "bob -n 2 --for 0s");
    let (code, rush) = event.json("buy --users 3 --lock --think 0ms --force");
    assert_eq!((code, &rush["sold"]), (0, &1.into()), "{rush:#}");
    assert_eq!(event.json(&format!("confirm {due}")).0, 0);
    assert_eq!(audited(&event), [0, 3, 0]);
}

#[test]
pub(crate) fn what_is_held_is_listed_with_the_ids_to_confirm() {
    let event = made(20, "");
    assert_eq!(event.run("sales --held").stdout, "nothing is held\n");
    let none =
        json!({"ok": true, "command": "sales", "holds": [], "total": {"holds": 0, "quantity": 0}});
    assert_eq!(event.json("sales --held"), (0, none));
    let [first, ended, last] =
        ["bob -n 2 --key k --note friday", "eve", "max -n 3"].map(|it| held(&event, it));
    assert_eq!(event.json(&format!("release {ended}")).0, 0);
    assert_eq!(event.json(&format!("rename {last} Maxim")).0, 0);
    event.booked("ann");
    let (code, document) = event.json("sales --held");
    assert_eq!(
        (code, &document["total"]),
        (0, &json!({"holds": 2, "quantity": 5}))
    );
    let line = event.ledger()[2].clone();
    let expected = json!({"id": first, "at": line["at"], "buyer": "bob", "quantity": 2, "until": line["until"],
        "key": "k", "note": "friday"});
    assert_eq!(document["holds"][0], expected);
    assert_eq!(
        [&document["holds"][1]["id"], &document["holds"][1]["buyer"]],
        [&json!(last), &json!("Maxim")]
    );
    let run = event.run("sales --held");
    assert!(
        run.stdout.contains(&first) && run.stdout.ends_with("2 holds: 5 tickets\n"),
        "{run:?}"
    );
    assert_eq!(event.run("sales --held --limit 1").code, Some(2));
}

/// Whoever asks again for a hold by its key is told what it is by now.
#[test]
pub(crate) fn a_hold_that_is_sold_is_not_told_as_held() {
    let event = TestEvent::stock(9);
    let line = "hold bob --key kb";
    let (code, made) = event.json(line);
    assert_eq!(code, 0, "{made:#}");
    assert!(made["hold"]["state"].is_null(), "{made:#}");
    let again = event.run(line).stdout;
    assert!(again.starts_with("held  1 ticket for bob until"), "{again}");
    let id = made["hold"]["id"].as_str().unwrap();
    assert_eq!(event.json(&format!("confirm {id}")).0, 0);
    let (code, again) = event.json(line);
    assert_eq!((code, &again["replayed"]), (0, &true.into()), "{again:#}");
    assert_eq!(again["hold"]["state"], "valid", "{again:#}");
    let again = event.run(line).stdout;
    assert!(
        again.starts_with("sold  1 ticket for bob, hold "),
        "{again}"
    );
    assert!(
        again.contains("is confirmed by now: the key is known"),
        "{again}"
    );
}

/// Who books for somebody whose tickets are held sells more: that is said behind the sale, to people.
#[test]
fn a_booking_for_somebody_who_has_a_hold_says_so() {
    let event = made(20, "");
    let note = |line: &str| {
        let run = event.run(line);
        assert_eq!(run.code, Some(0), "{run:?}");
        run.stderr
    };
    let hold = held(&event, "Bob -n 2");
    let told = note("book bob");
    let wanted = format!("bob has hold {hold} of 2 tickets, too: 'tickets");
    assert!(told.contains(&wanted), "{told}");
    assert!(
        told.contains(&format!("confirm {hold}' sells it")),
        "{told}"
    );
    for (line, why) in [("-q book bob", "quiet"), ("book ann", "another")] {
        assert_eq!(note(line), "", "{why}");
    }
    let other = held(&event, "ann -n 1");
    assert_eq!(event.json(&format!("rename {other} BOB")).0, 0);
    let told = note("book bob");
    assert!(told.contains("bob has 2 holds of 3 tickets, too"), "{told}");
    for id in [&hold, &other] {
        assert_eq!(event.json(&format!("release {id}")).0, 0);
    }
    assert_eq!(note("book bob"), "");
    audited(&event);
}
