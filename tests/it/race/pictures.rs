//! What `--timeline` of the lab writes over, and what it does not.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::{Run, TestEvent, foreign_lock};

/// A command of each kind that draws, with a race to draw.
const DRAWING: [&str; 4] = [
    "prove|--users|2",
    "prove|--users|2|--samples|20|--seed|1",
    "find|oversold",
    "replay|1 2 2 1",
];

fn draw(event: &TestEvent, line: &str, picture: &Path) -> (i32, Value) {
    let mut command = event.command(["--json", "race"]);
    command.args(line.split('|')).arg("--timeline").arg(picture);
    Run::of(command.output().unwrap()).document()
}

/// Refused for its file, and before anything else is tried: where there is no room for the scratch event
/// any search fails at once, and would be told of instead.
#[track_caller]
fn refused(event: &TestEvent, line: &str, picture: &Path, exit: i32, why: &str) {
    let (before, old, named) = (event.names(), fs::read(picture).ok(), picture.display());
    let nowhere = event.path("no/such/place");
    let (code, document) = draw(
        event,
        &format!("{line}|--place|{}", nowhere.display()),
        picture,
    );
    assert_eq!(code, exit, "{line} {named}: {document:#}");
    let error = &document["error"];
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(why), "{line} {named}: {document:#}");
    assert!(!message.contains("no/such/place"), "{line}: {document:#}");
    assert!(error["hint"].is_string(), "{line}: {document:#}");
    assert_eq!(fs::read(picture).ok(), old, "{line} {named}");
    assert_eq!(event.names(), before, "{line} {named}");
}

#[test]
fn what_is_no_picture_is_not_drawn_over_and_nothing_is_searched() {
    let event = TestEvent::stock(5);
    event.booked("alice");
    let foreign = event.path("thesis.svg");
    fs::write(&foreign, "years of work\n").unwrap();
    let directory = event.path("directory.svg");
    fs::create_dir(&directory).unwrap();
    let by_hand = event.path("logo.svg");
    fs::write(
        &by_hand,
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><!-- by hand --></svg>\n",
    )
    .unwrap();
    let held = event.path("held.svg");
    let _held = foreign_lock(&held);
    let called = |path: &Path| {
        let link = event.path("own.svg");
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(path, &link).unwrap();
        link
    };
    for line in DRAWING {
        refused(&event, line, &foreign, 2, "it is not overwritten");
        refused(&event, line, &by_hand, 2, "begins with \"<svg xmlns=");
        refused(
            &event,
            line,
            &called(&event.file),
            2,
            "it is not overwritten",
        );
        let ledger = event.path("tickets.ledger.jsonl");
        refused(&event, line, &called(&ledger), 2, "it is not overwritten");
        let lock = event.path("tickets.json.lock");
        refused(
            &event,
            line,
            &called(&lock),
            2,
            "a file of the event itself",
        );
        refused(&event, line, &directory, 1, "could not open");
        refused(
            &event,
            line,
            &called(Path::new("/dev/null")),
            2,
            "no regular file",
        );
        refused(&event, line, &held, 4, "another command writes it");
    }
    let (code, document) = draw(
        &event,
        "check|thesis.svg",
        &called(&event.path("tickets.json.lock")),
    );
    let message = document["error"]["message"].as_str().unwrap();
    assert_eq!(code, 2, "{document:#}");
    assert!(message.contains("a file of the event itself"), "{message}");
    event.assert_adds_up();
}

#[test]
fn a_picture_is_drawn_anew_and_where_nothing_is_wrong_none_is() {
    let event = TestEvent::stock(5);
    let picture = event.path("race.svg");
    for line in DRAWING {
        fs::write(
            &picture,
            "<svg data-drawn-by=\"tickets\" of an earlier command, and longer",
        )
        .unwrap();
        let (code, document) = draw(&event, line, &picture);
        assert!([0, 6].contains(&code), "{line}: {document:#}");
        let text = fs::read_to_string(&picture).unwrap();
        assert!(text.starts_with("<svg "), "{line}: {text}");
        assert!(text.trim_end().ends_with("</svg>"), "{line}: {text}");
        assert!(!text.contains("earlier command"), "{line}");
    }
    let old = fs::read(&picture).unwrap();
    let none = event.path("none.svg");
    for line in [
        "race prove --lock",
        "race prove --lock --samples 5",
        "race find oversold --lock --users 2",
    ] {
        for path in [&picture, &none] {
            let run = event.run(&format!("{line} --timeline {}", path.display()));
            assert!(run.stdout.contains("was not"), "{line}: {run:?}");
        }
        assert_eq!(fs::read(&picture).unwrap(), old, "{line}");
        assert!(!none.exists(), "{line}");
    }
}

/// The table and the picture of a schedule call the same step the same: the count is published behind it.
#[test]
fn the_legend_says_what_the_table_says() {
    let event = TestEvent::stock(2);
    for (lock, publishes) in [("none", false), ("exclusive", true)] {
        let picture = event.path(&format!("{lock}.svg"));
        let kind = format!("--lock={lock}");
        let mut command =
            event.command(["race", "replay", "1", &kind, "--stock", "2", "--users", "2"]);
        let run = Run::of(command.arg("--timeline").arg(&picture).output().unwrap());
        assert!(run.stdout.contains("  writes its sale\n"), "{run:?}");
        assert_eq!(
            run.stdout.contains("publishes the count"),
            publishes,
            "{run:?}"
        );
        let svg = fs::read_to_string(&picture).unwrap();
        assert!(svg.contains(">writes its sale<"), "{lock}: {svg}");
        assert!(!svg.contains(">writes the count<"), "{lock}: {svg}");
        assert_eq!(svg.contains(">publishes the count<"), publishes, "{lock}");
    }
}
