//! Slips of the command line: what people type who have not read the help is answered with what was meant.

use std::process::Command;

use serde_json::Value;

use crate::harness::{Run, TICKETS, TestEvent};

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
            "--reason says why: 'tickets adjust +5 --reason",
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
        (
            "init twohundred",
            "written in digits, and -f names an event",
        ),
        ("storno 3", "'tickets cancel ID' does that"),
        ("init 200 gala.json", "'tickets -f gala.json init 200'"),
        ("init 200 ./gala", "'tickets -f ./gala init 200'"),
        ("init gala.json 200", "'tickets -f FILE init 200'"),
        ("init --stock 200", "'tickets init 200'"),
        ("buy --users 3 --stock 2", "'tickets reset 200'"),
        ("doctor --dir data", "'tickets doctor DIR'"),
        ("race replay 1 2 2 1", "as in '1 2 2 1'"),
        ("race prove 3", "'--users 3'"),
        ("audit --wait 3", "'--repair' does"),
    ]);
}

/// No sign would make a difference of it.
#[test]
fn a_difference_of_none_is_told_at_once() {
    let event = TestEvent::stock(2);
    for none in ["0", "+0", "-0"] {
        let run = event.run(&format!("adjust {none} --reason x"));
        let told = "that changes nothing";
        assert!(run.code == Some(2) && run.stderr.contains(told), "{run:?}");
        assert!(!run.stderr.contains("write +"), "{run:?}");
    }
}

#[test]
fn a_slip_at_the_desk_is_answered_with_what_was_meant() {
    assert_meant(&[
        (
            "hold bob --until 2026-12-24",
            "for how long, and not until when: '--for 2h'",
        ),
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
        ("book 3", "'tickets book NAME --quantity 3'"),
        ("hold 3 --note late", "'tickets hold NAME --quantity 3'"),
        ("book Al x2", "'--quantity 2'"),
        ("book Al --note paid cash", "'--note \"paid cash\"'"),
        ("import a.csv gala.json", "-f gala.json import LIST.csv'"),
        ("set title Gala", "'--title \"New Year\"'"),
        ("close gala", "-f names the event"),
        (
            "close the\u{a0}doors",
            "'--reason \"the\u{a0}doors\"' says why",
        ),
        ("undo 4", "what was cancelled is booked again"),
        ("history 4", "show 4' does that"),
        ("log 4-k3v9xq", "show 4-k3v9xq' does that"),
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

/// What a tip says is done as it stands: it leads to what was meant, and to nothing else.
#[test]
fn a_tip_that_is_followed_does_what_was_meant() {
    assert_meant(&[
        ("changes", "'tickets sales --changes' does that"),
        ("unclose", "'tickets reopen' does that"),
        ("start", "'tickets reopen' sells again"),
        ("load safe", "'tickets restore DIR' puts a backup back"),
        ("sold", "'tickets sales' does that"),
        ("stats", "'tickets query' does that"),
        ("names", "'tickets door' does that"),
        ("hold bob 2h", "'--for 2h' says for how long"),
        ("hold bob for 15m", "'--for 15m' says for how long"),
        ("hold bob the builder", "stand in quotes"),
        ("hold bob --hold 2h", "'--for 2h' says that"),
        ("book bob --paid", "'--note paid' says that"),
        ("close rain", "'--reason rain' says why"),
        (
            "adjust -5",
            "'tickets adjust -5 --reason \"gallery closed\"'",
        ),
        (
            "adjust -5 rain",
            "'tickets adjust -5 --reason \"gallery closed\"'",
        ),
        ("adjust --by 5 --reason rain", "'tickets adjust +5 --reason"),
        ("book bob 2\u{a0}tickets", "'--quantity 2' says how many"),
        ("hold bob 2\u{a0}Seats", "'--quantity 2' says how many"),
        ("book bob 2\u{a0}fast", "'tickets book \"bob 2\u{a0}fast\"'"),
        ("cancel sale 3", "'tickets cancel 3' takes that sale back"),
        (
            "cancel sale 3-k3v9xq",
            "'tickets cancel 3-k3v9xq' takes that sale back",
        ),
        ("cancel 3 2", "'--quantity 2' says how many"),
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

/// A number is somebody's name where that is said.
#[test]
fn a_number_is_a_name_where_that_is_said() {
    let event = TestEvent::stock(9);
    for line in ["book -- 3", "book 3 -n 1", "hold -- 4", "book 01701234567"] {
        assert_eq!(event.json(line).0, 0, "{line}");
    }
    assert_eq!(event.json("book 3").0, 2);
    assert_eq!(event.json("query").1["sold"], 3);
}

#[test]
fn a_number_sign_before_a_number_is_passed_over() {
    let event = TestEvent::stock(9);
    event.booked("ann");
    let sale = Run::of(event.command(["cancel", "#2"]).output().unwrap());
    assert_eq!(sale.code, Some(0), "{sale:?}");
    assert_eq!(event.json("query").1["sold"], 0);
}

#[test]
fn what_is_tried_of_lists_ports_and_holds_is_answered() {
    assert_meant(&[
        ("door gala.json", "'tickets -f gala.json door'"),
        ("door -o list.html", "--format html > door.html"),
        #[cfg(feature = "serve")]
        ("serve --port 8081", "--listen 127.0.0.1:8080"),
        ("expire", "ends by itself"),
    ]);
}

/// A payment is a note, and a hold is one thing.
#[test]
fn who_asks_for_payments_is_told_of_notes() {
    assert_meant(&[
        ("paid", "'tickets sales' lists all with their notes"),
        ("unpaid", "'tickets sales --format csv'"),
        ("pay 3", "'tickets book NAME --note paid'"),
        ("payment", "'tickets rename ID \"Ann (paid)\"'"),
        ("sales --paid", "'tickets sales' lists all with their notes"),
        ("sales --note paid", "'tickets sales --format csv'"),
        ("release 3 -n 1", "a hold is released as a whole"),
        ("confirm 3 --quantity 1", "a hold is confirmed as a whole"),
        ("release 3 -n 1", "'tickets cancel ID -n N' takes back"),
        ("check-in", "'tickets door --format html'"),
    ]);
}
