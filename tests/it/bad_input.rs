//! Bad input is named with its place, and nothing is changed on disk.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::harness::{Run, TICKETS, TestEvent, is_root};

/// The commands that read an event; none of them may change anything here.
const COMMANDS: [&str; 4] = [
    "query",
    "buy --users 2",
    "buy --users 2 --lock",
    "buy --users 2 --threads --lock",
];

#[test]
fn what_is_no_count_is_named_with_its_place() {
    let big = format!("{{\"ticket\": 2, \"note\": \"{}\"}}", "x".repeat(1 << 20));
    let cases: [(&[u8], &str); 18] = [
        (b"", ":1:1: is empty"),
        (b"  \n", ":1:1: is empty"),
        (b"two", ":1:"),
        (
            b"{\"ticket\": 2",
            ": is not valid JSON: it ends in the middle",
        ),
        (
            b"{\"ticket\": 2}\n{}",
            ":2:1: is not valid JSON: something stands behind its end",
        ),
        (b"[2]", "is not an object like"),
        (b"{\"ticket\": 2, \"ticket_num\": 2}", ":1:29: has both"),
        (
            b"{\"seats\": 2}",
            "has neither \"ticket\" nor \"ticket_num\"",
        ),
        (b"{\"ticket\": -1}", ":1:12: \"ticket\" is -1, below zero"),
        (
            b"{\"ticket\": 2.5}",
            "\"ticket\" is 2.5, not a whole number",
        ),
        (
            b"{\"ticket\": \"2\"}",
            "\"ticket\" is \"2\", not a whole number",
        ),
        (
            b"{\"ticket\": 1e400}",
            "\"ticket\" is 1e400, not a whole number",
        ),
        (b"{\n\"ticket\": null}", ":2:11: \"ticket\" is null, not"),
        (b"{\"ticket\": 18446744073709551616}", "more than"),
        (
            b"{\"ticket\": 2, \"ticket\": 3}",
            "\"ticket\" is there twice",
        ),
        (b"\xff\xfe{\0\"\0", ":1:1: is not UTF-8"),
        (b"{\"ticket\": 2, \"seq\": 1}", "some, but not all"),
        (big.as_bytes(), "more than the 1048576 that are read"),
    ];
    for (text, part) in cases {
        for line in COMMANDS {
            let event = TestEvent::with(text);
            let run = event.run(line);
            let shown = String::from_utf8_lossy(&text[..text.len().min(60)]);
            assert_eq!(run.code, Some(6), "{line} on {shown}: {run:?}");
            assert!(
                run.stderr.contains(part),
                "{line} on {shown}: {}",
                run.stderr
            );
            assert!(run.stderr.contains("tickets.json"), "{}", run.stderr);
            assert!(run.stderr.contains("hint:"), "{}", run.stderr);
            assert_eq!(run.stdout, "");
            assert_eq!(fs::read(&event.file).unwrap(), text);
            assert_eq!(event.names(), ["tickets.json"], "{line} on {shown}");
        }
    }
}

#[test]
fn a_byte_order_mark_is_no_harm() {
    let event = TestEvent::with("\u{feff}{\"ticket\": 2}");
    assert_eq!(
        event.json("query"),
        (
            0,
            serde_json::json!({"ok": true, "command": "query", "left": 2, "sold": 0, "held": 0, "on_sale": "open",
                "title": null})
        )
    );
    assert_eq!(event.json("buy --users 3 --lock --think 0ms").1["sold"], 2);
    event.assert_adds_up();
}

#[test]
fn a_missing_file_is_named_with_the_way_to_make_one() {
    for line in COMMANDS {
        let event = TestEvent::empty();
        let run = event.run(line);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(
            run.stderr.contains("tickets.json: there is no such file"),
            "{}",
            run.stderr
        );
        assert!(
            run.stderr.contains(&if line.starts_with("buy") {
                format!(" > {} makes", event.file.display())
            } else {
                format!(
                    " hint: if the event is elsewhere, -f PATH names it; 'tickets -f {} init 200'",
                    event.file.display()
                )
            }),
            "{}",
            run.stderr
        );
        assert_eq!(event.names(), [""; 0], "{line}");
        let (code, document) = event.json(line);
        assert_eq!(
            (code, &document["error"]["code"]),
            (1, &"missing".into()),
            "{document:#}"
        );
    }
}

