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

#[test]
fn words_that_people_try_are_answered_with_the_right_ones() {
    let event = TestEvent::stock(2);
    for (word, right) in [
        ("sell", "book NAME"),
        ("list", "sales"),
        ("reserve", "hold NAME"),
        ("pause", "close"),
        ("guests", "door"),
        ("log", "sales --changes"),
        ("new", "init N"),
        ("status", "query"),
        ("fix", "audit --repair"),
        ("version", "--version"),
    ] {
        let right = match right {
            "--version" => "tickets --version".to_owned(),
            right => format!("tickets -f {} {right}", event.file.display()),
        };
        let run = event.run(word);
        assert_eq!(run.code, Some(2), "{run:?}");
        let told = format!("tip: '{right}' does that\n");
        assert!(run.stderr.contains(&told), "{run:?}");
        assert_eq!(run.stderr.matches("tip:").count(), 1, "{run:?}");
        let hint = event.json(word).1["error"]["hint"].clone();
        assert_eq!(hint, Value::from(format!("'{right}' does that")));
    }
    // A program without the service says how it is built.
    if !cfg!(feature = "serve") {
        let run = event.run("serve");
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains("--features serve"), "{run:?}");
        assert!(!run.stderr.contains("restore"), "{run:?}");
    }
    // The event is named as the caller has done it, or not at all.
    let run = Run::of(event.without_file("sell").output().unwrap());
    assert!(
        run.stderr.contains("tip: 'tickets book NAME' does"),
        "{run:?}"
    );
    // What follows another command is none of these.
    assert!(!event.run("race show").stderr.contains("sales"));
}

/// What people type who have not read the help, and what they are told.
#[test]
fn a_slip_is_answered_with_what_was_meant() {
    assert_meant(&[
        ("book Ann Smith", "in quotes: 'tickets book \"Ann Smith\"'"),
        ("book Ann Smith Jones", "'tickets book \"Ann Smith\"'"),
        ("book -n Ann Smith", "'tickets book \"Ann Smith\" -n 2'"),
        ("book --name Ann", "the name stands by itself"),
        ("book ann 2", "'--quantity 2'"),
        ("book ann --count 2", "'--quantity Q'"),
        ("cancel 4 2", "'--quantity 2'"),
        ("cancel 4 5", "one sale at a time"),
        ("cancel 4 ill", "'--reason ill'"),
        ("book Ann \u{2013}n 2", "begins with a long dash"),
        ("hold Carol Smith", "stand in quotes"),
        ("rename 6 Alice Brown", "stand in quotes"),
        ("sales --name carol smith", "--name \"carol smith\""),
        (
            "adjust +5 gallery",
            "--reason says why: 'tickets adjust +20",
        ),
        ("audit --fix", "'--repair'"),
        ("cancel --id 4", "the id stands by itself"),
        ("BOOK Ann", "in small letters: 'tickets book'"),
        ("buy 8", "'--users 8'"),
        ("buy -n 8", "'--users 8' says how many buyers"),
        (
            "buy",
            "'--users 8' says how many buyers rush; 'tickets book NAME'",
        ),
        ("buy alice", "'tickets book alice' sells to somebody"),
        ("buy --users 8 --lock shared", "'--lock=shared'"),
        ("sales ann", "'--name ann'"),
        ("sales csv", "'--format csv'"),
        ("sales --csv", "'--format csv'"),
        ("sales --buyer ann", "'--name WHO'"),
        ("query gala.json", "'tickets -f gala.json query'"),
        ("gala.json query", "'tickets -f gala.json query'"),
        ("init gala", "'tickets -f gala.json init 200'"),
        ("init gala.json 200", "'tickets -f FILE init 200'"),
        ("init --stock 200", "'tickets init 200'"),
        ("buy --users 3 --stock 2", "'tickets reset 200'"),
        ("doctor --dir data", "'tickets doctor DIR'"),
        ("race replay 1 2 2 1", "as in '1 2 2 1'"),
        ("race prove 3", "'--users 3'"),
        ("audit --wait 3", "'--repair' does"),
    ]);
}

