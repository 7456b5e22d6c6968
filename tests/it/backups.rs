//! `backup` copies an event while others sell, `restore` is the way back, and neither loses a sale.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::harness::{Run, TICKETS, TestEvent};

const LEDGER: &str = "tickets.ledger.jsonl";

fn on(file: &Path, line: &str) -> (i32, Value) {
    let mut command = Command::new(TICKETS);
    command
        .arg("--json")
        .arg("-f")
        .arg(file)
        .args(line.split(' '));
    Run::of(command.stdin(Stdio::null()).output().unwrap()).document()
}

fn to(event: &TestEvent, what: &str) -> (i32, Value) {
    event.json(&what.replace("DIR", event.path("safe").to_str().unwrap()))
}

fn held(directory: &Path) -> Vec<(String, Vec<u8>)> {
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

fn sold() -> TestEvent {
    let event = TestEvent::with("{\"ticket\": 9, \"event\": \"Ball\"}\n");
    event.booked("alice --quantity 2 --key a");
    event.booked("bob");
    event
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

#[test]
fn a_restore_is_the_way_back_from_every_loss() {
    for (count, ledger) in [
        (None, Some("keep")),
        (Some("keep"), None),
        (None, None),
        (Some(""), Some("")),
        (Some("garbage"), Some("")),
        (Some("keep"), Some("garbage\n")),
        (Some("garbage"), None),
    ] {
        let event = sold();
        assert_eq!(to(&event, "backup DIR").0, 0);
        let whole = fs::read(event.path(LEDGER)).unwrap();
        for (name, now) in [("tickets.json", count), (LEDGER, ledger)] {
            match now {
                None => fs::remove_file(event.path(name)).unwrap(),
                Some("keep") => {}
                Some(text) => fs::write(event.path(name), text).unwrap(),
            }
        }
        let (code, done) = to(&event, "restore DIR");
        assert_eq!(code, 0, "{count:?} {ledger:?}: {done:#}");
        assert_eq!([&done["left"], &done["sold"], &done["seq"]], [6, 3, 3]);
        assert_eq!(fs::read(event.path(LEDGER)).unwrap(), whole);
        for kept in done["kept"].as_array().unwrap() {
            assert!(Path::new(kept.as_str().unwrap()).exists(), "{done:#}");
        }
        assert_eq!(
            event.json("book alice --quantity 2 --key a").1["replayed"],
            true
        );
        assert_eq!(
            (event.json("audit").0, &event.count()["event"]),
            (0, &"Ball".into())
        );
    }
}

#[test]
fn a_restore_loses_no_sale_unasked() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    assert_eq!(to(&event, "restore DIR").1["kept"], json!([]));
    event.booked("carol");
    let dave = event.booked("dave");
    assert_eq!(event.json(&format!("cancel {dave}")).0, 0);
    let ledger = fs::read(event.path(LEDGER)).unwrap();
    let before = event.count();
    let (code, error) = to(&event, "restore DIR");
    assert_eq!(code, 4, "{error:#}");
    let message = error["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("has 3 lines that the backup lacks, 2 sales"),
        "{message}"
    );
    assert_eq!(
        (fs::read(event.path(LEDGER)).unwrap(), event.count()),
        (ledger.clone(), before)
    );
    let (code, done) = to(&event, "restore DIR --force");
    assert_eq!((code, &done["seq"]), (0, &3.into()), "{done:#}");
    let kept = done["kept"][0].as_str().unwrap();
    assert_eq!(fs::read(kept).unwrap(), ledger);
    assert_eq!(event.json("audit").0, 0);
    // The lines are gone from the event, and the count knew of more than the backup has.
    fs::write(event.path(LEDGER), &ledger).unwrap();
    fs::write(&event.file, "").unwrap();
    event.booked("erin");
    fs::remove_file(event.path(LEDGER)).unwrap();
    assert_eq!(to(&event, "restore DIR").0, 4);
    assert_eq!(to(&event, "restore DIR --force").0, 0);
}

/// Whoever has the event open sells on from what was put back.
#[test]
fn sellers_go_on_after_a_restore() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let mut office = tickets::BoxOffice::at(&event.file).unwrap();
    office.book("late", 1).unwrap();
    assert_eq!(to(&event, "restore DIR --force").0, 0);
    assert_eq!(office.book("later", 1).unwrap().seq, 4);
    assert_eq!(event.json("audit").1["sold"], 4);
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

#[test]
fn a_backup_without_sales_is_put_back_as_often_as_one_likes() {
    let event = TestEvent::with("{\"ticket\": 9, \"event\": \"Ball\"}\n");
    assert_eq!(to(&event, "backup DIR").0, 0);
    let first = to(&event, "restore DIR");
    assert_eq!(first.0, 0, "{:#}", first.1);
    fs::write(&event.file, "{\"ticket\": 9, \"event\": \"Gala\"}\n").unwrap();
    let again = to(&event, "restore DIR");
    assert_eq!(
        (again.0, &again.1["seq"]),
        (0, &first.1["seq"]),
        "{:#}",
        again.1
    );
    assert_eq!(event.count()["event"], "Ball");
    event.assert_adds_up();
    // All of it is there already.
    assert_eq!(to(&event, "restore DIR").1["kept"], json!([]));
    // Of another stock it is another event.
    assert_eq!(event.json("reset 8").0, 0);
    assert_eq!(to(&event, "restore DIR").0, 4);
}

#[test]
fn a_restore_makes_the_directory_that_went_with_the_event() {
    let place = TestEvent::empty();
    let (hall, safe) = (place.path("hall"), place.path("safe"));
    fs::create_dir(&hall).unwrap();
    let file = hall.join("tickets.json");
    fs::write(&file, "{\"ticket\": 9}").unwrap();
    assert_eq!(on(&file, "book alice").0, 0);
    assert_eq!(on(&file, &format!("backup {}", safe.display())).0, 0);
    fs::remove_dir_all(&hall).unwrap();
    let (code, done) = on(&file, &format!("restore {}", safe.display()));
    assert_eq!((code, &done["sold"]), (0, &1.into()), "{done:#}");
    assert_eq!(on(&file, "audit").0, 0);
}

/// The ledger lost what the count still knows of.
#[test]
fn a_count_of_more_than_the_backup_has_is_not_lost_unasked() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    event.booked("carol");
    event.booked("dave");
    fs::copy(event.path("safe").join(LEDGER), event.path(LEDGER)).unwrap();
    let count = fs::read(&event.file).unwrap();
    let (code, error) = to(&event, "restore DIR");
    assert_eq!(code, 4, "{error:#}");
    let message = error["error"]["message"].as_str().unwrap();
    let why = "counts 5 lines, and the backup has 3: 2 on no ledger any more";
    assert!(message.contains(why), "{message}");
    assert_eq!(fs::read(&event.file).unwrap(), count);
    let (code, done) = to(&event, "restore DIR --force");
    assert_eq!((code, &done["sold"]), (0, &3.into()), "{done:#}");
    assert!(kept(&done).contains(&count), "{done:#}");
    assert_eq!(event.json("audit").0, 0);
}

