//! The life of an event and of a sale: made, set, closed, renamed, shown.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use serde_json::{Value, json};

use super::{audited, held, made, refused, told};
use crate::harness::TestEvent;

#[test]
fn an_event_is_made_with_what_is_asked_for() {
    let event = TestEvent::empty();
    let words = [
        "init",
        "9",
        "--title",
        "New Year",
        "--date",
        "31 December, 8 pm",
        "--max-per-sale",
        "4",
        "--max-per-buyer",
        "6",
        "--hold",
        "1h30m",
        "--from",
        "2026-01-01T00:00Z",
        "--until",
        "2999-12-31T23:00Z",
    ];
    let settings = json!({"title": "New Year", "date": "31 December, 8 pm", "max_per_sale": 4, "max_per_buyer": 6,
        "hold": "1h30m", "from": "2026-01-01T00:00:00Z", "until": "2999-12-31T23:00:00Z"});
    let expected = json!({"ok": true, "command": "init", "event": settings, "left": 9});
    assert_eq!(told(&event, &words), (0, expected));
    assert_eq!(event.ledger()[1]["event"], settings);
    assert_eq!(event.json("query").1["title"], "New Year");
    let hold = held(&event, "bob");
    let line = event.ledger().pop().unwrap();
    let time = |member: &str| {
        line[member]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .unwrap()
    };
    let held_for = time("until").duration_since(time("at"));
    assert!((held_for.as_secs() - 5400).abs() <= 1, "{line}");
    assert_eq!(event.json(&format!("release {hold}")).0, 0);
}

#[test]
pub(crate) fn each_setting_is_changed_alone_by_one_line_that_says_who_did_it() {
    let event = made(9, "--max-per-sale 4");
    for (words, member, value) in [
        (&["--title", "Gala"][..], "title", json!("Gala")),
        (&["--date", "Friday"], "date", json!("Friday")),
        (&["--max-per-sale", "2"], "max_per_sale", json!(2)),
        (&["--max-per-sale", "0"], "max_per_sale", Value::Null),
        (&["--max-per-buyer", "3"], "max_per_buyer", json!(3)),
        (&["--hold", "2h"], "hold", json!("2h")),
        (&["--title", ""], "title", Value::Null),
    ] {
        let before = event.ledger();
        let mut command = event.command([&["--json", "set"], words].concat());
        let run = crate::harness::Run::of(command.env("USER", "carol").output().unwrap());
        let (code, document) = run.document();
        assert_eq!(
            (code, &document["event"][member]),
            (0, &value),
            "{document:#}"
        );
        let after = event.ledger();
        assert_eq!(after.len(), before.len() + 1);
        let line = after.last().unwrap();
        assert_eq!((&line["op"], &line["by"]), (&"set".into(), &"carol".into()));
        assert_eq!(line["event"], document["event"]);
        assert_eq!(line.get("quantity"), None);
        assert_eq!(line["left"], 9);
    }
    assert_eq!(event.json("query").1["title"], Value::Null);
    audited(&event);
}

#[test]
pub(crate) fn an_event_to_practise_on_is_for_real_once_it_is_set() {
    let event = TestEvent::stock(5);
    assert_eq!(event.json("set --max-per-sale 2").0, 0);
    assert_eq!(refused(&event, "book ann -n 3"), (4, "limit".to_owned()));
    assert_eq!(refused(&event, "buy --users 2 --lock").0, 4);
    audited(&event);
}

