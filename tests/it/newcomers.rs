//! What goes wrong in the first minutes, for people and for programs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::bad_input::as_nobody;
use crate::harness::{Run, TICKETS, TestEvent};

#[test]
fn where_even_the_directory_is_missing_each_command_says_how_to_make_an_event() {
    for line in [
        "query",
        "buy --users 2",
        "buy --users 2 --lock",
        "book ann",
        "hold ann",
        "confirm 2-aaaaaa",
        "release 2-aaaaaa",
        "rename 2-aaaaaa bob",
        "show 2-aaaaaa",
        "set --title x",
        "close",
        "reopen",
        "door",
        "watch",
        "cancel 2-aaaaaa",
        "adjust +1 --reason more",
        "sales",
        "audit",
        "audit --repair",
        "reset",
        "reset 5",
    ] {
        for directory in [".", "no/such"] {
            let event = TestEvent::empty();
            let file = event.path(directory).join("tickets.json");
            let output = Command::new(TICKETS)
                .args(["--json", "-f"])
                .arg(&file)
                .args(line.split(' '))
                .output();
            let (code, document) = Run::of(output.unwrap()).document();
            let error = &document["error"];
            assert_eq!(
                (code, &error["code"]),
                (1, &"missing".into()),
                "{line}: {document}"
            );
            let hint = error["hint"].as_str().unwrap();
            let way = if line.starts_with("buy") {
                "tickets.json makes an event to rush on"
            } else {
                "tickets.json init 200' makes"
            };
            assert!(hint.contains(way), "{line}: {document}");
            assert_eq!(event.names(), [""; 0], "{line}");
        }
    }
}

/// The default event is to practise on, too: both ways to make it are told, and both work.
#[test]
fn where_the_default_event_is_missing_both_ways_to_make_it_are_told() {
    for command in ["query", "sales", "audit", "door"] {
        let event = TestEvent::empty();
        let run = Run::of(event.without_file(command).output().unwrap());
        assert_eq!(run.code, Some(1), "{run:?}");
        let told = "'tickets init 200' makes an event with 200 tickets there; 'tickets reset' makes one with 2, to practise on\n";
        assert!(run.stderr.ends_with(told), "{run:?}");
        let run = Run::of(event.without_file("reset").output().unwrap());
        assert_eq!(run.code, Some(0), "{run:?}");
        let run = Run::of(event.without_file("query").output().unwrap());
        assert_eq!(run.stdout, "2 left, 0 sold\n");
    }
    // Of any other event a reset makes none.
    let run = TestEvent::empty().run("query");
    assert!(!run.stderr.contains("reset"), "{run:?}");
}

/// The lock file stays where the count and the ledger were deleted: a backup is worth naming.
#[test]
fn an_event_that_was_deleted_leads_to_its_backup() {
    let event = TestEvent::empty();
    let told = "'tickets -f {} restore DIR' puts it back, if there is a backup";
    let told = told.replace("{}", &event.file.display().to_string());
    assert!(!event.run("query").stderr.contains(&told));
    assert_eq!(event.run("init 2").code, Some(0));
    event.booked("ann");
    let backup = event.path("backup");
    let backup = backup.to_str().unwrap();
    assert_eq!(event.run(&format!("backup {backup}")).code, Some(0));
    for name in ["tickets.json", "tickets.ledger.jsonl"] {
        fs::remove_file(event.path(name)).unwrap();
    }
    let run = event.run("query");
    assert!(run.code == Some(1) && run.stderr.contains(&told), "{run:?}");
    assert_eq!(event.run(&format!("restore {backup}")).code, Some(0));
    assert_eq!(event.json("query").1["sold"], 1);
}

