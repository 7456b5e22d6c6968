//! Where evidence and pictures may be written, and what happens when they cannot be.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::judged;
use crate::harness::{Run, TICKETS, TestEvent, foreign_lock};

/// Runs a small locked rush with these options.
fn rush(event: &TestEvent, options: &[(&str, &Path)]) -> (i32, Value) {
    let mut command = event.command("--json buy --users 3 --lock --think 0ms".split(' '));
    for (option, path) in options {
        command.arg(option).arg(path);
    }
    Run::of(command.output().unwrap()).document()
}

/// A refusal names the file, and sells nothing.
#[track_caller]
fn refused(event: &TestEvent, options: &[(&str, &Path)], exit: i32, why: &str) {
    let before = event.contents_but_sockets();
    let (code, document) = rush(event, options);
    assert_eq!(code, exit, "{options:?}: {document:#}");
    let message = document["error"]["message"].as_str().unwrap();
    assert!(message.contains(why), "{options:?}: {message}");
    assert_eq!(event.sales().len(), 0, "{options:?}");
    assert_eq!(event.contents_but_sockets(), before, "{options:?}");
}

impl TestEvent {
    /// What stands in all regular files of the directory.
    fn contents_but_sockets(&self) -> Vec<(String, Vec<u8>)> {
        let is_file = |name: &String| self.path(name).is_file();
        let names = self.names().into_iter().filter(is_file);
        names
            .map(|name| (name.clone(), fs::read(self.path(&name)).unwrap()))
            .collect()
    }
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is_sold() {
    let event = TestEvent::stock(5);
    let directory = event.path("directory.svg");
    fs::create_dir(&directory).unwrap();
    let foreign = event.path("thesis.svg");
    fs::write(&foreign, "years of work\n").unwrap();
    let by_hand = event.path("logo.svg");
    fs::write(
        &by_hand,
        "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n",
    )
    .unwrap();
    let recorded = event.path("night.svg");
    fs::write(
        &recorded,
        "{\"evidence\":1,\"run\":\"night-1\",\"stock\":2,\"first\":0}\n",
    )
    .unwrap();
    let fifo = event.path("fifo.svg");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let dangling = event.path("dangling.svg");
    std::os::unix::fs::symlink(event.path("nowhere/at all"), &dangling).unwrap();
    let full = event.path("full.svg");
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    for option in ["--evidence", "--timeline"] {
        for (path, exit, why) in [
            (directory.as_path(), 1, "could not open"),
            (&event.path("no/such/place.svg"), 1, "No such file"),
            (&foreign.join("beneath.svg"), 1, "Not a directory"),
            (&dangling, 1, "No such file"),
            (&foreign, 2, "it is not overwritten"),
            (&by_hand, 2, "it is not overwritten"),
            (&recorded, 2, "it is not overwritten"),
            (&fifo, 2, "no regular file"),
            (&full, 2, "no regular file"),
        ] {
            refused(&event, &[(option, path)], exit, why);
        }
        // A picture has a name that ends in .svg.
        let called = |path: &Path| {
            if option == "--evidence" {
                return path.to_owned();
            }
            let link = event.path("own.svg");
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(path, &link).unwrap();
            link
        };
        // The event's own files, whether they are there yet or not, by whatever name.
        let (exit, why) = if option == "--evidence" {
            (2, "a file of the event itself")
        } else {
            // A link to what is not there.
            (1, "No such file")
        };
        for name in ["tickets.json.lock", "tickets.ledger.jsonl"] {
            refused(&event, &[(option, &called(&event.path(name)))], exit, why);
            let around = directory.join("..").join(name);
            refused(&event, &[(option, &called(&around))], exit, why);
        }
        refused(
            &event,
            &[(option, &called(&event.file))],
            2,
            "it is not overwritten",
        );
        fs::write(event.path("tickets.json.lock"), "").unwrap();
        fs::hard_link(event.path("tickets.json.lock"), event.path("other name")).unwrap();
        refused(
            &event,
            &[(option, &called(&event.path("other name")))],
            2,
            "a file of the event itself",
        );
        for name in ["other name", "tickets.json.lock"] {
            fs::remove_file(event.path(name)).unwrap();
        }
    }
    let both = event.path("both.svg");
    refused(
        &event,
        &[("--evidence", &both), ("--timeline", &both)],
        2,
        "",
    );
}

/// What an earlier rush wrote is written anew; links are followed, and relative paths are the caller's.
#[test]
fn evidence_is_written_anew_and_paths_mean_what_they_say() {
    let event = TestEvent::stock(30);
    let (run, svg) = (event.path("run.jsonl"), event.path("run.svg"));
    for round in 1..=3 {
        let (code, report) = rush(&event, &[("--evidence", &run), ("--timeline", &svg)]);
        assert_eq!(code, 0, "{report:#}");
        let (evidence, verdict) = judged(&run);
        assert!(verdict.is_clean(), "{verdict:#?}");
        assert_eq!(
            (verdict.operations, evidence.first),
            (6, 3 * (round - 1) + 1)
        );
        let text = fs::read_to_string(&svg).unwrap();
        assert_eq!(
            (text.matches("<svg").count(), text.matches("</svg>").count()),
            (1, 1)
        );
    }
    let link = event.path("link");
    std::os::unix::fs::symlink(&run, &link).unwrap();
    assert_eq!(rush(&event, &[("--evidence", &link)]).0, 0);
    assert!(link.is_symlink());
    assert_eq!(judged(&run).0.first, 10);

    let mut command =
        event.command("buy --users 2 --lock --think 0ms --evidence here.jsonl".split(' '));
    let status = command
        .current_dir(event.directory())
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    assert_eq!(judged(&event.path("here.jsonl")).1.operations, 4);

    // A name that is no text.
    let odd = event
        .directory()
        .join(std::ffi::OsStr::from_bytes(b"\xff\xfe\n.jsonl"));
    assert_eq!(rush(&event, &[("--evidence", &odd)]).0, 0);
    assert!(judged(&odd).1.is_clean());
}

#[test]
fn a_file_that_another_command_writes_is_left_to_it() {
    let event = TestEvent::stock(5);
    let run = event.path("run.jsonl");
    let held = foreign_lock(&run);
    refused(
        &event,
        &[("--evidence", &run)],
        4,
        "another command writes it",
    );
    drop(held);
    assert_eq!(rush(&event, &[("--evidence", &run)]).0, 0);
}

/// A limit on the length of files, which ends the evidence at any byte: who cannot write down what it is
/// about to do does not sell, and nothing is judged wrongly.
#[test]
fn a_full_disk_is_told_of_and_never_a_false_verdict() {
    let mut cut = 0;
    for (mode, blocks) in [
        ("", 4),
        ("", 9),
        ("", 15),
        ("--threads", 9),
        ("--lock", 9),
        ("--lock", 20),
    ] {
        let event = TestEvent::stock(100);
        // Before, so that the ledger and the count stay far below the limit.
        let run = event.path("run.jsonl");
        let line = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec {TICKETS} -f {} --json buy --users 16 --think 0ms {mode} --evidence {}",
            event.file.display(),
            run.display()
        );
        let output = Command::new("sh")
            .args(["-c", &line])
            .env_remove("TICKETS_FILE")
            .output();
        let (code, report) = Run::of(output.unwrap()).document();
        let told = &report["evidence"];
        assert_ne!(code, 0, "{line}: {report:#}");
        assert!(told["error"].is_string(), "{line}: {report:#}");
        assert!(report["failed"].as_u64().unwrap() > 0, "{line}: {report:#}");
        let messages = report["buyers"].to_string();
        assert!(
            messages.contains("could not write to"),
            "{line}: {messages}"
        );
        // Whatever was sold was meant to be, in writing.
        let text = fs::read_to_string(&run).unwrap();
        for sale in event.sales() {
            let id = sale["id"].as_str().unwrap();
            let nonce = id.split('-').nth(1).unwrap();
            assert!(
                text.contains(&format!("\"nonce\":\"{nonce}\"")),
                "{line}: {id} not in {text}"
            );
        }
        let (check, document) = event.json(&format!("race check {}", run.display()));
        let whole = document["error"].is_null();
        cut += u32::from(!whole);
        if mode == "--lock" {
            assert_eq!(report["verdict"], "safe", "{line}");
            let refused = document["error"]["code"] == "integrity";
            assert!(check == 0 || refused, "{line}: {document:#}");
        }
    }
    assert!(cut > 0, "no line was cut");
}

