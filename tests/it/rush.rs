//! Rushes: under the lock nothing is oversold; without it, what happened is found.

use std::collections::HashMap;

use serde_json::Value;

use crate::harness::{TestEvent, eventually, is_gone};

const MODES: [&str; 2] = ["", "--threads"];

#[test]
fn eight_buyers_and_two_tickets_under_the_lock() {
    for mode in MODES {
        let event = TestEvent::stock(2);
        let (code, report) = event.json(&format!("buy --users 8 --lock {mode}"));
        assert_eq!(code, 0, "{report:#}");
        for (member, wanted) in [
            ("sold", 2),
            ("refused", 6),
            ("failed", 0),
            ("left", 0),
            ("oversold", 0),
            ("lost_updates", 0),
            ("stock", 2),
        ] {
            assert_eq!(report[member], wanted, "{member} {report:#}");
        }
        assert_eq!(report["verdict"], "safe");
        assert_eq!(report["findings"], Value::Array(vec![]));
        assert_eq!(event.count()["ticket"], 0);
        event.assert_adds_up();
    }
}

#[test]
fn many_buyers_under_the_lock_never_oversell() {
    for mode in MODES {
        for users in [64, 200] {
            for quantity in 1..=3 {
                for stock in [0, 1, 100] {
                    let event = TestEvent::stock(stock);
                    let line = format!(
                        "buy --users {users} --lock --think 0ms --quantity {quantity} {mode}"
                    );
                    let (code, report) = event.json(&line);
                    let sales = (stock / quantity).min(users);
                    assert_eq!(code, 0, "{line} on {stock}: {report:#}");
                    assert_eq!(report["sold"], sales * quantity, "{line} on {stock}");
                    assert_eq!(report["refused"], users - sales, "{line} on {stock}");
                    assert_eq!(
                        report["left"],
                        stock - sales * quantity,
                        "{line} on {stock}"
                    );
                    assert_eq!(report["failed"], 0, "{line} on {stock}");
                    assert_eq!(event.sales().len() as u64, sales, "{line} on {stock}");
                    event.assert_adds_up();
                    assert_eq!(event.names().len(), 3, "{:?}", event.names());
                }
            }
        }
    }
}

