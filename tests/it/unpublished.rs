//! A count that cannot be written is no race, whatever the reason: the sales stand on the ledger.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};

use crate::bad_input::as_nobody;
use crate::harness::{Run, TestEvent, is_root};

/// Runs a command line where everything is there but the right to make another file.
fn with_a_fixed_count(event: &TestEvent, line: &str) -> Run {
    let mode = |mode| fs::set_permissions(event.directory(), fs::Permissions::from_mode(mode));
    if is_root() {
        for name in event.names() {
            chown(event.path(&name), Some(65534), Some(65534)).unwrap();
        }
    }
    mode(0o555).unwrap();
    let run = as_nobody(event, line);
    mode(0o755).unwrap();
    run
}

#[test]
fn a_count_that_cannot_be_replaced_is_told_as_what_it_is() {
    for how in ["--lock", "--lock --threads", "--lock=shared", ""] {
        let event = TestEvent::stock(9);
        // The lock file and the ledger are there.
        assert_eq!(event.run("buy --users 1 --lock --think 0ms").code, Some(0));
        let users = if how.starts_with("--lock ") || how == "--lock" {
            3
        } else {
            1
        };
        let line = format!("buy --users {users} --think 0ms {how}");
        let run = with_a_fixed_count(&event, line.trim_end());
        assert_eq!(run.code, Some(1), "{line}: {run:?}");
        assert!(
            run.stdout
                .contains("I/O   what was sold stands on the ledger"),
            "{run:?}"
        );
        assert!(
            !run.stdout.contains("RACE") && !run.stdout.contains("--lock"),
            "{run:?}"
        );
        // The count is behind before this rush has begun.
        let run = with_a_fixed_count(&event, &format!("--json {}", line.trim_end()));
        let (code, report) = run.document();
        assert_eq!(
            (code, &report["verdict"]),
            (1, &"safe".into()),
            "{report:#}"
        );
        assert_eq!(report["ok"], false);
        assert!(report["unpublished"].is_string(), "{report:#}");
        assert_eq!(report["sold"], users);
        let left = 9 - 1 - 2 * users;
        assert_eq!(
            event.run("query").stdout,
            format!("{left} left, {} sold\n", 9 - left)
        );
        // The next one that can brings it up to the ledger.
        let (code, report) = event.json("buy --users 1 --lock --think 0ms");
        assert_eq!(
            (code, &report["unpublished"].is_null()),
            (0, &true),
            "{report:#}"
        );
        event.assert_adds_up();
    }
}

/// What was recorded meanwhile is judged without a count that could not be written.
#[test]
fn evidence_beside_a_count_that_cannot_be_replaced_shows_no_race() {
    let event = TestEvent::stock(9);
    assert_eq!(event.run("buy --users 1 --lock --think 0ms").code, Some(0));
    let other = TestEvent::empty();
    let line = format!(
        "buy --users 3 --lock --think 0ms --evidence {}",
        other.path("run.jsonl").display()
    );
    fs::write(other.path("run.jsonl"), "").unwrap();
    for (path, mode) in [
        (other.directory(), 0o777),
        (&other.path("run.jsonl"), 0o666),
    ] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    for _ in 0..2 {
        let run = with_a_fixed_count(&event, &line);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(!run.stdout.contains("RACE"), "{run:?}");
        let run = event.run(&format!("race check {}", other.path("run.jsonl").display()));
        assert_eq!(run.code, Some(0), "{run:?}");
    }
}
