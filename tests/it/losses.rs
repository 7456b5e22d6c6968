//! One of the files is lost, emptied, older or another event's: it is named, no sale is thrown away, and the way
//! out that is named is one.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::{Run, TICKETS, TestEvent, eventually, signal};

const LEDGER: &str = "tickets.ledger.jsonl";

/// An event of nine with three sold.
fn sold() -> TestEvent {
    let event = TestEvent::stock(9);
    for buyer in ["alice", "bob", "carol"] {
        event.booked(&format!("{buyer} --key {buyer}"));
    }
    event
}

fn put(path: &Path, bytes: Option<&[u8]>) {
    match bytes {
        None => fs::remove_file(path).unwrap(),
        Some(bytes) => fs::write(path, bytes).unwrap(),
    }
}

#[test]
fn a_count_that_is_missing_or_blank_is_counted_and_written_anew_from_its_ledger() {
    for blank in [None, Some(&b""[..]), Some(&[0; 4096][..])] {
        let event = sold();
        let mode = fs::Permissions::from_mode(0o640);
        fs::set_permissions(event.path(LEDGER), mode).unwrap();
        put(&event.file, blank);
        let run = event.run("query");
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (Some(0), "6 left, 3 sold\n")
        );
        assert!(run.stderr.contains("counted from the ledger"), "{run:?}");
        assert_eq!(event.json("audit").1["findings"][0]["kind"], "count");
        assert_eq!(event.run("reset").code, Some(4));
        // Also without the lock file, which is made like the count.
        fs::remove_file(event.path("tickets.json.lock")).unwrap();
        let run = event.run("book dave");
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stderr.contains("rebuilt from the ledger"), "{run:?}");
        event.assert_adds_up();
        if blank.is_none() {
            let mode = fs::metadata(&event.file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o640);
        }
        put(&event.file, blank);
        let run = event.run("audit --repair");
        assert!(
            run.code == Some(0) && run.stdout.contains("written anew"),
            "{run:?}"
        );
        event.assert_adds_up();
    }
}

/// The count goes while one process stays open.
#[test]
fn whoever_sells_on_writes_a_count_that_went_missing() {
    let event = sold();
    let mut office = tickets::BoxOffice::at(&event.file).unwrap();
    for _ in 0..2 {
        assert!(office.book("dave", 1).unwrap().unpublished.is_none());
        event.assert_adds_up();
        fs::remove_file(&event.file).unwrap();
    }
}

#[test]
fn bytes_that_are_no_count_are_named_with_their_place_and_kept_by_a_repair() {
    let event = sold();
    let ledger = fs::read(event.path(LEDGER)).unwrap();
    let whole = fs::read(&event.file).unwrap();
    for (bytes, place) in [
        (&whole[..whole.len() / 2], ":1:"),
        (&ledger[..], ":2:1"),
        (&b"\x7fELF\x02\x01\x01"[..], ":1:"),
        (&b"\n\n{\"name\": 1}"[..], ":1:1"),
    ] {
        put(&event.file, Some(bytes));
        for line in ["query", "book dave", "reset"] {
            let run = event.run(line);
            let expected = if line == "reset" { 4 } else { 6 };
            assert_eq!(run.code, Some(expected), "{line}: {run:?}");
            if line != "reset" {
                let named = run.stderr.contains(&format!("tickets.json{place}"));
                let repair = run.stderr.contains("tickets.json audit --repair'");
                assert!(named && repair && !run.stderr.contains(" reset"), "{run:?}");
            }
        }
        assert_eq!(fs::read(event.path(LEDGER)).unwrap(), ledger);
        assert_eq!(event.json("audit --repair").0, 0);
        let all = event.contents();
        let kept = |(name, text): &(String, Vec<u8>)| name.contains(".broken-") && text == bytes;
        assert!(all.iter().any(kept), "{:?}", event.names());
        assert_eq!(event.json("query").1["sold"], 3);
    }
}

