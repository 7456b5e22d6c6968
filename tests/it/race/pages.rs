//! `--timeline FILE.html`: a page whose steps are those of the run.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::{Run, TestEvent};

fn drawn(event: &TestEvent, line: &str) -> (Value, String) {
    let mut command = event.command(["--json", "race"]);
    let page = event.path("run.html");
    command.args(line.split('|')).arg("--timeline").arg(&page);
    let (_, document) = Run::of(command.output().unwrap()).document();
    (document, fs::read_to_string(page).unwrap())
}

/// What stands in a page for its script.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once(r#"id="runs">"#).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn a_page_has_the_steps_of_the_run_and_what_each_process_reads() {
    let event = TestEvent::stock(5);
    for line in [
        "prove|--users|2",
        "prove|--users|2|--lock|--writes|in-place|--query",
        "prove|--users|3|--lock=data-file",
        "find|oversold",
        "replay|3!:4",
    ] {
        let (document, page) = drawn(&event, line);
        assert!(page.starts_with("<!doctype html>\n<html data-drawn-by=\"tickets\" "));
        assert!(page.len() < 300_000, "{line}: {}", page.len());
        let run = document.get("smallest").unwrap_or(&document);
        let pages = data(&page);
        let steps = pages[0]["steps"].as_array().unwrap();
        let made = run["steps"].as_array().unwrap();
        assert_eq!(steps.len(), made.len() + 1, "{line}");
        for (at, (step, made)) in steps.iter().skip(1).zip(made).enumerate() {
            assert_eq!(step["number"], at + 1, "{line}");
            let who = step["who"].as_u64().unwrap() as usize;
            assert_eq!(pages[0]["processes"][who], made["buyer"], "{line}");
            if let (Some(left), Some(version)) = (made["left"].as_u64(), made["version"].as_u64()) {
                let knows = step["processes"][who.to_string()]["knows"].as_str();
                let read = format!("{left} left (version {version}");
                let rest = knows.and_then(|knows| knows.strip_prefix(&read));
                let is_named = |rest: &str| rest == ")" || rest.starts_with(" by user-");
                assert!(rest.is_some_and(is_named), "{line}: {step}");
            }
            let odds = &run["odds"][at + 1];
            assert_eq!(step.get("chance").unwrap_or(&Value::Null), odds, "{line}");
        }
        let found = pages[0]["findings"].as_array().unwrap();
        assert_eq!(
            found.len(),
            run["findings"].as_array().unwrap().len(),
            "{line}"
        );
        let keys = pages[0]["key_steps"].as_array().unwrap();
        let point = keys.iter().find(|key| key["certain"] == true);
        let point = point.map_or(&Value::Null, |key| &key["step"]);
        assert_eq!(*point, run["no_return"], "{line}");
    }
}

#[test]
fn a_page_is_written_over_by_a_page_alone() {
    let event = TestEvent::stock(5);
    let page = event.path("run.html");
    for ours in [true, false] {
        if !ours {
            fs::write(&page, "<!doctype html>\n<html lang=\"en\"><p>by hand\n").unwrap();
        }
        let before = fs::read(&page).ok();
        let mut command = event.command(["race", "prove", "--timeline"]);
        command.arg(&page);
        let run = Run::of(command.output().unwrap());
        assert_eq!(run.code, Some(if ours { 6 } else { 2 }), "{run:?}");
        assert_eq!(fs::read(&page).ok() == before, !ours);
    }
    let picture = event.path("run.svg");
    let draw = |file: &Path| {
        let mut command = event.command(["race", "prove", "--timeline"]);
        Run::of(command.arg(file).output().unwrap())
    };
    let run = draw(&picture);
    assert_eq!(run.code, Some(6), "{run:?}");
    fs::rename(&picture, &page).unwrap();
    let run = draw(&page);
    assert!(
        run.stderr.contains("is not a page that this program drew"),
        "{run:?}"
    );
}

/// That the next one gets the lock of one that was killed is the system's doing.
#[test]
fn a_killed_holder_is_said_to_have_its_lock_freed() {
    let event = TestEvent::stock(5);
    for (line, is_freed) in [
        ("replay|1 1 1x 2 2 2 2 2|--lock", true),
        ("replay|1 1x 2 2 2 2 2|--lock", true),
        ("replay|1x 2 2 2 2 2|--lock", false),
        // It has given it up, and is killed before it publishes.
        ("replay|1 1 1 1 1x 2 2 2 2 2|--lock", false),
        ("replay|1 1x 2 2", false),
    ] {
        let (_, page) = drawn(&event, line);
        let pages = data(&page);
        let steps = pages[0]["steps"].as_array().unwrap();
        let killed = steps
            .iter()
            .map(ToString::to_string)
            .find(|step| step.contains("It does nothing more."))
            .unwrap();
        assert_eq!(
            killed.contains("The system frees the lock that it held."),
            is_freed,
            "{line}: {killed}"
        );
    }
}