#[test]
fn a_directory_that_is_closed_is_not_taken_for_an_empty_one() {
    let mut event = TestEvent::empty();
    let closed = event.path("closed");
    event.file = closed.join("tickets.json");
    assert_eq!(event.run("init 2").code, Some(0));
    event.booked("ann");
    let mode = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(event.directory(), mode(0o755)).unwrap();
    fs::set_permissions(&closed, mode(0o000)).unwrap();
    for line in [
        "query",
        "sales",
        "book bob",
        "audit",
        "audit --repair",
        "reset 9",
    ] {
        for file in ["tickets.json", "none.json", "below/tickets.json"] {
            event.file = closed.join(file);
            let run = as_nobody(&event, line);
            assert_eq!(run.code, Some(1), "{line}: {run:?}");
            // Nothing is known of a file in there, not even whether there is one.
            let named = format!(
                "error: {}: could not enter: Permission denied\n",
                closed.display()
            );
            assert!(run.stderr.starts_with(&named), "{line} {file}: {run:?}");
            assert!(run.stderr.contains("chmod"), "{line} {file}: {run:?}");
            assert!(
                !run.stderr.contains("on this file"),
                "{line} {file}: {run:?}"
            );
        }
    }
    event.file = closed.join("tickets.json");
    fs::set_permissions(&closed, mode(0o700)).unwrap();
    assert_eq!(event.json("query").1["sold"], 1);
}

#[test]
fn programs_are_told_which_command_makes_no_sense_and_why() {
    let event = TestEvent::stock(2);
    for (line, command, part) in [
        ("", "tickets", "'tickets' requires a subcommand"),
        ("vend", "tickets", "unrecognized subcommand 'vend'"),
        ("race", "race", "'tickets race' requires a subcommand"),
        ("book", "book", "<NAME>"),
        ("hold", "hold", "<NAME>"),
        ("sales --format xml", "sales", "table, json, jsonl, csv"),
        (
            "race prove --users 0",
            "race prove",
            "a whole number from 1 to",
        ),
        ("race find", "race find", "<CONDITION>"),
    ] {
        let (code, document) = event.json(line);
        assert_eq!(
            (code, &document["command"]),
            (2, &command.into()),
            "{line}: {document}"
        );
        let error = &document["error"];
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(part), "{line}: {document}");
        let help = match command {
            "tickets" => "see 'tickets --help'".to_owned(),
            command => format!("see 'tickets {command} --help'"),
        };
        assert_eq!(error["hint"], Value::from(help), "{line}");
    }
}

#[test]
fn a_help_that_nobody_can_read_is_an_error_and_a_refusal_was_not_carried_out() {
    let event = TestEvent::stock(1);
    for (line, code, told) in [
        ("--help", 1, true),
        ("--json book ann -n 2", 3, false),
        ("--json sell", 2, false),
    ] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = event.command(line.split(' '));
        let run = Run::of(command.stdout(Stdio::from(full)).output().unwrap());
        assert_eq!(run.code, Some(code), "{line}: {run:?}");
        assert!(
            run.stderr.contains("result could not be written"),
            "{run:?}"
        );
        assert_eq!(run.stderr.contains("carried out"), told, "{line}: {run:?}");
    }
}

/// Who leaves -f out is told which events there are.
#[test]
fn an_event_that_was_not_named_is_looked_for_nearby() {
    let event = TestEvent::empty();
    let run = |line: &str| {
        let mut command = Command::new(TICKETS);
        command
            .env_remove("TICKETS_FILE")
            .current_dir(event.directory())
            .args(line.split(' '));
        Run::of(command.output().unwrap())
    };
    let told = |line: &str| {
        let missing = run(line);
        assert_eq!(missing.code, Some(1), "{missing:?}");
        missing.stderr.split("hint: ").nth(1).unwrap().to_owned()
    };
    let alone = format!(
        "it was looked for at {}/data/tickets.json; if the event is elsewhere, -f PATH names it; 'tickets init 200' makes \
         an event with 200 tickets there; 'tickets reset' makes one with 2, to practise on\n",
        event.directory().display()
    );
    assert_eq!(told("query"), alone);
    // Neither a file without a ledger, nor a ledger alone, is an event for sure.
    fs::write(event.path("list.json"), "{\"ticket\": 3}").unwrap();
    fs::write(event.path("a.ledger.jsonl"), "").unwrap();
    assert_eq!(told("query"), alone);
    let here = "no event was named, and here there is";
    assert_eq!(run("-f ball.json init 5").code, Some(0));
    assert_eq!(
        told("book ann"),
        format!("{here} ball.json: 'tickets -f ball.json book ann'; {alone}")
    );
    for name in ["x y.json", "data/gala.json", "data/more.json"] {
        let mut made = Command::new(TICKETS);
        let made = made.arg("-f").arg(event.path(name)).args(["init", "5"]);
        assert_eq!(Run::of(made.output().unwrap()).code, Some(0));
    }
    assert_eq!(
        told("sales"),
        format!(
            "{here} ball.json, x y.json, data/gala.json and others: 'tickets -f ball.json sales'; {alone}"
        )
    );
    // Whoever names one means that one.
    assert!(!told("-f no.json query").contains(here));
}

