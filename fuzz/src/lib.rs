//! An event to be tried with files of any bytes.

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use tickets::BoxOffice;

/// A sound ledger: nine opened, two sold under a key, one of them given back, one more sold.
pub const LEDGER: &[u8] = include_bytes!("sound.jsonl");

/// A count that counts all of [`LEDGER`].
pub fn tied() -> String {
    let bytes = LEDGER.len();
    format!("{{\"ticket\": 7, \"sold\": 2, \"seq\": 4, \"bytes\": {bytes}}}")
}

/// What the targets begin with is an event that sells; otherwise they would try nothing.
pub fn check() {
    let event = Event::new();
    fs::write(event.count(), tied()).expect("the count is written");
    fs::write(event.ledger(), LEDGER).expect("the ledger is written");
    let mut office = BoxOffice::at(event.count()).expect("the event is there");
    assert!(office.audit().expect("the audit").findings.is_empty());
    assert_eq!(office.book("zoe", 1).expect("it sells").left, 6);
}

/// An event in a directory of its own, in memory where that is to be had.
pub struct Event {
    directory: TempDir,
}

impl Event {
    /// An event without any file.
    pub fn new() -> Self {
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self {
            directory: directory.expect("there is a directory"),
        }
    }

    /// Its `tickets.json`.
    pub fn count(&self) -> PathBuf {
        self.directory.path().join("tickets.json")
    }

    /// Its ledger.
    pub fn ledger(&self) -> PathBuf {
        self.directory.path().join("tickets.ledger.jsonl")
    }

    /// Reads, audits, sells, cancels and repairs. Whatever reads changes nothing; what was sold is there.
    pub fn try_everything(&self) {
        let before = self.files();
        let Ok(mut office) = BoxOffice::at(self.count()) else {
            return;
        };
        let count = office.query();
        let _ = office.audit();
        let _ = office.sales(None, &mut |_| ControlFlow::Continue(()));
        assert_eq!(self.files(), before, "whoever reads changes nothing");
        if let Ok(sale) = office.book("zoe", 1) {
            let count = count.expect("who may buy may ask");
            assert_eq!(Some(sale.left), count.left.checked_sub(1));
            let after = office.query().expect("what was sold can be counted");
            assert_eq!(after.left, sale.left);
        }
        let _ = office.repair(Duration::from_secs(1), false);
        if let Ok(audit) = office.audit()
            && audit.findings.is_empty()
        {
            office.query().expect("a sound event can be counted");
        }
    }

    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = fs::read_dir(self.directory.path()).expect("the directory is there");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let mut files: Vec<_> = paths
            .map(|path| (path.clone(), fs::read(path).expect("a file is read")))
            .collect();
        files.sort();
        files
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}