/// Nobody writes before all have read, so that the race is certain.
#[test]
fn without_a_lock_eight_buyers_who_read_together_buy_two_tickets_eight_times() {
    for mode in MODES {
        let event = TestEvent::stock(2);
        let (code, report) = event.json(&format!("buy --users 8 --together {mode}"));
        assert_eq!(code, 6, "{report:#}");
        for (member, wanted) in [
            ("sold", 8),
            ("refused", 0),
            ("left", 1),
            ("oversold", 6),
            ("lost_updates", 7),
        ] {
            assert_eq!(report[member], wanted, "{member} {report:#}");
        }
        assert_eq!(report["ok"], false);
        assert_eq!(report["verdict"], "race");
        assert_eq!(event.count()["ticket"], 1);
        assert_eq!(event.sales().len(), 8);
        let lost = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .find(|f| f["kind"] == "lost_update")
            .unwrap();
        let mut buyers: Vec<&str> = lost["buyers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        let winner = *buyers.last().unwrap();
        buyers.sort_unstable();
        assert_eq!(
            buyers,
            [
                "user-1", "user-2", "user-3", "user-4", "user-5", "user-6", "user-7", "user-8"
            ]
        );
        let text = lost["text"].as_str().unwrap();
        assert!(text.contains("all read version 1 (2 left)"), "{text}");
        assert!(
            text.contains(&format!(
                "{winner} wrote last; the sales of the other 7 are overwritten"
            )),
            "{text}"
        );
    }
}

/// The chapter's counter: 180 threads take one each of 200.
#[test]
fn the_chapters_thread_counter() {
    let event = TestEvent::stock(200);
    let (code, report) = event.json("buy --users 180 --threads --together");
    assert_eq!(
        (code, &report["left"], &report["sold"]),
        (6, &199.into(), &180.into())
    );
    assert_eq!(report["lost_updates"], 179);
    assert_eq!(report["oversold"], 0);

    let event = TestEvent::stock(200);
    let (code, report) = event.json("buy --users 180 --threads --lock --think 0ms");
    assert_eq!(
        (code, &report["left"], &report["sold"]),
        (0, &20.into(), &180.into())
    );
    event.assert_adds_up();
}

/// Whatever happened in a free run: the report must say what the files say, by arithmetic of the
/// test's own.
#[test]
fn a_free_rush_is_judged_honestly() {
    for (users, stock, think) in [
        (8, 2, "50ms..150ms"),
        (8, 20, "0ms..2ms"),
        (40, 20, "0ms..5ms"),
        (16, 3, "0ms"),
    ] {
        for mode in MODES {
            let event = TestEvent::stock(stock);
            let line = format!("buy --users {users} --think {think} {mode}");
            let (code, report) = event.json(&line);
            let sales = event.sales();
            let sold = sales.len() as u64;
            let left = event.count()["ticket"].as_u64().unwrap();
            let mut versions: HashMap<u64, u64> = HashMap::new();
            for sale in &sales {
                *versions.entry(sale["seq"].as_u64().unwrap()).or_default() += 1;
            }
            let lost: u64 = versions.values().map(|writers| writers - 1).sum();
            assert_eq!(report["sold"], sold, "{line}: {report:#}");
            assert_eq!(report["left"], left, "{line}: {report:#}");
            assert_eq!(
                report["oversold"],
                sold.saturating_sub(stock),
                "{line}: {report:#}"
            );
            assert_eq!(report["lost_updates"], lost, "{line}: {report:#}");
            let race = lost > 0 || sold + left != stock;
            assert_eq!(report["verdict"] == "race", race, "{line}: {report:#}");
            assert_eq!(code, if race { 6 } else { 0 }, "{line}: {report:#}");
            let told = |outcome| {
                report["buyers"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|b| b["outcome"] == outcome)
                    .count() as u64
            };
            assert_eq!(told("sold"), sold, "{line}: {report:#}");
            assert_eq!(told("refused"), users - sold, "{line}: {report:#}");
        }
    }
}

#[test]
fn several_rushes_at_once_share_one_stock() {
    let event = TestEvent::stock(40);
    let rushes: Vec<_> = (0..4)
        .map(|n| {
            event.start(&format!(
                "--json buy --users 16 --lock --think 0ms --seed {n}"
            ))
        })
        .collect();
    let reports: Vec<Value> = rushes
        .into_iter()
        .map(|rush| {
            let (code, report) =
                crate::harness::Run::of(rush.wait_with_output().unwrap()).document();
            assert_eq!(code, 0, "{report:#}");
            assert_eq!(report["verdict"], "safe", "{report:#}");
            report
        })
        .collect();
    let sum = |member: &str| {
        reports
            .iter()
            .map(|report| report[member].as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!((sum("sold"), sum("refused"), sum("failed")), (40, 24, 0));
    assert_eq!(event.count()["ticket"], 0);
    event.assert_adds_up();
}

#[test]
fn a_second_rush_goes_on_where_the_first_ended() {
    let event = TestEvent::stock(10);
    assert_eq!(event.json("buy --users 4 --lock --think 0ms").1["left"], 6);
    let (code, report) = event.json("buy --users 4 --lock --think 0ms --quantity 2");
    assert_eq!(code, 0);
    assert_eq!(
        (&report["stock"], &report["sold"], &report["left"]),
        (&6.into(), &6.into(), &0.into())
    );
    assert_eq!(report["refused"], 1);
    event.assert_adds_up();
}

#[test]
fn both_spellings_and_unknown_members_are_kept() {
    let event = TestEvent::with("{\"event\": \"Ball\", \"ticket_num\": 3, \"price\": 12.50}");
    assert_eq!(event.json("buy --users 2 --lock --think 0ms").0, 0);
    let text = std::fs::read_to_string(&event.file).unwrap();
    assert!(
        text.starts_with(
            "{\"event\": \"Ball\", \"ticket_num\": 1, \"sold\": 2, \"seq\": 3, \"bytes\": "
        ),
        "{text}"
    );
    assert!(text.ends_with(", \"price\": 12.50}\n"), "{text}");
}

#[test]
fn modes_are_kept_and_shared_with_the_files_beside() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    let event = TestEvent::stock(2);
    fs::set_permissions(&event.file, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(event.json("buy --users 3 --lock --think 0ms").0, 0);
    for name in ["tickets.json", "tickets.ledger.jsonl", "tickets.json.lock"] {
        let mode = fs::metadata(event.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o640, "{name} has mode {mode:o}");
    }
}

/// All names of one event share one lock and one ledger, and the link stays a link.
#[test]
fn a_symbolic_link_leads_to_the_same_event() {
    let event = TestEvent::stock(10);
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("gig.json");
    std::os::unix::fs::symlink(&event.file, &link).unwrap();
    let through_link = || {
        let mut command = std::process::Command::new(crate::harness::TICKETS);
        command
            .arg("-f")
            .arg(&link)
            .args(["--json", "buy", "--users", "8", "--lock", "--think", "0ms"]);
        command.stdout(std::process::Stdio::piped());
        command
    };
    let first = through_link().spawn().unwrap();
    let second = event.start("--json buy --users 8 --lock --think 0ms");
    for rush in [first, second] {
        let (code, report) = crate::harness::Run::of(rush.wait_with_output().unwrap()).document();
        assert_eq!(
            (code, &report["verdict"]),
            (0, &"safe".into()),
            "{report:#}"
        );
    }
    assert_eq!(event.sales().len(), 10);
    event.assert_adds_up();
    assert!(link.is_symlink());
    assert_eq!(
        std::fs::read_dir(elsewhere.path()).unwrap().count(),
        1,
        "files beside the link"
    );
}

#[test]
fn the_steps_are_told_as_they_come_and_the_seed_is_shown() {
    let event = TestEvent::stock(2);
    let run = event.run("buy --users 3 --lock --think 0ms --seed 7");
    assert_eq!(run.code, Some(0));
    for part in [
        " queried: 2 left",
        " bought 1, 1 left",
        " bought 1, 0 left",
        " found none left",
        "seed 7",
        "safe",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    assert_eq!(run.stderr, "");
    assert!(
        !run.stdout.contains('\u{1b}'),
        "colour where there is no terminal"
    );
    let run = event.run("--quiet buy --users 3 --lock --think 0ms");
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
}

#[test]
fn no_seats_for_a_group_is_a_refusal() {
    let event = TestEvent::stock(2);
    let run = event.run("buy --users 1 --lock --think 0ms --quantity 3");
    assert_eq!(run.code, Some(0));
    assert!(
        run.stdout.contains("user-1 found only 2 left"),
        "{}",
        run.stdout
    );
}

/// What a race has left is no event to rush on, under whatever lock: no report of it could be true.
#[test]
fn a_rush_over_a_ruined_event_is_refused() {
    let event = TestEvent::stock(2);
    assert_eq!(event.run("buy --users 8 --together").code, Some(6));
    refuses_every_rush(&event, 3);
    assert_eq!(event.run("reset").code, Some(0));
    assert_eq!(event.run("buy --users 8 --together").code, Some(6));
    // Nobody finds a ticket in it any more, so that nobody would notice.
    let event = TestEvent::stock(1);
    assert_eq!(event.run("buy --users 2 --together").code, Some(6));
    assert_eq!(event.count()["ticket"], 0);
    refuses_every_rush(&event, 3);
}

/// A sale reads only what came after the last count; a rush asks all of the ledger.
#[test]
fn a_rush_over_a_line_that_was_damaged_long_ago_is_refused() {
    let event = TestEvent::stock(9);
    assert_eq!(event.run("buy --users 5 --lock --think 0ms").code, Some(0));
    let ledger = event.path("tickets.ledger.jsonl");
    let text = std::fs::read_to_string(&ledger).unwrap();
    let (second, rest) = text.split_once("\"left\":7").unwrap();
    std::fs::write(&ledger, format!("{second}\"left\":8{rest}")).unwrap();
    assert_eq!(event.run("query").code, Some(0));
    refuses_every_rush(&event, 3);
}

/// Every kind of rush is refused for this line of the ledger, changes nothing, and is told the way out.
#[track_caller]
fn refuses_every_rush(event: &TestEvent, line: u64) {
    let before = event.contents();
    for how in [
        "",
        "--together",
        "--threads",
        "--threads --lock=mutex",
        "--lock=shared",
        "--lock=write-only",
        "--lock=data-file",
        "--lock",
        "--force --lock=none",
    ] {
        let (code, document) = event.json(&format!("buy --users 4 --think 0ms {how}"));
        let error = &document["error"];
        assert_eq!(
            (code, &error["code"], &error["line"]),
            (6, &"integrity".into(), &line.into()),
            "{how}: {document:#}"
        );
        let hint = error["hint"].as_str().unwrap();
        assert!(hint.contains("reset' starts afresh"), "{how}: {hint}");
        assert_eq!(event.contents(), before, "{how}");
    }
}

#[test]
fn a_buyer_that_is_stopped_after_it_has_read_sells_again_without_a_lock_and_keeps_others_waiting_with_one()
 {
    let event = TestEvent::stock(1);
    let (code, report) = event.json("buy --users 2 --think 0ms --pause-holder until-sold");
    assert_eq!((code, &report["oversold"]), (6, &1.into()), "{report:#}");

    let event = TestEvent::stock(1);
    let line = "buy --users 3 --think 0ms --lock --pause-holder 300ms";
    let (code, report) = event.json(line);
    let told = ["sold", "refused", "failed"].map(|name| report[name].as_u64().unwrap());
    assert_eq!((code, told), (0, [1, 2, 0]), "{report:#}");
    event.assert_adds_up();

    // Nobody can sell as long as it is stopped: it goes on when the others have given up.
    let event = TestEvent::stock(1);
    let line = "buy --users 2 --think 0ms --lock --wait 500ms --pause-holder until-sold";
    let (code, report) = event.json(line);
    let told = ["sold", "refused", "failed"].map(|name| report[name].as_u64().unwrap());
    assert_eq!((code, told), (5, [1, 0, 1]), "{report:#}");
    event.assert_adds_up();

    for line in [
        "buy --users 2 --threads --pause-holder 1s",
        "buy --users 2 --together --pause-holder 1s",
        "buy --users 2 --lock --ttl 3s",
        "buy --users 2 --pause-holder soon",
    ] {
        assert_eq!(event.json(line).0, 2, "{line}");
    }
}

/// The supervisor is killed while a buyer is stopped: the buyer finds that out, and leaves nothing behind.
#[test]
fn a_stopped_buyer_does_not_outlive_its_rush() {
    let event = TestEvent::stock(1);
    let mut rush = event.start("--json buy --users 1 --think 0ms --lock --pause-holder 1h");
    let stopped = eventually("it is stopped", || {
        let buyers = event.buyers();
        let state = |pid: i32| std::fs::read_to_string(format!("/proc/{pid}/stat")).ok();
        let mut stopped = buyers
            .iter()
            .filter(|it| state(it.pid).is_some_and(|stat| stat.contains(") T ")));
        stopped.next().map(|it| it.pid)
    });
    rush.kill().unwrap();
    rush.wait().unwrap();
    eventually("it is gone", || is_gone(stopped).then_some(()));
    assert_eq!(event.sales().len(), 0);
}

/// Where the count was behind the ledger before, buyers go by the ledger, and the count that is left over is explained.
#[test]
fn a_count_that_was_behind_before_is_told_beside_what_was_sold() {
    let event = TestEvent::stock(2);
    assert_eq!(event.json("buy --users 1 --lock").0, 0);
    let older = std::fs::read(&event.file).unwrap();
    assert_eq!(event.json("buy --users 1 --lock").0, 0);
    let told = "note  the count says 1 left; by the ledger there were 0 before, less 0 sold";
    assert!(!event.run("buy --users 2").stdout.contains("by the ledger"));
    std::fs::write(&event.file, older).unwrap();
    let run = event.run("buy --users 2");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains(told), "{run:?}");
}
