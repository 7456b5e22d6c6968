//! Whoever starts the program may have signals ignored: that holds for it and for all whom it starts.

use std::process::{Command, Stdio};

use crate::harness::{Run, TICKETS, TestEvent, eventually, kill, read_until, signal};

/// The command, where these signals are ignored.
fn ignoring(event: &TestEvent, signals: &str, line: &str) -> Command {
    let mut command = Command::new("env");
    command
        .arg(format!("--ignore-signal={signals}"))
        .arg(TICKETS);
    command
        .env_remove("TICKETS_FILE")
        .arg("-f")
        .arg(&event.file);
    command.args(line.split(' ')).stdin(Stdio::null());
    command
}

/// As under `nohup`, and for Ctrl-C as in a background job of a script.
#[test]
fn an_ignored_signal_ends_neither_a_rush_nor_its_buyers() {
    for (how, number) in [("--lock", 3), ("--lock --threads", 1), ("", 3)] {
        for name in ["HUP", "INT", "TERM"] {
            // Where not all of them were there still, they think for longer.
            let struck = |think: &str| {
                let event = TestEvent::stock(9);
                let line = format!("buy --users {number} --think {think} --verbose {how}");
                let mut command = ignoring(&event, name, line.trim_end());
                let mut child = command
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap();
                let rest = read_until(&mut child, "queried", number);
                let processes = event.processes();
                let all = processes.iter().all(|process| kill(name, process.pid));
                let mut run = Run::of(child.wait_with_output().unwrap());
                run.stdout = std::io::read_to_string(rest).unwrap();
                all.then_some((line, run))
            };
            let thinks = ["300ms", "5s", "60s"];
            let (line, run) = thinks.into_iter().find_map(struck).unwrap();
            assert_eq!(
                run.stdout.matches(" bought ").count(),
                number,
                "{name} {line}: {run:?}"
            );
            assert_ne!(run.code, Some(130), "{run:?}");
            assert!(
                run.code == Some(0) || how.is_empty(),
                "{name} {line}: {run:?}"
            );
        }
    }
}

#[test]
fn a_signal_that_is_not_ignored_stops_a_rush_beside_one_that_is() {
    let event = TestEvent::stock(9);
    let mut command = ignoring(&event, "HUP", "buy --users 3 --lock --think 60s --verbose");
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let rest = read_until(&mut child, "queried", 1);
    signal(child.id().cast_signed(), "TERM");
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(143), "{run:?}");
    drop(rest);
    eventually("no buyer stays", || {
        event.processes().is_empty().then_some(())
    });
}

#[test]
fn where_the_end_of_children_is_ignored_all_that_have_some_work() {
    let event = TestEvent::stock(9);
    for (line, code) in [
        ("-q doctor", 0),
        ("buy --users 20 --lock --think 0ms --quiet", 0),
        (
            "buy --users 4 --lock=shared --think 0ms --evidence run.jsonl",
            6,
        ),
        ("race prove --users 2 --lock --crashes", 0),
        ("race prove --users 2", 6),
        ("race replay 2!:0", 6),
        ("race find oversold --lock --users 2", 3),
        ("race locks --users 2", 0),
        ("race selfcheck", 0),
        ("race prove --users 9 --samples 3 --seed 1", 6),
    ] {
        let mut command = ignoring(&event, "CHLD", line);
        let run = Run::of(command.current_dir(event.directory()).output().unwrap());
        let lucky = line.contains("shared") && run.code == Some(0);
        assert!(run.code == Some(code) || lucky, "{line}: {run:?}");
    }
    // Whoever was killed is told of as such, and is waited for.
    let event = TestEvent::stock(9);
    let mut command = ignoring(
        &event,
        "CHLD",
        "--json buy --users 3 --lock=shared --think 60s",
    );
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let buyers = eventually("three buyers think", || {
        let buyers = event.buyers();
        (buyers.len() == 3).then_some(buyers)
    });
    for buyer in &buyers {
        buyer.signal("KILL");
    }
    let (code, report) = Run::of(child.wait_with_output().unwrap()).document();
    assert_eq!(code, 1, "{report:#}");
    let message = report["buyers"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("killed by signal 9"), "{message}");
}
