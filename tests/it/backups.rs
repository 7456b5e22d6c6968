//! `backup` copies an event while others sell, `restore` is the way back, and neither loses a sale.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::harness::{Run, TICKETS, TestEvent};

pub(crate) const LEDGER: &str = "tickets.ledger.jsonl";

pub(crate) fn on(file: &Path, line: &str) -> (i32, Value) {
    let mut command = Command::new(TICKETS);
    command
        .arg("--json")
        .arg("-f")
        .arg(file)
        .args(line.split(' '));
    Run::of(command.stdin(Stdio::null()).output().unwrap()).document()
}

pub(crate) fn to(event: &TestEvent, what: &str) -> (i32, Value) {
    event.json(&what.replace("DIR", event.path("safe").to_str().unwrap()))
}

pub(crate) fn held(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    all.sort();
    all
}

pub(crate) fn sold() -> TestEvent {
    let event = TestEvent::with("{\"ticket\": 9, \"event\": \"Ball\"}\n");
    event.booked("alice --quantity 2 --key a");
    event.booked("bob");
    event
}

/// A drive that is not plugged in is a directory that is not there.
#[test]
fn a_backup_says_that_the_directory_above_its_own_was_made() {
    let event = sold();
    let [stick, safe] = ["stick", "stick/2026/safe"].map(|name| event.path(name));
    for (quiet, is_new) in [("-q ", true), ("", false)] {
        let run = event.run(&format!("{quiet}backup {}", safe.display()));
        assert_eq!(run.code, Some(0), "{run:?}");
        let note = format!(
            "note: there was no directory {}, and it was made",
            stick.display()
        );
        assert_eq!(run.stderr.starts_with(&note), is_new, "{run:?}");
        assert_eq!(run.stderr.is_empty(), !is_new, "{run:?}");
    }
    fs::remove_dir_all(&stick).unwrap();
    let (_, document) = event.json(&format!("backup {}", safe.display()));
    assert_eq!(document["made"], stick.to_str().unwrap(), "{document:#}");
}

#[test]
fn a_backup_holds_the_event_and_says_which_state() {
    let event = sold();
    let (code, document) = to(&event, "backup DIR");
    let safe = event.path("safe");
    let expected = json!({
        "ok": true, "command": "backup", "to": safe.to_str(), "left": 6, "sold": 3, "seq": 3,
    });
    assert_eq!((code, document), (0, expected));
    for name in ["tickets.json", LEDGER] {
        let [own, copy] = [event.path(name), safe.join(name)].map(|path| fs::read(path).unwrap());
        assert_eq!(own, copy, "{name}");
    }
    event.booked("carol");
    assert_eq!(to(&event, "backup DIR").1["seq"], 4);
    let (code, audit) = on(&safe.join("tickets.json"), "audit");
    assert_eq!((code, &audit["sold"]), (0, &4.into()), "{audit:#}");
    assert!(!held(&safe).iter().any(|(name, _)| name.starts_with('.')));
}

/// Before the first sale there is no ledger, and a backup makes none.
#[test]
fn an_event_without_a_sale_is_saved_too() {
    let event = TestEvent::with("{\"ticket\": 9, \"event\": \"Ball\"}\n");
    assert_eq!(to(&event, "backup DIR").1["seq"], 0);
    assert_eq!(event.names(), ["safe", "tickets.json"]);
    event.booked("alice");
    assert_eq!(to(&event, "restore DIR").0, 4);
    assert_eq!(to(&event, "backup DIR").1["seq"], 2);
    assert_eq!(to(&event, "restore DIR").1["sold"], 1);
    assert_eq!(event.count()["event"], "Ball");
}

/// What is done, and its name.
type Change<'a> = (&'a str, &'a dyn Fn(&TestEvent));

