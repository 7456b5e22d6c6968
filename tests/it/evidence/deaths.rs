//! Buyers and rushes that are killed: whether a sale stands is what the ledger says.

use std::fs;
use std::process::{Command, Stdio};

use tickets::check::evidence::{OperationOutcome, UNSAID, read_lines};
use tickets::check::{Anomaly, judge};

use super::judged;
use crate::harness::{
    Run, TICKETS, TestEvent, eventually, foreign_sync, kill, read_until, signal, stop,
};

/// Killed while its sale is made durable: it is on the ledger, so it sold, and was never answered.
#[test]
fn a_killed_buyer_whose_sale_is_on_the_ledger_has_sold() {
    let event = TestEvent::stock(3);
    assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
    let run = event.path("run.jsonl");
    // Nobody gets the turn to sync.
    let turn = foreign_sync(&event.path("tickets.ledger.jsonl"));
    let line = format!(
        "--json buy --users 2 --lock --think 0ms --evidence {}",
        run.display()
    );
    let rush = event.start(&line);
    let sales = eventually("both sales are on the ledger", || {
        let sales = event.sales();
        (sales.len() == 3).then_some(sales)
    });
    let victim = sales[1]["buyer"].as_str().unwrap().to_owned();
    let text = fs::read_to_string(&run).unwrap();
    let pid = text.lines().find_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        (line["buyer"] == victim.as_str()).then(|| line["pid"].as_i64().unwrap())
    });
    signal(i32::try_from(pid.unwrap()).unwrap(), "KILL");
    eventually("the rush has heard of it", || {
        let gone = event.buyers().len() == 1;
        gone.then_some(())
    });
    drop(turn);
    let (code, report) = Run::of(rush.wait_with_output().unwrap()).document();
    assert_eq!((code, &report["failed"]), (1, &1.into()), "{report:#}");
    assert_eq!(report["evidence"]["counts"].as_array().unwrap().len(), 0);
    let (evidence, verdict) = judged(&run);
    assert!(verdict.is_clean(), "{verdict:#?}");
    let killed = evidence
        .operations
        .iter()
        .find(|did| did.outcome == OperationOutcome::Killed);
    let killed = killed.expect("it is marked as killed");
    assert_eq!(evidence.names.name(killed.buyer), victim);
    assert_eq!((killed.returned, killed.write), (UNSAID, 3));
    // The other one read its version. Were it not on the ledger, that would be a version that nobody wrote.
    let text = fs::read_to_string(&run).unwrap();
    let without = text
        .lines()
        .filter(|line| !line.contains("\"committed\":3"))
        .collect::<Vec<_>>()
        .join("\n")
        .replace("\"lines\":2", "\"lines\":1");
    let verdict = judge(&read_lines(without.as_bytes(), "cut".as_ref()).unwrap());
    assert!(verdict.count(Anomaly::Gap) > 0, "{verdict:#?}");
}

/// Killed between its intent and its write: it is not on the ledger, so it is as if it had never been.
#[test]
fn a_killed_buyer_whose_sale_is_not_on_the_ledger_is_dropped() {
    let event = TestEvent::stock(3);
    assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
    let run = event.path("run.jsonl");
    let strace = Command::new("timeout")
        .args([
            "120",
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=pwrite64",
        ])
        .args([
            "-e",
            "inject=pwrite64:signal=KILL:when=1",
            "--",
            TICKETS,
            "-f",
        ])
        .arg(&event.file)
        .args("--json buy --users 1 --lock --think 0ms --evidence".split(' '))
        .arg(&run)
        .env_remove("TICKETS_FILE")
        .stdin(Stdio::null())
        .output();
    let output = match strace {
        Ok(output) if !output.stdout.is_empty() => output,
        other => {
            eprintln!("skipped: no strace: {other:?}");
            return;
        }
    };
    let (_, report) = Run::of(output).document();
    assert_eq!(report["failed"], 1, "{report:#}");
    let text = fs::read_to_string(&run).unwrap();
    assert!(
        text.contains("\"intend\"") && text.contains("\"killed\""),
        "the fault fired: {text}"
    );
    assert!(!text.contains("\"wrote\""), "{text}");
    assert_eq!(event.sales().len(), 1);
    let (evidence, verdict) = judged(&run);
    assert!(verdict.is_clean(), "{verdict:#?}");
    let killed = evidence.operations.last().unwrap();
    assert_eq!(
        (killed.outcome, killed.write),
        (OperationOutcome::Killed, 3)
    );
    assert_eq!(evidence.ledger.as_ref().map(Vec::len), Some(0));
}

