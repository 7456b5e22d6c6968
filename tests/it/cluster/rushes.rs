//! Rushes on a cluster: exact under the kinds that compare what they write, and what becomes of the others.

use std::fs;

use serde_json::Value;

use super::nodes::shared;
use super::{event_name, on_cluster, value};
use crate::harness::{Run, TestEvent, eventually, signal, stop};

#[test]
fn one_eight_and_many_processes_sell_what_there_is_and_no_more() {
    on_cluster(|| {
        for (users, stock) in [(1, 1), (8, 5), (32, 20)] {
            for kind in ["", "--lock=cas", "--lock=exclusive"] {
                let event = TestEvent::stock(stock);
                let (code, report) = event.json(&format!("buy --users {users} --wait 2m {kind}"));
                assert_eq!(code, 0, "{users} {kind}: {report:#}");
                let told = ["sold", "refused", "failed", "left", "lost_updates"]
                    .map(|name| report[name].as_u64().unwrap());
                assert_eq!(
                    told,
                    [stock, users - stock, 0, 0, 0],
                    "{users} {kind}: {report:#}"
                );
                assert_eq!(report["verdict"], "safe", "{report:#}");
                event.assert_adds_up();
                assert_eq!(event.json("audit").0, 0);
            }
        }
    });
}

#[test]
fn without_a_lock_or_a_comparison_it_races_and_the_fork_is_named() {
    on_cluster(|| {
        let event = TestEvent::stock(1);
        let line = "buy --users 3 --lock=none --together";
        let (code, report) = event.json(line);
        assert_eq!(
            (code, &report["verdict"]),
            (6, &"race".into()),
            "{report:#}"
        );
        assert_eq!(report["oversold"], 2, "{report:#}");
        let (code, audit) = event.json("audit");
        assert_eq!(code, 6, "{audit:#}");
        let text = audit["findings"][0]["text"].as_str().unwrap();
        assert!(
            text.contains("A race without a lock leaves such lines"),
            "{text}"
        );
        assert_eq!(event.json("book zoe").0, 6, "nobody sells from it any more");
    });
}

/// One buyer under this lock has read, and is stopped until its lease has ended and somebody else has bought the only
/// ticket. What its rush comes to, and the event.
fn woken_late(kind: &str) -> (i32, Value, TestEvent) {
    let event = TestEvent::stock(1);
    let evidence = event.path("evidence.jsonl");
    let line = format!(
        "--json buy --users 1 --lock={kind} --think 8s --evidence {}",
        evidence.display()
    );
    let rush = event.start(&line);
    let has_read = |text: &str| {
        let locked = text.find("\"lock_got\"")?;
        text.get(locked..)?.find("\"read\"").map(drop)
    };
    eventually("it has read under the lock", || {
        has_read(&fs::read_to_string(&evidence).unwrap_or_default())
    });
    let buyers = event.buyers();
    let [buyer] = buyers.as_slice() else {
        panic!("one buyer: {buyers:?}");
    };
    stop(buyer.pid);
    let lock = format!("{}/lock", event_name(&event.file));
    let nodes = shared().unwrap();
    eventually("its lease has ended", || {
        nodes
            .told(&["get", "--prefix", "--keys-only", &lock])
            .trim()
            .is_empty()
            .then_some(())
    });
    event.booked("eve");
    signal(buyer.pid, "CONT");
    let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
    (code, report, event)
}

#[test]
fn who_wakes_under_a_lock_that_has_ended_sells_again_unless_the_write_compares() {
    on_cluster(|| {
        let (code, report, event) = woken_late("lease");
        assert_eq!(
            (code, &report["verdict"]),
            (6, &"race".into()),
            "{report:#}"
        );
        assert_eq!(event.json("audit").0, 6);

        let (code, report, event) = woken_late("exclusive");
        assert_eq!(
            (code, &report["verdict"]),
            (0, &"safe".into()),
            "{report:#}"
        );
        assert_eq!(
            (&report["refused"], &report["sold"]),
            (&1.into(), &0.into()),
            "{report:#}"
        );
        assert_eq!(event.json("audit").1["sold"], 1);
        event.assert_adds_up();
        // The lock is given back.
        let lock = format!("{}/lock", event_name(&event.file));
        assert_eq!(value(shared().unwrap(), &lock), None);
    });
}

