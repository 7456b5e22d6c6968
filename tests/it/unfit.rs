//! Counts that cannot be replaced, and events that cannot be sold from where they stand.

use std::fs;
use std::process::Command;

use crate::harness::{TestEvent, is_root};
use crate::names::{LEDGER, on};

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
        let is_well = |check: &tickets::doctor::Check| {
            check.result == tickets::doctor::CheckResult::Note && check.text.contains("audit")
        };
        assert!(checks.iter().all(is_well), "{make}: {checks:?}");
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
