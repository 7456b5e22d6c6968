//! What is said to those who teach: reasons that fit what is shown, cures that cure, hints that lead on.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::harness::{Run, TICKETS, TestEvent};

/// What is printed where a line has room for all of it.
fn said(arguments: &[&str]) -> Run {
    wide(arguments, "1000")
}

fn wide(arguments: &[&str], columns: &str) -> Run {
    let mut command = Command::new(TICKETS);
    command.args(arguments).env("COLUMNS", columns);
    Run::of(command.output().unwrap())
}

#[track_caller]
fn line<'a>(run: &'a Run, label: &str) -> &'a str {
    let mut lines = run.stdout.lines();
    let found = lines.find_map(|line| line.strip_prefix(label));
    found
        .unwrap_or_else(|| panic!("no {label:?}: {run:?}"))
        .trim()
}

/// A race by what it is: a count that was cut is no lost update, and a lock does not mend what a killed buyer has left.
#[test]
fn the_reason_is_that_of_the_race_and_the_cure_cures_it() {
    for (options, why, cure) in [
        (
            &["--writes", "in-place"][..],
            "the count is cut to nothing before it is filled, and whoever reads in between",
            "--lock",
        ),
        (
            &["--lock", "--writes", "in-place", "--query"],
            "whoever looks in between, without the lock, finds it empty",
            "--lock --query",
        ),
        (
            &["--lock", "--writes", "in-place", "--crashes"],
            "who is killed in between leaves it empty",
            "--lock --crashes",
        ),
        (&[], "each writes what it has read, less one", "--lock"),
        (
            &["--lock=shared"],
            "a shared lock is given to all",
            "--lock",
        ),
    ] {
        let run = said(&[&["race", "prove"][..], options].concat());
        assert_eq!(run.code, Some(6), "{run:?}");
        assert!(line(&run, "why  ").contains(why), "{options:?}: {run:?}");
        let cure = format!("tickets race prove --users 2 {cure}");
        assert_eq!(line(&run, "cure "), cure, "{options:?}");
        let words: Vec<&str> = cure.split(' ').skip(1).collect();
        let cured = said(&words);
        assert_eq!(cured.code, Some(0), "{cure}: {cured:?}");
    }
    let many = said(&[
        "race",
        "prove",
        "--users",
        "12",
        "--samples",
        "3",
        "--seed",
        "7",
    ]);
    assert_eq!(
        line(&many, "cure "),
        "tickets race prove --users 12 --lock --stock 1"
    );
    // Another event than that of the race: it is said why.
    assert!(
        line(&many, "note  with 12 tickets").contains("too many ways"),
        "{many:?}"
    );
    let few = [
        "race",
        "prove",
        "--users",
        "12",
        "--stock",
        "2",
        "--samples",
        "99",
        "--seed",
        "7",
    ];
    let few = said(&few);
    assert_eq!(
        line(&few, "cure "),
        "tickets race prove --users 12 --lock --stock 2"
    );
    assert!(!few.stdout.contains("\nnote  with"), "{few:?}");
    let cured = said(&["race", "prove", "--users", "12", "--lock", "--stock", "1"]);
    assert_eq!(cured.code, Some(0), "{cured:?}");
    assert!(cured.stdout.contains("\nsafe  "), "{cured:?}");
}

#[test]
fn a_proof_says_what_it_counts() {
    let run = said(&["race", "prove"]);
    let count = line(&run, "count  ");
    assert!(
        count.contains("the buyers, who are alike")
            && count.contains("a lock that is held are left out"),
        "{count}"
    );
    // Two who differ in nothing: who of them goes first makes no other schedule.
    let locked: Value = said(&[
        "--json", "race", "prove", "--users", "3", "--lock", "--stock", "1",
    ])
    .document()
    .1;
    assert_eq!(locked["schedules"], 1, "{locked:#}");
    let scenario = said(&["race", "prove", "--scenario", "confirm-expire"]);
    assert!(
        !line(&scenario, "count  ").contains("alike"),
        "{scenario:?}"
    );
}