#[test]
fn what_is_no_older_backup_of_this_event_is_not_replaced() {
    let fresh = || {
        let event = sold();
        assert_eq!(to(&event, "backup DIR").0, 0);
        event
    };
    let safe = |event: &TestEvent| event.path("safe").join("tickets.json");
    let others: [Change<'_>; 5] = [
        ("sold from", &|event| {
            assert_eq!(on(&safe(event), "book eve").0, 0);
        }),
        ("the event went back", &|event| {
            assert_eq!(event.json("reset --force").0, 0);
            event.booked("zoe");
        }),
        ("another event's", &|event| {
            let other = sold();
            fs::copy(&other.file, safe(event)).unwrap();
            fs::copy(other.path(LEDGER), event.path("safe").join(LEDGER)).unwrap();
        }),
        ("somebody's file", &|event| {
            fs::write(safe(event), "{\"name\": 1}").unwrap();
        }),
        ("an event without a sale", &|event| {
            fs::remove_file(event.path("safe").join(LEDGER)).unwrap();
            fs::write(safe(event), "{\"ticket\": 9, \"event\": \"Gala\"}").unwrap();
        }),
    ];
    for (what, change) in others {
        let event = fresh();
        change(&event);
        let before = (held(&event.path("safe")), fs::read(&event.file).unwrap());
        let (code, error) = to(&event, "backup DIR");
        assert_eq!(
            (code, &error["error"]["code"]),
            (4, &"refused".into()),
            "{what}: {error:#}"
        );
        assert_eq!(
            before,
            (held(&event.path("safe")), fs::read(&event.file).unwrap()),
            "{what}"
        );
    }
    let event = fresh();
    for line in ["backup", "restore"] {
        let directory = event.directory().to_str().unwrap();
        assert_eq!(event.json(&format!("{line} {directory}")).0, 2);
    }
}

/// The event's own file, or any other, where a directory belongs.
#[test]
fn a_backup_to_a_name_that_a_file_has_is_answered_with_a_free_one() {
    let event = sold();
    fs::write(event.path("list.csv"), "mine\n").unwrap();
    for (name, free) in [
        ("tickets.json", "tickets-backup"),
        ("list.csv", "list-backup"),
    ] {
        let before = event.contents();
        let place = event.path(name);
        let (code, document) = event.json(&format!("backup {}", place.display()));
        let error = &document["error"];
        assert_eq!(
            (code, &error["code"]),
            (4, &"refused".into()),
            "{document:#}"
        );
        let message = error["message"].as_str().unwrap();
        assert!(
            message.starts_with("is there, and is no directory"),
            "{message}"
        );
        let hint = error["hint"].as_str().unwrap();
        let free = event.path(free);
        assert!(
            hint.ends_with(&format!("backup {}'", free.display())),
            "{hint}"
        );
        assert_eq!(event.contents(), before);
        assert_eq!(event.json(&format!("backup {}", free.display())).0, 0);
        fs::remove_dir_all(free).unwrap();
    }
}

#[test]
fn a_damaged_event_replaces_no_backup() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let before = held(&event.path("safe"));
    let ledger = fs::read_to_string(event.path(LEDGER)).unwrap();
    fs::write(event.path(LEDGER), ledger.replacen("alice", "alive", 1)).unwrap();
    let (code, error) = to(&event, "backup DIR");
    assert!([4, 6].contains(&code), "{error:#}");
    assert_eq!(held(&event.path("safe")), before);
    // A flipped byte is no sale that the backup lacks.
    let (code, done) = to(&event, "restore DIR");
    assert_eq!(
        (code, done["kept"].as_array().unwrap().len()),
        (0, 1),
        "{done:#}"
    );
    assert_eq!(fs::read_to_string(event.path(LEDGER)).unwrap(), ledger);
    assert_eq!(event.json("audit").0, 0);
}

