//! Free runs: large ones, and all kinds of lock.

use std::fs;

use serde_json::Value;

use super::{assert_consistent, count, judged, lost_updates};
use crate::harness::{Run, TestEvent, eventually, flocks, foreign_lock};

const KINDS: [&str; 5] = ["none", "exclusive", "shared", "data-file", "write-only"];

#[test]
fn two_thousand_locked_processes_leave_clean_evidence() {
    let event = TestEvent::stock(300);
    let run = event.path("run.jsonl");
    let line = format!(
        "buy --users 2000 --lock --think 0ms --evidence {} --timeline {}",
        run.display(),
        event.path("run.svg").display()
    );
    let (code, report) = event.json(&line);
    assert_eq!(code, 0, "{report:#}");
    let (evidence, verdict) = judged(&run);
    assert!(verdict.is_clean(), "{verdict:#?}");
    // A query and a purchase of each; every purchase has read, and each took the lock.
    assert_eq!((verdict.operations, verdict.reads), (4000, 4000));
    assert_eq!((verdict.sales, verdict.locked), (300, 2000));
    assert_eq!(evidence.ledger.as_ref().map(Vec::len), Some(300));
    assert_consistent(&event, &line, &(code, report), "run.jsonl");
    let svg = fs::read_to_string(event.path("run.svg")).unwrap();
    assert!(svg.len() < 200_000, "{} bytes", svg.len());
    assert!(svg.contains("2000 buyers, 300 tickets, lock exclusive"));
    event.assert_adds_up();
}

/// Nobody writes before all have read: one version, two thousand writers.
#[test]
fn the_race_of_two_thousand_processes_is_named() {
    let event = TestEvent::stock(200);
    let run = event.path("run.jsonl");
    let line = format!(
        "buy --users 2000 --together --think 0ms --evidence {} --timeline {}",
        run.display(),
        event.path("run.svg").display()
    );
    let (code, report) = event.json(&line);
    assert_eq!(code, 6);
    assert_eq!(event.sales().len(), 2000);
    let (check, document) = event.json(&format!("race check {}", run.display()));
    assert_eq!((check, lost_updates(&event)), (6, 1999));
    assert_eq!(count(&document["counts"], "lost_update"), 1999);
    assert_eq!(count(&document["counts"], "oversold"), 1);
    assert_eq!(count(&document["counts"], "conservation"), 1);
    assert_eq!(report["lost_updates"], 1999);
    assert_consistent(&event, &line, &(code, report), "run.jsonl");
    let svg = fs::read_to_string(event.path("run.svg")).unwrap();
    assert!(svg.len() < 200_000, "{} bytes", svg.len());
    assert!(svg.contains("lost update") && svg.contains("fork: 2,000 sales grew from it"));
    // What is folded is not called in order, where it was overwritten.
    assert!(!svg.contains("all in order") && svg.contains("in findings"));
}

/// Without a lock and without a gate: whatever happened must be what the ledger says, by arithmetic.
#[test]
fn a_free_run_of_two_thousand_processes_is_judged_by_what_it_did() {
    let event = TestEvent::stock(200);
    let run = event.path("run.jsonl");
    let line = format!(
        "buy --users 2000 --think 0ms..5ms --evidence {}",
        run.display()
    );
    let (code, report) = event.json(&line);
    let (check, document) = event.json(&format!("race check {}", run.display()));
    let (lost, sold) = (lost_updates(&event), event.sales().len() as u64);
    assert_eq!(count(&document["counts"], "lost_update"), lost, "{line}");
    assert_eq!(count(&document["counts"], "oversold") > 0, sold > 200);
    assert_eq!(document["sales"], sold, "every sale was told of");
    assert_eq!(count(&document["counts"], "gap"), 0, "{document:#}");
    assert_eq!(count(&document["counts"], "phantom"), 0, "{document:#}");
    assert_eq!(count(&document["counts"], "torn_read"), 0, "{document:#}");
    assert!(lost == 0 || check == 6);
    assert_consistent(&event, &line, &(code, report), "run.jsonl");
}

