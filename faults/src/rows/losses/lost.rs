//! A file is lost.

use std::collections::BTreeSet;
use std::fs;

use crate::event::Variant;
use crate::row::{Fault, Row};
use crate::rows::losses::fixture::{Fixture, keys, named, tidy};
use crate::test_event::{COUNT, LEDGER, LOCK, TestEvent};

pub(super) fn every_loss(row: &mut Row, variant: Variant) {
    let fixture = Fixture::new(row.program(), variant);
    let label = fixture.prepared.label;
    let older = |file: &str| fs::read(fixture.older.path(file)).ok();
    let theirs = |file: &str| fs::read(fixture.neighbour.event.path(file)).ok();
    for file in [COUNT, LEDGER, LOCK] {
        let whole = fs::read(fixture.prepared.event.path(file)).unwrap_or_default();
        let losses = [
            ("missing", None),
            ("empty", Some(Vec::new())),
            ("NUL", Some(vec![0; whole.len().max(64)])),
            ("garbage", Some(b"\x7fELF\x02\x01 \n\xff\n{\"a\":".to_vec())),
            ("half", Some(whole[..whole.len() / 2].to_vec())),
            ("older", older(file)),
            ("the neighbour's", theirs(file)),
            (
                "the other file's",
                fs::read(fixture.prepared.event.path(other(file))).ok(),
            ),
        ];
        for (how, bytes) in losses {
            row.run(how, &format!("{label}/{file}/{how}"), true, || {
                lose(&fixture, file, bytes.as_deref())
            });
        }
    }
}

fn other(file: &str) -> &'static str {
    if file == COUNT { LEDGER } else { COUNT }
}

fn lose(fixture: &Fixture, file: &str, bytes: Option<&[u8]>) -> Fault {
    let (event, safe) = fixture.copy();
    let whole = event.json("query").1;
    match bytes {
        None => fs::remove_file(event.path(file)).unwrap_or_default(),
        Some(bytes) => fs::write(event.path(file), bytes).unwrap(),
    }
    let before = keys(event.directory());
    let (code, query) = event.json("query");
    if code == 0 {
        let told = (&query["left"], &query["sold"]);
        assert_eq!(
            told,
            (&whole["left"], &whole["sold"]),
            "deceived: {query:#}"
        );
    } else {
        named(&query["error"], &query);
    }
    // Nothing is started anew unasked.
    for line in ["reset", "reset 99"] {
        let (code, reset) = event.json(line);
        assert!([1, 4].contains(&code), "{line}: {reset:#}");
        assert!(keys(event.directory()).is_superset(&before));
    }
    let (code, next) = event.json("book next --key next");
    if code == 0 {
        assert_eq!(
            next["left"],
            whole["left"].as_i64().unwrap() - 1,
            "{next:#}"
        );
    } else {
        assert!([1, 6].contains(&code), "{next:#}");
    }
    assert!(
        keys(event.directory()).is_superset(&before),
        "a sale was lost"
    );
    let damaged = TestEvent::empty(&fixture.prepared.program);
    event.copy_to(&damaged);
    way_out(&event, &safe, &before);
    restored(&damaged, &safe, &before);
    if code == 0 {
        Fault::Harmless
    } else {
        Fault::Struck
    }
}

/// The repair that `audit` names, forced where it says so; else there is the backup only.
fn way_out(event: &TestEvent, safe: &tempfile::TempDir, before: &BTreeSet<String>) {
    let (code, audit) = event.json("audit");
    let forced = event.run("audit").stdout.contains("--repair --force");
    let all = audit["findings"].as_array();
    let repairable = all.is_some_and(|all| all.iter().all(|finding| finding["repairable"] == true));
    if code == 0 || repairable || forced {
        let line = if forced {
            "audit --repair --force"
        } else {
            "audit --repair"
        };
        let (code, repaired) = event.json(line);
        assert_eq!(code, 0, "{repaired:#}");
    } else {
        let line = format!("restore --force {}", safe.path().display());
        let (code, back) = event.json(&line);
        assert_eq!(code, 0, "{back:#}");
    }
    assert_eq!(event.json("audit").0, 0);
    assert_eq!(event.json("book after --key after").0, 0);
    assert!(
        keys(event.directory()).is_superset(before),
        "a sale was lost"
    );
    tidy(event.directory());
}

/// The backup is the way back from all of it.
fn restored(event: &TestEvent, safe: &tempfile::TempDir, before: &BTreeSet<String>) {
    let line = format!("restore {}", safe.path().display());
    let (code, back) = event.json(&line);
    let (code, back) = match code {
        4 => event.json(&format!("{line} --force")),
        _ => (code, back),
    };
    assert_eq!(code, 0, "{back:#}");
    assert_eq!(event.json("audit").0, 0);
    let all = keys(event.directory());
    assert!(
        all.is_superset(before) && all.contains("later"),
        "a sale was lost: {all:?}"
    );
    let copy = fs::read(safe.path().join(LEDGER)).unwrap();
    assert!(
        fs::read(event.path(LEDGER)).unwrap().starts_with(&copy),
        "not what was saved"
    );
    tidy(event.directory());
}
