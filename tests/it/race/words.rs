//! What the lab says of its numbers, and where it stops short of a proof: each sentence is held against what is so.

use std::process::Command;

use serde_json::Value;
use tickets::LockKind;
use tickets::lab::Trial;
use tickets::lab::explore::{Search, explore};
use tickets::office::Writes;

use super::{race, told, trial};
use crate::harness::{Run, TICKETS, TestEvent};

/// What is said of the lab's commands, in lines that are not broken.
fn said(arguments: &[&str]) -> Run {
    told(arguments, "1000")
}

/// Which way of selling is known to go wrong with how many is what every schedule says: with less nothing goes wrong,
/// with so many something does.
#[test]
fn what_is_known_to_break_a_lock_breaks_it_and_less_does_not() {
    let bad = |trial: &Trial| explore(trial, Search::Reduced, &mut |_| true).unwrap().bad;
    for lock in LockKind::ALL
        .into_iter()
        .filter(|lock| *lock != LockKind::Mutex)
    {
        for (writes, query, second_name) in [
            (Writes::Replace, false, false),
            (Writes::Replace, true, false),
            (Writes::InPlace, false, false),
            (Writes::InPlace, true, false),
            (Writes::Replace, false, true),
            (Writes::InPlace, false, true),
        ] {
            let some = |users, stock| Trial {
                writes,
                query,
                second_name,
                ..trial(users, stock, lock)
            };
            let named = format!("{lock:?}, {writes:?}, query {query}, two names {second_name}");
            let Some((users, stock)) = some(1, 1).breaks_with() else {
                assert_eq!(bad(&some(2, 1)) + bad(&some(2, 2)), 0, "{named}");
                continue;
            };
            assert!(bad(&some(users, stock)) > 0, "{named}");
            for less in 1..=users as u64 {
                assert_eq!(bad(&some(users - 1, less)), 0, "{named}");
            }
            for less in 0..stock {
                assert_eq!(bad(&some(users, less)), 0, "{named}");
            }
        }
    }
}

/// Two buyers cannot break a lock on the file that is replaced: that they are safe is no reason to use it.
#[test]
fn a_proof_with_too_few_buyers_says_that_more_are_needed() {
    for (line, wanted) in [
        ("prove|--lock=data-file", "try --users 3"),
        (
            "prove|--lock=data-file|--samples|9|--seed|1",
            "try --users 3",
        ),
        ("find|oversold|--users|2|--lock=data-file", "try --users 3"),
        (
            "prove|--lock=data-file|--users|3|--stock|1",
            "try --stock 2",
        ),
        (
            "prove|--lock=data-file|--stock|1",
            "try --users 3 --stock 2",
        ),
        ("prove|--users|1|--stock|0", "try --users 2 --stock 1"),
    ] {
        let arguments: Vec<&str> = line.split('|').collect();
        let run = said(&arguments);
        let told = run.stdout.lines().find(|line| line.starts_with("but  "));
        let told = told.unwrap_or_else(|| panic!("{line}: {run:?}"));
        assert!(told.ends_with(wanted), "{line}: {told}");
        // What it says to try is not safe.
        let options = wanted.trim_start_matches("try ").split(' ');
        let mut again = Command::new(TICKETS);
        again.args(["race", "prove"]).args(options);
        again.args(arguments.iter().filter(|it| it.starts_with("--lock")));
        if !wanted.contains("--users") {
            again.args(["--users", "3"]);
        }
        let run = Run::of(again.output().unwrap());
        assert_eq!(run.code, Some(6), "{line}: {run:?}");
    }
    let (code, document) = race("prove|--lock=data-file");
    assert_eq!(code, Some(0), "{document:#}");
    let wanted = serde_json::json!({"users": 3, "stock": 2});
    assert_eq!(document["fails_with"], wanted, "{document:#}");
    for line in [
        "prove|--users|3|--lock",
        "prove|--users|3|--lock=data-file",
        "prove|--users|2",
    ] {
        let arguments: Vec<&str> = line.split('|').collect();
        assert!(!said(&arguments).stdout.contains("but  "), "{line}");
        assert_eq!(race(line).1["fails_with"], Value::Null, "{line}");
    }
}

