//! A last line that is not whole: a flaw only where nobody is writing it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::bad_input::as_nobody;
use crate::harness::{TestEvent, foreign_lock};

const LEDGER: &str = "tickets.ledger.jsonl";

/// An event with one sale, and a second one whose line is only partly written.
struct HalfWritten {
    event: TestEvent,
    /// Where the line begins.
    start: usize,
    /// The ledger with all of the line.
    whole: Vec<u8>,
}

/// `written` bytes of the line, or all of it but its newline, and so much preallocation.
fn half_written(written: usize, preallocation: usize) -> HalfWritten {
    let event = TestEvent::stock(9);
    event.booked("alice");
    let count = fs::read(&event.file).unwrap();
    let start = fs::read(event.path(LEDGER)).unwrap().len();
    event.booked("bob");
    let whole = fs::read(event.path(LEDGER)).unwrap();
    let end = whole.len().min(start + written + 1) - 1;
    let half = [&whole[..end], &vec![b'\n'; preallocation]].concat();
    // Nobody has counted it yet.
    fs::write(&event.file, count).unwrap();
    fs::write(event.path(LEDGER), half).unwrap();
    HalfWritten {
        event,
        start,
        whole,
    }
}

/// How much of the line is there, how much preallocation behind it, and what that is once nobody is writing.
const HALVES: [(usize, usize, &str); 4] = [
    (1, 0, "torn_tail"),
    (60, 0, "torn_tail"),
    (60, 4096, "torn_tail"),
    (9999, 0, "newline"),
];

/// The first finding's kind, and the notes.
fn told(audit: &Value) -> (&str, String) {
    let kind = audit["findings"][0]["kind"].as_str().unwrap_or_default();
    (kind, audit["notes"].to_string())
}

#[test]
fn a_line_that_somebody_may_be_writing_is_a_note() {
    for (written, preallocation, _) in HALVES {
        let half = half_written(written, preallocation);
        let HalfWritten {
            event,
            start,
            whole,
        } = &half;
        // It has the lock while it writes, and is stopped in the middle of it.
        let writer = foreign_lock(&event.path(LEDGER));
        let (code, audit) = event.json("audit");
        let (kind, notes) = told(&audit);
        assert_eq!((code, kind), (0, ""), "{audit:#}");
        for part in [
            format!("from byte {start} on"),
            format!("process {}", std::process::id()),
        ] {
            assert!(notes.contains(&part), "{part}: {notes}");
        }
        // It goes on.
        fs::write(event.path(LEDGER), whole).unwrap();
        drop(writer);
        let (code, audit) = event.json("audit");
        assert_eq!((code, told(&audit)), (0, ("", "[]".to_owned())));
        assert_eq!(audit["sold"], 2, "{audit:#}");
    }
}

#[test]
fn a_line_that_nobody_is_writing_is_a_flaw() {
    for (written, preallocation, flaw) in HALVES {
        let HalfWritten { event, .. } = half_written(written, preallocation);
        let (code, audit) = event.json("audit");
        assert_eq!((code, told(&audit)), (6, (flaw, "[]".to_owned())));
    }
}

/// Who may only read the ledger can lock it all the same.
#[test]
fn who_may_only_read_is_told_the_same() {
    let HalfWritten { event, .. } = half_written(60, 0);
    for (path, mode) in [
        (event.directory().to_path_buf(), 0o755),
        (event.file.clone(), 0o444),
        (event.path(LEDGER), 0o444),
        (event.path("tickets.json.lock"), 0o000),
    ] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let (code, audit) = as_nobody(&event, "--json audit").document();
    assert_eq!((code, told(&audit).0), (6, "torn_tail"), "{audit:#}");
    fs::set_permissions(event.path(LEDGER), fs::Permissions::from_mode(0o644)).unwrap();
    let _writer = foreign_lock(&event.path(LEDGER));
    let (code, audit) = as_nobody(&event, "--json audit").document();
    assert_eq!((code, told(&audit).0), (0, ""), "{audit:#}");
}

/// The lock is in the way of this one proof only.
#[test]
fn other_flaws_are_told_beside_a_held_lock() {
    let HalfWritten { event, .. } = half_written(60, 0);
    let _held = foreign_lock(&event.path(LEDGER));
    let count = fs::read(&event.file).unwrap();
    fs::write(&event.file, "broken").unwrap();
    let (code, audit) = event.json("audit");
    assert_eq!((code, told(&audit).0), (6, "count"), "{audit:#}");
    fs::write(&event.file, count).unwrap();
    let mut ledger = fs::read(event.path(LEDGER)).unwrap();
    ledger[20] ^= 1;
    fs::write(event.path(LEDGER), ledger).unwrap();
    let (code, audit) = event.json("audit");
    assert_eq!((code, told(&audit).0), (6, "ledger"), "{audit:#}");
}