#[test]
fn a_backup_that_comes_to_nothing_leaves_nothing() {
    let event = sold();
    let ledger = fs::read_to_string(event.path(LEDGER)).unwrap();
    fs::write(event.path(LEDGER), ledger.replacen("alice", "alive", 1)).unwrap();
    let names = event.names();
    assert_eq!(to(&event, "backup DIR").0, 6);
    assert_eq!(event.names(), names);
    // A directory that was there stays.
    fs::create_dir(event.path("safe")).unwrap();
    assert_eq!(to(&event, "backup DIR").0, 6);
    assert!(event.path("safe").is_dir());
}

/// Two events may have one name, in two directories.
#[test]
fn another_event_is_not_silently_taken_for_a_backup() {
    let (event, other) = (sold(), sold());
    let restore = format!("restore {}", other.directory().display());
    let (code, document) = event.json(&restore);
    let told = document["error"]["message"].as_str().unwrap();
    assert_eq!(code, 4, "{document:#}");
    assert!(told.contains("the backup is of another event"), "{told}");
    // Its own older backup is not called so.
    assert_eq!(to(&event, "backup DIR").0, 0);
    event.booked("eve");
    let (code, document) = to(&event, "restore DIR");
    let told = document["error"]["message"].as_str().unwrap();
    assert_eq!(code, 4, "{document:#}");
    assert!(!told.contains("another event"), "{told}");
}

/// Backups and copies while others sell without pause.
#[test]
fn what_is_copied_while_others_sell_adds_up_or_can_be_mended() {
    let event = TestEvent::stock(1_000_000);
    event.booked("early");
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut office = tickets::BoxOffice::at(&event.file).unwrap();
                while !over.load(Ordering::Relaxed) {
                    office.book("seller", 1).unwrap();
                }
            });
        }
        let copied = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| copy_all(&event)));
        over.store(true, Ordering::Relaxed);
        copied.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
    assert_eq!(event.json("audit").0, 0);
}

fn copy_all(event: &TestEvent) {
    let mut before = 0;
    for round in 0..12 {
        let (code, saved) = to(event, "backup DIR");
        assert_eq!(code, 0, "{saved:#}");
        let seq = saved["seq"].as_u64().unwrap();
        assert!(seq >= before, "{saved:#}");
        before = seq;
        let safe = event.path("safe");
        let (code, audit) = on(&safe.join("tickets.json"), "audit");
        assert_eq!(
            (code, &audit["records"], &audit["left"]),
            (0, &saved["seq"], &saved["left"]),
            "{audit:#}"
        );
        // As cp(1) and rsync(1) copy: by name, the count first.
        let copied = |names: [&str; 2]| -> PathBuf {
            let copy = event.path(&format!("{}-{round}", names[0]));
            fs::create_dir(&copy).unwrap();
            for name in names {
                fs::copy(event.path(name), copy.join(name)).unwrap();
            }
            copy.join("tickets.json")
        };
        let copy = copied(["tickets.json", LEDGER]);
        let (code, audit) = on(&copy, "audit --repair");
        assert_eq!(code, 0, "{audit:#}");
        // The other way round its count may count more than it has.
        let copy = copied([LEDGER, "tickets.json"]);
        let (code, audit) = on(&copy, "audit --repair");
        assert!([0, 6].contains(&code), "{audit:#}");
        let (code, audit) = on(&copy, "audit --repair --force");
        assert_eq!(code, 0, "{audit:#}");
    }
}

#[test]
fn backups_at_once_into_one_directory_leave_a_whole_one() {
    let event = TestEvent::stock(500);
    for round in 0..5 {
        let safe = event.path("safe");
        let line = |at: usize| match at % 2 {
            0 => format!("backup {}", safe.display()),
            _ => format!("book b{at}"),
        };
        let ends = event.at_once((0..8).map(line));
        for (code, document) in ends {
            // Who comes last may hold less than who was before.
            assert!(
                code == 0 || code == 4 && document["command"] == "backup",
                "{round}: {document:#}"
            );
        }
        assert_eq!(on(&safe.join("tickets.json"), "audit").0, 0);
    }
}

