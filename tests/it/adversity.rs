//! What an attacker of the first version found: each once broke a promise.

use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::process::Command;

use crate::harness::{
    Run, TestEvent, eventually, flocks, foreign_lock, foreign_sync, read_until, signal,
};

fn fork_servers(event: &TestEvent, rush: i32) -> Vec<i32> {
    let all = event.processes();
    let fork_servers = all.iter().filter(|process| process.parent == rush);
    fork_servers.map(|process| process.pid).collect()
}

/// A fork server killed while it forks: those that it has forked count as gone, and take a release all the
/// same. Nobody else may starve.
#[test]
fn orphans_of_a_killed_fork_server_starve_nobody() {
    for options in ["--lock --think 0ms", "--together --think 0ms"] {
        // How often a fork server was caught in the middle of its work.
        let mut caught = 0;
        for _ in 0..200 {
            let event = TestEvent::stock(2000);
            let mut rush = event.start(&format!("--quiet buy --users 2000 {options}"));
            let pid = rush.id().cast_signed();
            let fork_server = eventually("a fork server is there, or the end", || {
                let over = rush.try_wait().unwrap().map(|_| None);
                over.or_else(|| fork_servers(&event, pid).first().copied().map(Some))
            });
            // It may have ended by itself just now.
            let send = |signal: &str, pid: i32| {
                let line = [signal, &pid.to_string()];
                Command::new("kill")
                    .args(line)
                    .output()
                    .unwrap()
                    .status
                    .success()
            };
            if let Some(fork_server) = fork_server
                && send("-STOP", fork_server)
            {
                let forked = event
                    .processes()
                    .iter()
                    .filter(|p| p.parent == fork_server)
                    .count();
                if (1..1000).contains(&forked) && event.sales().is_empty() {
                    caught += 1;
                    send("-KILL", fork_server);
                } else {
                    send("-CONT", fork_server);
                }
            }
            eventually("the rush ends", || rush.try_wait().unwrap());
            if options.contains("lock") {
                event.assert_adds_up();
            }
            if caught == 1 {
                break;
            }
        }
        assert!(caught > 0, "no fork server was caught while it forked");
    }
}

#[test]
fn a_stopped_orphan_does_not_survive_an_interrupt() {
    let event = TestEvent::stock(5);
    let mut rush = event.start("buy --users 4 --lock --think 1h");
    let _reader = read_until(&mut rush, "queried", 4);
    let buyers = event.buyers();
    let fork_server = buyers[0].parent;
    signal(fork_server, "KILL");
    signal(buyers[1].pid, "STOP");
    signal(rush.id().cast_signed(), "INT");
    eventually("the rush ends", || rush.try_wait().unwrap());
    eventually("no process is left", || {
        event.processes().is_empty().then_some(())
    });
    assert_eq!(event.sales().len(), 0);
}

/// The sale is on the ledger; only its sync was not had in time. That is no refusal and no race.
#[test]
fn a_sale_that_could_not_be_synced_in_time_is_unknown_not_busy() {
    for mode in ["", "--threads"] {
        let event = TestEvent::stock(5);
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
        let held = foreign_sync(&event.path("tickets.ledger.jsonl"));
        let (code, report) = event.json(&format!(
            "buy --users 2 --lock --think 0ms --wait 200ms {mode}"
        ));
        assert_eq!(
            (code, &report["verdict"]),
            (1, &"safe".into()),
            "{report:#}"
        );
        assert_eq!(
            (&report["sold"], &report["failed"]),
            (&2.into(), &2.into()),
            "{report:#}"
        );
        for buyer in report["buyers"].as_array().unwrap() {
            assert_eq!(buyer["code"], "outcome_unknown", "{report:#}");
        }
        drop(held);
        assert_eq!(event.json("query").1["sold"], 3);
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
        event.assert_adds_up();
    }
}