/// Odds are told with what they leave out, and where there are none it is said why.
#[test]
fn odds_say_what_they_leave_out_and_why_there_are_none() {
    let killed = said(&["race", "prove", "--crashes"]);
    assert!(
        killed.stdout.contains("kills do not count in the odds"),
        "{killed:?}"
    );
    let whole = said(&["race", "prove"]);
    assert!(
        whole.stdout.contains("\nodds  ") && !whole.stdout.contains("kills"),
        "{whole:?}"
    );
    for (class, why) in [
        ("8!:0", "where at most 1500 runs"),
        ("9!:0", "at most 16 steps, and these buyers make 18"),
    ] {
        let run = said(&["race", "replay", class, "--stock", "2"]);
        let told = line(&run, "odds  ");
        assert!(
            told.starts_with("too many schedules for odds: ") && told.contains(why),
            "{told}"
        );
        let (_, document) = said(&["--json", "race", "replay", class, "--stock", "2"]).document();
        assert_eq!(document["no_odds"], *told, "{document:#}");
        assert!(document["odds"].is_null(), "{document:#}");
    }
    let (_, document) = said(&["--json", "race", "replay", "1 2 2 1"]).document();
    assert!(
        document["odds"].is_array() && document["no_odds"].is_null(),
        "{document:#}"
    );
}

#[test]
fn a_schedule_that_ends_early_is_completed_and_that_is_told() {
    for (schedule, added) in [("1", "1"), ("1 9 9 1", "2 3 4 5 6 7 8")] {
        let run = said(&["race", "replay", schedule]);
        let steps = schedule.split(' ').count();
        let told = line(&run, "note  ");
        let wanted = format!("ends after step {steps}, and was completed");
        assert!(told.contains(&wanted) && told.ends_with(added), "{told}");
        let (_, document) = said(&["--json", "race", "replay", schedule]).document();
        assert_eq!(document["added"], added.split(' ').count(), "{document:#}");
    }
    let whole = said(&["race", "replay", "1 2 2 1"]);
    assert!(!whole.stdout.contains("completed"), "{whole:?}");
    let help = said(&["race", "replay", "--help"]);
    assert!(help.stdout.contains("is completed"), "{help:?}");
    assert!(
        help.stdout
            .contains("replay of a class: one for each buyer"),
        "{help:?}"
    );
}

/// A lock that is none here is not offered, and who asks for it is told what it is.
#[test]
fn a_lock_that_these_buyers_cannot_take_is_not_offered() {
    for command in ["prove", "find", "replay"] {
        let help = said(&["race", command, "--help"]);
        assert!(
            help.stdout.contains("data-file") && !help.stdout.contains("mutex"),
            "{help:?}"
        );
        for (kind, told) in [
            ("mutex", "buy --users 8 --threads --lock=mutex"),
            ("tutorial", "race prove --lock --writes in-place --query"),
        ] {
            let what = if command == "replay" {
                "1 1"
            } else {
                "oversold"
            };
            let lock = format!("--lock={kind}");
            let words = match command {
                "prove" => vec!["race", command, &lock],
                _ => vec!["race", command, what, &lock],
            };
            let run = said(&words);
            assert_eq!(run.code, Some(2), "{run:?}");
            assert!(run.stderr.contains(told), "{command} {kind}: {run:?}");
        }
    }
    let help = said(&["buy", "--help"]);
    assert!(help.stdout.contains("mutex"), "{help:?}");
    let words = help.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("or with --lock=shared or write-only"),
        "{help:?}"
    );
}

/// What is said of `--together` is so.
#[test]
fn buyers_read_together_under_the_locks_that_are_named() {
    for (lock, code) in [
        ("none", 6),
        ("shared", 6),
        ("write-only", 6),
        ("exclusive", 2),
        ("data-file", 2),
    ] {
        let event = TestEvent::stock(2);
        let run = event.run(&format!(
            "buy --users 3 --together --think 0ms --lock={lock}"
        ));
        assert_eq!(run.code, Some(code), "{lock}: {run:?}");
    }
}