/// What stands in the files that were kept.
fn kept(done: &Value) -> Vec<Vec<u8>> {
    let kept = done["kept"].as_array().unwrap().iter();
    kept.map(|name| fs::read(name.as_str().unwrap()).unwrap())
        .collect()
}

#[test]
fn what_a_restore_takes_out_of_the_count_is_kept() {
    for count in ["garbage", "{\"ticket\": 6, \"event\": \"Gala\"}"] {
        let event = sold();
        assert_eq!(to(&event, "backup DIR").0, 0);
        fs::write(&event.file, count).unwrap();
        let (code, done) = to(&event, "restore DIR");
        assert_eq!(code, 0, "{done:#}");
        assert!(kept(&done).contains(&count.as_bytes().to_vec()), "{done:#}");
        assert_eq!(event.count()["event"], "Ball");
    }
}

/// Both have a line of this number, and it is another sale.
#[test]
fn a_sale_in_the_place_of_another_one_is_not_lost_unasked() {
    let event = sold();
    let (first, second) = (event.path("first"), event.path("second"));
    let run =
        |what: &str, directory: &Path| on(&event.file, &format!("{what} {}", directory.display()));
    assert_eq!(run("backup", &first).0, 0);
    event.booked("carol");
    assert_eq!(run("backup", &second).0, 0);
    assert_eq!(run("restore --force", &first).0, 0);
    event.booked("dave");
    let (code, error) = run("restore", &second);
    assert_eq!(code, 4, "{error:#}");
    let message = error["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("has 1 line that the backup lacks, 1 sale among them"),
        "{message}"
    );
    assert_eq!(event.sales().last().unwrap()["buyer"], "dave");
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

#[test]
fn a_backup_that_is_not_whole_is_put_back_as_far_as_it_can_be() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let safe = event.path("safe").join(LEDGER);
    let whole = fs::read(&safe).unwrap();
    // Without the newline of its last line.
    fs::write(&safe, &whole[..whole.len() - 1]).unwrap();
    fs::remove_file(event.path(LEDGER)).unwrap();
    let (code, done) = to(&event, "restore DIR");
    assert_eq!((code, &done["seq"]), (0, &3.into()), "{done:#}");
    assert_eq!(fs::read(event.path(LEDGER)).unwrap(), whole);
    assert_eq!(event.count()["bytes"], whole.len());
    assert_eq!(event.json("audit").1["findings"], json!([]));
    // Without its ledger.
    fs::remove_file(&safe).unwrap();
    let (code, error) = to(&event, "restore DIR --force");
    assert_eq!(code, 6, "{error:#}");
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("is missing beside its count"), "{message}");
    assert_eq!(fs::read(event.path(LEDGER)).unwrap(), whole);
}

