//! One ledger that is reached by several names, names that no event can have, and counts that cannot be
//! replaced.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{Run, TICKETS, TestEvent, eventually, flocks, is_root, signal};

const LEDGER: &str = "tickets.ledger.jsonl";

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

fn on(file: &Path, line: &str) -> (i32, Value) {
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

/// Runs a line of the shell in the event's directory; `None`: it cannot be done here.
fn prepared(event: &TestEvent, line: &str) -> Option<()> {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(event.directory());
    let done = command.output().is_ok_and(|output| output.status.success());
    if !done || !is_root() {
        eprintln!("skipped: this cannot be done here: {line}");
    }
    done.then_some(())
}

/// Refused before anything is sold: else each who sees the count alone has a ledger of its own.
#[test]
fn a_count_that_cannot_be_replaced_is_refused() {
    for (make, end, part) in [
        (
            "mount --bind tickets.json tickets.json",
            "umount tickets.json",
            "mount",
        ),
        (
            "chattr +i tickets.json",
            "chattr -i tickets.json",
            "immutable",
        ),
        (
            "chattr +a tickets.json",
            "chattr -a tickets.json",
            "append-only",
        ),
        ("chattr +a .", "chattr -a .", "append-only"),
    ] {
        let event = TestEvent::stock(5);
        let refused = |names: &[String], held: &[u8]| {
            let lines = [
                "book bob",
                "buy --users 2 --lock",
                "reset 9 --force",
                "adjust +1 --reason x",
            ];
            for line in lines {
                let (code, error) = event.json(line);
                assert_eq!(
                    (code, &error["error"]["code"]),
                    (4, &"refused".into()),
                    "{make}, {line}: {error:#}"
                );
                assert!(
                    error["error"]["message"].as_str().unwrap().contains(part),
                    "{error:#}"
                );
                assert!(error["error"]["hint"].is_string(), "{error:#}");
            }
            assert_eq!(event.names(), names);
            assert_eq!(fs::read(&event.file).unwrap(), held);
            assert_eq!(event.json("query").0, 0);
            let (code, report) = event.json(&format!("doctor {}", event.file.display()));
            let checks = report["checks"].as_array();
            let named = checks.is_some_and(|checks| {
                checks
                    .iter()
                    .any(|check| check["name"] == "event" && check["result"] == "fail")
            });
            // Where nothing can be made, nothing can be tried.
            assert!(named && code == 6 || code == 1, "{make}: {report:#}");
        };
        if prepared(&event, make).is_none() {
            continue;
        }
        let before = (event.names(), fs::read(&event.file).unwrap());
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            refused(&before.0, &before.1);
        }));
        prepared(&event, end).unwrap();
        checked.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        assert_eq!(event.json("book bob").0, 0, "{make}");
    }
}

/// What is done to an event that was sold from, how that is ended, and what is said of it.
const UNFIT: [(&str, &str, &str); 12] = [
    (
        "mount --bind LEDGER LEDGER",
        "umount LEDGER",
        "is a mount of its own",
    ),
    (
        "mount --bind LEDGER LEDGER && mount -o remount,bind,ro LEDGER",
        "umount LEDGER",
        "Read-only",
    ),
    (
        "mount --bind LOCK LOCK && mount -o remount,bind,ro LOCK",
        "umount LOCK",
        "Read-only",
    ),
    ("chattr +i LEDGER", "chattr -i LEDGER", "is immutable"),
    ("chattr +a LEDGER", "chattr -a LEDGER", "is append-only"),
    ("chattr +i LOCK", "chattr -i LOCK", "is immutable"),
    (
        "mkdir away && mv LEDGER away && ln -s away/LEDGER LEDGER && chattr +a away",
        "chattr -a away && rm LEDGER && mv away/LEDGER LEDGER",
        "is append-only",
    ),
    (
        "mkdir away && mount -t tmpfs none away && mv LEDGER away && ln -s away/LEDGER LEDGER && mount -o remount,ro away",
        "mount -o remount,rw away && rm LEDGER && mv away/LEDGER LEDGER && umount away",
        "Read-only",
    ),
    (
        "rm LOCK && ln -s nowhere LOCK",
        "rm LOCK",
        "is a symbolic link to nothing",
    ),
    ("rm LOCK && mkdir LOCK", "rmdir LOCK", "is a directory"),
    ("rm LOCK && mkfifo LOCK", "rm LOCK", "is a FIFO"),
    (
        "mv LEDGER kept && mkdir LEDGER",
        "rmdir LEDGER && mv kept LEDGER",
        "is a directory",
    ),
];