/// What the ledger is now, and whether what it holds can be gone on with.
fn lost_ledgers(event: &TestEvent) -> Vec<(Option<Vec<u8>>, bool)> {
    let whole = fs::read(event.path(LEDGER)).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    vec![
        (None, false),
        (Some(Vec::new()), false),
        (Some(vec![0; whole.len()]), false),
        (Some(lines[..3].concat()), true),
        (Some(lines[..1].concat()), true),
        (Some(whole[..whole.len() - 9].to_vec()), true),
    ]
}

#[test]
fn a_ledger_that_lost_lines_is_named_and_never_started_anew_unasked() {
    let event = sold();
    let before = event.contents();
    for (bytes, goes_on) in lost_ledgers(&event) {
        put(&event.path(LEDGER), bytes.as_deref());
        let damaged = event.contents();
        for line in ["query", "book dave", "audit", "audit --repair"] {
            let run = event.run(line);
            assert_eq!(run.code, Some(6), "{line}: {run:?}");
            let said = run.stdout + &run.stderr;
            assert!(said.contains("restore DIR'"), "{said}");
            let unasked = said.contains(" reset'") || said.contains(" reset N'");
            assert!(!unasked, "{said}");
            assert_eq!(
                said.contains("--repair --force'"),
                goes_on,
                "{line}: {said}"
            );
        }
        for line in ["reset", "reset 9"] {
            let (code, error) = event.json(line);
            assert_eq!(code, 4, "{error:#}");
            assert!(error["error"]["hint"].as_str().unwrap().contains("--force"));
        }
        assert_eq!(event.contents(), damaged, "{bytes:?}");
        if goes_on {
            let (code, audit) = event.json("audit --repair --force");
            assert_eq!(code, 0, "{audit:#}");
        } else {
            let (code, reset) = event.json("reset --force");
            assert_eq!((code, &reset["left"]), (0, &9.into()), "{reset:#}");
            assert!(
                reset["kept"].as_str().unwrap().contains(".replaced-"),
                "{reset:#}"
            );
        }
        event.booked("zoe");
        let count = &before
            .iter()
            .find(|(name, _)| name == "tickets.json")
            .unwrap()
            .1;
        let mut all = event.contents().into_iter();
        assert!(all.any(|(name, text)| name.contains(".replaced-") && text == *count));
        for (name, bytes) in &before {
            fs::write(event.path(name), bytes).unwrap();
        }
    }
}

#[test]
fn a_file_that_is_no_event_is_not_reset() {
    for (name, text) in [
        ("package.json", "{\"name\": \"site\"}\n"),
        ("passwd", "root:x:0:0\n"),
    ] {
        let event = TestEvent::empty();
        fs::write(event.path(name), text).unwrap();
        let reset = |force: &[&str]| {
            let mut command = Command::new(TICKETS);
            command.arg("-f").arg(event.path(name)).args(["reset", "3"]);
            Run::of(command.args(force).output().unwrap())
        };
        let run = reset(&[]);
        assert!(
            run.code == Some(4) && run.stderr.contains("is no event"),
            "{run:?}"
        );
        assert_eq!(event.names(), [name]);
        assert_eq!(fs::read_to_string(event.path(name)).unwrap(), text);
        let run = reset(&["--force"]);
        assert!(
            run.code == Some(0) && run.stdout.contains("is kept as"),
            "{run:?}"
        );
        let mut all = event.contents().into_iter();
        assert!(all.any(|(name, held)| name.contains(".broken-") && held == text.as_bytes()));
    }
}