#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    for (what, part) in [
        ("directory", "is a directory"),
        ("fifo", "is a fifo"),
        ("device", "is a device"),
        ("loop", "too many levels"),
        ("dangling", "could not follow"),
    ] {
        for line in COMMANDS {
            let event = TestEvent::empty();
            match what {
                "directory" => fs::create_dir(&event.file).unwrap(),
                "fifo" => assert!(
                    Command::new("mkfifo")
                        .arg(&event.file)
                        .status()
                        .unwrap()
                        .success()
                ),
                "device" => std::os::unix::fs::symlink("/dev/zero", &event.file).unwrap(),
                "loop" => std::os::unix::fs::symlink(&event.file, &event.file).unwrap(),
                _ => std::os::unix::fs::symlink("nowhere.json", &event.file).unwrap(),
            }
            let run = event.run(line);
            let code = if what == "directory" { 2 } else { 1 };
            assert_eq!(run.code, Some(code), "{what} {line}: {run:?}");
            assert!(
                run.stderr.to_lowercase().contains(part),
                "{what} {line}: {}",
                run.stderr
            );
            assert_eq!(event.names(), ["tickets.json"]);
        }
    }
}

#[test]
fn a_sparse_file_of_8_tib_is_not_read() {
    let event = TestEvent::stock(2);
    let file = fs::File::options().write(true).open(&event.file).unwrap();
    if let Err(error) = file.set_len(8 << 40) {
        eprintln!("skipped: this file system has no files of 8 TiB ({error})");
        return;
    }
    let run = event.run("query");
    assert_eq!(run.code, Some(6), "{run:?}");
}

/// A command as a user whom permissions stop.
pub(crate) fn as_nobody(event: &TestEvent, line: &str) -> Run {
    let mut command = event.command(line.split_ascii_whitespace());
    if is_root() {
        // The binary may lie where nobody else may look: a copy beside the event will do.
        let binary = event.path("bin/tickets");
        fs::create_dir(event.path("bin")).unwrap();
        // By a process of its own: a handle for writing, inherited by another test's child just now,
        // would keep the copy from being started.
        let copied = Command::new("cp")
            .arg(TICKETS)
            .arg(&binary)
            .status()
            .unwrap();
        assert!(copied.success());
        command = Command::new(&binary);
        command
            .arg("-f")
            .arg(&event.file)
            .args(line.split_ascii_whitespace())
            .uid(65534)
            .gid(65534);
    }
    let run = Run::of(command.output().unwrap());
    let _ = fs::remove_dir_all(event.path("bin"));
    run
}

#[test]
fn an_unreadable_file_is_named() {
    let event = TestEvent::stock(2);
    fs::set_permissions(event.directory(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&event.file, fs::Permissions::from_mode(0o000)).unwrap();
    let run = as_nobody(&event, "query");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stderr
            .contains("tickets.json: could not open: Permission denied"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("hint: reading needs read permission"),
        "{}",
        run.stderr
    );
}

#[test]
fn in_a_read_only_directory_one_can_query_but_not_buy() {
    let event = TestEvent::stock(2);
    fs::set_permissions(event.directory(), fs::Permissions::from_mode(0o555)).unwrap();
    let run = as_nobody(&event, "query");
    assert_eq!(run.code, Some(0), "{run:?}");
    for line in ["buy --users 2 --lock", "buy --users 2"] {
        let run = as_nobody(&event, line);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.stderr.contains("Permission denied"), "{}", run.stderr);
        assert!(
            run.stderr.contains("its directory exists, owned by root"),
            "{}",
            run.stderr
        );
    }
    fs::set_permissions(event.directory(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(event.names(), ["tickets.json"]);
    assert_eq!(event.count()["ticket"], 2);
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let cases = [
        ("buy --users 0", "write a whole number from 1 to 10000"),
        (
            "buy --users 1000000",
            "write a whole number from 1 to 10000",
        ),
        ("buy --users 8 --think 5..1", "\"5\" is no duration"),
        ("buy --users 8 --think 5ms..1ms", "runs backwards"),
        ("buy --users 8 --think 2h", "at most 1h"),
        (
            "buy --users 8 --quantity 0",
            "write a whole number from 1 to",
        ),
        (
            "buy --users 8 --lock=shard",
            "possible values: none, exclusive",
        ),
        ("buy --users 8 --wait soon", "write 0, 500ms, 30s or 2m"),
        ("buy --users 8 --lock --together", "--together"),
        ("buy", "--users"),
        ("buy --users many", "write a whole number from 1 to 10000"),
        ("book ann -n -1", "write a whole number from 1 to"),
        ("reset -1", "write a whole number from 0 to"),
        ("reset -- -1", "-1"),
        (
            "reset 9007199254740992",
            "write a whole number from 0 to 9007199254740991",
        ),
        ("sell", "unrecognized subcommand"),
    ];
    for (line, part) in cases {
        let event = TestEvent::stock(2);
        let run = event.run(line);
        assert_eq!(run.code, Some(2), "{line}: {run:?}");
        assert!(run.stderr.contains(part), "{line}: {}", run.stderr);
        let (code, document) = event.json(line);
        assert_eq!(
            (code, &document["ok"], &document["error"]["code"]),
            (2, &false.into(), &"usage".into()),
            "{line}"
        );
        assert_eq!(event.names(), ["tickets.json"], "{line}");
        assert_eq!(event.count()["ticket"], 2);
    }
}
