//! `restore` is the way back: it loses no sale unasked, and keeps what it replaces.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::backups::{LEDGER, on, sold, to};
use crate::harness::TestEvent;

#[test]
fn a_restore_is_the_way_back_from_every_loss() {
    for (count, ledger) in [
        (None, Some("keep")),
        (Some("keep"), None),
        (None, None),
        (Some(""), Some("")),
        (Some("garbage"), Some("")),
        (Some("keep"), Some("garbage\n")),
        (Some("garbage"), None),
    ] {
        let event = sold();
        assert_eq!(to(&event, "backup DIR").0, 0);
        let whole = fs::read(event.path(LEDGER)).unwrap();
        for (name, now) in [("tickets.json", count), (LEDGER, ledger)] {
            match now {
                None => fs::remove_file(event.path(name)).unwrap(),
                Some("keep") => {}
                Some(text) => fs::write(event.path(name), text).unwrap(),
            }
        }
        let (code, done) = to(&event, "restore DIR");
        assert_eq!(code, 0, "{count:?} {ledger:?}: {done:#}");
        assert_eq!([&done["left"], &done["sold"], &done["seq"]], [6, 3, 3]);
        assert_eq!(fs::read(event.path(LEDGER)).unwrap(), whole);
        for kept in done["kept"].as_array().unwrap() {
            assert!(Path::new(kept.as_str().unwrap()).exists(), "{done:#}");
        }
        assert_eq!(
            event.json("book alice --quantity 2 --key a").1["replayed"],
            true
        );
        assert_eq!(
            (event.json("audit").0, &event.count()["event"]),
            (0, &"Ball".into())
        );
    }
}

#[test]
fn a_restore_loses_no_sale_unasked() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    assert_eq!(to(&event, "restore DIR").1["kept"], json!([]));
    event.booked("carol");
    let dave = event.booked("dave");
    assert_eq!(event.json(&format!("cancel {dave}")).0, 0);
    let ledger = fs::read(event.path(LEDGER)).unwrap();
    let before = event.count();
    let (code, error) = to(&event, "restore DIR");
    assert_eq!(code, 4, "{error:#}");
    let message = error["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("has 3 lines that the backup lacks, 2 sales"),
        "{message}"
    );
    assert_eq!(
        (fs::read(event.path(LEDGER)).unwrap(), event.count()),
        (ledger.clone(), before)
    );
    let (code, done) = to(&event, "restore DIR --force");
    assert_eq!((code, &done["seq"]), (0, &3.into()), "{done:#}");
    let kept = done["kept"][0].as_str().unwrap();
    assert_eq!(fs::read(kept).unwrap(), ledger);
    assert_eq!(event.json("audit").0, 0);
    // The lines are gone from the event, and the count knew of more than the backup has.
    fs::write(event.path(LEDGER), &ledger).unwrap();
    fs::write(&event.file, "").unwrap();
    event.booked("erin");
    fs::remove_file(event.path(LEDGER)).unwrap();
    assert_eq!(to(&event, "restore DIR").0, 4);
    assert_eq!(to(&event, "restore DIR --force").0, 0);
}

/// Whoever has the event open sells on from what was put back.
#[test]
fn sellers_go_on_after_a_restore() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let mut office = tickets::BoxOffice::at(&event.file).unwrap();
    office.book("late", 1).unwrap();
    assert_eq!(to(&event, "restore DIR --force").0, 0);
    assert_eq!(office.book("later", 1).unwrap().seq, 4);
    assert_eq!(event.json("audit").1["sold"], 4);
}

