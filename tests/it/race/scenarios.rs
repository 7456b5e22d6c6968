//! Commands that can race on one event: each pair, and one more of either side, through every schedule.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use tickets::LockKind;
use tickets::lab::explore::{Explored, Search};
use tickets::lab::{Scenario, Trial};

use super::{race, search, thorough, trial};
use crate::harness::{Run, TICKETS};

/// A scenario, and how many outcomes it has with two processes and with three: whoever comes first, and what
/// clocks say.
const OUTCOMES: [(&str, [u64; 2]); 7] = [
    ("confirm-expire", [2, 3]),
    ("confirm-release", [2, 3]),
    ("cancel-rename", [2, 4]),
    ("close-book", [2, 5]),
    ("set-book", [2, 5]),
    ("hold-hold", [2, 3]),
    ("import-import", [2, 3]),
];

fn of(scenario: Scenario, users: usize) -> Trial {
    Trial {
        scenario: Some(scenario),
        ..trial(users, scenario.stock(), LockKind::Exclusive)
    }
}

fn proved(line: &str) -> Value {
    let (code, document) = race(&format!("prove|--scenario|{line}"));
    assert_eq!(code, Some(0), "{line}: {document:#}");
    assert_eq!(document["ok"], true, "{line}: {document:#}");
    assert_eq!(document["bad"], 0, "{line}: {document:#}");
    document
}

#[test]
fn no_schedule_of_two_or_three_processes_is_bad() {
    for (name, outcomes) in OUTCOMES {
        for (users, outcomes) in [2, 3].into_iter().zip(outcomes) {
            let document = proved(&format!("{name}|--users|{users}"));
            let number = |member: &str| document[member].as_u64().unwrap();
            assert_eq!(document["scenario"], name);
            assert_eq!(document["commands"].as_array().unwrap().len(), users);
            assert!(number("schedules") > 1, "{name}: {document:#}");
            assert!(number("classes") > 1, "{name}: {document:#}");
            assert!(
                number("classes") <= number("schedules"),
                "{name}: {document:#}"
            );
            assert_eq!(
                number("outcomes"),
                outcomes,
                "{name}, {users}: {document:#}"
            );
        }
    }
}

/// What is left out changes nothing: the search without reductions finds the same outcomes.
#[test]
fn a_reduced_search_of_a_scenario_finds_every_outcome() {
    for scenario in Scenario::ALL {
        let trial = of(scenario, 2);
        let [reduced, full] = [Search::Reduced, Search::Full].map(|how| search(&trial, how));
        let name = scenario.name();
        assert_eq!(reduced.outcomes, full.outcomes, "{name}");
        assert_eq!((reduced.bad, full.bad), (0, 0), "{name}: {:?}", full.first);
        let Explored { schedules, .. } = full;
        assert!(reduced.schedules < schedules, "{name}: {schedules}");
    }
}

/// Whoever is killed, wherever it is; and by two names of one ledger.
#[test]
fn no_crash_and_no_second_name_makes_a_schedule_bad() {
    for (name, [outcomes, _]) in OUTCOMES {
        let killed = proved(&format!("{name}|--crashes"));
        assert!(
            killed["outcomes"].as_u64() > Some(outcomes),
            "no crash: {killed:#}"
        );
        let named = proved(&format!("{name}|--second-name"));
        assert_eq!(named["outcomes"], outcomes, "{named:#}");
        if thorough() {
            proved(&format!("{name}|--users|3|--crashes"));
            proved(&format!("{name}|--users|3|--second-name"));
        }
    }
}

/// What the processes were told, and what each step was.
fn told(schedule: &str) -> (Option<i32>, Value) {
    race(&format!("replay|{schedule}|--scenario|confirm-expire"))
}

/// The clock of one process may say that a hold is due, and that of another that it is not: it ends only for who needs it.
#[test]
fn what_a_clock_says_is_a_step() {
    // Who needs the ticket comes first, and finds it due; or not.
    for (schedule, steps, answers) in [
        ("1 2 2 2t 2 2 2 1 1 1 1", 11, ["expired", "done"]),
        ("1 2 2 2 2 1 1 1 1 1", 10, ["done", "sold_out"]),
        // Its holder comes first: nobody's clock matters.
        ("1 1 1 1 1 1 2 2 2t 2", 10, ["done", "sold_out"]),
        ("1 1 1 1 1 1 2 2 2 2", 10, ["done", "sold_out"]),
    ] {
        let (code, document) = told(schedule);
        assert_eq!(code, Some(0), "{schedule}: {document:#}");
        assert_eq!(
            document["findings"],
            Value::Array(Vec::new()),
            "{document:#}"
        );
        let points = document["steps"].as_array().unwrap();
        assert_eq!(points.len(), steps, "{schedule}: {document:#}");
        let clocks = points.iter().filter(|step| step["step"] == "clock");
        let late = schedule.contains('t');
        let said: Vec<_> = clocks.map(|step| step["late"] == true).collect();
        assert_eq!(said, [late], "{schedule}: {document:#}");
        let own = answers.map(|answer| vec![answer]);
        assert_eq!(document["answers"], serde_json::json!(own), "{document:#}");
    }
    let (code, document) = told("1t");
    assert_eq!(code, Some(4), "{document:#}");
    let message = document["error"]["message"].as_str().unwrap();
    assert!(message.contains("reads no clock there"), "{message}");
}

#[test]
fn scenarios_are_listed_for_people_and_for_programs() {
    let (code, document) = race("scenarios");
    assert_eq!((code, &document["ok"]), (Some(0), &true.into()));
    let listed = document["scenarios"].as_array().unwrap();
    let names: BTreeSet<_> = listed
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, OUTCOMES.iter().map(|(name, _)| *name).collect());
    let run = Run::of(
        Command::new(TICKETS)
            .args(["race", "scenarios"])
            .output()
            .unwrap(),
    );
    for one in listed {
        assert_eq!(one["commands"].as_array().unwrap().len(), 3, "{one:#}");
        for member in ["name", "about", "promise"] {
            let text = one[member].as_str().unwrap();
            let first: Vec<_> = text.split(' ').take(3).collect();
            assert!(run.stdout.contains(&first.join(" ")), "{text}: {run:?}");
        }
    }
}

#[test]
fn what_means_nothing_to_a_scenario_is_refused_with_the_reason() {
    for (flags, why) in [
        ("--stock|2", "tickets of its own"),
        ("--lock", "which take the exclusive lock"),
        ("--writes|in-place", "replace the count"),
        ("--query", "where they always do"),
        ("--timeline|x.svg", "shown here"),
        ("--samples|4", "all schedules of a scenario"),
        ("--users|4", "up to 3 processes"),
    ] {
        let (code, document) = race(&format!("prove|--scenario|close-book|{flags}"));
        assert_eq!(code, Some(2), "{flags}: {document:#}");
        let message = document["error"]["message"].as_str().unwrap();
        assert!(message.contains(why), "{flags}: {message}");
    }
    let (code, document) = race("replay|2!:1|--scenario|close-book");
    assert_eq!(code, Some(2), "{document:#}");
}
