//! Limits, times, and a sale that is closed.

use std::fs;

use serde_json::{Value, json};

use super::{audited, held, last_ops, made, refused, told};
use crate::harness::TestEvent;

#[test]
pub(crate) fn limits_times_and_closing_are_kept() {
    let event = made(50, "--max-per-sale 4 --max-per-buyer 6 --hold 1h");
    assert_eq!(
        refused(&event, "book ann --quantity 5"),
        (4, "limit".to_owned())
    );
    let sale = event.booked("ann --quantity 4");
    held(&event, "ANN --quantity 2");
    assert_eq!(refused(&event, "book ann"), (4, "limit".to_owned()));
    assert_eq!(event.json(&format!("rename {sale} bea")).0, 0);
    event.booked("ann --quantity 4");
    assert_eq!(
        refused(&event, "hold Bea --quantity 3"),
        (4, "limit".to_owned())
    );
    assert_eq!(
        event.json("set --max-per-buyer 0").1["event"]["max_per_buyer"],
        Value::Null
    );
    held(&event, "bea --quantity 3");
    assert_eq!(
        event.json("close --reason six").1,
        json!({"ok": true, "command": "close", "on_sale": "closed"})
    );
    for line in ["book zoe", "hold zoe"] {
        assert_eq!(refused(&event, line), (4, "closed".to_owned()));
    }
    assert_eq!(event.json("query").1["on_sale"], "closed");
    assert_eq!(event.json(&format!("cancel {sale} --quantity 1")).0, 0);
    assert_eq!(event.json("close").0, 0);
    assert_eq!(event.json("reopen").1["on_sale"], "open");
    event.booked("zoe");
    for (option, code) in [
        ("--until 2001-01-01", "over"),
        ("--until= --from 2999-01-01", "not_yet"),
    ] {
        let (exit, document) = event.json(&format!("set {option}"));
        assert_eq!(exit, 0, "{document:#}");
        assert_eq!(refused(&event, "book zoe"), (4, code.to_owned()));
        assert_eq!(event.json("query").1["on_sale"], code);
    }
    // A line behind the one that the count knows of: rules are found again by all who come later.
    assert_eq!(event.json("set --from=").0, 0);
    event.booked("zoe");
    audited(&event);
}

#[test]
pub(crate) fn a_buyers_limit_goes_by_todays_name_as_people_compare_names() {
    let event = made(99, "--max-per-buyer 4");
    let first = told(&event, &["book", "Zoe\u{308}", "-n", "3"]).1["sale"]["id"].clone();
    for name in ["ZO\u{cb}", " zo\u{eb} ", "zoe\u{308}"] {
        let (code, document) = told(&event, &["book", name, "-n", "2"]);
        assert_eq!(
            (code, &document["error"]["code"]),
            (4, &"limit".into()),
            "{name}"
        );
    }
    let first = first.as_str().unwrap();
    assert_eq!(event.json(&format!("cancel {first} -n 2")).0, 0);
    let (code, hold) = told(&event, &["hold", "zo\u{eb}", "-n", "3"]);
    assert_eq!(code, 0, "{hold:#}");
    assert_eq!(told(&event, &["book", "Zo\u{eb}"]).0, 4);
    let id = hold["hold"]["id"].as_str().unwrap();
    assert_eq!(event.json(&format!("release {id}")).0, 0);
    assert_eq!(told(&event, &["book", "Zo\u{eb}", "-n", "3"]).0, 0);
    // A new name is not limited, and counts from then on.
    event.booked("max -n 4");
    assert_eq!(told(&event, &["rename", first, "MAX"]).0, 0);
    assert_eq!(refused(&event, "book max"), (4, "limit".to_owned()));
    assert_eq!(told(&event, &["book", "zo\u{eb}"]).0, 0);
    audited(&event);
}