#[test]
fn a_backup_without_sales_is_put_back_as_often_as_one_likes() {
    let event = TestEvent::with("{\"ticket\": 9, \"event\": \"Ball\"}\n");
    assert_eq!(to(&event, "backup DIR").0, 0);
    let first = to(&event, "restore DIR");
    assert_eq!(first.0, 0, "{:#}", first.1);
    fs::write(&event.file, "{\"ticket\": 9, \"event\": \"Gala\"}\n").unwrap();
    let again = to(&event, "restore DIR");
    assert_eq!(
        (again.0, &again.1["seq"]),
        (0, &first.1["seq"]),
        "{:#}",
        again.1
    );
    assert_eq!(event.count()["event"], "Ball");
    event.assert_adds_up();
    // All of it is there already.
    assert_eq!(to(&event, "restore DIR").1["kept"], json!([]));
    // Of another stock it is another event.
    assert_eq!(event.json("reset 8").0, 0);
    assert_eq!(to(&event, "restore DIR").0, 4);
}

#[test]
fn a_restore_makes_the_directory_that_went_with_the_event() {
    let place = TestEvent::empty();
    let (hall, safe) = (place.path("hall"), place.path("safe"));
    fs::create_dir(&hall).unwrap();
    let file = hall.join("tickets.json");
    fs::write(&file, "{\"ticket\": 9}").unwrap();
    assert_eq!(on(&file, "book alice").0, 0);
    assert_eq!(on(&file, &format!("backup {}", safe.display())).0, 0);
    fs::remove_dir_all(&hall).unwrap();
    let (code, done) = on(&file, &format!("restore {}", safe.display()));
    assert_eq!((code, &done["sold"]), (0, &1.into()), "{done:#}");
    assert_eq!(on(&file, "audit").0, 0);
}

/// The ledger lost what the count still knows of.
#[test]
fn a_count_of_more_than_the_backup_has_is_not_lost_unasked() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    event.booked("carol");
    event.booked("dave");
    fs::copy(event.path("safe").join(LEDGER), event.path(LEDGER)).unwrap();
    let count = fs::read(&event.file).unwrap();
    let (code, error) = to(&event, "restore DIR");
    assert_eq!(code, 4, "{error:#}");
    let message = error["error"]["message"].as_str().unwrap();
    let why = "counts 5 lines, and the backup has 3: 2 on no ledger any more";
    assert!(message.contains(why), "{message}");
    assert_eq!(fs::read(&event.file).unwrap(), count);
    let (code, done) = to(&event, "restore DIR --force");
    assert_eq!((code, &done["sold"]), (0, &3.into()), "{done:#}");
    assert!(kept(&done).contains(&count), "{done:#}");
    assert_eq!(event.json("audit").0, 0);
}

/// What stands in the files that were kept.
fn kept(done: &Value) -> Vec<Vec<u8>> {
    let kept = done["kept"].as_array().unwrap().iter();
    kept.map(|name| fs::read(name.as_str().unwrap()).unwrap())
        .collect()
}

#[test]
fn what_a_restore_takes_out_of_the_count_is_kept() {
    for count in ["garbage", "{\"ticket\": 6, \"event\": \"Gala\"}"] {
        let event = sold();
        assert_eq!(to(&event, "backup DIR").0, 0);
        fs::write(&event.file, count).unwrap();
        let (code, done) = to(&event, "restore DIR");
        assert_eq!(code, 0, "{done:#}");
        assert!(kept(&done).contains(&count.as_bytes().to_vec()), "{done:#}");
        assert_eq!(event.count()["event"], "Ball");
    }
}

/// Both have a line of this number, and it is another sale.
#[test]
fn a_sale_in_the_place_of_another_one_is_not_lost_unasked() {
    let event = sold();
    let (first, second) = (event.path("first"), event.path("second"));
    let run =
        |what: &str, directory: &Path| on(&event.file, &format!("{what} {}", directory.display()));
    assert_eq!(run("backup", &first).0, 0);
    event.booked("carol");
    assert_eq!(run("backup", &second).0, 0);
    assert_eq!(run("restore --force", &first).0, 0);
    event.booked("dave");
    let (code, error) = run("restore", &second);
    assert_eq!(code, 4, "{error:#}");
    let message = error["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("has 1 line that the backup lacks, 1 sale among them"),
        "{message}"
    );
    assert_eq!(event.sales().last().unwrap()["buyer"], "dave");
}

