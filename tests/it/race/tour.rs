//! The walk through the chapter.

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::told;
use crate::harness::{Run, TICKETS, TestEvent, eventually, signal};

const STEPS: usize = 11;

/// The walk with a scratch event in this directory.
fn walk(place: &TestEvent, arguments: &[&str]) -> Run {
    let mut command = Command::new(TICKETS);
    command
        .args(arguments)
        .arg("--place")
        .arg(place.directory());
    Run::of(
        command
            .env("COLUMNS", "80")
            .stdin(Stdio::null())
            .output()
            .unwrap(),
    )
}

fn steps(document: &Value) -> &Vec<Value> {
    document["steps"].as_array().unwrap()
}

/// Judged here once more, by what each command found.
#[test]
fn every_step_is_as_it_is_told() {
    let place = TestEvent::empty();
    let (code, document) = walk(&place, &["--json", "race", "tour"]).document();
    assert_eq!((code, &document["ok"]), (0, &true.into()), "{document:#}");
    let steps = steps(&document);
    assert_eq!(steps.len(), STEPS);
    for (at, step) in (1..).zip(steps) {
        assert_eq!(
            (&step["step"], &step["as_told"]),
            (&at.into(), &true.into()),
            "{step:#}"
        );
        for text in ["title", "question", "answer"] {
            assert!(!step[text].as_str().unwrap().is_empty(), "{step:#}");
        }
    }
    let found = |step: usize, show: usize| &steps[step - 1]["shows"][show]["document"];
    // Luck may have it that the first comes out right.
    let rush = found(1, 0);
    if rush["oversold"] == 0 {
        let otherwise = &steps[0]["shows"][0]["otherwise"]["document"];
        assert_eq!(otherwise["sold"], 8, "{otherwise:#}");
    } else {
        assert!(rush["sold"].as_u64() > Some(2), "{rush:#}");
    }
    assert_eq!(found(2, 0)["sold"], 8);
    assert_eq!(found(3, 0)["smallest"]["grants"], "1 2 2 1");
    assert_eq!(
        (&found(4, 1)["sold"], &found(4, 1)["refused"]),
        (&2.into(), &6.into())
    );
    assert_eq!(found(5, 0)["second"]["bad"], false);
    assert_eq!(
        (&found(6, 0)["schedules"], &found(6, 0)["bad"]),
        (&19.into(), &0.into())
    );
    assert_eq!(found(7, 0)["smallest"]["findings"][0]["kind"], "torn_read");
    assert_eq!(found(7, 1)["bad"], 0);
    assert!(found(8, 0)["rows"].as_array().unwrap().len() > 20);
    for show in [0, 1] {
        assert!(found(9, show)["oversold"].as_u64() > Some(0));
    }
    assert_eq!(found(10, 0)["users"], 3);
    let kinds = found(11, 0)["findings"].as_array().unwrap().iter();
    let kinds: Vec<_> = kinds
        .map(|finding| finding["kind"].as_str().unwrap())
        .collect();
    assert!(
        kinds.contains(&"ended_lock") && kinds.contains(&"oversold"),
        "{kinds:?}"
    );
    // Numbers at the acts of a chart are no riddle: what each stands for is shown below it.
    let shown = walk(&place, &["race", "tour", "11"]).stdout;
    assert!(shown.contains(" <- 1,2,3,4\n"), "{shown}");
    for key in ["<- 1 has a part in finding 1", "<- 1  more was", "<- 4  "] {
        assert!(shown.contains(&format!("\n  {key}")), "{key}: {shown}");
    }
    assert!(place.names().is_empty(), "{:?}", place.names());
}

/// Each command that is shown prints what is shown of it, where it prints the same each time.
#[test]
fn what_is_shown_is_what_its_command_prints() {
    let event = TestEvent::empty();
    let all = walk(&event, &["race", "tour"]);
    assert_eq!((all.code, all.stderr.as_str()), (Some(0), ""), "{all:?}");
    let mut compared = 0;
    for part in all.stdout.split("\n$ ").skip(1) {
        let (line, rest) = part.split_once('\n').unwrap();
        let shown = rest
            .lines()
            .take_while(|line| !line.starts_with("question"));
        let shown: Vec<_> = shown
            .filter(|line| !line.is_empty() && *line != "…")
            .collect();
        let certain = line.starts_with("tickets race ") && !line.contains("lease.jsonl");
        if !certain || line.ends_with('\\') {
            continue;
        }
        let mut command = Command::new("bash");
        let typed = line.replacen("tickets", TICKETS, 1);
        let run = command.args(["-c", &typed]).env("COLUMNS", "80").output();
        let run = Run::of(run.unwrap());
        for line in shown {
            assert!(
                run.stdout.lines().any(|printed| printed == line),
                "{typed}\n{line}\n{}",
                run.stdout
            );
        }
        compared += 1;
    }
    assert!(compared >= 10, "{compared}:\n{}", all.stdout);
}