/// Who leaves -f out where the default event is there too is told of which event the answer is.
#[test]
fn an_answer_of_an_event_that_was_not_named_says_so_where_others_are_at_hand() {
    let event = TestEvent::empty();
    let run = |line: &str| {
        let mut command = Command::new(TICKETS);
        command
            .env_remove("TICKETS_FILE")
            .current_dir(event.directory())
            .args(line.split(' '));
        Run::of(command.output().unwrap())
    };
    assert_eq!(run("reset 5").code, Some(0));
    let alone = run("book ann");
    assert_eq!((alone.code, alone.stderr.as_str()), (Some(0), ""));
    assert_eq!(run("-f gala.json init 5").code, Some(0));
    let note = |command: &str| {
        format!(
            "note: no event was named, and so it was data/tickets.json; here there is gala.json: \
             'tickets -f gala.json {command}'\n"
        )
    };
    for (line, code) in [
        ("book ann", 0),
        ("hold bob", 0),
        ("release 4", 0),
        ("rename 2 Zoe", 0),
        ("adjust +1 --reason more", 0),
        ("close", 0),
        ("book ann", 4),
        ("reopen", 0),
        ("book ann -n 99", 3),
        ("cancel 99", 4),
        ("show 99", 4),
        ("set --title x", 0),
        ("door", 0),
        ("sales", 0),
        ("audit", 0),
        ("query", 0),
    ] {
        let told = run(line);
        assert_eq!(told.code, Some(code), "{line}: {told:?}");
        assert!(told.stderr.ends_with(&note(line)), "{line}: {told:?}");
    }
    for line in [
        "-q book ann",
        "--json book ann",
        "-f data/tickets.json book ann",
        "-f gala.json book ann",
        "watch --help",
        "set",
        "book",
    ] {
        let told = run(line);
        assert!(!told.stderr.contains("no event was named"), "{told:?}");
    }
}

/// An event to practise on is one for real by the first thing that is set of it: it is said at that moment, and how to
/// practise on.
#[test]
fn who_sets_something_of_an_event_to_practise_on_is_told_what_that_makes_of_it() {
    let event = TestEvent::empty();
    let run = |line: &str| {
        let mut command = Command::new(TICKETS);
        command
            .env_remove("TICKETS_FILE")
            .current_dir(event.directory())
            .args(line.split(' '));
        Run::of(command.output().unwrap())
    };
    let note = |other: &str| {
        format!(
            "by that data/tickets.json is an event for real, and stays one after a reset, too: 'tickets buy' wants --force \
             there; to practise on: echo '{{\"ticket\": 2}}' > {other}, then say -f {other}"
        )
    };
    assert_eq!(run("reset").code, Some(0));
    assert_eq!(run("set").stderr, "");
    let told = run("set --title Ball").stderr;
    assert_eq!(told, format!("note: {}\n", note("practice.json")));
    assert_eq!(run("set --title Dance").stderr, "");
    assert_eq!(run("buy --users 2 --lock --think 0ms").code, Some(4));
    // What it says is so, and there is one to rush on.
    assert_eq!(run("reset").code, Some(0));
    assert_eq!(run("buy --users 2 --lock --think 0ms").code, Some(4));
    let (_, line) = told.split_once("to practise on: ").unwrap();
    let (line, _) = line.split_once(", then").unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(event.directory());
    assert!(shell.status().unwrap().success(), "{line}");
    assert_eq!(
        run("-f practice.json buy --users 2 --lock --think 0ms").code,
        Some(0)
    );
    // No file is written over by what is told; a program is told as of what it should know.
    fs::remove_dir_all(event.path("data")).unwrap();
    assert_eq!(run("reset").code, Some(0));
    let (_, document) = run("--json set --title Ball").document();
    assert_eq!(
        document["warning"],
        note("practice-2.json").as_str(),
        "{document:#}"
    );
    assert_eq!(run("-f gala.json init 5").code, Some(0));
    assert_eq!(run("-f gala.json set --title Ball").stderr, "");
}