#[test]
fn the_smallest_is_said_to_have_fewer_buyers_and_not_to_oversell_where_that_is_so() {
    let run = said(&["prove", "--users", "2"]);
    assert!(
        run.stdout.contains("\nthe smallest of them: 2 buyers, "),
        "{run:?}"
    );
    let run = said(&["prove", "--users", "3", "--stock", "2"]);
    let fewer = "\nthe smallest, with fewer buyers: 2 buyers, 2 switches: 1 2 2 1\n";
    assert!(run.stdout.contains(fewer), "{run:?}");
    assert!(run.stdout.contains("oversell"), "{run:?}");
    let (_, found) = run.stdout.split_once("it does not oversell; ").unwrap();
    let (_, command) = found.split_once("'tickets race ").unwrap();
    let (command, _) = command.split_once('\'').unwrap();
    let arguments: Vec<&str> = command.split(' ').collect();
    let run = said(&arguments);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stdout.contains("\noversold  3 tickets were sold"),
        "{run:?}"
    );
    // One that oversells itself says so by what it shows.
    for arguments in [
        &["prove", "--users", "3"][..],
        &["prove", "--users", "3", "--stock", "3"],
    ] {
        let run = said(arguments);
        assert!(!run.stdout.contains("it does not oversell"), "{run:?}");
    }
}

/// A number is of all schedules, or of some that were drawn: which of the two stands beside it.
#[test]
fn each_number_says_what_it_is_a_number_of() {
    for arguments in [
        &["prove", "--users", "3"][..],
        &["prove", "--users", "3", "--lock"],
        &["prove", "--scenario", "confirm-expire"],
    ] {
        let run = said(arguments);
        assert!(
            run.stdout
                .contains("\ncount  all were run, none drawn at random"),
            "{run:?}"
        );
    }
    let run = said(&["prove", "--users", "3", "--samples", "9", "--seed", "1"]);
    assert!(
        run.stdout.contains("9 schedules drawn at random"),
        "{run:?}"
    );
    assert!(
        run.stdout.contains("no proof") && !run.stdout.contains("all were run"),
        "{run:?}"
    );
    let run = said(&["replay", "1 2 2 1"]);
    assert!(
        run.stdout
            .contains("if each who can go on is as likely to: 50 %"),
        "{run:?}"
    );
}

#[test]
fn a_replay_says_what_it_replays() {
    for (arguments, wanted) in [
        (
            &["1 2 2 1"][..],
            "1 ticket, no lock, the count is replaced in one step",
        ),
        (
            &["1 1 1 1 2 1", "--lock", "--writes", "in-place", "--query"],
            "1 ticket, lock exclusive, the count is written in place, query outside the lock",
        ),
        (
            &["8!:0", "--stock", "2"],
            "2 tickets, no lock, the count is replaced in one step",
        ),
    ] {
        let all = [&["replay"], arguments].concat();
        let run = said(&all);
        assert_eq!(run.stdout.lines().nth(1), Some(wanted), "{run:?}");
    }
    let (_, document) = race("replay|1 2 2 1|--stock|2");
    for (member, value) in [
        ("stock", Value::from(2)),
        ("lock", "none".into()),
        ("writes", "replace".into()),
        ("query", false.into()),
    ] {
        assert_eq!(document[member], value, "{member}: {document:#}");
    }
}

