//! Two people of one group who sell from one event, and one of whom made its files.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::harness::{Run, Shop, TICKETS, is_root};

/// Nobody else has these numbers.
const ANNA: u32 = 64_001;
const BEN: u32 = 64_002;
const CLUB: u32 = 64_100;

/// A directory of the club's, as `chmod g+ws` makes one, with an event in it; and a copy of the program that
/// everybody may run. `None`: this cannot be had here.
fn club(shop: &Shop) -> Option<(PathBuf, PathBuf)> {
    if !is_root() {
        eprintln!("skipped: only root may be several people");
        return None;
    }
    let mode =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(shop.directory(), 0o755);
    let program = shop.path("tickets");
    let copied = Command::new("cp").arg(TICKETS).arg(&program).status();
    assert!(copied.unwrap().success());
    let place = shop.path("club");
    fs::create_dir(&place).unwrap();
    chown(&place, Some(ANNA), Some(CLUB)).unwrap();
    mode(&place, 0o2775);
    Some((program, place.join("gig.json")))
}

fn run_as(uid: u32, program: &Path, file: &Path, line: &str) -> (i32, Value) {
    let mut command = Command::new("sh");
    command
        .args(["-c", "umask 022; exec \"$@\"", "sh"])
        .arg(program)
        .args(["--json", "-f"])
        .arg(file)
        .args(line.split(' '))
        .env_remove("TICKETS_FILE")
        .uid(uid)
        .gid(CLUB);
    Run::of(command.output().unwrap()).document()
}

#[test]
fn who_may_not_write_is_told_by_whom_and_how_that_is_changed() {
    let shop = Shop::empty();
    let Some((program, file)) = club(&shop) else {
        return;
    };
    let anna = |line: &str| run_as(ANNA, &program, &file, line);
    let ben = |line: &str| run_as(BEN, &program, &file, line);
    assert_eq!(anna("reset 9").0, 0);
    assert_eq!(anna("book alice").0, 0);
    for line in ["book bob", "adjust +1 --reason x"] {
        let (code, error) = ben(line);
        assert_eq!(
            (code, &error["error"]["code"]),
            (1, &"io".into()),
            "{error:#}"
        );
        let hint = error["error"]["hint"].as_str().unwrap();
        for part in [
            &format!("owned by user {ANNA}, not group-writable")[..],
            "chmod g+rw",
            "gig.ledger.jsonl",
            "gig.json.lock",
        ] {
            assert!(hint.contains(part), "{part}: {hint}");
        }
    }
    let (code, report) = ben(&format!("doctor {}", file.display()));
    assert_eq!(code, 6, "{report:#}");
    assert!(
        report.to_string().contains("not group-writable"),
        "{report:#}"
    );
    // What the hint says is enough.
    for name in ["gig.ledger.jsonl", "gig.json.lock"] {
        let path = file.with_file_name(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o664)).unwrap();
    }
    for (line, who) in [("book bob", BEN), ("book carol", ANNA), ("book dora", BEN)] {
        let (code, sold) = run_as(who, &program, &file, line);
        assert_eq!((code, &sold["warning"]), (0, &Value::Null), "{sold:#}");
    }
    assert_eq!(ben("audit").1["sold"], 4);
}

#[test]
fn who_is_in_another_group_is_told_so() {
    let shop = Shop::empty();
    let Some((program, file)) = club(&shop) else {
        return;
    };
    assert_eq!(run_as(ANNA, &program, &file, "reset 9").0, 0);
    assert_eq!(run_as(ANNA, &program, &file, "book alice").0, 0);
    let mut command = Command::new(&program);
    command
        .args(["--json", "-f"])
        .arg(&file)
        .args(["book", "eve"]);
    let (code, error) = Run::of(command.uid(BEN).gid(BEN).output().unwrap()).document();
    let hint = error["error"]["hint"].as_str().unwrap();
    assert!(code == 1 && hint.contains("not one of yours"), "{error:#}");
}