#[test]
pub(crate) fn who_did_it_and_why_stands_on_the_ledger() {
    let event = made(9, "");
    let sale = event.booked("ann -n 2");
    let hold = held(&event, "bob");
    for (line, reason) in [
        (format!("rename {sale} eve --reason slip"), "slip"),
        ("close --reason six".to_owned(), "six"),
        ("reopen --reason more".to_owned(), "more"),
        (format!("cancel {sale} --reason ill"), "ill"),
        ("adjust +1 --reason chair".to_owned(), "chair"),
    ] {
        let mut command = event.command(line.split(' '));
        assert!(
            command
                .env("USER", "carol")
                .output()
                .unwrap()
                .status
                .success(),
            "{line}"
        );
        let last = event.ledger().pop().unwrap();
        assert_eq!(
            (&last["by"], &last["reason"]),
            (&"carol".into(), &reason.into()),
            "{last}"
        );
    }
    // A name that nobody can read is left out.
    let mut command = event.command(["confirm", &hold]);
    assert!(
        command
            .env("USER", "a\u{1b}b")
            .output()
            .unwrap()
            .status
            .success()
    );
    assert_eq!(event.ledger().pop().unwrap().get("by"), None);
}

#[test]
pub(crate) fn a_name_is_corrected_and_moves_no_ticket() {
    let event = made(9, "--max-per-buyer 2");
    let sale = event.booked("alise -n 2");
    event.booked("eve -n 2");
    let (code, renamed) = told(&event, &["rename", &sale, "Eve"]);
    let expected = json!({"ok": true, "command": "rename", "sale": {"id": sale, "buyer": "Eve", "quantity": 2}});
    assert_eq!((code, renamed), (0, expected));
    let line = event.ledger().pop().unwrap();
    assert_eq!(
        [&line["op"], &line["ref"], &line["buyer"]],
        [&json!("rename"), &json!(sale), &json!("Eve")]
    );
    assert_eq!((line.get("quantity"), &line["left"]), (None, &5.into()));
    let before = event.ledger().len();
    assert_eq!(told(&event, &["rename", &sale, "Eve"]).0, 0);
    assert_eq!(
        event.ledger().len(),
        before,
        "the same name again is no line"
    );
    let sales = event.json("sales --name EVE").1;
    assert_eq!(sales["total"]["sales"], 2);
    assert_eq!(
        event.json(&format!("cancel {sale}")).1["cancelled"]["buyer"],
        "Eve"
    );
    assert_eq!(
        refused(&event, &format!("rename {sale} ann")),
        (4, "cancelled".to_owned())
    );
    assert_eq!(
        refused(&event, "rename 99-abcdef ann"),
        (4, "refused".to_owned())
    );
    // The key of the sale goes by the name of then.
    event.booked("bob --key k");
    let sale = event.ledger().pop().unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(event.json(&format!("rename {sale} rob")).0, 0);
    let (code, again) = event.json("book bob --key k");
    assert_eq!((code, &again["replayed"]), (0, &true.into()), "{again:#}");
    audited(&event);
}

#[test]
pub(crate) fn a_sale_is_shown_with_all_its_lines_and_what_it_is_by_now() {
    let event = made(20, "");
    let sale = event.booked("ann -n 3 --note cash");
    let [open, back, sold] = ["a", "b", "c"].map(|name| held(&event, name));
    let due = held(&event, "d -n 12 --for 0s");
    let show = |id: &str| {
        let (code, document) = event.json(&format!("show {id}"));
        assert_eq!(code, 0, "{document:#}");
        let ledger = event.ledger();
        let of_it = ledger
            .iter()
            .filter(|line| line["id"] == id || line["ref"] == id);
        assert_eq!(
            document["lines"],
            Value::from(of_it.cloned().collect::<Vec<_>>())
        );
        document["sale"].clone()
    };
    let expected =
        json!({"id": sale, "buyer": "ann", "quantity": 3, "cancelled": 0, "state": "valid"});
    assert_eq!(show(&sale), expected);
    for line in [
        format!("cancel {sale} -n 1"),
        format!("rename {sale} eve"),
        format!("release {back}"),
        format!("confirm {sold}"),
        "book max -n 13".to_owned(),
    ] {
        assert_eq!(event.json(&line).0, 0, "{line}");
    }
    let expected =
        json!({"id": sale, "buyer": "eve", "quantity": 3, "cancelled": 1, "state": "part"});
    assert_eq!(show(&sale), expected);
    for (id, state) in [
        (&open, "held"),
        (&back, "released"),
        (&sold, "valid"),
        (&due, "expired"),
    ] {
        assert_eq!(show(id)["state"], state);
    }
    assert_eq!(event.json(&format!("cancel {sale}")).0, 0);
    assert_eq!(show(&sale)["state"], "cancelled");
    let number = sale.split('-').next().unwrap();
    let run = event.run(&format!("show {number}"));
    let first = format!("{sale}  3 tickets for eve, cancelled\n");
    assert!(run.stdout.starts_with(&first), "{run:?}");
    assert_eq!(refused(&event, "show 99"), (4, "refused".to_owned()));
}

