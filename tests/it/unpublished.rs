//! A count that cannot be written is no race, whatever the reason: the sales stand on the ledger.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Command;

use crate::bad_input::as_nobody;
use crate::harness::{Run, TICKETS, TestEvent, is_root};

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

/// The ledger is all that a copy needs: a count that is behind, and cannot be brought up, is no damage.
#[test]
fn a_count_that_cannot_be_replaced_keeps_nobody_from_a_backup() {
    let event = TestEvent::stock(9);
    event.booked("ann");
    let run = with_a_fixed_count(&event, "book bob");
    assert!(event.sales().len() == 2, "{run:?}");
    let other = TestEvent::empty();
    fs::set_permissions(other.directory(), fs::Permissions::from_mode(0o777)).unwrap();
    let safe = other.path("safe");
    let run = with_a_fixed_count(&event, &format!("--json backup {}", safe.display()));
    let (code, document) = run.document();
    assert_eq!((code, &document["sold"]), (0, &2.into()), "{document:#}");
    for name in ["tickets.json", "tickets.ledger.jsonl"] {
        fs::rename(safe.join(name), other.path(name)).unwrap();
    }
    other.assert_adds_up();
    assert_eq!(other.sales().len(), 2);
}

/// A sale was tried while the disk was full: the ledger is sound, and no advice is to say otherwise.
#[test]
fn on_a_full_disk_a_backup_is_made_where_there_is_room_and_else_says_what_is_missing() {
    let event = TestEvent::empty();
    let script = "cd \"$1\" && mkdir full safe && mount -t tmpfs -o size=64k tmpfs full || exit 99; \
        \"$0\" -f full/gig.json init 9000 && cat /dev/zero > full/zeros 2>/dev/null; \
        while \"$0\" -q -f full/gig.json book ann; code=$?; test $code = 0; do :; done; echo refused $code; \
        \"$0\" -f full/gig.json backup full/safe; echo full $?; \
        \"$0\" -f full/gig.json backup safe; echo room $?; \
        \"$0\" -q -f safe/gig.json audit; echo audit $?";
    let mut command = Command::new("unshare");
    command
        .args(["-m", "sh", "-c", script, TICKETS])
        .arg(event.directory());
    let run = match command.output().map(Run::of) {
        Ok(run) if is_root() && run.code != Some(99) => run,
        other => {
            eprintln!("skipped: nothing can be mounted here: {other:?}");
            return;
        }
    };
    for line in ["refused 1", "full 1", "room 0", "audit 0"] {
        assert!(run.stdout.contains(&format!("{line}\n")), "{line}: {run:?}");
    }
    assert!(!run.stderr.contains("restore"), "{run:?}");
}

/// Whichever of its files finds no room.
#[test]
fn a_backup_that_fails_leaves_nothing_in_a_directory_that_was_there() {
    let event = TestEvent::empty();
    let script = "cd \"$1\" && \"$0\" -q -f gig.json init 9 && \"$0\" -q -f gig.json book ann || exit 98; \
        for size in 4 8 12 16; do \
            mkdir stick && mount -t tmpfs -o size=${size}k tmpfs stick && mkdir stick/safe || exit 99; \
            \"$0\" -f gig.json backup stick/safe; echo $size: $? $(ls -A stick/safe); \
            umount stick && rmdir stick; \
        done";
    let mut command = Command::new("unshare");
    command
        .args(["-m", "sh", "-c", script, TICKETS])
        .arg(event.directory());
    let run = match command.output().map(Run::of) {
        Ok(run) if is_root() && run.code != Some(99) => run,
        other => {
            eprintln!("skipped: nothing can be mounted here: {other:?}");
            return;
        }
    };
    let told = run.stdout.lines().filter_map(|line| line.split_once(": "));
    let sizes: Vec<(&str, &str)> = told.filter(|(size, _)| size.len() < 3).collect();
    assert_eq!(sizes.len(), 4, "{run:?}");
    for (size, told) in &sizes {
        assert!(
            *told == "1" || told.starts_with("0 gig"),
            "{size} kB: {run:?}"
        );
    }
    assert_eq!(
        (sizes[0].1, sizes[3].1.starts_with('0')),
        ("1", true),
        "{run:?}"
    );
}

/// What to do about it is told with it.
#[test]
fn a_sale_whose_count_cannot_be_replaced_says_what_to_do() {
    let event = TestEvent::stock(9);
    event.booked("ann");
    let run = with_a_fixed_count(&event, "book bob");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stderr.contains("the count does not show it yet"),
        "{run:?}"
    );
    assert!(run.stderr.contains("hint: its directory"), "{run:?}");
    assert!(run.stderr.contains(" run ch"), "{run:?}");
}
