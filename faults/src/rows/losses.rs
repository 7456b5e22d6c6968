//! Row 21: a file of the event is lost: missing, empty, zeroed, garbage, older, or the neighbour's. Nothing is
//! thrown away without `--force`, each loss is named with a way out, and that way works. And whoever copies the event, or
//! puts a copy back, is killed at every call that changes something.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::Value;

use crate::event::{Prepared, Variant};
use crate::program::{Program, Run};
use crate::row::{Fault, Row};
use crate::strace;
use crate::test_event::{COUNT, LEDGER, LOCK, TestEvent};

/// The calls at which a backup, a restore or a reset is killed.
const CALLS: [&str; 15] = [
    "openat",
    "write",
    "pwrite64",
    "ftruncate",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "linkat",
    "unlink",
    "mkdir",
    "flock",
    "fchmod",
    "copy_file_range",
];

pub(crate) fn strike(row: &mut Row) {
    for variant in [
        Variant::Plain,
        Variant::Foreign,
        Variant::Padded,
        Variant::Held,
    ] {
        every_loss(row, variant);
    }
    if let Some(reason) = strace::missing(row.program()) {
        return row.cannot(reason);
    }
    for variant in [
        Variant::Plain,
        Variant::Foreign,
        Variant::Torn,
        Variant::Padded,
        Variant::Held,
    ] {
        every_kill(row, variant);
    }
}

/// An event, a backup of it, what it was before, and another event.
struct Fixture {
    prepared: Prepared,
    older: TestEvent,
    neighbour: Prepared,
}

impl Fixture {
    fn new(program: &Program, variant: Variant) -> Self {
        let prepared = Prepared::new(program, variant);
        let neighbour = Prepared::new(program, variant);
        assert_eq!(
            neighbour
                .event
                .json("book neighbour --quantity 2 --key n")
                .0,
            0
        );
        let older = prepared.copy_to(TestEvent::empty(&program.sound()));
        assert_eq!(prepared.event.json("book later --key later").0, 0);
        Self {
            prepared,
            older,
            neighbour,
        }
    }

    /// A fresh copy, with a backup of it outside.
    fn copy(&self) -> (TestEvent, tempfile::TempDir) {
        let event = self.prepared.copy();
        let safe = tempfile::tempdir_in(crate::test_event::memory()).unwrap();
        let sound = self
            .prepared
            .copy_to(TestEvent::empty(&self.prepared.program.sound()));
        assert_eq!(
            sound.json(&format!("backup {}", safe.path().display())).0,
            0
        );
        (event, safe)
    }
}

fn every_loss(row: &mut Row, variant: Variant) {
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

/// Every sale's key that stands in any file of a directory, whatever that is called.
fn keys(directory: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap_or_default();
        for part in String::from_utf8_lossy(&bytes).split("\"key\":\"").skip(1) {
            found.insert(part.split('"').next().unwrap_or_default().to_owned());
        }
    }
    found
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

/// What is said names what can be done, and starts nothing anew unasked.
fn named(error: &Value, document: &Value) {
    let hint = error["hint"].as_str().unwrap_or_default();
    assert!(
        ["restore", "--repair"].iter().any(|way| hint.contains(way)),
        "no way out: {document:#}"
    );
    // What a reset gives up is said by its help.
    let tells = ["--force", "reset --help"]
        .iter()
        .any(|told| hint.contains(told));
    let reset = hint.contains(" reset") && !tells;
    assert!(!reset, "a reset is no way out: {document:#}");
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

/// No temporary file is left, and no ledger has a second name.
fn tidy(directory: &Path) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        assert!(!name.starts_with('.'), "{name} was left");
        if name.ends_with("jsonl") {
            assert_eq!(
                entry.metadata().unwrap().nlink(),
                1,
                "{name} is a second name"
            );
        }
    }
}

/// What is killed.
#[derive(Debug, Clone, Copy)]
enum Deed {
    /// A first backup.
    Backup,
    /// One over an older one.
    BackupAgain,
    /// Of an event that has lost lines.
    Restore,
    /// Of one that has more lines.
    RestoreForced,
    Reset,
}

impl Deed {
    fn column(self) -> &'static str {
        match self {
            Self::Backup | Self::BackupAgain => "backup killed",
            Self::Restore | Self::RestoreForced => "restore killed",
            Self::Reset => "reset killed",
        }
    }
}