/// Whatever is reached by another name of the event's own files is no copy of them.
#[test]
fn the_events_own_files_are_no_backup_by_another_name() {
    type Link = fn(&Path, &Path) -> std::io::Result<()>;
    let symbolic: Link = |from, to| std::os::unix::fs::symlink(from, to);
    let hard: Link = |from, to| fs::hard_link(from, to);
    for link in [symbolic, hard] {
        for names in [&["tickets.json"][..], &[LEDGER], &["tickets.json", LEDGER]] {
            let event = sold();
            let safe = event.path("safe");
            fs::create_dir(&safe).unwrap();
            for name in names {
                link(&event.path(name), &safe.join(name)).unwrap();
            }
            let own = || ["tickets.json", LEDGER].map(|name| id(&event.path(name)));
            let before = (own(), held(&safe), event.names());
            for line in ["backup DIR", "restore DIR --force"] {
                let (code, error) = to(&event, line);
                let message = error["error"]["message"].as_str().unwrap();
                assert_eq!(code, 2, "{line} {names:?}: {error:#}");
                assert!(message.contains("by another name"), "{error:#}");
                assert_eq!(
                    before,
                    (own(), held(&safe), event.names()),
                    "{line} {names:?}"
                );
            }
        }
    }
}

fn id(path: &Path) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    let found = fs::metadata(path).unwrap();
    (found.dev(), found.ino())
}

#[test]
fn a_refused_backup_leaves_nothing_in_a_foreign_directory() {
    let event = sold();
    let safe = event.path("safe");
    fs::create_dir(&safe).unwrap();
    for (name, text) in [("tickets.json", "{\"name\": 1}"), (LEDGER, "somebody's\n")] {
        fs::write(safe.join(name), text).unwrap();
        let before = held(&safe);
        let (code, error) = to(&event, "backup DIR");
        assert_eq!(code, 4, "{error:#}");
        assert_eq!(held(&safe), before);
        fs::remove_file(safe.join(name)).unwrap();
    }
}

/// Far before the lines that are looked at by whoever sells.
#[test]
fn what_does_not_add_up_is_not_saved() {
    let event = sold();
    for buyer in ["carol", "dave", "erin"] {
        event.booked(buyer);
    }
    let ledger = fs::read_to_string(event.path(LEDGER)).unwrap();
    fs::write(event.path(LEDGER), ledger.replacen("alice", "alive", 1)).unwrap();
    let (code, error) = to(&event, "backup DIR");
    assert_eq!(code, 6, "{error:#}");
    assert!(!event.path("safe").join(LEDGER).exists());
    assert!(!event.path("safe").join("tickets.json").exists());
}

/// Whoever has sold from a copy is named, and how that comes to the event, as long as nobody has sold from it since.
#[test]
fn a_copy_that_was_sold_from_names_its_sales_and_the_way_across() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let copy = event.path("safe").join("tickets.json");
    assert_eq!(on(&copy, "book Wrong -n 2").0, 0);
    let hint = |code| {
        let (is, document) = to(&event, "backup DIR");
        assert_eq!(is, code, "{document:#}");
        document["error"]["hint"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let told = hint(4);
    assert!(
        told.contains("2 tickets for Wrong, sale ") && told.contains("restore "),
        "{told}"
    );
    let own = event.booked("eve");
    let told = hint(4);
    assert!(
        told.contains("2 tickets for Wrong") && told.contains(" sales'"),
        "{told}"
    );
    assert!(!told.contains("restore "), "{told}");
    // What it tells works where it is told.
    assert_eq!(event.json(&format!("cancel {own}")).0, 0);
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let copy = event.path("safe").join("tickets.json");
    assert_eq!(on(&copy, "book Wrong -n 2").0, 0);
    let (code, done) = to(&event, "restore DIR");
    assert_eq!((code, &done["sold"]), (0, &5.into()), "{done:#}");
    assert_eq!(to(&event, "backup DIR").0, 0);
}