/// Luck is no end: what shows the race without it stands below.
#[test]
fn a_rush_that_was_lucky_leads_to_the_proof() {
    for lock in ["none", "shared", "data-file", "write-only"] {
        let event = TestEvent::stock(2);
        let run = event.run(&format!("buy --users 1 --think 0ms --lock={lock}"));
        assert_eq!(run.code, Some(0), "{run:?}");
        // Of one buyer that it went well is no luck.
        assert!(
            run.stdout.contains("nobody to race with") && !run.stdout.contains("luck"),
            "{run:?}"
        );
        let option = match lock {
            "none" => String::new(),
            kind => format!(" --lock={kind}"),
        };
        let proof = format!("tickets race prove --users 3{option}");
        assert!(
            line(&run, "hint  ").contains(&format!("'{proof}'")),
            "{run:?}"
        );
        let words: Vec<&str> = proof.split(' ').skip(1).collect();
        assert_eq!(said(&words).code, Some(6), "{proof}");
    }
    let event = TestEvent::stock(0);
    let run = event.run("buy --users 2 --think 0ms --lock");
    assert!(
        run.stdout
            .contains("nothing was sold, so there was nothing to race for"),
        "{run:?}"
    );
}

#[test]
fn words_of_the_lab_without_race_lead_to_it() {
    for (words, tip) in [
        (
            &["check", "run.jsonl"][..],
            "'tickets race check run.jsonl'",
        ),
        (&["find", "oversold"], "'tickets race find oversold'"),
        (&["scenarios"], "'tickets race scenarios'"),
        (&["check"], "'tickets audit'"),
        (&["find", "Ann"], "'tickets sales --name WHO'"),
    ] {
        let run = said(words);
        assert!(run.stderr.contains(tip), "{words:?}: {run:?}");
    }
}

/// Where the table has no room, the smallest races stand below their rows.
#[test]
fn a_narrow_scoreboard_keeps_its_smallest_races() {
    let narrow = wide(&["race", "locks", "--users", "2"], "40");
    assert!(
        narrow.stdout.lines().all(|line| line.chars().count() <= 60),
        "{narrow:?}"
    );
    let broad = wide(&["race", "locks", "--users", "2"], "200");
    assert!(broad.stdout.contains("smallest race\n"), "{broad:?}");
    let (_, document) = said(&["--json", "race", "locks", "--users", "2"]).document();
    let rows = document["rows"].as_array().unwrap();
    let told: Vec<&str> = narrow
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("  smallest race  "))
        .collect();
    let races: Vec<&str> = rows
        .iter()
        .map(|row| row["smallest"]["grants"].as_str().unwrap_or("none"))
        .collect();
    assert_eq!(told, races);
}

/// An empty count without a ledger is what a program that was killed while it wrote in place leaves.
#[test]
fn there_is_a_way_out_of_an_empty_count() {
    for (line, code, left) in [
        ("reset 5", 0, 5),
        ("reset --force", 0, 2),
        ("reset", 6, 0),
        ("query", 6, 0),
    ] {
        let event = TestEvent::with("");
        let (was, document) = event.json(line);
        assert_eq!(was, code, "{line}: {document:#}");
        if code == 0 {
            assert_eq!(document["left"], left, "{line}");
        } else {
            let hint = document["error"]["hint"].as_str().unwrap();
            assert!(hint.contains("reset 2'"), "{line}: {hint}");
            assert_eq!(event.json("reset 2").0, 0);
        }
        assert_eq!(
            event.json("buy --users 3 --lock --think 0ms").0,
            0,
            "{line}"
        );
    }
    let event = TestEvent::with("");
    let (code, document) = event.json("init 5");
    assert_eq!(code, 4, "{document:#}");
    assert!(
        document["error"]["hint"]
            .as_str()
            .unwrap()
            .contains("reset 2'"),
        "{document:#}"
    );
    let event = TestEvent::with("{\"ticket\": -1}\n");
    let (code, document) = event.json("reset");
    let message = document["error"]["message"].as_str().unwrap();
    assert_eq!(code, 4, "{document:#}");
    assert!(
        message.contains("is no event: \"ticket\" is -1"),
        "{message}"
    );
    assert_eq!(event.json("reset --force").0, 0);
}

