//! Old versions of `tickets.json` are written again, but never under the eyes of whoever reads them.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use serde_json::json;
use tickets::BoxOffice;

use crate::harness::TestEvent;

/// So many sales through one `BoxOffice` make it keep old versions.
const REGULAR: u32 = 20;

#[test]
fn a_version_that_somebody_has_open_or_named_never_changes() {
    let event = TestEvent::stock(1000);
    let mut office = BoxOffice::at(&event.file).unwrap();
    let mut sell = |times| (0..times).for_each(|_| drop(office.book("alice", 1).unwrap()));
    sell(REGULAR);
    // Some somebody opens, others get a second name.
    let (mut opened, mut named) = (Vec::new(), Vec::new());
    for at in 0..10 {
        let text = fs::read_to_string(&event.file).unwrap();
        if at % 2 == 0 {
            opened.push((File::open(&event.file).unwrap(), text));
        } else {
            let name = event.path(&format!("copy-{at}"));
            fs::hard_link(&event.file, &name).unwrap();
            named.push((name, text));
        }
        sell(1);
    }
    sell(REGULAR);
    for (mut file, text) in opened {
        let mut now = String::new();
        file.read_to_string(&mut now).unwrap();
        assert_eq!(now, text);
    }
    for (name, text) in named {
        assert_eq!(fs::read_to_string(name).unwrap(), text);
    }
    drop(office);
    assert_eq!(hidden(&event), 0);
}

#[test]
fn what_nobody_reads_is_written_again() {
    let event = TestEvent::stock(1000);
    let mut office = BoxOffice::at(&event.file).unwrap();
    let mut inodes = HashSet::new();
    for _ in 0..2 * REGULAR {
        office.book("alice", 1).unwrap();
        inodes.insert(fs::metadata(&event.file).unwrap().ino());
    }
    // Each of the first is a file of its own; inodes may be given out twice.
    assert!(inodes.len() <= REGULAR as usize + 4, "{inodes:?}");
    assert_eq!(event.count()["ticket"], 1000 - 2 * REGULAR);
    drop(office);
    assert_eq!(hidden(&event), 0);
    assert_eq!(event.json("audit").0, 0);
}

fn hidden(event: &TestEvent) -> usize {
    let names = event.names();
    names.iter().filter(|name| name.starts_with('.')).count()
}

#[test]
fn recycled_versions_of_a_living_process_are_no_orphans() {
    let event = TestEvent::stock(1000);
    let mut office = BoxOffice::at(&event.file).unwrap();
    (0..REGULAR).for_each(|_| drop(office.book("alice", 1).unwrap()));
    let recycled = hidden(&event);
    assert!(recycled > 0);
    let (code, document) = event.json("audit");
    assert_eq!(code, 0, "{document:#}");
    // The first sale of a process cleans up what killed ones have left.
    let orphan = event.path(&tickets_faults::orphan("tickets.json", 1));
    fs::write(&orphan, "{").unwrap();
    let (code, audit) = event.json("audit");
    assert_eq!((code, &audit["findings"]), (0, &json!([])), "{audit:#}");
    let notes = audit["notes"].as_array().unwrap();
    assert!(
        notes[0]
            .as_str()
            .unwrap()
            .contains("a temporary file of a killed process")
    );
    assert_eq!(event.json("book bob").0, 0);
    assert!(!orphan.exists());
    assert!(hidden(&event) >= recycled);
    let repaired = event.json("audit --repair");
    assert_eq!((repaired.0, hidden(&event) >= recycled), (0, true));
    office.book("alice", 1).unwrap();
    drop(office);
    assert_eq!(hidden(&event), 0);
    assert_eq!(event.count()["sold"], REGULAR + 2);
}

#[test]
fn whose_recycled_versions_are_deleted_makes_new_ones() {
    let event = TestEvent::stock(1000);
    let mut office = BoxOffice::at(&event.file).unwrap();
    let mut sell = |times| (0..times).for_each(|_| drop(office.book("alice", 1).unwrap()));
    for turn in 0..3 {
        sell(REGULAR);
        assert!(hidden(&event) > 0, "turn {turn}");
        for name in event.names().iter().filter(|name| name.starts_with('.')) {
            fs::remove_file(event.path(name)).unwrap();
        }
    }
    sell(1);
    assert_eq!(event.count()["sold"], 3 * REGULAR + 1);
    assert_eq!(event.json("audit").0, 0);
}

#[test]
fn a_mode_that_is_changed_between_two_sales_is_kept() {
    let event = TestEvent::stock(1000);
    let mut office = BoxOffice::at(&event.file).unwrap();
    (0..REGULAR).for_each(|_| drop(office.book("alice", 1).unwrap()));
    for mode in [0o600, 0o640, 0o600, 0o604, 0o666, 0o644] {
        fs::set_permissions(&event.file, fs::Permissions::from_mode(mode)).unwrap();
        for _ in 0..3 {
            office.book("alice", 1).unwrap();
            let kept = fs::metadata(&event.file).unwrap().mode() & 0o7777;
            assert_eq!(kept, mode, "{kept:o}, not {mode:o}");
        }
    }
}