/// A slip in the name of an event is answered with the events that are called nearly so.
#[test]
fn an_event_whose_name_is_a_slip_is_looked_for_beside() {
    let event = TestEvent::empty();
    let run = |line: &str| {
        let mut command = Command::new(TICKETS);
        command.current_dir(event.directory()).args(line.split(' '));
        Run::of(command.output().unwrap())
    };
    fs::create_dir(event.path("club")).unwrap();
    for name in ["gala", "gale", "picnic", "club/quiz"] {
        assert_eq!(run(&format!("-f {name}.json init 5")).code, Some(0));
    }
    for (name, like) in [
        (
            "galla.json",
            "gala.json, gale.json: 'tickets -f gala.json book ann'; ",
        ),
        ("Gale.json", "gale.json, gala.json: "),
        ("club/quizz.json", "club/quiz.json: "),
    ] {
        let missing = run(&format!("-f {name} book ann"));
        let hint = format!(" hint: there is {like}");
        assert_eq!(missing.code, Some(1), "{missing:?}");
        assert!(missing.stderr.contains(&hint), "{missing:?}");
        assert!(missing.stderr.contains("init 200' makes"), "{missing:?}");
    }
    let missing = run("-f x.json book ann").stderr;
    assert!(!missing.contains("there is x"), "{missing}");
    assert!(
        missing.contains("/x.json; if the event is elsewhere, -f PATH names it; 'tickets -f x.json init 200' makes"),
        "{missing}"
    );
}

/// Messages are for people: no type, no error number and no value as the program's own language writes it.
#[test]
fn no_message_speaks_of_the_insides_of_the_program() {
    let event = TestEvent::stock(9);
    let header = "{\"evidence\":1,\"stock\":2,\"first\":1}\n";
    for (name, text) in [
        ("bytes", &b"\xff\xfe"[..]),
        ("type", b"{\"buyer\":\"a\",\"invoke\":\"x\"}\n"),
        ("negative", b"{\"buyer\":\"a\",\"invoke\":-1}\n"),
        ("word", b"{\"buyer\":\"a\",\"outcome\":\"sald\"}\n"),
        ("member", b"{\"byer\":\"a\"}\n"),
        ("cut", b"{\"buyer\":\"a\""),
    ] {
        let all = [header.as_bytes(), text].concat();
        fs::write(event.path(name), all).unwrap();
    }
    let place = event.directory().display().to_string();
    let mut lines: Vec<String> = [
        "bytes", "type", "negative", "word", "member", "cut", "", "nosuch",
    ]
    .iter()
    .map(|name| format!("race check {place}/{name}"))
    .collect();
    lines.extend(
        [
            "race prove --users 2 --place /nosuch",
            "doctor /proc",
            "doctor /dev/null",
            "man /proc/nosuch",
            "backup /proc/nosuch",
            "restore /nosuch",
            "buy --users 2 --evidence /nosuch/x",
            "buy --users 2 --timeline /nosuch/x.svg",
            "buy --users 2 --think soon",
            "book ann --wait soon",
            "race find foo",
            "race replay x",
        ]
        .map(str::to_owned),
    );
    for line in lines {
        let run = event.run(&line);
        assert!(
            ![Some(0), Some(101), None].contains(&run.code),
            "{line}: {run:?}"
        );
        let said = run.stdout + &run.stderr;
        for insides in [
            "os error",
            "u64",
            "usize",
            "i64",
            "invalid type",
            "invalid value: ",
            "variant",
            "field",
            "Some(",
            "None",
            "Utf8Error",
            "Err(",
            "at line ",
            "at path",
            "expected one of",
            "expected number",
        ] {
            assert!(!said.contains(insides), "{line}: {insides}: {said}");
        }
    }
}
