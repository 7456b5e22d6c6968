//! The mistakes that each scenario must find, in a build that makes them: `cargo test --features known-bad --test
//! known_mistakes`. A test program of its own, for it is small, and the feature has the program built anew.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use std::process::Command;

use serde_json::Value;

fn made(mistake: &str, name: &str, users: &str) -> (Option<i32>, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tickets"));
    command.args([
        "--json",
        "race",
        "prove",
        "--scenario",
        name,
        "--users",
        users,
    ]);
    command.env("TICKETS_KNOWN_BAD", mistake);
    let output = command.output().unwrap();
    (
        output.status.code(),
        serde_json::from_slice(&output.stdout).unwrap(),
    )
}

/// Each is made by two processes already, but for a change that only another change can take back; and each needs a
/// schedule, for one command after the other is right.
#[test]
fn each_scenario_finds_its_mistake_and_only_where_two_meet() {
    for (mistake, name, users, kind) in [
        ("expiry-unlocked", "confirm-expire", "2", "stale_decision"),
        ("expiry-unlocked", "confirm-expire", "3", "stale_decision"),
        ("lookup-unlocked", "confirm-expire", "2", "oversold"),
        ("lookup-unlocked", "confirm-release", "2", "stale_decision"),
        ("lookup-unlocked", "confirm-release", "3", "stale_decision"),
        ("lookup-unlocked", "cancel-rename", "2", "stale_decision"),
        ("close-unlocked", "close-book", "2", "stale_decision"),
        ("rules-unlocked", "set-book", "2", "stale_decision"),
        ("set-unlocked", "set-book", "3", "lost_update"),
        ("head-unlocked", "hold-hold", "2", "lost_sale"),
        ("import-unlocked", "import-import", "2", "stale_decision"),
    ] {
        let (code, document) = made(mistake, name, users);
        let told = format!("{mistake}, {name}, {users}: {document:#}");
        assert_eq!(code, Some(6), "{told}");
        let [bad, all] = ["bad", "schedules"].map(|member| document[member].as_u64().unwrap());
        assert!(0 < bad && bad < all, "{told}");
        let smallest = &document["smallest"];
        assert!(smallest["switches"].as_u64() > Some(1), "{told}");
        let findings = smallest["findings"].as_array().unwrap();
        assert!(findings.iter().any(|one| one["kind"] == kind), "{told}");
        let sound = made("", name, users);
        assert_eq!((sound.0, &sound.1["bad"]), (Some(0), &0.into()), "{told}");
    }
    let (code, _) = made("set-unlocked", "set-book", "2");
    assert_eq!(code, Some(0), "one change takes nothing back");
}