/// As a copy comes out that was made while tickets were sold, the ledger first.
#[test]
fn a_copy_whose_count_is_ahead_of_its_ledger_is_put_back_by_force_alone() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let safe = event.path("safe");
    event.booked("carol");
    fs::copy(&event.file, safe.join("tickets.json")).unwrap();
    fs::remove_file(event.path(LEDGER)).unwrap();
    fs::remove_file(&event.file).unwrap();
    let (code, error) = to(&event, "restore DIR");
    assert_eq!(code, 4, "{error:#}");
    let message = error["error"]["message"].as_str().unwrap();
    let why = "has 3 lines, and the count beside it includes 4";
    assert!(message.contains(why), "{message}");
    assert!(!event.file.exists());
    let (code, done) = to(&event, "restore DIR --force");
    assert_eq!((code, &done["sold"]), (0, &3.into()), "{done:#}");
    assert_eq!(event.json("audit").0, 0);
}

/// Whoever looks for it under another name is told under which it is there.
#[test]
fn a_backup_of_another_name_is_told() {
    let event = TestEvent::stock(9);
    event.booked("alice");
    let safe = event.path("safe").display().to_string();
    assert_eq!(event.json(&format!("backup {safe}")).0, 0);
    let mut other = TestEvent::empty();
    other.file = other.path("gala.json");
    let (code, error) = other.json(&format!("restore {safe}"));
    let hint = error["error"]["hint"].as_str().unwrap();
    assert_eq!(code, 1, "{error:#}");
    assert!(hint.starts_with("it holds one of tickets.json,"), "{hint}");
    fs::create_dir(event.path("empty")).unwrap();
    let (code, error) = other.json(&format!("restore {}", event.path("empty").display()));
    let hint = error["error"]["hint"].as_str().unwrap();
    assert!(
        code == 1 && hint.starts_with("name the directory"),
        "{hint}"
    );
}