/// All kinds of lock, as processes and as threads.
#[test]
fn every_kind_of_lock_is_recorded_and_judged() {
    for mode in ["", "--threads"] {
        for kind in KINDS.into_iter().chain(["mutex"]) {
            for (users, stock, think) in [(8, 3, "0ms..2ms"), (12, 40, "0ms"), (3, 2, "1ms")] {
                if kind == "mutex" && mode.is_empty() {
                    continue;
                }
                let event = TestEvent::stock(stock);
                let run = event.path("run.jsonl");
                let line = format!(
                    "buy --users {users} --lock={kind} --think {think} {mode} --evidence {}",
                    run.display()
                );
                // The first replaces the file that the others wait for: so all wait before it sells.
                let held = (kind == "data-file").then(|| foreign_lock(&event.file));
                let rush = event.start(&format!("--json {line}"));
                if held.is_some() {
                    eventually("all wait", || {
                        let flocks = flocks(&event.file);
                        let waiting = flocks.iter().filter(|(_, waits)| *waits).count();
                        (waiting as u64 == users).then_some(())
                    });
                }
                drop(held);
                let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
                let (evidence, verdict) = judged(&run);
                assert_consistent(&event, &line, &(code, report.clone()), "run.jsonl");
                let counts = &report["evidence"]["counts"];
                assert_eq!(count(counts, "lost_update"), lost_updates(&event), "{line}");
                assert_eq!(verdict.operations, users * 2, "{line}");
                assert_eq!(verdict.unjudged, 0, "{line}");
                let holders = if kind == "none" { 0 } else { users };
                if kind == "write-only" {
                    assert_eq!(verdict.locked, verdict.sales, "{line}");
                } else {
                    assert_eq!(verdict.locked, holders, "{line}");
                }
                let released = evidence.holds.iter().all(|hold| hold.got <= hold.released);
                let said = |time| time != evidence::UNSAID;
                let stamped = evidence.holds.iter().all(|hold| said(hold.released));
                assert!(released && stamped, "{line}: {:?}", evidence.holds);
                match kind {
                    "exclusive" | "mutex" => assert!(verdict.is_clean(), "{line}: {verdict:#?}"),
                    // All hold it at once: nobody is kept out.
                    "shared" => assert_eq!(count(counts, "unlocked_write"), verdict.sales),
                    "data-file" => {
                        let wrong = count(counts, "dead_inode_lock") + count(counts, "split_lock");
                        assert!(wrong > 0, "{line}: {report:#}");
                    }
                    _ => {}
                }
            }
        }
    }
}

use tickets::check::evidence;

/// A version is named by its number and the checksum of its line.
#[test]
fn the_checksums_in_the_evidence_are_those_of_the_ledger() {
    for mode in ["", "--threads"] {
        let event = TestEvent::stock(3);
        let run = event.path("run.jsonl");
        let line = format!(
            "buy --users 5 --lock --think 0ms {mode} --evidence {}",
            run.display()
        );
        assert_eq!(event.json(&line).0, 0);
        let ledger = event.ledger();
        let sum = |version: &Value| {
            let line = ledger.iter().find(|line| line["seq"] == *version);
            line.unwrap_or_else(|| panic!("no line {version}"))["sum"].clone()
        };
        let (mut reads, mut lines, mut last) = (0, 0, 0);
        for said in fs::read_to_string(&run).unwrap().lines() {
            let said: Value = serde_json::from_str(said).unwrap();
            let (version, told) = if said["step"] == "read" {
                (&said["seq"], &mut reads)
            } else if !said["committed"].is_null() {
                (&said["committed"], &mut lines)
            } else if !said["final"].is_null() {
                (&said["final"], &mut last)
            } else {
                continue;
            };
            *told += 1;
            assert_eq!(said["sum"], sum(version), "{said}");
        }
        // A query and a purchase of each.
        assert_eq!((reads, lines, last), (10, 3, 1), "{mode}");
    }
}

/// The certain race is judged alike, whether the buyers are processes or threads.
#[test]
fn threads_and_processes_are_judged_alike() {
    let judge = |options: &str| {
        let event = TestEvent::stock(2);
        let run = event.path("run.jsonl");
        let (_, report) = event.json(&format!("buy {options} --evidence {}", run.display()));
        let (check, document) = event.json(&format!("race check {}", run.display()));
        let told = ["operations", "reads", "locked", "counts"].map(|it| document[it].clone());
        (check, report["verdict"].clone(), told)
    };
    for options in [
        "--users 8 --together --think 1ms",
        "--users 8 --lock --think 1ms",
        "--users 8 --lock=shared --together --think 1ms",
    ] {
        let sorted = |mut judged: (i32, Value, [Value; 4])| {
            if let Some(counts) = judged.2[3].as_array_mut() {
                counts.sort_by_key(|count| count["kind"].to_string());
            }
            judged
        };
        let (processes, threads) = (judge(options), judge(&format!("{options} --threads")));
        assert_eq!(sorted(processes), sorted(threads), "{options}");
    }
}