#[test]
fn many_who_make_one_event_at_once_make_one() {
    for round in 0..10 {
        let event = TestEvent::empty();
        let ends = event.at_once((0..8).map(|_| "init 5".to_owned()));
        let made = ends.iter().filter(|(code, _)| *code == 0).count();
        let refused = |end: &&(i32, Value)| end.0 == 4 && end.1["error"]["code"] == "refused";
        let refused = ends.iter().filter(refused).count();
        assert_eq!((made, refused), (1, 7), "{round}: {ends:#?}");
        let ends = event.at_once((0..8).map(|at| format!("book b{at}")));
        let count = |wanted| ends.iter().filter(|(code, _)| *code == wanted).count();
        assert_eq!((count(0), count(3)), (5, 3), "{ends:#?}");
        event.assert_adds_up();
    }
}

/// Killed at each call that changes a name, where names can be exchanged and where they cannot.
#[test]
fn a_killed_reset_is_finished_or_undone_by_whoever_comes_next() {
    if Command::new("strace").arg("-V").output().is_err() {
        return eprintln!("skipped: no strace here");
    }
    let mut seen = [0; 2];
    for exchange in [true, false] {
        let no_exchange = "-einject=renameat2:error=EINVAL";
        for point in [
            "renameat 1",
            "renameat2 1",
            "rename 1",
            "renameat2 2",
            "rename 2",
            "renameat 2",
            "linkat 1",
        ] {
            for next in ["book zoe", "reset 4 --force", "audit --repair"] {
                let (call, when) = point.split_once(' ').unwrap();
                if !exchange && call == "renameat2" {
                    continue;
                }
                let event = sold();
                let ledger = fs::read(event.path(LEDGER)).unwrap();
                let mut command = Command::new("strace");
                command.args(["-f", "-qq", "-o", "/dev/null"]);
                command.arg("-etrace=rename,renameat,renameat2,linkat");
                command.args((!exchange).then_some(no_exchange));
                command.arg(format!("-einject={call}:signal=SIGKILL:when={when}"));
                command.arg(TICKETS).arg("-f").arg(&event.file);
                let run = command.args(["reset", "--force"]).output().unwrap();
                if run.status.success() {
                    continue;
                }
                let started = fs::read(event.path(LEDGER)).unwrap() != ledger;
                seen[usize::from(started)] += 1;
                assert_eq!(event.run(next).code, Some(0), "{next}, {point}");
                event.booked("yan");
                let names = event.names();
                let told = format!("{next}, {point}, {exchange}: {names:?}");
                assert!(!names.iter().any(|name| name.starts_with('.')), "{told}");
                let is_old = |name: &&String| {
                    name.contains(".ledger.2") && fs::read(event.path(name)).unwrap() == ledger
                };
                let archives = names.iter().filter(is_old).count();
                let wanted = started || next.starts_with("reset");
                assert_eq!(archives, usize::from(wanted), "{told}");
                assert_eq!(event.json("audit").0, 0, "{told}");
                // Nothing grows with the ledger.
                for name in names.iter().filter(|name| name.contains("ledger")) {
                    let links = fs::metadata(event.path(name)).unwrap().nlink();
                    assert_eq!(links, 1, "{name}, {told}");
                }
            }
        }
    }
    assert!(seen[0] >= 6 && seen[1] >= 6, "{seen:?}");
}

/// A seller who is asleep over a reset does not take its ledger, and nobody takes what it is archiving.
#[test]
fn a_ledger_that_is_being_archived_is_nobodys_orphan() {
    if Command::new("strace").arg("-V").output().is_err() {
        return eprintln!("skipped: no strace here");
    }
    let event = sold();
    let other = event.path("other");
    fs::create_dir(&other).unwrap();
    std::os::unix::fs::symlink(event.path(LEDGER), other.join(LEDGER)).unwrap();
    fs::copy(&event.file, other.join("tickets.json")).unwrap();
    // Another lock file, and the same ledger.
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-etrace=rename"]);
    command.arg("-einject=rename:signal=SIGSTOP:when=1");
    command.arg(TICKETS).arg("-f").arg(&event.file);
    let mut reset = command.args(["reset", "--force"]).spawn().unwrap();
    let stopped = eventually("the reset is stopped", || {
        let all = event.processes();
        let ours = all
            .iter()
            .find(|process| !process.line.starts_with("strace"))?;
        let status = fs::read_to_string(format!("/proc/{}/status", ours.pid)).ok()?;
        let stopped = status.contains("State:\tT") || status.contains("State:\tt");
        // Between two steps it stops for the tracer too; from this one on it stays so.
        let named = event.names().iter().any(|name| name.contains(".ledger.2"));
        (stopped && named).then_some(ours.pid)
    });
    let mut command = Command::new(TICKETS);
    command.arg("-f").arg(other.join("tickets.json"));
    let late = Run::of(
        command
            .args(["book", "late", "--wait", "300ms"])
            .output()
            .unwrap(),
    );
    signal(stopped, "CONT");
    reset.wait().unwrap();
    assert_eq!(late.code, Some(5), "{late:?}");
    assert_eq!(event.json("audit").0, 0);
    assert_eq!(event.json("query").1["sold"], 0);
}

