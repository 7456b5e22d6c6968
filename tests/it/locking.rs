//! The lock is on the right thing, and waits no longer than told.

use std::fs;

use crate::harness::{Run, TestEvent, eventually, flocks, foreign_lock};

fn waits_for(path: &std::path::Path) {
    eventually("a buyer waits for the lock", || {
        flocks(path).iter().any(|(_, waits)| *waits).then_some(())
    });
}

#[test]
fn buyers_wait_for_a_foreign_holder() {
    for mode in ["", "--threads"] {
        let event = TestEvent::stock(2);
        let lock = event.path("tickets.json.lock");
        // A ledger, so that the rush itself need not take the lock to make one.
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
        let held = foreign_lock(&lock);
        let rush = event.start(&format!("--json buy --users 3 --lock --think 0ms {mode}"));
        eventually("three buyers wait", || {
            (flocks(&lock).iter().filter(|(_, waits)| *waits).count() == 3).then_some(())
        });
        assert_eq!(event.sales().len(), 1);
        drop(held);
        let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
        assert_eq!(
            (code, &report["sold"], &report["refused"]),
            (0, &1.into(), &2.into()),
            "{report:#}"
        );
        event.assert_adds_up();
    }
}

#[test]
fn who_waits_too_long_is_told_who_holds_the_lock() {
    for mode in ["", "--threads"] {
        let event = TestEvent::stock(2);
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
        let held = foreign_lock(&event.path("tickets.json.lock"));
        let (code, report) = event.json(&format!("buy --users 2 --lock --wait 200ms {mode}"));
        assert_eq!(code, 5, "{report:#}");
        assert_eq!(
            (&report["failed"], &report["sold"], &report["left"]),
            (&2.into(), &0.into(), &1.into())
        );
        for buyer in report["buyers"].as_array().unwrap() {
            assert_eq!(buyer["code"], "busy", "{report:#}");
            let message = buyer["message"].as_str().unwrap();
            let holder = format!("process {} (", std::process::id());
            assert!(
                message.contains(&holder) && message.contains("within 200ms"),
                "{message}"
            );
        }
        drop(held);
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").1["sold"], 1);
        event.assert_adds_up();
    }
}

/// Whoever sells under another name of the ledger holds another lock file, and the ledger's own lock.
#[test]
fn who_waits_too_long_for_the_ledger_is_told_who_holds_it() {
    let event = TestEvent::stock(5);
    event.booked("alice");
    let held = foreign_lock(&event.path("tickets.ledger.jsonl"));
    for line in ["book bob", "adjust +1 --reason x", "reset --force"] {
        let (code, document) = event.json(&format!("{line} --wait 100ms"));
        let error = &document["error"];
        assert_eq!((code, &error["code"]), (5, &"busy".into()), "{document:#}");
        assert_eq!(error["holder"], std::process::id(), "{document:#}");
        let message = error["message"].as_str().unwrap();
        let holder = format!("process {} (", std::process::id());
        assert!(message.contains(&holder), "{message}");
        let file = error["file"].as_str().unwrap();
        assert!(file.ends_with("tickets.ledger.jsonl"), "{document:#}");
    }
    drop(held);
    event.booked("bob");
    event.assert_adds_up();
}

#[test]
fn a_buyer_who_thinks_longer_than_others_wait_makes_them_busy() {
    let event = TestEvent::stock(2);
    let (code, report) = event.json("buy --users 2 --lock --think 1500ms --wait 100ms");
    assert_eq!(code, 5, "{report:#}");
    assert_eq!(
        (&report["sold"], &report["failed"]),
        (&1.into(), &1.into()),
        "{report:#}"
    );
    event.assert_adds_up();
}

/// A waiter that gets the lock of a file that is no longer the lock file starts again.
#[test]
fn a_lock_file_replaced_while_a_buyer_waits_is_noticed() {
    for mode in ["", "--threads"] {
        let event = TestEvent::stock(2);
        let lock = event.path("tickets.json.lock");
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
        let old = foreign_lock(&lock);
        let rush = event.start(&format!("--json buy --users 1 --lock --think 0ms {mode}"));
        waits_for(&lock);
        fs::remove_file(&lock).unwrap();
        let new = foreign_lock(&lock);
        drop(old);
        // It has the old lock now, and must go for the new one without having sold.
        waits_for(&lock);
        assert_eq!(event.sales().len(), 1);
        drop(new);
        let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
        assert_eq!((code, &report["sold"]), (0, &1.into()), "{report:#}");
        event.assert_adds_up();
    }
}

/// A holder whose lock file is deleted before it has written writes nothing, and starts again.
#[test]
fn a_lock_file_deleted_under_its_holder_is_noticed_before_the_sale() {
    for mode in ["", "--threads"] {
        let event = TestEvent::stock(2);
        let lock = event.path("tickets.json.lock");
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
        let ledger = event.path("tickets.ledger.jsonl");
        let turn = foreign_lock(&ledger);
        let rush = event.start(&format!("--json buy --users 1 --lock --think 0ms {mode}"));
        waits_for(&ledger);
        assert!(flocks(&lock).iter().any(|(_, waits)| !*waits));
        fs::remove_file(&lock).unwrap();
        let new = foreign_lock(&lock);
        drop(turn);
        waits_for(&lock);
        assert_eq!(
            event.sales().len(),
            1,
            "sold under a lock that guards nothing"
        );
        drop(new);
        let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
        assert_eq!((code, &report["sold"]), (0, &1.into()), "{report:#}");
        event.assert_adds_up();
    }
}

/// A lock on `tickets.json` itself guards nothing: that file is replaced at each sale.
#[test]
fn a_lock_on_the_count_itself_stops_nobody() {
    let event = TestEvent::stock(2);
    let _held = foreign_lock(&event.file);
    assert_eq!(
        event.json("buy --users 2 --lock --think 0ms --wait 5s").0,
        0
    );
    event.assert_adds_up();
}

#[test]
fn a_lock_file_that_is_no_file_is_an_error() {
    let event = TestEvent::stock(2);
    fs::create_dir(event.path("tickets.json.lock")).unwrap();
    let (code, document) = event.json("buy --users 2 --lock --think 0ms");
    assert_eq!(code, 1, "{document:#}");
    assert!(
        document["error"]["message"]
            .as_str()
            .unwrap()
            .contains("is a directory"),
        "{document:#}"
    );
    assert_eq!(event.count()["ticket"], 2);
}
