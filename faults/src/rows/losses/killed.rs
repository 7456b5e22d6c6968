//! Who copies the event, puts a copy back, or resets it is killed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::event::Variant;
use crate::program::Run;
use crate::row::{Fault, Row};
use crate::rows::losses::fixture::{Fixture, keys, named, tidy};
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

pub(super) fn every_kill(row: &mut Row, variant: Variant) {
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