/// The buyer's tickets stand further back than is read under the lock.
#[test]
pub(crate) fn a_buyers_limit_is_kept_on_a_long_ledger() {
    let event = TestEvent::sold(3000);
    assert_eq!(event.json("set --max-per-buyer 2").0, 0);
    event.booked("BUYER-7");
    assert_eq!(refused(&event, "book buyer-7"), (4, "limit".to_owned()));
    let lines = (0..4).map(|_| "book buyer-2999".to_owned());
    let codes: Vec<i32> = event.in_a_queue(lines).iter().map(|it| it.0).collect();
    assert_eq!(
        codes.iter().filter(|code| **code == 0).count(),
        1,
        "{codes:?}"
    );
    assert_eq!(
        codes.iter().filter(|code| **code == 4).count(),
        3,
        "{codes:?}"
    );
    audited(&event);
}

/// Holds that stand further back than is read under the lock.
#[test]
fn due_holds_are_found_on_a_long_ledger() {
    let event = TestEvent::stock(3000);
    let [first, second] = ["a -n 2 --for 0s", "b -n 2 --for 0s"].map(|it| held(&event, it));
    let mut office = tickets::BoxOffice::at(&event.file).unwrap();
    for at in 0..1500 {
        let name = format!("buyer-{at}");
        let order =
            tickets::office::Order::new(&name, 1).durability(tickets::office::Durability::Process);
        office
            .purchase(&order, &mut tickets::office::Unobserved)
            .unwrap();
    }
    office.book("rest", 3000 - 4 - 1500).unwrap();
    drop(office);
    let lines = (0..3).map(|at| format!("book last-{at}"));
    let all = event.in_a_queue(lines);
    assert!(all.iter().all(|(code, _)| *code == 0), "{all:#?}");
    assert_eq!(refused(&event, &format!("confirm {first}")).1, "expired");
    assert_eq!(refused(&event, &format!("confirm {second}")).1, "expired");
    assert_eq!(audited(&event), [1, 2999, 0]);
}

#[test]
fn settings_that_make_no_sense_are_refused_and_nothing_is_made() {
    let event = TestEvent::empty();
    for wrong in [
        "init 5 --hold soon",
        "init 5 --from someday",
        "init 5 --from 2026-02-01 --until 2026-01-01",
        "init 5 --max-per-sale x",
        "init -1",
    ] {
        let (code, document) = event.json(wrong);
        assert_eq!(
            (code, &document["error"]["code"]),
            (2, &"usage".into()),
            "{document:#}"
        );
        assert_eq!(event.names(), [""; 0], "{wrong}");
    }
    let event = made(5, "--from 2026-01-01");
    for wrong in ["set --until 2025-12-31T23:00", "set --hold never"] {
        assert_eq!(refused(&event, wrong), (2, "usage".to_owned()), "{wrong}");
    }
    assert_eq!(told(&event, &["set", "--title", "a\nb"]).0, 2);
    assert_eq!(told(&event, &["set", "--title", &"x".repeat(257)]).0, 2);
    // Set again, nothing is written.
    let before = event.ledger().len();
    assert_eq!(event.json("set --from 2026-01-01").0, 0);
    assert_eq!(event.ledger().len(), before);
}

/// Alone it shows what is set, and writes nothing.
#[test]
fn what_is_set_is_shown() {
    let event = made(5, "--title Gala --max-per-sale 6 --hold 2h");
    let told = "title Gala, at most per sale 6, holds for 2h\n";
    let before = event.contents();
    assert_eq!(event.run("set").stdout, told);
    let set = event.json("set");
    assert_eq!(event.contents(), before);
    assert_eq!(event.run("set --until=").stdout, format!("set  {told}"));
    assert_eq!(event.json("set --hold 2h"), set);
    assert_eq!((set.0, &set.1["event"]["max_per_sale"]), (0, &6.into()));
    // And what keeps it from being sold.
    assert_eq!(event.json("close").0, 0);
    assert_eq!(event.json("set"), set);
    let closed = format!("{}; the sale is closed\n", told.trim_end());
    assert_eq!(event.run("set").stdout, closed);
    let practice = TestEvent::stock(2);
    assert_eq!(practice.run("set").stdout, "holds for 15m\n");
    assert_eq!(practice.names(), ["tickets.json"]);
}