#[test]
fn it_begins_and_ends_where_it_is_told_and_says_how_to_go_on() {
    let place = TestEvent::empty();
    let (code, document) = walk(&place, &["--json", "race", "tour", "4", "--to", "5"]).document();
    let numbers: Vec<_> = steps(&document)
        .iter()
        .map(|step| step["step"].as_u64().unwrap())
        .collect();
    assert_eq!((code, &numbers[..]), (0, &[4, 5][..]));
    let run = walk(&place, &["race", "tour", "5", "--to", "6"]);
    assert!(
        run.stdout
            .contains("\nnext  'tickets race tour 6' begins there\n"),
        "{run:?}"
    );
    assert!(
        run.stdout
            .ends_with("\nnext  'tickets race tour 7' goes on there\n"),
        "{run:?}"
    );
    assert!(
        run.stdout.contains("\nquestion  ") && run.stdout.contains("\nanswer  "),
        "{run:?}"
    );
    for step in ["0", "12", "-1", "x"] {
        assert_eq!(
            walk(&place, &["race", "tour", step]).code,
            Some(2),
            "{step}"
        );
    }
    let run = walk(&place, &["race", "tour", "5", "--to", "3"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    assert!(
        run.stderr
            .contains("the last step, 3, comes before the first, 5"),
        "{run:?}"
    );
}

/// What failed has shown nothing: its error is told as where it is typed alone, and is no lesson.
#[cfg(feature = "etcd")]
#[test]
fn a_command_that_fails_ends_it_with_its_error() {
    let place = "etcd://127.0.0.1:9/x";
    let event = TestEvent::empty();
    let page = event.path("tour.html");
    let page = page.to_str().unwrap();
    let walk = told(
        &["tour", "10", "--place", place, "--yes", "--page", page],
        "80",
    );
    let alone = told(
        &["prove", "--users", "2", "--lock=lease", "--place", place],
        "80",
    );
    assert_eq!((walk.code, alone.code), (Some(1), Some(1)), "{walk:?}");
    for run in [&walk, &alone] {
        assert!(
            run.stderr.starts_with("error: etcd://127.0.0.1:9/x")
                && run.stderr.contains("\n hint: "),
            "{run:?}"
        );
    }
    assert!(
        walk.stdout
            .contains("\n$ tickets race prove --users 2 --lock=lease --place "),
        "{walk:?}"
    );
    for lesson in ["not as told", "BAD", "\nanswer  It cannot"] {
        assert!(!walk.stdout.contains(lesson), "{lesson}: {walk:?}");
    }
    // What was seen before it is on the page.
    assert!(walk.stdout.contains("\npage  "), "{walk:?}");
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("id=\"10\"") && !page.contains("id=\"11\""));
    let arguments = ["tour", "11", "--json", "--place", place];
    let (code, document) = told(&arguments, "80").document();
    assert_eq!((code, &document["ok"]), (1, &false.into()), "{document:#}");
}

#[test]
fn one_that_is_stopped_leaves_nothing_behind() {
    let place = TestEvent::empty();
    let mut command = Command::new(TICKETS);
    command
        .args(["--json", "race", "tour", "--place"])
        .arg(place.directory());
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    eventually("it has begun", || (!place.names().is_empty()).then_some(()));
    signal(child.id().cast_signed(), "INT");
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(130), "{run:?}");
    assert_eq!(run.document().1["ok"], false);
    assert!(place.names().is_empty(), "{:?}", place.names());
}

/// The walk in a terminal; `None`: there is no `script` here that makes one.
fn in_terminal(place: &TestEvent) -> Option<Child> {
    let line = format!(
        "'{TICKETS}' race tour 5 --place '{}'",
        place.directory().display()
    );
    let mut command = Command::new("script");
    command
        .args(["-qefc", &line, "/dev/null"])
        .env("TERM", "dumb");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command.spawn().ok()
}