/// The line that is named is the one that an audit names, and what is advised can be done.
#[test]
fn the_line_that_does_not_add_up_is_the_one_that_an_audit_names() {
    let event = TestEvent::stock(2);
    assert_eq!(
        event.run("buy --users 8 --together --think 0ms").code,
        Some(6)
    );
    let found = event.json("audit").1;
    let line = found["findings"][0]["line"].as_u64();
    assert_eq!(line, Some(3), "{found:#}");
    let run = event.run("query");
    assert!(
        run.stderr
            .contains("tickets.ledger.jsonl:3: this line does not add up"),
        "{run:?}"
    );
    assert!(run.stderr.contains(" reset' starts afresh"), "{run:?}");
    assert_eq!(event.json("reset").0, 0);
}

/// A word of another length in a line: the last one stands elsewhere than the count says, and a reset must be forced.
#[test]
fn what_is_advised_for_a_changed_line_can_be_done() {
    for (from, to) in [("user-1", "user-one"), ("user-1", "user-9")] {
        let event = TestEvent::stock(2);
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
        assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
        let path = event.path("tickets.ledger.jsonl");
        let ledger = fs::read_to_string(&path).unwrap();
        let changed = ledger.replacen(from, to, 1);
        assert_ne!(changed, ledger);
        fs::write(&path, changed).unwrap();
        let run = event.run("query");
        if run.code == Some(0) {
            // The count is believed as long as the line that it counts stands; an audit is not content with that.
            assert_eq!(event.run("audit").code, Some(6));
            continue;
        }
        assert!(
            run.stderr.contains(" reset --force' starts afresh"),
            "{run:?}"
        );
        let refused = event.run("reset");
        assert_eq!(refused.code, Some(4), "{refused:?}");
        assert!(!refused.stderr.contains("lacks the line"), "{refused:?}");
        assert_eq!(event.run("reset --force").code, Some(0));
    }
}

const BEGUN: &str = "{\"evidence\":1,\"stock\":2,\"first\":0}\n";

fn check(text: &str, columns: Option<&str>) -> Run {
    let event = TestEvent::empty();
    let file = event.path("run.jsonl");
    fs::write(&file, text).unwrap();
    let mut command = Command::new(TICKETS);
    command
        .args(["race", "check"])
        .arg(&file)
        .env_remove("COLUMNS");
    if let Some(columns) = columns {
        command.env("COLUMNS", columns);
    }
    Run::of(command.output().unwrap())
}

/// Who wrote and recorded no answer has sold all the same.
#[test]
fn a_sale_without_an_answer_is_a_sale() {
    let steps = |buyer: &str, at: u64| {
        format!(
            "{{\"step\":\"invoke\",\"buyer\":\"{buyer}\",\"t\":{at}}}\n\
             {{\"step\":\"read\",\"buyer\":\"{buyer}\",\"t\":{at},\"seq\":{},\"left\":{}}}\n\
             {{\"step\":\"intend\",\"buyer\":\"{buyer}\",\"t\":{at},\"read\":{},\"write\":{},\"nonce\":\"{buyer}\"}}\n\
             {{\"step\":\"wrote\",\"buyer\":\"{buyer}\",\"t\":{at}}}\n",
            at - 1,
            3 - at,
            at - 1,
            at
        )
    };
    let run = check(
        &format!("{BEGUN}{}{}", steps("ann", 1), steps("bob", 2)),
        None,
    );
    assert!(
        run.stdout
            .contains("0 of 2 operations judged, 2 sales, 2 reads"),
        "{run:?}"
    );
}

/// In a terminal findings are broken where it ends; a program reads a line for each.
#[test]
fn what_was_found_in_a_run_is_as_wide_as_the_terminal() {
    let sale = |buyer: u64| {
        format!(
            "{{\"buyer\":\"user-{buyer}\",\"invoke\":1000,\"return\":9000,\"read\":0,\"seen\":2,\"write\":1,\"left\":1,\
             \"nonce\":\"n{buyer}\",\"intend\":2000,\"wrote\":8000,\"outcome\":\"sold\"}}\n"
        )
    };
    let few = BEGUN.to_owned() + &(1..=3).map(sale).collect::<String>();
    let run = check(&few, Some("60"));
    assert!(
        run.stdout.lines().all(|line| line.chars().count() <= 60),
        "{}",
        run.stdout
    );
    let run = check(&few, None);
    assert!(
        run.stdout
            .lines()
            .any(|line| line.starts_with("lost update: ") && line.contains("wrote version 1"))
    );
    assert!(!run.stdout.contains("--timeline"), "{run:?}");
    let many = BEGUN.to_owned() + &(1..=9).map(sale).collect::<String>();
    let run = check(&many, None);
    assert!(run.stdout.contains("--timeline FILE.svg draws"), "{run:?}");
}