/// A sale that ends with a day is open on that day, and what was taken is told.
#[test]
fn a_day_alone_is_sold_from_its_beginning_or_to_its_end() {
    let event = TestEvent::empty();
    let made = event.run("init 5 --from 2026-01-01 --until 2999-12-31");
    let told = "5 left\non sale from 2026-01-01 00:00:00, on sale until 2999-12-31 23:59:59\n";
    assert!(made.stdout.ends_with(told), "{made:?}");
    let set = event.run("set --until 2999-01-01 --from=");
    let told = "set  holds for 15m, on sale until 2999-01-01 23:59:59\n";
    assert_eq!(set.stdout, told);
    for (wrong, said) in [
        (
            "31.12.2999",
            "write 2999-12-31 for that day; what is understood is a day, as ",
        ),
        (
            "friday",
            "write a day, as 2026-12-31, or a time, as 2026-12-31T18:00, or ",
        ),
    ] {
        for option in ["--until", "--from"] {
            let run = event.run(&format!("set {option} {wrong}"));
            assert!(run.code == Some(2) && run.stderr.contains(said), "{run:?}");
        }
    }
}

/// As long as was said, in the units that it was said in; and no time is said to be none.
#[test]
pub(crate) fn for_how_long_tickets_are_held_is_told_as_it_was_given() {
    let event = made(5, "--hold 90d");
    let told = |time: &str| format!("holds for {time}\n");
    assert_eq!(event.run("set").stdout, told("90days"));
    assert_eq!(event.json("set").1["event"]["hold"], "90days");
    for none in ["none", "0", "0s"] {
        let run = event.run(&format!("set --hold {none}"));
        let none = told("no time (due at once, unless 'hold --for' says how long)");
        assert_eq!(run.stdout, format!("set  {none}"));
        assert_eq!(event.json("set").1["event"]["hold"], "0s");
    }
    held(&event, "ann");
    assert_eq!(event.json("query").1["held"], 0);
    let run = event.run("set --hold never");
    assert!(
        run.stderr.contains("; none: a hold is due at once"),
        "{run:?}"
    );
    assert_eq!(event.run("hold bob --for none").code, Some(2));
    // As an event from before says it.
    let mut office = tickets::BoxOffice::at(&event.file).unwrap();
    let months = &mut |before| {
        Ok(tickets::office::EventSettings {
            hold: "2months29days2h52m48s".to_owned(),
            ..before
        })
    };
    office.set(&tickets::office::Change::new(), months).unwrap();
    assert_eq!(event.run("set").stdout, told("90days"));
}

#[test]
fn who_ends_a_sale_in_the_past_is_told_so() {
    let event = made(5, "");
    let told = |line: &str| {
        let run = event.run(line);
        assert_eq!(run.code, Some(0), "{run:?}");
        (run.stderr, event.json("query").1["on_sale"].clone())
    };
    let file = event.file.display();
    let warned = format!(
        "warning: the sale is over: 2001-01-01 00:00:00 is past; 'tickets -f {file} set --until=' takes that end away\n"
    );
    let over = (warned.clone(), "over".into());
    assert_eq!(told("set --until 2001-01-01T00:00Z"), over);
    // Whoever changes something else knows it already.
    assert_eq!(told("set --title Gala"), (String::new(), "over".into()));
    assert_eq!(
        told("set --until 2999-01-01"),
        (String::new(), "open".into())
    );
    let (code, document) = event.json("set --until 2001-01-01T00:00Z");
    let warning = document["warning"].as_str().unwrap();
    assert_eq!((code, format!("warning: {warning}\n")), (0, warned));
    let event = TestEvent::empty();
    let run = event.run("init 5 --until 2001-01-01");
    assert!(
        run.code == Some(0) && run.stderr.starts_with("warning: the sale is over"),
        "{run:?}"
    );
}

