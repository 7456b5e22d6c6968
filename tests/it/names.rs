//! One ledger that is reached by several names, names that no event can have, and counts that cannot be
//! replaced.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{Run, TICKETS, TestEvent, eventually, flocks, signal};

pub(crate) const LEDGER: &str = "tickets.ledger.jsonl";

/// A second event beside the first whose ledger is the first one's, by a name that `link` makes.
fn second(event: &TestEvent, link: impl Fn(&Path, &Path)) -> PathBuf {
    let other = event.path("other");
    fs::create_dir(&other).unwrap();
    fs::copy(&event.file, other.join("tickets.json")).unwrap();
    link(&event.path(LEDGER), &other.join(LEDGER));
    other.join("tickets.json")
}

fn hard(ledger: &Path, name: &Path) {
    fs::hard_link(ledger, name).unwrap();
}

fn symbolic(ledger: &Path, name: &Path) {
    symlink(ledger, name).unwrap();
}

/// A command on an event of any name.
fn command(file: &Path, line: &str) -> Command {
    let mut command = Command::new(TICKETS);
    command.arg("-f").arg(file).args(line.split(' '));
    command.stdin(Stdio::null()).env_remove("TICKETS_FILE");
    command
}

pub(crate) fn on(file: &Path, line: &str) -> (i32, Value) {
    let mut command = command(file, line);
    Run::of(command.arg("--json").output().unwrap()).document()
}

/// The lock files differ, and the ledger is one.
#[test]
fn a_buyer_waits_for_who_decides_under_another_name() {
    for link in [hard, symbolic] {
        let event = TestEvent::stock(3);
        assert_eq!(event.json("book alice").0, 0);
        let other = second(&event, link);
        let mut rush = event.start("--json buy --users 1 --lock --think 10s --force");
        let pid = eventually("a buyer holds the lock of the ledger", || {
            let locks = flocks(&event.path(LEDGER));
            locks.first().map(|(pid, _)| *pid)
        });
        let (code, error) = on(&other, "book bob --wait 200ms");
        assert_eq!(
            (code, &error["error"]["code"]),
            (5, &"busy".into()),
            "{error:#}"
        );
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains(&format!("process {pid} ")), "{message}");
        assert_eq!(event.sales().len(), 1);
        signal(rush.id().cast_signed(), "INT");
        rush.wait().unwrap();
        assert_eq!(on(&other, "book bob").0, 0);
        let query = on(&event.file, "query").1;
        assert_eq!(query["sold"], 2, "{query:#}");
    }
}

/// Another ledger under one of its names would leave two stocks, whatever is forced.
#[test]
fn a_ledger_of_two_names_is_replaced_under_neither() {
    let event = TestEvent::stock(40);
    assert_eq!(event.json("book alice").0, 0);
    let safe = event.path("safe");
    assert_eq!(event.json(&format!("backup {}", safe.display())).0, 0);
    assert_eq!(event.json("book bob").0, 0);
    let other = second(&event, hard);
    let (ledger, count) = (event.path(LEDGER), fs::read(&event.file).unwrap());
    let before = fs::read(&ledger).unwrap();
    let restore = format!("restore {} --force", safe.display());
    for file in [&event.file, &other] {
        for line in ["reset --force", "reset 9 --force", &restore] {
            let (code, error) = on(file, line);
            assert_eq!(code, 4, "{line}: {error:#}");
            let message = error["error"]["message"].as_str().unwrap();
            assert!(message.contains("has another name"), "{error:#}");
            assert_eq!(fs::read(&ledger).unwrap(), before, "{line}");
            assert_eq!(fs::read(&event.file).unwrap(), count, "{line}");
        }
    }
    // One stock still, from which both sell.
    assert_eq!(on(&other, "book carol").1["left"], 37);
    assert_eq!(on(&event.file, "query").1["left"], 37);
    fs::remove_file(other.with_file_name(LEDGER)).unwrap();
    assert_eq!(event.json(&restore).0, 0);
    assert_eq!(event.json("reset 9 --force").0, 0);
}