/// Why a schedule ends before it is told, and not only where.
#[test]
fn a_schedule_that_diverges_says_what_became_of_its_buyer() {
    for (line, wanted) in [
        (
            "replay|1 1 2 2",
            "step 4: buyer 2 found none left at step 3",
        ),
        ("replay|1 1 1", "step 3: buyer 1 has sold at step 2"),
        ("replay|1 2x 2", "step 3: buyer 2 was killed at step 2"),
        (
            "replay|1 2 2|--lock",
            "step 3: buyer 2 waits for the lock that buyer 1 holds",
        ),
        ("replay|1 2t", "step 2: buyer 2 reads no clock there"),
        (
            "replay|1 1 1 1 2 2 2|--lock|--writes|in-place|--query",
            "buyer 2 has failed at step 5",
        ),
        (
            "replay|2 2 2 2 2 2 2 2 2 2|--scenario|close-book",
            "buyer 2 has its answer at step",
        ),
    ] {
        let (code, document) = race(line);
        let message = document["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(code, Some(4), "{line}: {document:#}");
        assert!(message.contains(wanted), "{line}: {message}");
    }
    let hint = race("replay|1 1 2 2").1["error"]["hint"].clone();
    assert!(
        hint.as_str()
            .unwrap()
            .contains("more tickets than --stock 1"),
        "{hint}"
    );
}

/// Schedules at random miss what is known: then it is said, with how they are weighted and counted.
#[test]
fn what_was_drawn_is_told_beside_what_is_known() {
    let line = [
        "prove",
        "--users",
        "3",
        "--stock",
        "2",
        "--lock=data-file",
        "--seed",
        "1",
    ];
    let run = said(&[&line[..], &["--samples", "200"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    for part in [
        "\nunproven  none of 200 schedules",
        "some are likelier than others",
        "\ncount  those that differ in any step are different here",
        "\nbut  3 buyers with 2 tickets are known to break this",
        "a greater --depth, up to 8",
    ] {
        assert!(run.stdout.contains(part), "{part}: {run:?}");
    }
    // What it says to try finds it.
    let deeper = said(&[&line[..], &["--samples", "2000", "--depth", "8"]].concat());
    assert_eq!(deeper.code, Some(6), "{deeper:?}");
    assert!(!deeper.stdout.contains("\nbut  "), "{deeper:?}");
    let locked = said(&[
        "prove",
        "--users",
        "3",
        "--lock",
        "--samples",
        "20",
        "--seed",
        "1",
    ]);
    assert!(!locked.stdout.contains("\nbut  "), "{locked:?}");
}

/// That one schedule is safe says nothing of others; a count behind its ledger is told, and is no finding.
#[test]
fn a_safe_schedule_says_what_it_is_safe_of() {
    let run = said(&["replay", "1 1 2", "--stock", "1"]);
    let wanted = "\nsafe  in this schedule: every sale read what the sale before it wrote";
    assert!(run.stdout.contains(wanted), "{run:?}");
    assert!(
        !run.stdout.contains("does not show the last sale"),
        "{run:?}"
    );
    let behind = "sold == 1 && left == 1 && stock == 1 && !conservation && !bad";
    for run in [
        said(&["find", behind, "--lock", "--crashes"]),
        said(&["replay", "1 1 1 1 1x", "--lock"]),
    ] {
        let note = "\nnote  the count does not show the last sale: its buyer was killed";
        assert!(run.code == Some(0) && run.stdout.contains(note), "{run:?}");
    }
}

/// A schedule in JSON brings the command that shows the same run.
#[test]
fn a_program_is_told_how_to_see_a_schedule_again() {
    let (_, document) = race("prove|--users|3|--stock|3|--lock=shared");
    let smallest = &document["smallest"];
    let command = smallest["replay"].as_str().unwrap();
    let again = command.replacen("tickets", &format!("'{TICKETS}' --json"), 1);
    let again = Command::new("sh").args(["-c", &again]).output().unwrap();
    let (_, again) = Run::of(again).document();
    for member in ["grants", "findings", "left", "replay"] {
        assert_eq!(again[member], smallest[member], "{command}");
    }
}

/// What the scoreboard says to run shows the races that it shows.
#[test]
fn the_scoreboards_commands_show_its_races() {
    for arguments in [&["locks"][..], &["locks", "--users", "2", "--stock", "2"]] {
        let run = said(arguments);
        let commands: Vec<&str> = run
            .stdout
            .lines()
            .filter_map(|line| line.strip_prefix("again  tickets "))
            .collect();
        assert!(!commands.is_empty(), "{run:?}");
        for command in commands {
            let (_, schedule) = command.split_once('\'').unwrap();
            let (schedule, _) = schedule.split_once('\'').unwrap();
            assert!(
                run.stdout.contains(&format!("  {schedule}\n")),
                "{command}: {run:?}"
            );
            let again = Command::new("sh")
                .args(["-c", &format!("'{TICKETS}' {command}")])
                .output();
            let again = Run::of(again.unwrap());
            assert_eq!(again.code, Some(6), "{command}: {again:?}");
        }
    }
    let (_, document) = race("locks|--users|2");
    let rows = document["rows"].as_array().unwrap();
    for row in rows {
        assert_eq!(
            row["again"].is_string(),
            row["bad"].as_u64() > Some(0),
            "{row:#}"
        );
    }
}

/// A query takes no lock, whichever the buyers take: the why says that, and the cure has the query too.
#[test]
fn the_cure_of_a_query_that_found_nothing_has_the_query() {
    let event = TestEvent::stock(1);
    for lock in ["none", "shared", "write-only", "exclusive"] {
        let mut command = event.command(["race", "prove", "--users", "2"]);
        command.args([&format!("--lock={lock}"), "--writes", "in-place", "--query"]);
        let run = Run::of(command.output().unwrap());
        let told = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("queries: an empty file"), "{told}");
        assert!(
            told.contains("Readers must take the lock too, or the count be replaced in one step.")
                && !told.contains("Under an exclusive lock nobody reads then"),
            "{told}"
        );
        assert!(
            told.contains("cure tickets race prove --users 2 --lock --query"),
            "{told}"
        );
    }
    // A buyer that reads while another writes is kept out by the lock.
    let mut command = event.command(["race", "prove", "--users", "2"]);
    let run = Run::of(command.args(["--writes", "in-place"]).output().unwrap());
    assert!(!run.stdout.contains("--query"), "{run:?}");
}
