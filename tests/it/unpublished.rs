//! A count that cannot be written is no race, whatever the reason: the sales stand on the ledger.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::harness::{Run, Shop, TICKETS, is_root};

/// Runs a command line where the count can be read but not replaced; `None` where that cannot be had here.
fn with_a_fixed_count(shop: &Shop, line: &str) -> Option<Run> {
    if !is_root() {
        // Everything is there but the room for another file.
        fs::set_permissions(shop.directory(), fs::Permissions::from_mode(0o555)).unwrap();
        let run = shop.run(line);
        fs::set_permissions(shop.directory(), fs::Permissions::from_mode(0o755)).unwrap();
        return Some(run);
    }
    // A mount point has its name as long as it is one.
    let script = "mount --bind \"$1\" \"$1\" || exit 99; f=$1; shift; exec \"$0\" -f \"$f\" \"$@\"";
    let mut command = Command::new("unshare");
    command.args([
        "--mount",
        "--propagation",
        "private",
        "bash",
        "-c",
        script,
        TICKETS,
    ]);
    command.env_remove("TICKETS_FILE").arg(&shop.file);
    let run = Run::of(command.args(line.split(' ')).output().ok()?);
    let mounted = run.code != Some(99) && !run.stderr.starts_with("unshare");
    if !mounted {
        eprintln!("not tried: nothing can be mounted here: {}", run.stderr);
    }
    mounted.then_some(run)
}

#[test]
fn a_count_that_cannot_be_replaced_is_told_as_what_it_is() {
    for how in ["--lock", "--lock --threads", "--lock=shared", ""] {
        let shop = Shop::stock(9);
        // The lock file and the ledger are there.
        assert_eq!(shop.run("buy --users 1 --lock --think 0ms").code, Some(0));
        let users = if how.starts_with("--lock ") || how == "--lock" {
            3
        } else {
            1
        };
        let line = format!("buy --users {users} --think 0ms {how}");
        let Some(run) = with_a_fixed_count(&shop, line.trim_end()) else {
            return;
        };
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
        let run = with_a_fixed_count(&shop, &format!("--json {}", line.trim_end())).unwrap();
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
            shop.run("query").stdout,
            format!("{left} left, {} sold\n", 9 - left)
        );
        // The next one that can brings it up to the ledger.
        let (code, report) = shop.json("buy --users 1 --lock --think 0ms");
        assert_eq!(
            (code, &report["unpublished"].is_null()),
            (0, &true),
            "{report:#}"
        );
        shop.assert_adds_up();
    }
}

/// What was recorded meanwhile is judged without a count that could not be written.
#[test]
fn evidence_beside_a_count_that_cannot_be_replaced_shows_no_race() {
    let shop = Shop::stock(9);
    assert_eq!(shop.run("buy --users 1 --lock --think 0ms").code, Some(0));
    let other = Shop::empty();
    let line = format!(
        "buy --users 3 --lock --think 0ms --evidence {}",
        other.path("run.jsonl").display()
    );
    fs::write(other.path("run.jsonl"), "").unwrap();
    for _ in 0..2 {
        let Some(run) = with_a_fixed_count(&shop, &line) else {
            return;
        };
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(!run.stdout.contains("RACE"), "{run:?}");
        let run = shop.run(&format!("race check {}", other.path("run.jsonl").display()));
        assert_eq!(run.code, Some(0), "{run:?}");
    }
}