#[test]
fn an_event_for_a_group_is_written_by_all_of_it() {
    let mode = |event: &TestEvent, name: &str| {
        fs::metadata(event.path(name)).unwrap().permissions().mode() & 0o7777
    };
    let mut event = TestEvent::empty();
    fs::create_dir(event.path("club")).unwrap();
    fs::set_permissions(event.path("club"), fs::Permissions::from_mode(0o770)).unwrap();
    event.file = event.path("club/tickets.json");
    assert_eq!(event.run("init 5 --group").code, Some(0));
    event.booked("ann");
    let group = fs::metadata(event.path("club")).unwrap().gid();
    for name in [
        "club/tickets.json",
        "club/tickets.ledger.jsonl",
        "club/tickets.json.lock",
    ] {
        assert_eq!(mode(&event, name) & 0o660, 0o660, "{name}");
        assert_eq!(
            fs::metadata(event.path(name)).unwrap().gid(),
            group,
            "{name}"
        );
    }
    // A directory that is made for it is the group's too.
    event.file = event.path("a/b/gala.json");
    assert_eq!(event.run("init 5 --group").code, Some(0));
    assert_eq!(mode(&event, "a/b") & 0o2070, 0o2070);
    assert_eq!(mode(&event, "a/b/gala.json") & 0o660, 0o660);
    // Without it they are as open as any new file is.
    event.file = event.path("own.json");
    assert_eq!(event.run("init 5").code, Some(0));
    let plain = event.path("plain");
    fs::write(&plain, "").unwrap();
    assert_eq!(mode(&event, "own.json"), mode(&event, "plain"));
}

/// Files of the group of a directory, where it is another one than that of the process.
#[test]
fn the_group_is_that_of_the_directory() {
    if !crate::harness::is_root() {
        eprintln!("skipped: only root may give a directory any group");
        return;
    }
    let mut event = TestEvent::empty();
    fs::create_dir(event.path("club")).unwrap();
    std::os::unix::fs::chown(event.path("club"), None, Some(4242)).unwrap();
    event.file = event.path("club/tickets.json");
    assert_eq!(event.run("init 5 --group").code, Some(0));
    event.booked("ann");
    for name in [
        "club/tickets.json",
        "club/tickets.ledger.jsonl",
        "club/tickets.json.lock",
    ] {
        assert_eq!(
            fs::metadata(event.path(name)).unwrap().gid(),
            4242,
            "{name}"
        );
    }
}

/// Whoever sells makes files beside the count: the group needs the directory, too.
#[test]
fn an_event_for_a_group_in_a_directory_that_is_closed_to_it_says_so() {
    let event = TestEvent::empty();
    let open_to = |bits| {
        let bits = fs::Permissions::from_mode(bits);
        fs::set_permissions(event.directory(), bits).unwrap();
    };
    open_to(0o755);
    let (code, made) = event.json("init 5 --group");
    let warning = made["warning"].as_str().unwrap_or_default();
    assert!(code == 0 && warning.contains("chmod g+ws "), "{made:#}");
    for name in event.names() {
        fs::remove_file(event.path(&name)).unwrap();
    }
    open_to(0o2775);
    let (code, made) = event.json("init 5 --group");
    assert_eq!(
        (code, &made["warning"]),
        (0, &serde_json::Value::Null),
        "{made:#}"
    );
}
