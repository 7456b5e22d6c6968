//! The event is changed beside the service: reset, put back from a backup, edited, taken away.

use std::fs;
use std::path::Path;

use crate::books::Books;
use crate::event::Prepared;
use crate::row::Fault;
use crate::rows::beside::judge::{judge, refused, sold};
use crate::service::Service;
use crate::test_event::{COUNT, LEDGER};

pub(super) fn reset(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "");
    sold(&service, "k");
    assert_eq!(event.json("reset 5 --force").0, 0);
    assert_eq!(service.look().unwrap().body["left"], 5);
    sold(&service, "k");
    let books = judge(&event, &service);
    assert_eq!((books.sold, books.left), (1, 4));
    Fault::Struck
}

/// What was sold behind the backup is given up, and its key sells anew; what was sold before it stands.
pub(super) fn restored(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "");
    let before = sold(&service, "before");
    let backup = tempfile::tempdir().unwrap();
    let place = backup.path().join("backup");
    let place = place.to_str().unwrap();
    assert_eq!(event.json(&format!("backup {place}")).0, 0);
    sold(&service, "behind");
    assert_eq!(event.json(&format!("restore {place} --force")).0, 0);
    let again = service.sell("before").unwrap();
    assert_eq!((again.status, again.id()), (200, before));
    sold(&service, "behind");
    let books = judge(&event, &service);
    assert_eq!(books.under("before").len() + books.under("behind").len(), 2);
    Fault::Struck
}

/// A member of somebody's own is kept. A count that contradicts the ledger is named, and nothing is sold until it is mended.
pub(super) fn edited(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "");
    sold(&service, "first");
    let mut count = event.count();
    count["hall"] = "B".into();
    put(&event.file, &count.to_string());
    sold(&service, "second");
    let mut count = event.count();
    assert_eq!(count["hall"], "B", "{count}");
    let left = count["ticket"].as_u64().unwrap();
    count["ticket"] = (left + 1).into();
    put(&event.file, &count.to_string());
    refused(&service.sell("third").unwrap(), 500, "integrity");
    refused(&service.look().unwrap(), 500, "integrity");
    assert!(Books::of(&event).under("third").is_empty());
    // It says what it has mended.
    event.json("audit --repair");
    sold(&service, "third");
    judge(&event, &service);
    Fault::Struck
}

/// Puts a text in a file's place at once, as an editor does.
fn put(file: &Path, text: &str) {
    let new = file.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(&new, file).unwrap();
}

pub(super) fn taken_away(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "");
    sold(&service, "first");
    let away = tempfile::tempdir_in(event.directory().parent().unwrap()).unwrap();
    for name in [COUNT, LEDGER] {
        fs::rename(event.path(name), away.path().join(name)).unwrap();
    }
    let answer = service.sell("k").unwrap();
    assert_eq!(answer.status, 500, "{answer:?}");
    assert_eq!(service.look().unwrap().status, 500);
    for name in [LEDGER, COUNT] {
        fs::rename(away.path().join(name), event.path(name)).unwrap();
    }
    sold(&service, "k");
    assert_eq!(judge(&event, &service).under("k").len(), 1);
    Fault::Struck
}