/// Reads until the terminal shows this.
fn read_until(child: &mut Child, wanted: &str) -> String {
    let out = child.stdout.as_mut().unwrap();
    let (mut text, mut byte) = (Vec::new(), [0]);
    while !String::from_utf8_lossy(&text).contains(wanted) {
        if out.read(&mut byte).unwrap_or(0) == 0 {
            break;
        }
        text.push(byte[0]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn in_a_terminal_it_waits_for_enter_and_ends_by_q_and_by_ctrl_c() {
    for (last, end, code) in [
        ("q\n", "'tickets race tour 6' goes on there", 0),
        ("quit\n", "'tickets race tour 6' goes on there", 0),
        ("\u{3}", "nothing of it is left behind", 130),
    ] {
        let place = TestEvent::empty();
        let Some(mut child) = in_terminal(&place) else {
            eprintln!("skipped: no script here");
            return;
        };
        let mut keys = child.stdin.take().unwrap();
        let first = read_until(&mut child, "Enter: run it");
        assert!(
            first.contains("5/11") && !first.contains("differs"),
            "{first}"
        );
        // A word that is no key runs nothing.
        keys.write_all(b"back\n").unwrap();
        let asked = read_until(&mut child, "q and Enter: end");
        assert!(asked.contains("q and Enter: end"), "{asked}");
        assert!(!asked.contains("differs"), "{asked}");
        keys.write_all(b"\n").unwrap();
        let seen = read_until(&mut child, "Enter: the answer");
        assert!(
            seen.contains("differs") && !seen.contains("It has not read"),
            "{seen}"
        );
        keys.write_all(b"\n").unwrap();
        let answer = read_until(&mut child, "goes on there");
        assert!(answer.contains("It has not read"), "{answer}");
        assert!(
            !place.names().is_empty(),
            "the scratch event is there while it waits"
        );
        keys.write_all(last.as_bytes()).unwrap();
        let rest = read_until(&mut child, end);
        assert!(rest.contains(end), "{rest}");
        assert_eq!(child.wait().unwrap().code(), Some(code), "{rest}");
        assert!(place.names().is_empty(), "{:?}", place.names());
    }
}

/// What is skipped is not run, and where one goes on is behind it.
#[test]
fn in_a_terminal_steps_and_answers_are_skipped_by_s() {
    let place = TestEvent::empty();
    let Some(mut child) = in_terminal(&place) else {
        eprintln!("skipped: no script here");
        return;
    };
    let mut keys = child.stdin.take().unwrap();
    read_until(&mut child, "Enter: run it");
    for step in [5, 6] {
        keys.write_all(b"s\n").unwrap();
        let seen = read_until(&mut child, "Enter: run it; s: skip it");
        for told in [
            format!("step {step}: 'tickets race tour {step} --to {step}' shows it"),
            format!("{}/11", step + 1),
        ] {
            assert!(seen.contains(&told), "{told}: {seen}");
        }
        assert!(!seen.contains("question"), "{seen}");
    }
    keys.write_all(b"\n").unwrap();
    read_until(&mut child, "Enter: the answer; s: skip it");
    keys.write_all(b"S\n").unwrap();
    let seen = read_until(&mut child, "Enter: run it");
    assert!(
        seen.contains("8/11") && !seen.contains("answer  "),
        "{seen}"
    );
    keys.write_all(b"q\n").unwrap();
    let rest = read_until(&mut child, "'tickets race tour 8' goes on there");
    assert!(rest.contains("goes on there"), "{rest}");
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}");
}

#[test]
fn the_page_has_every_step_and_asks_for_nothing() {
    let place = TestEvent::empty();
    let event = TestEvent::empty();
    let page = event.path("tour.html");
    let arguments = ["--json", "race", "tour", "--page", page.to_str().unwrap()];
    let (code, document) = walk(&place, &arguments).document();
    assert_eq!(
        (code, &document["page"]),
        (0, &page.to_str().unwrap().into())
    );
    let text = fs::read_to_string(&page).unwrap();
    assert!(text.starts_with("<!doctype html>\n"), "{}", &text[..200]);
    for step in steps(&document) {
        assert!(
            text.contains(step["question"].as_str().unwrap()),
            "{step:#}"
        );
    }
    assert!(
        text.matches("<figure").count() >= 9,
        "each run that can be drawn is"
    );
    for loaded in ["src=\"http", "href=\"http", "url(http", "@import"] {
        assert!(!text.contains(loaded), "{loaded}");
    }
    // What somebody else wrote is not written over, and nothing is run.
    fs::write(&page, "mine").unwrap();
    let run = walk(&place, &["race", "tour", "--page", page.to_str().unwrap()]);
    assert_ne!(run.code, Some(0), "{run:?}");
    assert_eq!(
        (run.stdout.as_str(), fs::read(&page).unwrap()),
        ("", b"mine".to_vec())
    );
}

#[test]
fn each_step_fits_a_narrow_terminal() {
    for columns in [60, 120] {
        let run = told(&["tour", "5", "--yes"], &columns.to_string());
        let longest = run.stdout.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(columns), "{}", run.stdout);
    }
}