fn every_kill(row: &mut Row, variant: Variant) {
    let fixture = Fixture::new(row.program(), variant);
    let label = fixture.prepared.label;
    for deed in [
        Deed::Backup,
        Deed::BackupAgain,
        Deed::Restore,
        Deed::RestoreForced,
        Deed::Reset,
    ] {
        let start = format!("{label}/{deed:?}/");
        if !row.wants_any(&start) {
            continue;
        }
        for (call, times) in counted(&fixture, deed) {
            for when in 1..=times {
                let in_slice = variant == Variant::Foreign && call.starts_with("rename");
                let name = format!("{start}{call}:when={when}");
                row.run(deed.column(), &name, in_slice, || {
                    let fault = format!("-einject={call}:signal=SIGKILL:when={when}");
                    let struck = kill(&fixture, deed, &[format!("-etrace={call}"), fault]);
                    if struck {
                        Fault::Struck
                    } else {
                        Fault::Harmless
                    }
                });
            }
        }
    }
}

/// How often a deed makes each of these calls.
fn counted(fixture: &Fixture, deed: Deed) -> Vec<(&'static str, usize)> {
    let trace = tempfile::NamedTempFile::new_in(crate::test_event::memory()).unwrap();
    let name = trace.path().display().to_string();
    let calls = format!("-etrace={}", CALLS.join(","));
    assert!(!kill(fixture, deed, &[calls, format!("-o{name}")]));
    let text = fs::read_to_string(trace.path()).unwrap();
    let times = |call| text.matches(&format!(" {call}(")).count();
    CALLS.into_iter().map(|call| (call, times(call))).collect()
}

/// Makes an event such that a deed has something to do; gives the command.
fn ready(deed: Deed, event: &TestEvent, safe: &Path) -> String {
    let place = safe.display();
    match deed {
        Deed::Backup => {
            for name in [COUNT, LEDGER, LOCK] {
                let _ = fs::remove_file(safe.join(name));
            }
            format!("backup {place}")
        }
        Deed::BackupAgain => {
            assert_eq!(event.json("book more --key more").0, 0);
            format!("backup {place}")
        }
        Deed::Restore => {
            let ledger = fs::read(event.path(LEDGER)).unwrap();
            let lines: Vec<_> = ledger.split_inclusive(|byte| *byte == b'\n').collect();
            fs::write(event.path(LEDGER), lines[..2].concat()).unwrap();
            format!("restore {place}")
        }
        Deed::RestoreForced => {
            assert_eq!(event.json("book more --key more").0, 0);
            format!("restore --force {place}")
        }
        Deed::Reset => "reset --force".to_owned(),
    }
}

/// Whether it was killed.
fn kill(fixture: &Fixture, deed: Deed, how: &[String]) -> bool {
    let (event, safe) = fixture.copy();
    let line = ready(deed, &event, safe.path());
    let before = keys(event.directory());
    let saved = keys(safe.path());
    let mut through = vec!["timeout", "60", "strace", "-f", "-qq", "-o", "/dev/null"];
    through.extend(how.iter().map(String::as_str));
    through.push("--");
    let mut command = event.program.through(&through, &event.file);
    let run = Run::of(command.args(line.split(' ')).output().unwrap());
    if run.code.is_some_and(|code| code != 137) {
        assert_eq!(run.code, Some(0), "{run:?}");
        return false;
    }
    judge(&event, safe.path(), deed, &before, &saved);
    // Again, and it is done.
    let (code, again) = event.json(&line);
    assert_eq!(code, 0, "again: {again:#}");
    assert_eq!(event.json("audit").0, 0);
    assert_eq!(event.json("book next --key next").0, 0);
    assert!(
        keys(event.directory()).is_superset(&before),
        "a sale was lost"
    );
    tidy(event.directory());
    if !matches!(deed, Deed::Reset) {
        tidy(safe.path());
    }
    true
}

/// Whether what was left of it is whole.
fn judge(
    event: &TestEvent,
    safe: &Path,
    deed: Deed,
    before: &BTreeSet<String>,
    saved: &BTreeSet<String>,
) {
    assert!(
        keys(event.directory()).is_superset(before),
        "a sale was lost"
    );
    assert!(keys(safe).is_superset(saved), "the backup lost a sale");
    let (code, query) = event.json("query");
    if !matches!(deed, Deed::Restore) {
        assert_eq!(code, 0, "the event does not add up: {query:#}");
    } else if code != 0 {
        named(&query["error"], &query);
    }
    let mut copy = event.program.through::<&str>(&[], &safe.join(COUNT));
    let run = Run::of(copy.args(["--json", "audit"]).output().unwrap());
    let there = safe.join(LEDGER).exists();
    // Of a first backup the ledger comes first: a count is missing then, and can be made.
    let early = matches!(deed, Deed::Backup) && !safe.join(COUNT).exists();
    assert!(
        run.code == Some(0) || early,
        "the backup does not add up: {run:?}"
    );
    assert!(there || matches!(deed, Deed::Backup), "the backup is gone");
}