/// Of two runs each has odds of its own, and what is counted for a lock whose holder touches it is said.
#[test]
fn odds_of_two_locks_are_told_of_each_and_counts_say_what_they_count() {
    let event = TestEvent::stock(5);
    let told = |line: &str| {
        let run = event.run(line);
        run.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let both = told("race compare --lock shared,write-only");
    for name in ["shared", "write-only"] {
        assert!(
            both.contains(&format!("odds lock {name}: of a bad end")),
            "{both}"
        );
    }
    let one = told("race compare");
    assert!(one.contains("odds no lock: of a bad end"), "{one}");
    assert_eq!(one.matches("odds ").count(), 1, "{one}");
    for (lock, is_counted_so) in [("shared", true), ("data-file", true), ("exclusive", false)] {
        let told = told(&format!("race prove --users 2 --stock 2 --lock={lock}"));
        assert_eq!(
            told.contains("some are counted more than once"),
            is_counted_so,
            "{told}"
        );
    }
}

/// A turn that passes is a row of the table and a step of the page: the odds count it too.
#[test]
fn the_odds_of_a_comparison_are_told_by_its_turns() {
    let event = TestEvent::stock(5);
    for (options, lock, turn) in [
        (
            "--lock|none,exclusive|--writes|in-place|--query|--stock|2|1 1 2 2 2 1 1 3",
            "exclusive",
            "100 % after turn 8: the point of no return",
        ),
        (
            "--lock|none,data-file|--stock|2|1 2 2 1 3 3",
            "data-file",
            "19 % after turn 4, 0 % after turn 5",
        ),
    ] {
        let mut command = event.command(["race", "compare"]);
        let run = Run::of(command.args(options.split('|')).output().unwrap());
        let told = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let (_, odds) = told.split_once(&format!("odds lock {lock}: ")).unwrap();
        assert!(odds.contains(turn), "{odds}");
        let (_, page) = drawn(&event, &format!("compare|{options}"));
        let second = &data(&page)[1];
        let steps = second["steps"].as_array().unwrap();
        let changes = steps
            .windows(2)
            .filter(|two| two[0]["chance"] != two[1]["chance"])
            .map(|two| format!(" after turn {}", two[1]["number"]))
            .filter(|change| odds.contains(change.as_str()))
            .count();
        assert!(changes >= 2, "{odds} {steps:#?}");
    }
}

/// Who empties the count has sold by that: it is oversold from the second who does so on, and nothing is overwritten by a read.
#[test]
fn a_sale_in_place_is_made_when_the_count_is_emptied() {
    let event = TestEvent::stock(5);
    for (schedule, options, oversold, overwritten) in [
        ("1 2 1 2 1x 2x", "|--crashes", 4, 4),
        ("1 2 1 2 2x 1x", "|--crashes", 4, 4),
        ("1 2 1 2 1 2", "", 4, 6),
        ("1 2 1 2 2 1", "", 4, 6),
        ("1 2 1 1x 2 2x", "|--crashes", 5, 5),
    ] {
        let line = format!("replay|{schedule}|--writes|in-place{options}");
        let (_, page) = drawn(&event, &line);
        let run = &data(&page)[0];
        let found = |kind: &str| {
            let mut all = run["findings"].as_array().unwrap().iter();
            let found = all.find(|found| found["kind"].as_str().unwrap().contains(kind));
            found.unwrap_or_else(|| panic!("{line}: {run:#}"))
        };
        assert_eq!(found("oversold")["step"], oversold, "{line}");
        assert_eq!(found("oversold")["told_at"], oversold, "{line}");
        assert_eq!(found("lost update")["step"], overwritten, "{line}");
        let steps = run["steps"].as_array().unwrap();
        let says = |word: &str| {
            let all = steps.iter();
            let all = all.filter(|step| step["why"].as_str().is_some_and(|why| why.contains(word)));
            all.map(|step| step["number"].as_u64().unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            says("So 2 tickets are sold, but there was only 1: it looked before, not now."),
            [oversold],
            "{line}: {steps:#?}"
        );
        // Who would have looked again would have found an empty file.
        assert!(says("a new look").is_empty(), "{line}");
    }
}

/// Who asked for more than were left is not told that none was.
#[test]
fn who_finds_too_few_is_not_told_that_none_is_left() {
    let event = TestEvent::stock(2);
    let page = event.path("run.html");
    let mut command = event.command(["buy", "--users", "1", "--quantity", "3", "--lock"]);
    command.arg("--timeline").arg(&page);
    let run = Run::of(command.output().unwrap());
    assert!(run.stdout.contains("found only 2 left"), "{run:?}");
    let page = fs::read_to_string(page).unwrap();
    assert!(
        page.contains("told: too few left") && !page.contains("none left"),
        "{run:?}"
    );
}