#[test]
fn a_slip_at_the_desk_is_answered_with_what_was_meant() {
    assert_meant(&[
        ("hold bob --until 18:00", "'--for 2h'"),
        ("hold bob --hours 2", "'--for 2h'"),
        (
            "hold bob --for 18:00",
            "for how long, and not until when: '--for 2h'",
        ),
        ("hold bob --for Friday", "for how long, and not until when"),
        ("hold --name bob", "'tickets hold \"Ann Smith\"'"),
        ("hold bob --count 2", "'--quantity Q'"),
        ("hold bob --reason friday", "'--note TEXT'"),
        ("find ann", "'tickets sales --name WHO'"),
        ("search ann", "'tickets sales --name WHO'"),
        ("holds", "'tickets sales --held'"),
        ("settings", "'tickets set'"),
        ("set --stock 250", "'tickets adjust +N --reason TEXT'"),
        ("set 250", "'tickets adjust +N --reason TEXT'"),
        ("set --name Gala", "'--title T'"),
        ("door --csv", "'--format csv'"),
        ("door --html", "'--format html'"),
        ("door html", "'--format html'"),
        (
            "rename 4 --to Ann",
            "'tickets rename 7-k3v9xq \"Ann Smith\"'",
        ),
        ("confirm --id 4", "'tickets confirm 7-k3v9xq'"),
        ("confirm 4 --note cash", "'tickets hold NAME --note TEXT'"),
        ("cancel 4 --note ill", "'--reason TEXT'"),
        (
            "rename 4 Ann --note paid",
            "goes into the name: 'tickets rename ID \"Ann (paid)\"'",
        ),
        ("note 4 paid", "a note stays as it was written"),
        ("sales --holds", "'--held'"),
        ("sales --history", "'--changes'"),
        ("backup --to safe", "'tickets backup DIR'"),
        ("restore --from safe", "'tickets restore DIR'"),
        ("import --csv a.csv", "'tickets import LIST.csv'"),
        ("import -f a.csv", "the list stands by itself"),
        ("init 200 --hold 18:00", "'--hold 2h'"),
        ("adjust +20", "'tickets adjust +20 --reason"),
        ("cancel", "'tickets sales' lists the sales with their ids"),
        ("show", "'tickets sales' lists"),
        ("book 2 Al", "'tickets book Al --quantity 2'"),
        ("book Al x2", "'--quantity 2'"),
        ("book Al --note paid cash", "'--note \"paid cash\"'"),
        ("import a.csv gala.json", "-f gala.json import LIST.csv'"),
        ("set title Gala", "'--title \"New Year\"'"),
        ("close gala", "-f names the event"),
        ("undo 4", "what was cancelled is booked again"),
        ("unhold 4", "'tickets release ID'"),
        ("edit 4", "'tickets rename'"),
        ("confirm", "'tickets sales --held' lists"),
        ("return 4", "'tickets cancel ID' takes a sale back"),
        ("report", "'tickets sales' does that"),
        ("buyers", "'tickets sales' does that"),
        ("who ann", "'tickets sales' lists who has bought"),
        ("config", "'tickets set' does that"),
        ("extend 4", "a hold is not renewed"),
        ("info", "'tickets query' does that"),
        ("print", "'tickets door --format html' does that"),
        ("end", "'tickets close' does that"),
        (
            "book \u{201c}Ann Smith\u{201d} -n 2",
            "write the plain one, as in 'tickets book \"Ann Smith\"'",
        ),
        (
            "hold \u{201e}Ann Smith\u{201c}",
            "write the plain one, as in 'tickets hold \"Ann Smith\"'",
        ),
    ]);
}

/// It would be another option, with the rest of the word for its value.
#[test]
fn an_option_of_many_letters_with_one_dash_is_refused() {
    let event = TestEvent::stock(9);
    for (line, told) in [
        ("book al -key", "write --key"),
        ("book al -note=paid", "write --note"),
        ("hold al -for 2h", "write --for"),
        ("race prove -users 2", "write --users"),
    ] {
        let run = event.run(line);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains(told), "{run:?}");
        let run = event.run(&format!("{line} --json"));
        assert!(run.stdout.contains(told), "{run:?}");
    }
    // A value that only looks so, and what stands behind the options.
    assert_eq!(event.run("book al -n2 -kkey").code, Some(0));
    assert_eq!(event.run("book -- -key").code, Some(0));
}

/// No command takes a value that begins with a dash, so that a tip to pass one would not work.
#[test]
fn an_option_that_is_unknown_is_not_to_be_passed_as_a_value() {
    let event = TestEvent::stock(9);
    for line in ["book al --paid", "init 200 --price 20", "cancel 1 --all"] {
        let run = event.run(line);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(!run.stderr.contains("as a value"), "{run:?}");
    }
}

/// Each of these lines is refused with such a tip, for people and for programs.
#[track_caller]
fn assert_meant(slips: &[(&str, &str)]) {
    let event = TestEvent::stock(9);
    for (line, meant) in slips {
        let told = |json: &[&str]| {
            let mut command = Command::new(TICKETS);
            command
                .env_remove("TICKETS_FILE")
                .current_dir(event.directory())
                .args(json)
                .args(line.split(' '));
            Run::of(command.output().unwrap())
        };
        let run = told(&[]);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (Some(2), ""),
            "{line}: {run:?}"
        );
        let tip = run.stderr.split("tip: ").nth(1).unwrap_or_default();
        assert!(tip.contains(meant), "{line}: {run:?}");
        let (code, document) = told(&["--json"]).document();
        let hint = document["error"]["hint"].as_str().unwrap_or_default();
        assert!(code == 2 && hint.contains(meant), "{line}: {document:#}");
    }
    assert_eq!(event.names(), ["tickets.json"]);
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
         an event with 200 tickets there\n",
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
        format!("{here} ball.json: 'tickets -f ball.json book'; {alone}")
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
    ] {
        let told = run(line);
        let command = line.split(' ').next().unwrap();
        assert_eq!(told.code, Some(code), "{line}: {told:?}");
        assert!(told.stderr.ends_with(&note(command)), "{line}: {told:?}");
    }
    for line in [
        "-q book ann",
        "--json book ann",
        "-f data/tickets.json book ann",
        "-f gala.json book ann",
        "query",
        "sales",
        "set",
        "book",
    ] {
        let told = run(line);
        assert!(!told.stderr.contains("no event was named"), "{told:?}");
    }
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
            "gala.json, gale.json: 'tickets -f gala.json book'; ",
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
