//! An event that is to lose something, and what must not be lost.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::Value;

use crate::event::{Prepared, Variant};
use crate::program::Program;
use crate::test_event::TestEvent;

/// An event, a backup of it, what it was before, and another event.
pub(super) struct Fixture {
    pub(super) prepared: Prepared,
    pub(super) older: TestEvent,
    pub(super) neighbour: Prepared,
}

impl Fixture {
    pub(super) fn new(program: &Program, variant: Variant) -> Self {
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
    pub(super) fn copy(&self) -> (TestEvent, tempfile::TempDir) {
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

/// Every sale's key that stands in any file of a directory, whatever that is called.
pub(super) fn keys(directory: &Path) -> BTreeSet<String> {
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

/// What is said names what can be done, and starts nothing anew unasked.
pub(super) fn named(error: &Value, document: &Value) {
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

/// No temporary file is left, and no ledger has a second name.
pub(super) fn tidy(directory: &Path) {
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
