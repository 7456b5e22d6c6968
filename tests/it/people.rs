//! Two people of one group who sell from one event, and one of whom made its files.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::harness::{Run, TICKETS, TestEvent, is_root};

/// Nobody else has these numbers.
const ANNA: u32 = 64_001;
const BEN: u32 = 64_002;
const CLUB: u32 = 64_100;

/// A directory of the club's, as `chmod g+ws` makes one, with an event in it; and a copy of the program that
/// everybody may run. `None`: this cannot be had here.
fn club(event: &TestEvent) -> Option<(PathBuf, PathBuf)> {
    if !is_root() {
        eprintln!("skipped: only root may be several people");
        return None;
    }
    let mode =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(event.directory(), 0o755);
    let program = event.path("tickets");
    let copied = Command::new("cp").arg(TICKETS).arg(&program).status();
    assert!(copied.unwrap().success());
    let place = event.path("club");
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
    let event = TestEvent::empty();
    let Some((program, file)) = club(&event) else {
        return;
    };
    let anna = |line: &str| run_as(ANNA, &program, &file, line);
    let ben = |line: &str| run_as(BEN, &program, &file, line);
    assert_eq!(anna("init 9").0, 0);
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

/// One of them makes the backup, and another the next one into the same directory.
#[test]
fn a_backup_of_a_shared_event_is_shared() {
    let event = TestEvent::empty();
    let Some((program, file)) = club(&event) else {
        return;
    };
    let anna = |line: &str| run_as(ANNA, &program, &file, line);
    let ben = |line: &str| run_as(BEN, &program, &file, line);
    assert_eq!(anna("init 9 --group").0, 0);
    assert_eq!(anna("book alice").0, 0);
    let safe = file.with_file_name("safe");
    let backup = format!("backup {}", safe.display());
    assert_eq!(anna(&backup).0, 0);
    assert_eq!(fs::metadata(&safe).unwrap().mode() & 0o2070, 0o2070);
    assert_eq!(ben("book bob").0, 0);
    let (code, done) = ben(&backup);
    assert_eq!(code, 0, "{done:#}");
    // As it was made before: nobody but its owner may write there.
    fs::set_permissions(&safe, fs::Permissions::from_mode(0o755)).unwrap();
    let owner = fs::metadata(&safe).unwrap().uid();
    assert_eq!(owner, ANNA);
    let (code, error) = ben(&backup);
    assert_eq!(code, 1, "{error:#}");
    let hint = error["error"]["hint"].as_str().unwrap();
    let told = format!(
        "its directory exists, owned by user {ANNA}, not group-writable: let user {ANNA} run chmod g+wx "
    );
    assert!(hint.contains(&told), "{hint}");
    assert!(!error.to_string().contains("a copy for:"), "{error:#}");
}

#[test]
fn who_is_in_another_group_is_told_so() {
    let event = TestEvent::empty();
    let Some((program, file)) = club(&event) else {
        return;
    };
    assert_eq!(run_as(ANNA, &program, &file, "init 9").0, 0);
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

/// The group may write, and not read: as after a umask of 077 and a `chmod g+w`.
#[test]
fn what_the_group_lacks_is_said_by_every_command() {
    let event = TestEvent::empty();
    let Some((program, file)) = club(&event) else {
        return;
    };
    // A name of which a terminal or a shell would make something else.
    let file = file.with_file_name("g\u{1b}[2Jig's.json");
    let names = [
        "g\u{1b}[2Jig's.json",
        "g\u{1b}[2Jig's.ledger.jsonl",
        "g\u{1b}[2Jig's.json.lock",
    ];
    assert_eq!(run_as(ANNA, &program, &file, "init 9").0, 0);
    assert_eq!(run_as(ANNA, &program, &file, "book alice").0, 0);
    for name in names {
        let narrow = fs::Permissions::from_mode(0o620);
        fs::set_permissions(file.with_file_name(name), narrow).unwrap();
    }
    for line in [
        "book bob",
        "cancel 2-abcdef",
        "reset 9 --force",
        "audit --repair",
        "buy --users 2 --lock",
        "backup safe",
        "restore safe",
    ] {
        let (code, error) = run_as(BEN, &program, &file, line);
        if line.starts_with("restore") {
            // Of another place, which is not there.
            assert_eq!(code, 1, "{error:#}");
            continue;
        }
        let hint = error["error"]["hint"].as_str().unwrap();
        assert_eq!(code, 1, "{line}: {error:#}");
        let expected =
            format!("owned by user {ANNA}, not group-readable: let user {ANNA} run chmod g+rw $'");
        assert_eq!(hint.matches(&expected).count(), 3, "{line}: {hint}");
        assert!(
            !hint.contains("yours") && !hint.contains('\u{1b}'),
            "{line}: {hint}"
        );
        for name in ["g\\033[2Jig\\'s.json'", "s.ledger.jsonl'", "s.json.lock'"] {
            assert!(hint.contains(name), "{line}: {name}: {hint}");
        }
    }
    let (code, report) = run_as(BEN, &program, &file, "doctor");
    assert_eq!(code, 6, "{report:#}");
    assert!(
        report.to_string().contains("the count exists"),
        "{report:#}"
    );
}

/// Where only who owns a file may replace it, others are refused before anything is made.
#[test]
fn in_a_sticky_directory_nobody_replaces_the_file_of_another() {
    let event = TestEvent::empty();
    let Some((program, file)) = club(&event) else {
        return;
    };
    let place = file.parent().unwrap();
    let mode =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    chown(place, Some(0), Some(CLUB)).unwrap();
    mode(place, 0o3775);
    assert_eq!(run_as(ANNA, &program, &file, "init 9").0, 0);
    assert_eq!(run_as(ANNA, &program, &file, "book alice").0, 0);
    for name in ["gig.json", "gig.ledger.jsonl", "gig.json.lock"] {
        mode(&file.with_file_name(name), 0o664);
    }
    let contents = || {
        let entries = fs::read_dir(place)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let mut all: Vec<_> = entries
            .map(|path| (fs::read(&path).unwrap(), path))
            .collect();
        all.sort();
        all
    };
    let before = contents();
    for line in [
        "book bob",
        "reset 9 --force",
        "buy --users 2 --lock --force",
    ] {
        let (code, error) = run_as(BEN, &program, &file, line);
        assert_eq!(code, 4, "{line}: {error:#}");
        let hint = error["error"]["hint"].as_str().unwrap();
        assert!(
            hint.contains(&format!("chmod -t {}", place.display())),
            "{hint}"
        );
        assert_eq!(contents(), before, "{line}");
    }
    let (code, report) = run_as(BEN, &program, &file, "doctor");
    assert!(
        code == 6 && report.to_string().contains("sticky"),
        "{report:#}"
    );
    assert_eq!(contents(), before);
    assert_eq!(run_as(ANNA, &program, &file, "book carol").0, 0);
    mode(place, 0o2775);
    assert_eq!(run_as(BEN, &program, &file, "book bob").0, 0);
    assert_eq!(run_as(BEN, &program, &file, "reset 9 --force").0, 0);
}

/// A group of neither.
const OTHERS: u32 = 64_200;

/// What a sale of somebody who is not the owner makes of the count's rights: owner, group, mode and list.
fn after_a_sale_of_ben(
    group: u32,
    mode: u32,
    list: Option<&[u8]>,
) -> Option<(u32, u32, u32, Vec<u8>)> {
    let event = TestEvent::empty();
    let (program, file) = club(&event)?;
    assert_eq!(run_as(ANNA, &program, &file, "init 9").0, 0);
    assert_eq!(run_as(ANNA, &program, &file, "book alice").0, 0);
    for name in ["gig.ledger.jsonl", "gig.json.lock"] {
        let path = file.with_file_name(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o664)).unwrap();
    }
    chown(&file, Some(ANNA), Some(group)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    if let Some(list) = list {
        let flags = rustix::fs::XattrFlags::empty();
        rustix::fs::setxattr(&file, LIST, list, flags).ok()?;
    }
    let (code, sold) = run_as(BEN, &program, &file, "book bob");
    assert_eq!((code, &sold["warning"]), (0, &Value::Null), "{sold:#}");
    let now = fs::metadata(&file).unwrap();
    let mut value = vec![0; 1024];
    let length = rustix::fs::getxattr(&file, LIST, &mut value[..]).unwrap_or_default();
    value.truncate(length);
    Some((
        now.uid(),
        now.gid(),
        now.permissions().mode() & 0o7777,
        value,
    ))
}

const LIST: &str = "system.posix_acl_access";

/// A group that is lost may do no more than everybody might, and nobody gets more than before.
#[test]
fn who_cannot_keep_the_owner_and_the_group_lets_nobody_do_more() {
    for (before, after) in [
        (0o646, 0o644),
        (0o666, 0o666),
        (0o606, 0o600),
        (0o626, 0o622),
        (0o676, 0o666),
        (0o4646, 0o644),
        (0o2646, 0o644),
        (0o6666, 0o666),
        (0o1646, 0o1644),
    ] {
        let Some((uid, gid, mode, list)) = after_a_sale_of_ben(OTHERS, before, None) else {
            return;
        };
        assert_eq!((uid, gid), (BEN, CLUB), "{before:o}");
        assert_eq!(format!("{mode:o}"), format!("{after:o}"), "{before:o}");
        assert!(list.is_empty(), "{list:?}");
    }
}

/// Tags as in acl(5): the owner, a user, the group, a group, the mask and the others.
fn list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, may, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(may.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

#[test]
fn who_loses_a_count_with_a_list_is_named_in_it() {
    const NOBODY: u32 = u32::MAX;
    let before = list(&[
        (1, 6, NOBODY),
        (2, 6, BEN),
        (4, 4, NOBODY),
        (16, 6, NOBODY),
        (32, 0, NOBODY),
    ]);
    let Some((uid, gid, mode, now)) = after_a_sale_of_ben(OTHERS, 0o1660, Some(&before)) else {
        return;
    };
    assert_eq!((uid, gid, mode), (BEN, CLUB, 0o1660));
    let named = list(&[
        (1, 6, NOBODY),
        (2, 6, ANNA),
        (2, 6, BEN),
        (4, 0, NOBODY),
        (8, 4, OTHERS),
        (16, 6, NOBODY),
        (32, 0, NOBODY),
    ]);
    assert_eq!(now, named);
    // Who is in the group loses the owner alone.
    let (_, gid, mode, now) = after_a_sale_of_ben(CLUB, 0o660, Some(&before)).unwrap();
    assert_eq!((gid, mode), (CLUB, 0o660));
    let named = list(&[
        (1, 6, NOBODY),
        (2, 6, ANNA),
        (2, 6, BEN),
        (4, 4, NOBODY),
        (16, 6, NOBODY),
        (32, 0, NOBODY),
    ]);
    assert_eq!(now, named);
}

#[test]
fn who_may_only_read_saves_what_is_known_to_be_durable() {
    let event = TestEvent::empty();
    let Some((program, file)) = club(&event) else {
        return;
    };
    assert_eq!(run_as(ANNA, &program, &file, "init 9").0, 0);
    assert_eq!(run_as(ANNA, &program, &file, "book alice").0, 0);
    let safe = event.path("safe");
    fs::create_dir(&safe).unwrap();
    chown(&safe, Some(BEN), Some(CLUB)).unwrap();
    let line = format!("backup {}", safe.display());
    let (code, done) = run_as(BEN, &program, &file, &line);
    assert_eq!((code, &done["sold"]), (0, &1.into()), "{done:#}");
    let saved = |name: &str| fs::read(safe.join(name)).unwrap();
    let ledger = fs::read(file.with_file_name("gig.ledger.jsonl")).unwrap();
    assert!(ledger.starts_with(&saved("gig.ledger.jsonl")));
    assert_eq!(
        run_as(BEN, &program, &safe.join("gig.json"), "audit").1["sold"],
        1
    );
}

/// The directory's owner may replace what stands in it, whoever made it.
#[test]
fn the_owner_of_a_sticky_directory_sells_from_the_files_of_another() {
    let event = TestEvent::empty();
    let Some((program, file)) = club(&event) else {
        return;
    };
    let place = file.parent().unwrap();
    fs::set_permissions(place, fs::Permissions::from_mode(0o3775)).unwrap();
    assert_eq!(run_as(BEN, &program, &file, "init 9").0, 0);
    assert_eq!(run_as(BEN, &program, &file, "book bob").0, 0);
    for name in ["gig.json", "gig.ledger.jsonl", "gig.json.lock"] {
        let path = file.with_file_name(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o664)).unwrap();
    }
    let (code, sold) = run_as(ANNA, &program, &file, "book alice");
    assert_eq!((code, &sold["warning"]), (0, &Value::Null), "{sold:#}");
    assert_eq!(run_as(ANNA, &program, &file, "reset 9 --force").0, 0);
}
