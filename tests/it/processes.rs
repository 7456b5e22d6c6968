//! Buyers are processes: they die, they are stopped, and none is left behind.

use std::io::Read;

use serde_json::Value;

use crate::harness::{
    Run, TestEvent, eventually, flocks, foreign_lock, foreign_sync, is_gone, kill, read_until,
    signal, stop,
};

fn nobody_is_left(event: &TestEvent) {
    eventually("no process is left", || {
        event.processes().is_empty().then_some(())
    });
}

/// All have read, and think for ever, when their rush is killed: none may sell.
#[test]
fn buyers_of_a_killed_rush_do_not_sell_and_do_not_stay() {
    for lock in ["", "--lock"] {
        let event = TestEvent::stock(2);
        let mut rush = event.start(&format!("buy --users 8 --think 1h {lock}"));
        let _reader = read_until(&mut rush, "queried", 8);
        assert_eq!(event.buyers().len(), 8);
        rush.kill().unwrap();
        rush.wait().unwrap();
        nobody_is_left(&event);
        assert_eq!(event.sales().len(), 0);
        let (code, report) = event.json("buy --users 3 --lock --think 0ms --wait 5s");
        assert_eq!(
            (code, &report["sold"]),
            (0, &2.into()),
            "the lock is free: {report:#}"
        );
        event.assert_adds_up();
    }
}

#[test]
fn an_interrupted_rush_stops_reports_and_frees_the_lock() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        for options in ["", "--lock", "--threads", "--threads --lock"] {
            let event = TestEvent::stock(5);
            assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
            let mut rush = event.start(&format!("buy --users 8 --think 1h {options}"));
            let mut reader = read_until(&mut rush, "queried", 8);
            signal(rush.id().cast_signed(), name);
            let mut rest = String::new();
            reader.read_to_string(&mut rest).unwrap();
            assert_eq!(rush.wait().unwrap().code(), Some(code), "{options}: {rest}");
            assert!(rest.contains("stopped"), "{rest}");
            nobody_is_left(&event);
            assert_eq!(event.sales().len(), 1);
            let (code, _) = event.json("buy --users 1 --lock --think 0ms --wait 5s");
            assert_eq!(code, 0, "the lock is free");
            event.assert_adds_up();
        }
    }
}

#[test]
fn an_interrupted_rush_reports_in_json_what_was_sold() {
    let event = TestEvent::stock(5);
    let lock = event.path("tickets.json.lock");
    // A ledger, so that the rush itself need not take the lock to make one.
    assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
    let held = foreign_lock(&lock);
    let rush = event.start("--json buy --users 3 --lock --think 0ms");
    let wait = |number: usize| {
        eventually("so many wait for the lock", || {
            let waiting = flocks(&lock).iter().filter(|(_, waits)| *waits).count();
            (waiting == number).then_some(())
        });
    };
    wait(3);
    // Two are stopped while one sells: whoever is stopped waits for no lock.
    let stopped = &event.buyers()[1..];
    for buyer in stopped {
        stop(buyer.pid);
    }
    wait(1);
    drop(held);
    eventually("one has sold", || (event.sales().len() == 2).then_some(()));
    eventually("it is gone", || (event.buyers().len() == 2).then_some(()));
    let held = foreign_lock(&lock);
    for buyer in stopped {
        buyer.signal("CONT");
    }
    wait(2);
    signal(rush.id().cast_signed(), "INT");
    let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
    assert_eq!(code, 130, "{report:#}");
    assert_eq!(
        (&report["ok"], &report["interrupted"]),
        (&Value::Bool(false), &Value::Bool(true))
    );
    assert_eq!(
        (&report["sold"], &report["failed"], &report["left"]),
        (&1.into(), &2.into(), &3.into())
    );
    assert_eq!(report["verdict"], "safe");
    drop(held);
    nobody_is_left(&event);
    event.assert_adds_up();
}