#[test]
fn a_member_that_a_step_has_not_is_told_with_those_that_it_has() {
    let line = r#"{"step":"read","buyer":"ann","t":1,"version":0}"#;
    let run = check(&format!("{BEGUN}{line}\n"), None);
    assert!(
        run.stderr.contains(
            "the member \"version\" is not known here, only buyer, pid, t, seq, left, sum, torn"
        ),
        "{run:?}"
    );
    let line = r#"{"step":"read","buyer":"ann","t":1,"left":2}"#;
    let run = check(&format!("{BEGUN}{line}\n"), None);
    assert!(
        run.stderr
            .contains("\"seq\" is missing: where a program keeps no version"),
        "{run:?}"
    );
}

/// Whether a new look would have kept a buyer from buying what is sold out depends on what the count says by then; and a page says
/// why it has no odds, and what those leave out that it has.
#[test]
fn a_page_says_why_a_ticket_too_many_was_sold_and_why_it_has_no_odds() {
    let event = TestEvent::empty();
    let picture = event.path("page.html");
    let page = |arguments: &[&str]| {
        let picture = picture.to_str().unwrap();
        let run = said(&[arguments, &["--timeline", picture]].concat());
        assert!(run.stderr.is_empty(), "{run:?}");
        fs::read_to_string(picture).unwrap()
    };
    let missing = "8 tickets are sold, but there were only 2: 6 tickets sold before are missing from the count, and even a new \
                   look would have found 1 left.";
    let looked = "it looked before, not now";
    let unknown = "<p class=\"hint\">The chance of a bad end, and the point of no return, are not known here: too many schedules \
                   for odds";
    let of_two = "shows it of two buyers";
    let kills = "and nobody is killed: kills do not count before they happen";
    // The last of eight has read first, or last of all: the count says 1 left when it writes.
    for schedule in ["8!:0", "1 2 3 4 5 6 7 1 2 3 4 5 6 7 8 8"] {
        let eight = page(&["race", "replay", schedule, "--stock", "2"]);
        assert!(eight.contains(missing), "{schedule}");
        let named = [unknown, of_two].map(|words| eight.contains(words));
        assert_eq!(named, [true; 2], "{schedule}");
        assert!(
            !eight.contains(looked) && !eight.contains(kills),
            "{schedule}"
        );
    }
    // Of one ticket the count says that none is left.
    let two = page(&["race", "replay", "1 2 1 2"]);
    assert!(two.contains(looked) && !two.contains("missing from the count"));
    assert!(!two.contains(unknown) && !two.contains(of_two));
    let killed = [
        "race",
        "replay",
        "1 1 1 1x 2 2",
        "--lock",
        "--writes",
        "in-place",
    ];
    let killed = page(&killed);
    assert!(killed.contains(kills));
    assert!(killed.contains("finds nothing. Its sale is on the ledger with that."));
    // What holds a lock is not explained by a race without one.
    let lease = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/tour/lease.jsonl");
    let lease = page(&["race", "check", lease]);
    assert!(lease.contains("is not known of one run alone") && !lease.contains(of_two));
}

/// Two who lock the file that they replace cannot oversell, and three can.
#[test]
fn two_buyers_are_not_lucky_where_only_three_can_race() {
    let event = TestEvent::empty();
    for (users, words) in [
        (
            2,
            "it adds up: of two buyers of one ticket each it does under the lock data-file, of three that is luck",
        ),
        (1, "a run of one buyer"),
    ] {
        fs::write(&event.file, "{\"ticket\": 2}\n").unwrap();
        let run = event.run(&format!("buy --users {users} --lock=data-file"));
        assert!(run.stdout.contains(words), "{}", run.stdout);
        fs::remove_file(event.path("tickets.ledger.jsonl")).unwrap();
    }
    let (code, proof) = event.json("race prove --users 2 --lock=data-file");
    assert_eq!((code, &proof["bad"]), (0, &Value::from(0)), "{proof}");
}