#[test]
pub(crate) fn while_it_is_closed_what_gives_back_and_what_was_held_goes_on() {
    let event = made(9, "");
    let sale = event.booked("ann -n 2");
    let [kept, back] = ["bob", "eve"].map(|name| held(&event, name));
    let told = "the sale is closed\n2 tickets are held and can still be bought\n";
    assert_eq!(event.run("close --reason six").stdout, told);
    assert_eq!(
        event.run("query").stdout,
        "5 left, 2 sold, 2 held; the sale is closed\n"
    );
    for line in ["book zoe", "hold zoe", "import /dev/stdin --batch b"] {
        if line.starts_with("import") {
            continue;
        }
        assert_eq!(refused(&event, line), (4, "closed".to_owned()));
    }
    for line in [
        format!("cancel {sale} -n 1"),
        format!("confirm {kept}"),
        format!("release {back}"),
        format!("rename {kept} rob"),
        "adjust +1 --reason more".to_owned(),
    ] {
        assert_eq!(event.json(&line).0, 0, "{line}");
    }
    let before = event.ledger().len();
    assert_eq!(
        event.json("close").1,
        json!({"ok": true, "command": "close", "on_sale": "closed"})
    );
    assert_eq!(event.ledger().len(), before);
    assert_eq!(
        event.json("reopen").1,
        json!({"ok": true, "command": "reopen", "on_sale": "open"})
    );
    assert_eq!(last_ops(&event, 1), ["reopen"]);
    event.booked("zoe");
    audited(&event);
}

#[test]
pub(crate) fn whether_it_is_on_sale_is_told_in_one_word() {
    let event = made(1, "");
    let told = |line: &str| event.json(line).1["on_sale"].clone();
    assert_eq!(told("query"), "open");
    let hold = held(&event, "bob --for 1h");
    assert_eq!(told("query"), "sold_out");
    assert_eq!(event.json(&format!("release {hold}")).0, 0);
    event.booked("ann");
    assert_eq!(told("query"), "sold_out");
    assert_eq!(event.json("close").1["on_sale"], "closed");
    assert_eq!(told("query"), "closed");
    assert_eq!(told("reopen"), "sold_out");
    assert_eq!(event.json("set --until 2001-01-01").0, 0);
    assert_eq!(told("query"), "over");
    assert_eq!(told("reopen"), "over");
    let (code, set) = event.json("set --until= --from 2999-01-01T00:00Z");
    assert_eq!((code, &set["event"]["until"]), (0, &Value::Null), "{set:#}");
    assert_eq!(set["event"]["from"], "2999-01-01T00:00:00Z");
    assert_eq!(told("query"), "not_yet");
}

/// An office that is open sees settings that are written after it has looked, its own and others'.
#[test]
fn an_open_office_keeps_to_settings_that_come_later() {
    use tickets::office::{Change, EventSettings};
    let event = TestEvent::stock(20);
    let mut office = tickets::BoxOffice::at(&event.file).unwrap();
    let limit = |most| {
        move |before| {
            Ok(EventSettings {
                max_per_sale: Some(most),
                ..before
            })
        }
    };
    let own = office.set(&Change::new(), &mut limit(3)).unwrap();
    assert_eq!(own.settings.max_per_sale, Some(3));
    let kind = |result: tickets::Result<_>| {
        result
            .map(|_: tickets::office::Sale| ())
            .map_err(|error| error.kind())
    };
    assert_eq!(kind(office.book("ann", 4)), Err(tickets::Kind::Limit));
    assert_eq!(kind(office.book("ann", 3)), Ok(()));
    assert_eq!(event.json("set --max-per-sale 1").0, 0);
    assert_eq!(kind(office.book("bob", 2)), Err(tickets::Kind::Limit));
    assert_eq!(event.json("close").0, 0);
    assert_eq!(kind(office.book("bob", 1)), Err(tickets::Kind::Closed));
    assert_eq!(event.json("reset 9 --force").0, 0);
    assert_eq!(kind(office.book("bob", 2)), Err(tickets::Kind::Limit));
    assert_eq!(kind(office.book("bob", 1)), Ok(()));
    audited(&event);
}