/// A rush of two for one ticket, the first holder of whose lock is stopped after it has read.
fn paused(kind: &str, pause: &str) -> (i32, Value, TestEvent) {
    let event = TestEvent::stock(1);
    let evidence = event.path("evidence.jsonl");
    let (code, report) = event.json(&format!(
        "buy --users 2 --lock={kind} --ttl 1s --think 0ms --pause-holder {pause} --evidence {}",
        evidence.display()
    ));
    (code, report, event)
}

#[test]
fn a_holder_that_is_paused_oversells_under_a_lease_and_not_where_the_write_compares() {
    on_cluster(|| {
        let (code, report, event) = paused("lease", "until-sold");
        assert_eq!((code, &report["oversold"]), (6, &1.into()), "{report:#}");
        let sentences = report["findings"].as_array().unwrap().iter();
        let mut sentences = sentences.map(|found| found["text"].as_str().unwrap().to_owned());
        assert!(
            sentences.any(|text| text.contains("began to write version 2 at")
                && text.contains("under a lock that had ended")),
            "{report:#}"
        );
        let counts = &report["evidence"]["counts"];
        let names: Vec<&str> = counts
            .as_array()
            .unwrap()
            .iter()
            .map(|count| count["kind"].as_str().unwrap())
            .collect();
        assert!(!names.contains(&"split_lock"), "{counts:#}");
        let evidence = event.path("evidence.jsonl");
        let (code, judged) = event.json(&format!("race check {}", evidence.display()));
        assert_eq!(code, 6);
        assert!(judged.to_string().contains("ended_lock"), "{judged:#}");
        assert_eq!(event.json("audit").0, 6);

        for (kind, pause) in [("exclusive", "until-sold"), ("exclusive", "2s")] {
            let (code, report, event) = paused(kind, pause);
            assert_eq!(code, 0, "{kind} {pause}: {report:#}");
            let told = ["sold", "refused", "oversold"].map(|name| report[name].as_u64().unwrap());
            assert_eq!(told, [1, 1, 0], "{kind} {pause}: {report:#}");
            event.assert_adds_up();
        }
        let event = TestEvent::stock(1);
        let line = "buy --users 2 --lock=cas --pause-holder until-sold";
        let (code, report) = event.json(line);
        assert_eq!((code, &report["sold"]), (0, &1.into()), "{report:#}");
        for line in [
            "buy --users 2 --lock=cas --ttl 3s",
            "buy --users 2 --lock=lease --ttl 1500ms",
            "buy --users 2 --lock=lease --threads --pause-holder 1s",
        ] {
            assert_eq!(event.json(line).0, 2, "{line}");
        }
    });
}

#[test]
fn a_rush_keeps_off_what_is_for_real_and_off_locks_of_files() {
    on_cluster(|| {
        let event = TestEvent::empty();
        assert_eq!(event.json("init 5").0, 0);
        for (line, code) in [
            ("buy --users 2", 4),
            ("buy --users 2 --lock=none", 4),
            ("buy --users 2 --lock=data-file", 2),
            ("buy --users 2 --lock=shared", 2),
            ("buy --users 2 --lock=mutex --threads", 2),
            ("buy --users 2 --lock=cas --force", 0),
            ("buy --users 2 --lock=cas --threads --force", 0),
        ] {
            let (told, report) = event.json(line);
            assert_eq!(told, code, "{line}: {report:#}");
        }
        assert_eq!(event.json("query").1["left"], 1);
        let file = TestEvent::empty_in(&std::env::temp_dir());
        fs::write(&file.file, "{\"ticket\": 2}").unwrap();
        for kind in ["cas", "lease"] {
            let (code, told) = file.json(&format!("buy --users 2 --lock={kind}"));
            assert_eq!(code, 2, "{told:#}");
            assert!(
                told["error"]["message"]
                    .as_str()
                    .unwrap()
                    .contains("in a file"),
                "{told:#}"
            );
        }
    });
}

#[test]
fn the_same_change_by_many_at_once_is_done_by_each() {
    on_cluster(|| {
        let event = TestEvent::stock(1);
        let runs = event.at_once((0..24).map(|_| "adjust +1 --reason chairs".to_owned()));
        assert!(runs.iter().all(|(code, _)| *code == 0), "{runs:#?}");
        assert_eq!(event.json("query").1["left"], 25);
        event.assert_adds_up();
    });
}