#[test]
fn a_backup_that_is_not_whole_is_put_back_as_far_as_it_can_be() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let safe = event.path("safe").join(LEDGER);
    let whole = fs::read(&safe).unwrap();
    // Without the newline of its last line.
    fs::write(&safe, &whole[..whole.len() - 1]).unwrap();
    fs::remove_file(event.path(LEDGER)).unwrap();
    let (code, done) = to(&event, "restore DIR");
    assert_eq!((code, &done["seq"]), (0, &3.into()), "{done:#}");
    assert_eq!(fs::read(event.path(LEDGER)).unwrap(), whole);
    assert_eq!(event.count()["bytes"], whole.len());
    assert_eq!(event.json("audit").1["findings"], json!([]));
    // Without its ledger.
    fs::remove_file(&safe).unwrap();
    let (code, error) = to(&event, "restore DIR --force");
    assert_eq!(code, 6, "{error:#}");
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("is missing beside its count"), "{message}");
    assert_eq!(fs::read(event.path(LEDGER)).unwrap(), whole);
}

/// As a copy comes out that was made while tickets were sold, the ledger first.
#[test]
fn a_copy_whose_count_is_ahead_of_its_ledger_is_put_back_by_force_alone() {
    let event = sold();
    assert_eq!(to(&event, "backup DIR").0, 0);
    let safe = event.path("safe");
    event.booked("carol");
    fs::copy(&event.file, safe.join("tickets.json")).unwrap();
    fs::remove_file(event.path(LEDGER)).unwrap();
    fs::remove_file(&event.file).unwrap();
    let (code, error) = to(&event, "restore DIR");
    assert_eq!(code, 4, "{error:#}");
    let message = error["error"]["message"].as_str().unwrap();
    let why = "has 3 lines, and the count beside it includes 4";
    assert!(message.contains(why), "{message}");
    assert!(!event.file.exists());
    let (code, done) = to(&event, "restore DIR --force");
    assert_eq!((code, &done["sold"]), (0, &3.into()), "{done:#}");
    assert_eq!(event.json("audit").0, 0);
}

/// Whoever looks for it under another name is told under which it is there.
#[test]
fn a_backup_of_another_name_is_told() {
    let event = TestEvent::stock(9);
    event.booked("alice");
    let safe = event.path("safe").display().to_string();
    assert_eq!(event.json(&format!("backup {safe}")).0, 0);
    let mut other = TestEvent::empty();
    other.file = other.path("gala.json");
    let (code, error) = other.json(&format!("restore {safe}"));
    let hint = error["error"]["hint"].as_str().unwrap();
    assert_eq!(code, 1, "{error:#}");
    assert!(hint.starts_with("it holds one of tickets.json,"), "{hint}");
    fs::create_dir(event.path("empty")).unwrap();
    let (code, error) = other.json(&format!("restore {}", event.path("empty").display()));
    let hint = error["error"]["hint"].as_str().unwrap();
    assert!(
        code == 1 && hint.starts_with("name the directory"),
        "{hint}"
    );
}

/// Whoever looks for one in a directory of several is told of all.
#[test]
fn all_backups_of_other_names_are_told() {
    let event = TestEvent::empty();
    let safe = event.path("safe").display().to_string();
    for name in ["h.json", "g.json", "i.json"] {
        let file = event.path(name);
        assert_eq!(on(&file, "init 9").0, 0);
        assert_eq!(on(&file, &format!("backup {safe}")).0, 0);
    }
    let (code, error) = on(&event.path("new.json"), &format!("restore {safe}"));
    let hint = error["error"]["hint"].as_str().unwrap();
    let is = "it holds those of g.json, h.json, i.json, each of which is put back under its name, wherever: -f DIRECTORY/g.json";
    assert!(code == 1 && hint.starts_with(is), "{hint}");
}
