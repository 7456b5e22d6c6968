//! The lab's schedules on a cluster: every one of a few buyers, and the end of a lease is a step.

use std::fs;

use serde_json::Value;

use super::on_cluster;
use crate::harness::TestEvent;

/// What a command of the lab says, whose scratch event is beside this one.
fn lab(event: &TestEvent, line: &str) -> (i32, Value) {
    event.json(&format!("{line} --place {}", event.file.display()))
}

#[test]
fn every_schedule_of_two_and_three_is_right_where_the_write_compares() {
    on_cluster(|| {
        let event = TestEvent::empty();
        for (lock, users, fewest) in [
            ("cas", 2, 4),
            ("cas", 3, 20),
            ("exclusive", 2, 10),
            ("exclusive", 3, 100),
        ] {
            let (code, proof) = lab(&event, &format!("race prove --users {users} --lock={lock}"));
            assert_eq!(code, 0, "{lock} {users}: {proof:#}");
            let told = ["bad", "oversold"].map(|name| proof[name].as_u64().unwrap());
            assert_eq!(told, [0, 0], "{lock} {users}: {proof:#}");
            let schedules = proof["schedules"].as_u64().unwrap();
            assert!(schedules >= fewest, "{lock} {users}: only {schedules}");
        }
        // The scratch events are gone.
        assert!(super::scratch_keys(&event.file).is_empty());
    });
}

#[test]
fn a_lease_that_ends_oversells_and_is_named_drawn_and_explained() {
    on_cluster(|| {
        let event = TestEvent::empty();
        let picture = event.path("lease.svg");
        let line = format!("race prove --lock=lease --timeline {}", picture.display());
        let (code, proof) = lab(&event, &line);
        assert_eq!((code, &proof["ok"]), (6, &false.into()), "{proof:#}");
        assert!(proof["oversold"].as_u64().unwrap() > 0, "{proof:#}");
        let smallest = &proof["smallest"];
        let steps = smallest["grants"].as_str().unwrap();
        assert!(steps.contains("1e"), "{steps}");
        let kinds: Vec<&str> = smallest["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["kind"].as_str().unwrap())
            .collect();
        assert!(kinds.contains(&"ended_lock"), "{proof:#}");
        let svg = fs::read_to_string(&picture).unwrap();
        assert!(svg.contains("its lease ends"), "{svg}");

        // The same schedule again, as it says itself; under a lock that is compared the second write is refused.
        let steps = steps.replace(' ', ",");
        let again = |lock: &str| lab(&event, &format!("race replay {steps} --lock={lock}"));
        let (code, run) = again("lease");
        assert_eq!(code, 6, "{run:#}");
        assert_eq!(run["findings"], smallest["findings"]);
        let find = "race find oversold&&buyers==2&&switches<=3 --lock=lease --stock 1";
        let (code, found) = lab(&event, find);
        assert_eq!((code, &found["found"]), (0, &true.into()), "{found:#}");
        let (code, fenced) = lab(&event, "race replay 1,1,1e,2,2,2,1 --lock=exclusive");
        assert_eq!(code, 0, "{fenced:#}");
        let refused = fenced["steps"].as_array().unwrap().iter();
        let refused = refused.filter(|step| step["step"] == "write" && step["busy"] == true);
        assert_eq!(refused.count(), 1, "{fenced:#}");
    });
}

#[test]
fn who_is_killed_keeps_the_lock_until_its_lease_ends() {
    on_cluster(|| {
        let event = TestEvent::empty();
        for lock in ["exclusive", "cas"] {
            let line = format!("race prove --lock={lock} --stock 1 --crashes");
            let (code, proof) = lab(&event, &line);
            assert_eq!((code, &proof["bad"]), (0, &0.into()), "{lock}: {proof:#}");
        }
    });
}

#[test]
fn the_scoreboard_has_rows_for_the_cluster_and_what_is_none_there_is_refused() {
    on_cluster(|| {
        let event = TestEvent::empty();
        let (code, board) = event.json("race locks --users 2");
        assert_eq!(code, 0, "{board:#}");
        let rows = board["rows"].as_array().unwrap();
        let bad = |name: &str| {
            let row = rows.iter().find(|row| row["name"] == name);
            row.unwrap_or_else(|| panic!("{name}: {board:#}"))["bad"]
                .as_u64()
                .unwrap()
        };
        for (name, is_bad) in [
            ("none, cluster", true),
            ("lease, cluster", true),
            ("exclusive, cluster", false),
            ("cas, cluster", false),
            ("exclusive, replace", false),
        ] {
            assert_eq!(bad(name) > 0, is_bad, "{name}: {board:#}");
        }
        for (line, part) in [
            ("race prove --lock=shared", "no lock shared on a cluster"),
            ("race prove --lock=cas --writes in-place", "in place"),
            ("race prove --lock=cas --samples 9", "all schedules are run"),
            ("race prove --lock=cas --second-name", "one name"),
            ("race selfcheck", "in files"),
        ] {
            let (code, told) = lab(&event, line);
            assert_eq!(code, 2, "{line}: {told:#}");
            let message = told["error"]["message"].as_str().unwrap();
            assert!(message.contains(part), "{line}: {message}");
        }
    });
}

/// The walk's step on leases runs where the cluster is, and not on what was recorded.
#[test]
fn the_walk_shows_on_the_cluster_what_a_lease_does() {
    on_cluster(|| {
        let event = TestEvent::empty();
        let (code, document) = lab(&event, "race tour 11");
        assert_eq!((code, &document["ok"]), (0, &true.into()), "{document:#}");
        let shows = document["steps"][0]["shows"].as_array().unwrap();
        let [lease, compared] = [&shows[0]["document"], &shows[1]["document"]];
        assert_eq!(
            (&lease["lock"], &compared["lock"]),
            (&"lease".into(), &"exclusive".into())
        );
        assert!(lease["bad"].as_u64() > Some(0), "{lease:#}");
        assert_eq!(compared["bad"], 0, "{compared:#}");
        assert!(super::scratch_keys(&event.file).is_empty());
    });
}