#[test]
fn a_count_of_a_line_that_is_not_there_is_told_as_that() {
    let event = sold();
    let count = fs::read_to_string(&event.file).unwrap();
    let seq = event.count()["seq"].as_u64().unwrap();
    let now = format!("\"seq\": {}", seq + 6);
    fs::write(&event.file, count.replace(&format!("\"seq\": {seq}"), &now)).unwrap();
    let (code, error) = event.json("query");
    assert_eq!(code, 6, "{error:#}");
    let message = error["error"]["message"].as_str().unwrap();
    let why = format!("has no line {} that ends at byte", seq + 6);
    assert!(message.contains(&why), "{message}");
    let (code, audit) = event.json("audit");
    assert_eq!(code, 6, "{audit:#}");
    let text = audit["findings"][0]["text"].as_str().unwrap();
    assert!(!text.contains("but the ledger says"), "{text}");
}

/// No lock is made beside it.
#[test]
fn a_directory_in_the_place_of_the_count_is_left_alone() {
    let event = sold();
    fs::remove_file(&event.file).unwrap();
    fs::create_dir(&event.file).unwrap();
    fs::remove_file(event.path("tickets.json.lock")).unwrap();
    let before = event.names();
    for line in [
        "audit",
        "audit --repair",
        "reset 5 --force",
        "query",
        "book eve",
    ] {
        let (code, error) = event.json(line);
        assert_eq!(code, 2, "{line}: {error:#}");
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains("directory"), "{line}: {message}");
        assert_eq!(event.names(), before, "{line}");
    }
}

#[test]
fn a_count_of_no_line_must_be_what_the_ledger_opens_with() {
    let event = sold();
    let opened = event.ledger()[0]["left"].as_u64().unwrap();
    for (ticket, code) in [(opened, 0), (opened + 1, 6)] {
        for tied in ["", ", \"sold\": 0, \"seq\": 0, \"bytes\": 0"] {
            fs::write(&event.file, format!("{{\"ticket\": {ticket}{tied}}}")).unwrap();
            assert_eq!(event.json("query").0, code, "{ticket}{tied}");
            assert_eq!(event.json("audit").0, code, "{ticket}{tied}");
        }
    }
}

/// The count of before a reset is known by the number of its last line and by where that ended.
#[test]
fn only_the_very_count_that_a_reset_replaced_is_out_of_date() {
    let event = sold();
    let (old, count) = (fs::read_to_string(&event.file).unwrap(), event.count());
    assert_eq!(event.json("reset 5 --force").0, 0);
    fs::write(&event.file, &old).unwrap();
    let (code, now) = event.json("query");
    assert_eq!((code, &now["sold"]), (0, &0.into()), "{now:#}");
    for member in ["seq", "bytes"] {
        let of = |more: u64| format!("\"{member}\": {}", count[member].as_u64().unwrap() + more);
        fs::write(&event.file, old.replace(&of(0), &of(1))).unwrap();
        assert_eq!(event.json("query").0, 6, "{member}");
    }
}