#[test]
fn a_ledger_without_its_opening_line_is_opened_again() {
    for torn in [
        &b""[..],
        b"{\"seq\":1,",
        b"\n",
        &[0; 5000],
        &vec![b'['; 100_000],
    ] {
        let through_rush = |event: &TestEvent| event.json("buy --users 3 --lock --think 0ms").0;
        let through_library = |event: &TestEvent| {
            let mut office = tickets::BoxOffice::at(&event.file).unwrap();
            (0..2)
                .map(|_| i32::from(office.book("alice", 1).is_err()))
                .sum()
        };
        let ways: [&dyn Fn(&TestEvent) -> i32; 2] = [&through_rush, &through_library];
        for way in ways {
            let event = TestEvent::stock(2);
            fs::write(event.path("tickets.ledger.jsonl"), torn).unwrap();
            assert_eq!(way(&event), 0, "{} bytes", torn.len());
            assert_eq!(event.sales().len(), 2);
            event.assert_adds_up();
            let kept = event
                .names()
                .into_iter()
                .find(|name| name.contains(".torn-"));
            let kept = kept.map(|name| fs::read(event.path(&name)).unwrap());
            assert_eq!(kept.unwrap_or_default(), torn);
        }
    }
}

/// Whole sales stand behind it: that is damage, not the torn end of a crash.
#[test]
fn an_overlong_line_in_the_middle_is_damage() {
    let event = TestEvent::stock(9);
    assert_eq!(event.json("buy --users 5 --lock --think 0ms").0, 0);
    let path = event.path("tickets.ledger.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    for length in [3_000, 20_000, 200_000] {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[3].insert_str(40, &"x".repeat(length));
        let damaged = lines.join("\n") + "\n";
        fs::write(&path, &damaged).unwrap();
        fs::write(&event.file, "{\"ticket\": 9}").unwrap();
        for line in ["query", "buy --users 1 --lock --think 0ms"] {
            let run = event.run(line);
            assert_eq!(run.code, Some(6), "{length}: {run:?}");
            assert!(
                run.stderr.contains("tickets.ledger.jsonl:4"),
                "{}",
                run.stderr
            );
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), damaged);
    }
}

#[test]
fn reset_leaves_alone_what_is_no_file() {
    let event = TestEvent::empty();
    assert!(
        Command::new("mkfifo")
            .arg(&event.file)
            .status()
            .unwrap()
            .success()
    );
    let run = event.run("reset 3");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("is a FIFO"), "{}", run.stderr);
    assert!(fs::metadata(&event.file).unwrap().file_type().is_fifo());
    assert_eq!(event.names(), ["tickets.json"]);
}

/// Only a reset proves the sales on the ledger that it archived.
#[test]
fn a_sale_on_a_ledger_that_somebody_replaced_is_not_acknowledged() {
    for mode in ["", "--threads"] {
        let event = TestEvent::stock(5);
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
        // A ledger that says that it took the place of another: but not of the one it replaces here.
        assert_eq!(event.json("reset 5").0, 0);
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
        let ledger = event.path("tickets.ledger.jsonl");
        fs::copy(&ledger, event.path("backup")).unwrap();
        let held = foreign_sync(&ledger);
        let rush = event.start(&format!("--json buy --users 1 --lock --think 0ms {mode}"));
        eventually("the sale is on the ledger, and waits to be synced", || {
            (event.sales().len() == 2).then_some(())
        });
        fs::rename(event.path("backup"), &ledger).unwrap();
        drop(held);
        let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
        assert_eq!(code, 1, "{report:#}");
        assert_eq!(report["buyers"][0]["code"], "outcome_unknown", "{report:#}");
    }
}