/// What a forced restore or reset tells as the way back is a line for a shell, and leads back.
#[test]
fn what_was_forced_is_undone_by_the_line_that_is_told() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    event.booked("carol");
    let before = event.json("sales").1;
    let safe = event.path("safe").display().to_string();
    for (line, quiet) in [
        (format!("restore {safe} --force"), false),
        ("reset --force".to_owned(), false),
        (format!("-q restore {safe} --force"), true),
    ] {
        let run = event.run(&line);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert_ne!(event.json("sales").1, before, "{line}");
        if quiet {
            assert_eq!(run.stderr, "");
            continue;
        }
        let told = run.stderr.strip_prefix("note: to undo that: ").unwrap();
        let script = told.replace("&& tickets ", &format!("&& {TICKETS} "));
        let undone = Run::of(Command::new("bash").args(["-c", &script]).output().unwrap());
        assert_eq!(undone.code, Some(0), "{script}: {undone:?}");
        assert_eq!(event.json("sales").1, before, "{line}");
        assert_eq!(event.json("audit").0, 0);
    }
    // Also where each has lines that the other lacks.
    let event = sold();
    let safe = event.path("safe").display().to_string();
    let run = event.run(&format!("-q backup {safe}"));
    assert_eq!((run.code, &*run.stdout, &*run.stderr), (Some(0), "", ""));
    assert_eq!(event.json("reset 5 --force").0, 0);
    event.booked("dora");
    let before = event.json("sales").1;
    let run = event.run(&format!("restore {safe} --force"));
    let told = run.stderr.strip_prefix("note: to undo that: ").unwrap();
    let script = told.replace("&& tickets ", &format!("&& {TICKETS} "));
    let undone = Run::of(Command::new("bash").args(["-c", &script]).output().unwrap());
    assert_eq!(undone.code, Some(0), "{script}: {undone:?}");
    assert_eq!(event.json("sales").1, before);
    // What no restore takes is no way back.
    for line in [
        format!("restore {safe} --force"),
        "reset 5 --force".to_owned(),
    ] {
        event.booked("emil");
        let ledger = event.path(LEDGER);
        let text = fs::read_to_string(&ledger).unwrap();
        fs::write(&ledger, text.replace("emil", "emma")).unwrap();
        let run = event.run(&line);
        assert_eq!(run.code, Some(0), "{run:?}");
        let told = "note: what was replaced did not add up: it is kept to be looked at, and no command puts it back\n";
        assert_eq!(run.stderr, told, "{line}");
    }
    // Nothing is lost by a restore that need not be forced, and so nothing is told.
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let safe = event.path("safe").display().to_string();
    assert_eq!(event.run(&format!("restore {safe}")).stderr, "");
}

/// Where what is there now has lines that the old ledger lacks, the way back is forced too; where the old ledger does not
/// add up a restore would refuse it, and none is told.
#[test]
fn a_way_back_is_told_as_it_works_or_not_at_all() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let safe = event.path("safe");
    // The copy goes on by itself.
    assert_eq!(on(&safe.join("tickets.json"), "book dora").0, 0);
    event.booked("carol");
    let before = event.json("sales").1;
    let run = event.run(&format!("restore {} --force", safe.display()));
    let told = run.stderr.strip_prefix("note: to undo that: ").unwrap();
    assert!(told.contains("restore --force"), "{told}");
    let script = told.replace("&& tickets ", &format!("&& {TICKETS} "));
    let undone = Run::of(Command::new("bash").args(["-c", &script]).output().unwrap());
    assert_eq!(undone.code, Some(0), "{script}: {undone:?}");
    assert_eq!(event.json("sales").1, before);
    for line in [
        &format!("restore {} --force", safe.display()),
        "reset --force",
    ] {
        let event = sold();
        assert_eq!(to(&event, "backup DIR").0, 0);
        event.booked("carol");
        let ledger = event.path(LEDGER);
        let text = fs::read_to_string(&ledger).unwrap();
        fs::write(&ledger, text.replace("alice", "alicf")).unwrap();
        let line = line.replace(safe.to_str().unwrap(), event.path("safe").to_str().unwrap());
        let run = event.run(&line);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(!run.stderr.contains("to undo that"), "{line}: {run:?}");
    }
}