#[test]
fn a_picture_that_cannot_be_finished_is_told_of_after_the_rush() {
    let event = TestEvent::stock(5);
    // Eight blocks are enough for the event and the evidence of two buyers, not for the picture.
    let line = format!(
        "trap '' XFSZ; ulimit -f 8; exec {TICKETS} -f {} --json buy --users 2 --lock --think 0ms --timeline {}",
        event.file.display(),
        event.path("run.svg").display()
    );
    let output = Command::new("sh")
        .args(["-c", &line])
        .env_remove("TICKETS_FILE")
        .output();
    let (code, report) = Run::of(output.unwrap()).document();
    assert_eq!((code, &report["sold"]), (1, &2.into()), "{report:#}");
    let error = report["timeline"]["error"].as_str().unwrap();
    assert!(error.contains("could not write to"), "{error}");
    event.assert_adds_up();
}

#[test]
fn without_the_options_nothing_is_recorded() {
    let event = TestEvent::stock(5);
    let (code, report) = rush(&event, &[]);
    assert_eq!(code, 0);
    assert!(
        report["evidence"].is_null() && report["timeline"].is_null(),
        "{report:#}"
    );
    assert_eq!(event.names().len(), 3, "{:?}", event.names());
}

/// What is told of an event is for those who may read its count, whatever the umask says.
#[test]
fn evidence_and_pictures_are_for_those_who_may_use_the_event() {
    use std::os::unix::fs::PermissionsExt as _;
    for mode in [0o600, 0o640] {
        let event = TestEvent::stock(5);
        fs::set_permissions(&event.file, fs::Permissions::from_mode(mode)).unwrap();
        let (evidence, picture) = (event.path("run.jsonl"), event.path("run.svg"));
        let (code, document) = rush(
            &event,
            &[("--evidence", &evidence), ("--timeline", &picture)],
        );
        assert_eq!(code, 0, "{document:#}");
        let drawn = event.path("again.svg");
        let mut check = event.command(["race", "check"]);
        check.arg(&evidence).arg("--timeline").arg(&drawn);
        assert_eq!(check.output().unwrap().status.code(), Some(0));
        for path in [evidence, picture, drawn] {
            let found = fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
            assert_eq!(found, mode, "{}", path.display());
        }
    }
}