/// What is only held of somebody's tickets is told as that.
#[test]
fn who_has_too_many_is_told_how_many_of_them_are_held() {
    let event = made(50, "--max-per-buyer 4 --hold 2h");
    let message = |line: &str| {
        let (code, document) = event.json(line);
        assert_eq!(code, 4, "{document:#}");
        document["error"]["message"].as_str().unwrap().to_owned()
    };
    let hold = held(&event, "ann -n 3");
    assert!(message("book ann -n 2").ends_with("\"ann\" has 3, 3 of them held"));
    assert_eq!(event.json(&format!("confirm {hold}")).0, 0);
    assert!(message("book ann -n 2").ends_with("\"ann\" has 3"));
    held(&event, "ann");
    assert!(message("book ann").ends_with("\"ann\" has 4, 1 of them held"));
    // By today's name.
    let other = held(&event, "bob -n 2");
    assert_eq!(event.json(&format!("rename {other} cid")).0, 0);
    assert!(message("book cid -n 3").ends_with("\"cid\" has 2, 2 of them held"));
    audited(&event);
}

/// The way out of a limit that holds have reached is to sell them, or to give them up.
#[test]
fn who_has_too_many_for_what_is_held_is_told_how_to_sell_that() {
    let event = made(50, "--max-per-buyer 2 --hold 2h");
    let hint = |line: &str| {
        let (code, document) = event.json(line);
        assert_eq!(code, 4, "{document:#}");
        document["error"]["hint"].as_str().unwrap().to_owned()
    };
    let hold = held(&event, "bea -n 1");
    let one = hint("book Bea -n 2");
    for told in [
        format!("tickets confirm {hold}"),
        format!("tickets release {hold}"),
        "tickets set --max-per-buyer N".to_owned(),
    ] {
        let told = told.replace("tickets ", "");
        assert!(one.contains(&told), "{one}");
    }
    held(&event, "bea");
    let both = hint("book Bea");
    assert!(
        both.contains("confirm ID") && both.contains("sales --held"),
        "{both}"
    );
    event.booked("cid -n 2");
    assert!(!hint("book cid").contains("confirm"));
    audited(&event);
}

/// A hold past its time ends when its own holder orders anew; one that is not due counts.
#[test]
fn a_due_hold_does_not_stand_in_the_way_of_its_own_buyer() {
    let event = made(50, "--max-per-buyer 3");
    let due = held(&event, "Ann -n 2 --for 0s");
    // As long as the limit has room for both, it stays.
    event.booked("ann");
    assert_eq!(last_ops(&event, 1), ["sell"]);
    event.booked("ANN -n 2");
    assert_eq!(last_ops(&event, 2), ["expire", "sell"]);
    assert_eq!(
        refused(&event, &format!("confirm {due}")),
        (4, "expired".to_owned())
    );
    assert_eq!(refused(&event, "book ann"), (4, "limit".to_owned()));
    assert_eq!(audited(&event), [47, 3, 0]);
    // No more of them than it takes, those that were due first; what is not due yet counts.
    let first = held(&event, "bob --for 0s");
    let second = held(&event, "bob --for 0s");
    let later = held(&event, "bob --for 1h");
    assert_eq!(refused(&event, "hold bob -n 3"), (4, "limit".to_owned()));
    event.booked("bob");
    assert_eq!(refused(&event, &format!("confirm {first}")).0, 4);
    for id in [&second, &later] {
        assert_eq!(event.json(&format!("confirm {id}")).0, 0);
    }
    // Also by another name than it was held in, and for a whole list.
    let hold = held(&event, "cid -n 3 --for 0s");
    assert_eq!(event.json(&format!("rename {hold} dora")).0, 0);
    fs::write(
        event.path("l.csv"),
        "buyer,quantity\ndora,2\ndora,1\ndora,1\n",
    )
    .unwrap();
    let list = event.path("l.csv");
    let (code, done) = told(&event, &["import", list.to_str().unwrap()]);
    assert_eq!((code, &done["sold"]), (4, &2.into()), "{done:#}");
    assert_eq!(audited(&event), [41, 9, 0]);
}

/// The stock and the limit at once: each due hold ends once.
#[test]
fn a_due_hold_that_both_stock_and_limit_need_ends_once() {
    let event = made(4, "--max-per-buyer 3");
    held(&event, "ann -n 2 --for 0s");
    held(&event, "bob -n 2 --for 0s");
    event.booked("ann -n 3");
    assert_eq!(last_ops(&event, 3), ["expire", "expire", "sell"]);
    assert_eq!(audited(&event), [1, 3, 0]);
}