#[test]
fn a_buyer_that_dies_is_a_failed_buyer_and_the_rest_go_on() {
    // Where the victim was not caught before it sold, they think for longer.
    let dies = |think: &str| {
        let event = TestEvent::stock(20);
        let mut rush = event.start(&format!("buy --users 8 --think {think}"));
        let reader = read_until(&mut rush, "queried", 8);
        let buyers = event.buyers();
        for buyer in &buyers {
            stop(buyer.pid);
        }
        if buyers.len() < 8 || !event.sales().is_empty() {
            for process in event.processes() {
                kill("KILL", process.pid);
            }
            rush.wait().unwrap();
            return None;
        }
        buyers[3].signal("KILL");
        eventually("it is no zombie", || is_gone(buyers[3].pid).then_some(()));
        assert!(rush.try_wait().unwrap().is_none(), "the others go on");
        for buyer in &buyers {
            kill("CONT", buyer.pid);
        }
        Some((event, rush, reader))
    };
    let thinks = ["500ms", "5s", "60s"];
    let (event, mut rush, mut reader) = thinks.into_iter().find_map(dies).unwrap();
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    assert!(
        rest.contains("killed by signal 9; it bought nothing"),
        "{rest}"
    );
    assert_ne!(rush.wait().unwrap().code(), Some(0));
    assert_eq!(event.sales().len(), 7);
    nobody_is_left(&event);
}

#[test]
fn the_lock_of_a_killed_holder_goes_to_the_next() {
    let event = TestEvent::stock(3);
    let lock = event.path("tickets.json.lock");
    assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
    // Whoever has the lock of the name waits for that of the ledger.
    let held = foreign_lock(&event.path("tickets.ledger.jsonl"));
    let rush = event.start("--json buy --users 4 --lock --think 0ms");
    let holder = eventually("a buyer holds the lock, the others wait", || {
        let flocks = flocks(&lock);
        let holder = flocks.iter().find(|(_, waits)| !*waits)?.0;
        (flocks.len() == 4 && event.buyers().iter().any(|buyer| buyer.pid == holder))
            .then_some(holder)
    });
    signal(holder, "KILL");
    eventually("it is gone", || is_gone(holder).then_some(()));
    drop(held);
    let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
    assert_eq!(
        (&report["sold"], &report["refused"], &report["failed"]),
        (&2.into(), &1.into(), &1.into()),
        "{report:#}"
    );
    assert_eq!(code, 1, "a buyer failed");
    assert_eq!(report["verdict"], "safe");
    nobody_is_left(&event);
    event.assert_adds_up();
}

/// A buyer killed while its sale is being made durable: the ledger tells what it bought.
#[test]
fn a_sale_whose_buyer_died_unheard_is_found_on_the_ledger() {
    let event = TestEvent::stock(2);
    assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
    let ledger = event.path("tickets.ledger.jsonl");
    let file = foreign_sync(&ledger);
    let rush = event.start("--json buy --users 1 --lock --think 0ms");
    eventually("the sale is on the ledger", || {
        (event.sales().len() == 2).then_some(())
    });
    // It cannot have got the turn to sync.
    signal(event.buyers()[0].pid, "KILL");
    let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
    assert_eq!(
        (&report["sold"], &report["failed"]),
        (&1.into(), &1.into()),
        "{report:#}"
    );
    assert!(
        report["buyers"][0]["message"]
            .as_str()
            .unwrap()
            .contains("the ledger says that it had bought 1"),
        "{report:#}"
    );
    assert_ne!(code, 0);
    drop(file);
    // The next reader counts the ledger, and the next sale brings the count up to it.
    assert_eq!(event.json("query").1["left"], 0);
}

#[test]
fn a_rush_outlives_the_death_of_a_fork_server() {
    let event = TestEvent::stock(100);
    let rush = event.start("--json buy --users 40 --lock --think 20ms");
    let fork_server = eventually("the buyers rush", || {
        let buyers = event.buyers();
        (buyers.len() >= 2 && !event.sales().is_empty()).then(|| buyers[0].parent)
    });
    signal(fork_server, "KILL");
    let (_, report) = Run::of(rush.wait_with_output().unwrap()).document();
    assert_eq!(report["verdict"], "safe", "{report:#}");
    assert_eq!(report["sold"].as_u64().unwrap(), event.sales().len() as u64);
    nobody_is_left(&event);
    event.assert_adds_up();
}

#[test]
fn a_program_that_cannot_be_started_sells_nothing() {
    let event = TestEvent::stock(2);
    // A limit of processes, for a user who is not root and so has it.
    let line = format!(
        "ulimit -u 1; exec {} -f {} --json buy --users 8 --lock",
        crate::harness::TICKETS,
        event.file.display()
    );
    if crate::harness::is_root() {
        eprintln!("skipped: root is not limited in processes");
        return;
    }
    let run = Run::of(
        std::process::Command::new("sh")
            .args(["-c", &line])
            .output()
            .unwrap(),
    );
    let (code, document) = run.document();
    assert_eq!(code, 1, "{document:#}");
    assert_eq!(event.sales().len(), 0);
}