/// What a sale or a reset cannot work on is no event that is fit, and neither changes anything.
#[test]
fn an_event_that_cannot_be_sold_from_or_reset_is_unfit() {
    for (make, end, part) in UNFIT {
        let event = TestEvent::stock(5);
        assert_eq!(event.json("book alice").0, 0);
        let [make, end] = [make, end].map(|line| {
            line.replace("LEDGER", LEDGER)
                .replace("LOCK", "tickets.json.lock")
        });
        if prepared(&event, &make).is_none() {
            continue;
        }
        let before = event.names();
        let checks = tickets::doctor::look_at_event(&event.file).unwrap();
        let reset = event.json("reset 9 --force");
        let book = event.json("book bob");
        let after = event.names();
        prepared(&event, &end).unwrap();
        let unfit = checks
            .iter()
            .filter(|check| check.result == tickets::doctor::CheckResult::Fail);
        let unfit: Vec<_> = unfit.map(|check| &check.text).collect();
        let is_told = unfit.iter().any(|text| text.contains(part));
        assert!(is_told && unfit.len() <= 2, "{make}: {checks:#?}");
        assert!([1, 4].contains(&reset.0), "{make}: {:#}", reset.1);
        assert_eq!(before, after, "{make}");
        if make.starts_with("chattr") {
            for (code, error) in [&reset, &book] {
                let hint = error["error"]["hint"].as_str().unwrap();
                assert!(
                    *code == 4 && hint.contains("chattr -i -a"),
                    "{make}: {error:#}"
                );
            }
        }
        assert_eq!(event.json("book carol").0, 0, "{make}");
        let checks = tickets::doctor::look_at_event(&event.file).unwrap();
        assert!(checks.is_empty(), "{make}: {checks:?}");
    }
}

#[test]
fn a_directory_that_keeps_what_is_made_is_unfit_and_nothing_is_made() {
    for flag in ["a", "i"] {
        let event = TestEvent::stock(5);
        if prepared(&event, &format!("chattr +{flag} .")).is_none() {
            continue;
        }
        let (code, report) = event.json(&format!("doctor {}", event.directory().display()));
        let names = event.names();
        prepared(&event, &format!("chattr -{flag} .")).unwrap();
        assert_eq!(code, 6, "{report:#}");
        assert_eq!(names, ["tickets.json"]);
        let told = report.to_string();
        assert!(
            told.contains("append-only") || told.contains("immutable"),
            "{report:#}"
        );
    }
}

/// A copy needs no new count, and says what keeps it from replacing the one before.
#[test]
fn an_event_whose_count_is_immutable_is_saved() {
    let event = TestEvent::stock(5);
    assert_eq!(event.json("book alice").0, 0);
    let safe = event.path("safe");
    let backup = format!("backup {}", safe.display());
    if prepared(&event, "chattr +i tickets.json").is_none() {
        return;
    }
    let saved = event.json(&backup);
    prepared(&event, "chattr -i tickets.json").unwrap();
    assert_eq!((saved.0, &saved.1["sold"]), (0, &1.into()), "{:#}", saved.1);
    prepared(&event, &format!("chattr +i safe/{LEDGER}")).unwrap();
    let refused = event.json(&backup);
    prepared(&event, &format!("chattr -i safe/{LEDGER}")).unwrap();
    let hint = refused.1["error"]["hint"].as_str().unwrap();
    assert!(
        refused.0 == 4 && hint.contains("chattr -i -a"),
        "{:#}",
        refused.1
    );
    assert_eq!(event.json(&backup).0, 0);
}

#[test]
fn a_ledger_that_is_a_directory_has_no_second_names() {
    let event = TestEvent::stock(5);
    fs::create_dir_all(event.path(LEDGER).join("a")).unwrap();
    let (code, error) = event.json("audit");
    assert!(
        code == 1 && !error.to_string().contains("hard links"),
        "{error:#}"
    );
    let checks = tickets::doctor::look_at_event(&event.file).unwrap();
    assert!(!format!("{checks:?}").contains("hard links"), "{checks:?}");
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

/// Of a count that was bound into a container alone a query says what a sale says, and not that a ledger is lost.
#[test]
fn a_query_of_a_count_without_its_ledger_says_that_it_is_mounted_alone() {
    let event = TestEvent::stock(5);
    event.booked("ann");
    let alone = event.path("alone");
    fs::create_dir(&alone).unwrap();
    fs::write(alone.join("tickets.json"), "").unwrap();
    let Some(()) = prepared(&event, "mount --bind tickets.json alone/tickets.json") else {
        return;
    };
    let told = ["query", "book bob"].map(|line| on(&alone.join("tickets.json"), line));
    prepared(&event, "umount alone/tickets.json").unwrap();
    for (code, error) in told {
        assert_eq!(code, 4, "{error:#}");
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains("is a mount of its own"), "{error:#}");
    }
}