/// The reset comes first, then the buyers, who were ready before it: each ledger is judged by itself.
#[test]
fn a_reset_between_a_rush_and_its_sales_is_no_race() {
    for mode in ["", "--threads"] {
        let event = TestEvent::stock(3);
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
        let lock = event.path("tickets.json.lock");
        let held = foreign_lock(&lock);
        let waiting = |n| {
            let lock = lock.clone();
            move || (flocks(&lock).iter().filter(|(_, waits)| *waits).count() == n).then_some(())
        };
        let reset = event.start("--json reset 3");
        eventually("the reset waits", waiting(1));
        let rush = event.start(&format!("--json buy --users 4 --lock --think 0ms {mode}"));
        eventually("the buyers wait", waiting(5));
        drop(held);
        assert_eq!(Run::of(reset.wait_with_output().unwrap()).document().0, 0);
        let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
        assert_eq!(
            (code, &report["verdict"]),
            (0, &"safe".into()),
            "{report:#}"
        );
        assert_eq!(
            (&report["sold"], &report["refused"], &report["left"]),
            (&3.into(), &1.into(), &0.into()),
            "{report:#}"
        );
        event.assert_adds_up();
    }
}

#[test]
fn an_interrupt_ends_the_wait_for_the_opening() {
    let event = TestEvent::stock(3);
    let lock = event.path("tickets.json.lock");
    let _held = foreign_lock(&lock);
    let rush = event.start("--json buy --users 3 --lock --wait 1h");
    eventually("the rush waits", || {
        flocks(&lock).iter().any(|(_, waits)| *waits).then_some(())
    });
    signal(rush.id().cast_signed(), "INT");
    let (code, document) = Run::of(rush.wait_with_output().unwrap()).document();
    assert_eq!(
        (code, &document["error"]["code"]),
        (130, &"interrupted".into()),
        "{document:#}"
    );
}

#[test]
fn a_count_that_breaks_during_a_rush_does_not_lose_the_report() {
    let event = TestEvent::stock(5);
    assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
    let rush = event.start("--json buy --users 1 --lock --think 1s");
    eventually("the buyer thinks", || {
        flocks(&event.path("tickets.json.lock")).first().map(drop)
    });
    fs::write(&event.file, "{").unwrap();
    let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
    assert_eq!(code, 6, "{report:#}");
    assert_eq!(
        (&report["left"], report["buyers"].as_array().unwrap().len()),
        (&serde_json::Value::Null, 1)
    );
    let text = report["findings"][0]["text"].as_str().unwrap();
    assert!(text.contains("the count cannot be read any more"), "{text}");
}

/// Numbers that no sum or difference holds: refused, without a panic.
#[test]
fn hostile_numbers_on_the_ledger_are_refused() {
    let line = |seq: &str, quantity: &str, left: &str| {
        format!(
            "{{\"seq\":{seq},\"at\":\"x\",\"op\":\"sell\",\"quantity\":{quantity},\"left\":{left},\"sum\":\"0123456789abcdef\"}}\n"
        )
    };
    let max = u64::MAX.to_string();
    let min = i64::MIN.to_string();
    for (seq, quantity, left) in [
        (max.as_str(), "1", "1"),
        ("2", min.as_str(), "1"),
        ("2", "1", max.as_str()),
        ("0", "0", "0"),
    ] {
        let event = TestEvent::stock(2);
        let first = line(seq, quantity, left);
        let text = format!("{first}{}", line("3", quantity, left));
        fs::write(event.path("tickets.ledger.jsonl"), &text).unwrap();
        let count = format!(
            "{{\"ticket\": 1, \"sold\": 1, \"seq\": 3, \"bytes\": {}}}",
            text.len()
        );
        for count in [count.as_str(), "{\"ticket\": 2}"] {
            fs::write(&event.file, count).unwrap();
            for line in ["query", "buy --users 2 --lock --think 0ms"] {
                assert_eq!(event.run(line).code, Some(6), "{count} {text}");
            }
            let run = event.run("buy --users 2 --think 0ms");
            assert!(
                !run.stderr.contains("panicked") && !run.stdout.contains("panicked"),
                "{run:?}"
            );
        }
    }
}