/// The format's promises, line by line: each buyer's steps in their order, the intent before the write.
#[test]
fn each_step_is_written_down_in_its_order() {
    let event = TestEvent::stock(4);
    let run = event.path("run.jsonl");
    let line = format!(
        "buy --users 4 --lock --think 1ms --evidence {}",
        run.display()
    );
    assert_eq!(event.json(&line).0, 0);
    let text = fs::read_to_string(&run).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&lines[0]["stock"], &lines[0]["first"]),
        (&4.into(), &1.into())
    );
    for buyer in 1..=4 {
        let name = format!("user-{buyer}");
        let own = lines.iter().filter(|line| line["buyer"] == name.as_str());
        let own: Vec<&Value> = own.filter(|line| !line["step"].is_null()).collect();
        let steps: Vec<&str> = own
            .iter()
            .map(|line| line["step"].as_str().unwrap())
            .collect();
        let expected = [
            "invoke",
            "read",
            "return",
            "invoke",
            "lock_wanted",
            "lock_got",
            "read",
            "intend",
            "wrote",
            "lock_released",
            "return",
        ];
        assert_eq!(steps, expected, "{text}");
        let times: Vec<u64> = own.iter().map(|line| line["t"].as_u64().unwrap()).collect();
        assert!(times.is_sorted(), "{text}");
        let got = own[5];
        assert_eq!(
            (&got["device"], &got["inode"]),
            (&got["path_device"], &got["path_inode"])
        );
        // The nonce is what the ledger's sale is known by.
        let (nonce, version) = (own[7]["nonce"].as_str().unwrap(), &own[7]["write"]);
        let ids = event.sales();
        let id = ids.iter().find(|sale| sale["buyer"] == name.as_str());
        assert_eq!(id.unwrap()["id"], format!("{version}-{nonce}"));
    }
    let last = lines.last().unwrap();
    assert_eq!(
        (&last["final"], &last["left"], &last["lines"]),
        (&5.into(), &0.into(), &4.into())
    );
}

/// Somebody else's sale meanwhile is no phantom; what is no sale cannot be judged, and that is said.
#[test]
fn what_others_do_meanwhile_is_no_false_finding() {
    let event = TestEvent::stock(20);
    let run = event.path("run.jsonl");
    let rush = format!(
        "buy --users 6 --lock --think 5ms --force --evidence {}",
        run.display()
    );
    let others = (0..4).map(|at| format!("book user-{at} --quantity 2"));
    for (code, document) in event.in_a_queue(std::iter::once(rush).chain(others)) {
        assert_eq!(code, 0, "{document:#}");
    }
    let (_, verdict) = judged(&run);
    assert!(verdict.is_clean(), "{verdict:#?}");
    assert_eq!(verdict.sales, 6);
    event.assert_adds_up();
}

#[test]
fn a_stock_that_changes_meanwhile_is_not_judged_and_that_is_said() {
    for (meanwhile, why) in [
        ("adjust +5 --reason more", "changed the stock"),
        ("reset 7 --force", "was reset"),
    ] {
        let event = TestEvent::stock(20);
        let run = event.path("run.jsonl");
        let line = format!(
            "--json buy --users 2 --think 3s --evidence {}",
            run.display()
        );
        let mut rush = event.start(&line);
        crate::harness::eventually("both have read", || {
            let text = fs::read_to_string(&run).unwrap_or_default();
            (text.matches("\"step\":\"read\"").count() == 4).then_some(())
        });
        for buyer in event.buyers() {
            buyer.signal("STOP");
        }
        let (code, document) = event.json(meanwhile);
        assert_eq!(code, 0, "{document:#}");
        assert!(rush.try_wait().unwrap().is_none(), "the rush goes on");
        for buyer in event.buyers() {
            buyer.signal("CONT");
        }
        let report = crate::harness::Run::of(rush.wait_with_output().unwrap()).document();
        let error = report.1["evidence"]["error"].as_str().unwrap();
        assert!(error.contains(why), "{error}");
        assert_ne!(report.0, 0);
        let (check, document) = event.json(&format!("race check {}", run.display()));
        assert_eq!(check, 6);
        let message = document["error"]["message"].as_str().unwrap();
        assert!(
            message.contains("nothing could be judged") && message.contains(why),
            "{message}"
        );
    }
}