/// Sold out means sold out by every name, and every name's count comes to the same.
#[test]
fn several_names_sell_one_stock() {
    for link in [hard, symbolic] {
        let event = TestEvent::stock(40);
        assert_eq!(event.json("book alice").0, 0);
        let other = second(&event, link);
        let buyers: Vec<_> = (0..60)
            .map(|at| {
                let file = if at % 2 == 0 { &event.file } else { &other };
                let mut buyer = command(file, &format!("--json book b{at}"));
                buyer
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        let ends: Vec<i32> = buyers
            .into_iter()
            .map(|buyer| Run::of(buyer.wait_with_output().unwrap()).document().0)
            .collect();
        let count = |code| ends.iter().filter(|end| **end == code).count();
        assert_eq!((count(0), count(3)), (39, 21), "{ends:?}");
        for file in [&event.file, &other] {
            let (code, audit) = on(file, "audit");
            assert_eq!((code, &audit["sold"]), (0, &40.into()), "{audit:#}");
        }
    }
}

#[test]
fn a_second_name_is_told_once_and_noted() {
    for (link, part) in [
        (hard as fn(&Path, &Path), "hard links"),
        (symbolic, "symbolic link"),
    ] {
        let event = TestEvent::stock(9);
        assert_eq!(event.json("book alice").0, 0);
        assert_eq!(event.json("audit").1["notes"], Value::Array(Vec::new()));
        let other = second(&event, link);
        let sold = Run::of(command(&other, "book bob").output().unwrap());
        assert_eq!(sold.code, Some(0), "{sold:?}");
        assert_eq!(sold.stderr.matches(part).count(), 1, "{sold:?}");
        let audit = on(&other, "audit").1;
        assert!(
            audit["notes"][0].as_str().unwrap().contains(part),
            "{audit:#}"
        );
        let (code, report) = on(&other, &format!("doctor {}", other.display()));
        assert_eq!(code, 0, "{report:#}");
        let noted = report["checks"].as_array().unwrap().iter().any(|check| {
            check["name"] == "event" && check["text"].as_str().unwrap().contains(part)
        });
        assert!(noted, "{report:#}");
        let mut office = tickets::BoxOffice::at(&other).unwrap();
        for _ in 0..3 {
            office.book("carol", 1).unwrap();
        }
        assert_eq!(office.notes().len(), 1);
    }
}

/// A ledger on another disk stays there, and so does what a reset archives.
#[test]
fn a_reset_keeps_a_linked_ledger_where_it_is() {
    let event = TestEvent::stock(4);
    assert_eq!(event.json("book alice").0, 0);
    let disk = event.path("disk");
    fs::create_dir(&disk).unwrap();
    fs::rename(event.path(LEDGER), disk.join("l.jsonl")).unwrap();
    symlink(disk.join("l.jsonl"), event.path(LEDGER)).unwrap();
    assert_eq!(event.json("book bob").0, 0);
    let (code, reset) = event.json("reset 7 --force");
    assert_eq!(code, 0, "{reset:#}");
    assert!(event.path(LEDGER).is_symlink());
    assert_eq!(fs::read_dir(&disk).unwrap().count(), 2);
    let archive = fs::canonicalize(reset["archived"].as_str().unwrap()).unwrap();
    assert_eq!(
        archive.parent(),
        Some(fs::canonicalize(&disk).unwrap().as_path())
    );
    assert_eq!(event.json("book carol").1["left"], 6);
    assert_eq!(event.json("audit").0, 0);
}

#[test]
fn a_name_that_no_event_can_have_makes_nothing() {
    let event = TestEvent::stock(2);
    assert_eq!(event.json("book alice").0, 0);
    assert_eq!(event.json("reset --force").0, 0);
    assert_eq!(event.json("book alice").0, 0);
    fs::create_dir(event.path("hall")).unwrap();
    symlink(LEDGER, event.path("link.json")).unwrap();
    let archive = event
        .names()
        .into_iter()
        .find(|name| name.contains(".ledger.2"));
    let before = event.names();
    let held = fs::read(event.path(LEDGER)).unwrap();
    let archive = archive.unwrap();
    for name in [
        ".",
        "..",
        "hall",
        "hall/",
        "tickets.json.lock",
        LEDGER,
        "link.json",
        &archive,
    ] {
        for line in [
            "book bob",
            "reset 5 --force",
            "query",
            "audit --repair",
            "buy --users 2 --lock",
        ] {
            let path = event.directory().join(name);
            let (code, error) = on(&path, line);
            assert_eq!(
                (code, &error["error"]["code"]),
                (2, &"usage".into()),
                "{name} {line}: {error:#}"
            );
        }
    }
    assert_eq!(event.names(), before);
    assert_eq!(fs::read(event.path(LEDGER)).unwrap(), held);
}

#[test]
fn a_name_without_its_end_is_refused_beside_the_one_that_has_it() {
    let event = TestEvent::stock(2);
    fs::write(event.path("gig.json"), r#"{"ticket": 9}"#).unwrap();
    fs::write(event.path("gig"), r#"{"ticket": 9}"#).unwrap();
    let bare = event.path("gig");
    for line in ["book bob", "query", "reset 3", "buy --users 2 --lock"] {
        let (code, error) = on(&bare, line);
        assert_eq!(
            (code, &error["error"]["code"]),
            (4, &"refused".into()),
            "{line}: {error:#}"
        );
        assert!(
            error["error"]["hint"]
                .as_str()
                .unwrap()
                .contains("gig.json"),
            "{error:#}"
        );
    }
    assert_eq!(on(&event.path("gig.json"), "book bob").0, 0);
    fs::remove_file(event.path("gig.json")).unwrap();
    assert_eq!(on(&bare, "query").0, 0);
}

/// `gig.json` would take the ledger of `gig` for its own, and sell from it.
#[test]
fn an_event_is_not_sold_from_under_a_name_that_would_share_its_ledger() {
    let event = TestEvent::empty();
    let (bare, dotted) = (event.path("gig"), event.path("gig.json"));
    assert_eq!(on(&bare, "init 3").0, 0);
    let before = event.contents();
    for line in [
        "book typo",
        "query",
        "init 9",
        "reset 5 --force",
        "audit --repair",
    ] {
        let (code, error) = on(&dotted, line);
        assert_eq!(code, 4, "{line}: {error:#}");
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains("both would keep one ledger"), "{error:#}");
        assert_eq!(event.contents(), before, "{line}");
    }
    assert_eq!(on(&bare, "book ann").0, 0);
    // Any other file may be called so: a program, a directory.
    let event = TestEvent::empty();
    fs::write(event.path("gig"), b"\x7fELF").unwrap();
    fs::create_dir(event.path("gala")).unwrap();
    for name in ["gig.json", "gala.json"] {
        assert_eq!(on(&event.path(name), "init 3").0, 0, "{name}");
        assert_eq!(on(&event.path(name), "book ann").0, 0, "{name}");
    }
}

/// The hint is a part of a command, whatever the name.
#[test]
fn the_name_that_is_to_be_said_is_quoted_for_a_shell_in_either_direction() {
    let event = TestEvent::empty();
    let hint = |file: &Path, line: &str| {
        let error = on(file, line).1;
        error["error"]["hint"].as_str().unwrap().to_owned()
    };
    let (bare, dotted) = (event.path("my gig"), event.path("my gig.json"));
    for (there, missing) in [(&bare, &dotted), (&dotted, &bare)] {
        fs::write(there, "{\"ticket\": 2}\n").unwrap();
        let told = format!("say -f '{}', or", there.display());
        let hint = hint(missing, "query");
        assert!(hint.contains(&told), "{hint}");
        fs::remove_file(there).unwrap();
    }
}