/// Before it meant to write, there is nothing to look up.
#[test]
fn a_buyer_that_is_killed_while_it_thinks_has_sold_nothing() {
    // Where the victim was not caught before it meant to write, they think for longer.
    let dies = |think: &str| {
        let event = TestEvent::stock(20);
        let run = event.path("run.jsonl");
        let line = format!("buy --users 4 --think {think} --evidence {}", run.display());
        let mut rush = event.start(&line);
        let _reader = read_until(&mut rush, "queried", 4);
        let seen = |step: &str| {
            let text = fs::read_to_string(&run).unwrap();
            text.matches(&format!("\"step\":\"{step}\"")).count()
        };
        eventually("all have read", || (seen("read") == 8).then_some(()));
        let buyers = event.buyers();
        for buyer in &buyers {
            stop(buyer.pid);
        }
        let thought = buyers.len() == 4 && seen("intend") == 0;
        for buyer in &buyers {
            let victim = buyer.pid == buyers[0].pid;
            kill(if victim { "KILL" } else { "CONT" }, buyer.pid);
        }
        rush.wait().unwrap();
        thought.then_some((event, run))
    };
    let (event, run) = ["500ms", "5s", "60s"].into_iter().find_map(dies).unwrap();
    let (evidence, _) = judged(&run);
    let killed: Vec<_> = evidence
        .operations
        .iter()
        .filter(|did| did.outcome == OperationOutcome::Killed)
        .collect();
    assert_eq!(killed.len(), 1);
    assert_eq!((killed[0].write, event.sales().len()), (UNSAID, 3));
}

/// The file of a picture alone goes away as soon as all have opened it, whatever becomes of the rush.
#[test]
fn a_killed_rush_leaves_no_temporary_evidence() {
    let event = TestEvent::stock(2);
    let scratch = event.path("scratch");
    fs::create_dir(&scratch).unwrap();
    let mut command = event.command(["buy", "--users", "4", "--think", "1h", "--timeline"]);
    command.arg(event.path("run.svg")).env("TMPDIR", &scratch);
    let mut rush = command.stdout(Stdio::piped()).spawn().unwrap();
    let _reader = read_until(&mut rush, "queried", 4);
    rush.kill().unwrap();
    rush.wait().unwrap();
    assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0);
    eventually("no process is left", || {
        event.processes().is_empty().then_some(())
    });
}

#[test]
fn an_interrupted_rush_has_whole_evidence() {
    for (mode, path) in [("", "run.jsonl"), ("--threads", "threads.jsonl")] {
        let event = TestEvent::stock(5);
        let run = event.path(path);
        let line = format!(
            "buy --users 4 --think 1h --lock {mode} --evidence {}",
            run.display()
        );
        let mut rush = event.start(&line);
        let _reader = read_until(&mut rush, "queried", 4);
        signal(rush.id().cast_signed(), "INT");
        assert_eq!(rush.wait().unwrap().code(), Some(130));
        let (evidence, verdict) = judged(&run);
        assert!(verdict.is_clean(), "{mode}: {verdict:#?}");
        assert!(evidence.last.is_some(), "{mode}");
        assert_eq!(verdict.sales, 0);
    }
}
