//! What a recording tells of the count: what was written, and not when the count itself said so.

use super::{done, late, steps};
use crate::check;
use crate::check::evidence::read_lines;
use crate::timeline::{Steps, Timeline, page};

/// Two who sell under a lock, as a rush on files records it; with the ledger, or without.
fn locked(ledger: &str) -> Steps {
    let lines = r#"{"evidence":1,"stock":2,"first":1}
{"step":"invoke","buyer":"a","t":10,"quantity":1}
{"step":"lock_wanted","buyer":"a","t":11,"device":1,"inode":2}
{"step":"lock_got","buyer":"a","t":12,"device":1,"inode":2,"path_device":1,"path_inode":2}
{"step":"read","buyer":"a","t":13,"seq":1,"left":2}
{"step":"invoke","buyer":"b","t":14,"quantity":1}
{"step":"lock_wanted","buyer":"b","t":15,"device":1,"inode":2}
{"step":"intend","buyer":"a","t":20,"read":1,"write":2,"nonce":"a1"}
{"step":"wrote","buyer":"a","t":30}
{"step":"lock_released","buyer":"a","t":31}
{"step":"lock_got","buyer":"b","t":40,"device":1,"inode":2,"path_device":1,"path_inode":2}
{"step":"read","buyer":"b","t":41,"seq":2,"left":1}
{"step":"return","buyer":"a","t":45,"outcome":"sold","left":1}
{"step":"intend","buyer":"b","t":50,"read":2,"write":3,"nonce":"b1"}
{"step":"wrote","buyer":"b","t":60}
{"step":"lock_released","buyer":"b","t":61}
{"step":"return","buyer":"b","t":70,"outcome":"sold","left":0}
"#;
    let lines_of = if ledger.is_empty() {
        ""
    } else {
        r#","lines":2"#
    };
    steps(&format!(
        "{lines}{ledger}{{\"final\":3,\"left\":0{lines_of}}}\n"
    ))
}

const LEDGER: &str = r#"{"committed":2,"nonce":"a1","left":1,"buyer":"a","quantity":1}
{"committed":3,"nonce":"b1","left":0,"buyer":"b","quantity":1}
"#;

#[test]
fn what_is_written_is_not_said_to_be_in_the_count() {
    for (ledger, on_ledger) in [(LEDGER, true), ("", false)] {
        let steps = locked(ledger);
        let [(wrote, _)] = done(&steps, "a", "writes")[..] else {
            panic!("{:#?}", steps.steps);
        };
        for (at, step) in steps.steps.iter().enumerate() {
            let count = &step.count;
            // Before anybody has written the count says what it said at first.
            assert_eq!(count.as_written, at >= wrote, "{at}: {count:?}");
            assert_eq!(count.on_ledger, on_ledger && at >= wrote, "{at}: {count:?}");
            assert!(!step.why.contains("the count says"), "{}", step.why);
        }
    }
}

fn drawn_of(text: &str) -> Timeline {
    let evidence = read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap();
    super::super::timeline(&evidence, &check::judge(&evidence))
}

#[test]
fn a_list_says_what_was_written_and_of_the_last_count_what_it_says() {
    let text = late(400, 420);
    let page = page("", &[&drawn_of(&text)]);
    let after = page.split(r#"<span class="after">"#).skip(1);
    let after: Vec<&str> = after.map(|rest| rest.split_once('<').unwrap().0).collect();
    assert_eq!(
        (after.first(), after.last()),
        (Some(&"count: 3 left"), Some(&"count: 2 left"))
    );
    for left in ["written: 2 left", "written: 1 left", "written: 0 left"] {
        assert!(after.contains(&left), "{after:?}");
    }
    assert!(!after.contains(&"count: 0 left"), "{after:?}");
    assert!(page.contains("<dt>lost sale</dt>") && page.contains("<dt>written last</dt>"));
}

#[test]
fn the_sales_that_a_late_count_misses_are_not_in_the_count_from_then_on() {
    for (wrote, returned) in [(400, 420), (130, 140)] {
        let steps = steps(&late(wrote, returned));
        let last = steps.steps.len() - 1;
        let missed = steps.ledger.iter();
        let missed: Vec<_> = missed
            .map(|line| (line.who.as_str(), line.missed_from))
            .collect();
        let from = match done(&steps, "c", "publishes")[..] {
            [(at, _)] => at,
            _ => last,
        };
        assert_eq!(
            missed,
            [("c", None), ("d", Some(from)), ("e", Some(from))],
            "{wrote}"
        );
        assert!(!steps.steps[last].count.as_written);
    }
}

/// Two buyers of the lab publish with their write: none of its races shows this one.
#[test]
fn no_other_race_is_shown_where_a_late_count_is_the_first_violation() {
    let steps = steps(&late(400, 420));
    let [violation] = &steps.key_steps[..] else {
        panic!("{:?}", steps.key_steps);
    };
    assert!(violation.meaning.contains("is not known"));
    assert!(
        !violation.meaning.contains("race prove"),
        "{}",
        violation.meaning
    );
}

#[test]
fn a_late_count_is_marked_in_the_picture_and_in_the_terminal() {
    let words = "publishes its count: 2 left, over a newer one";
    let drawn = drawn_of(&late(400, 420));
    assert!(drawn.to_svg().contains(words));
    let lines = drawn.to_text(120);
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let marked: Vec<_> = lines.iter().filter(|line| line.contains(words)).collect();
    let number = drawn.findings.iter().position(|finding| finding.of_end);
    let mark = format!(" <- {}", number.unwrap() + 1);
    assert!(
        matches!(marked[..], [line] if line.ends_with(&mark)),
        "{lines:#?}"
    );
    // In the order of time it stands behind the sales that it misses.
    let place = |words: &str| lines.iter().position(|line| line.contains(words)).unwrap();
    assert!(place(words) > place("writes: 0 left"), "{lines:#?}");
    // Where nobody knows who put it there, nobody is said to have.
    let unknown = drawn_of(&late(130, 140));
    assert!(!unknown.to_svg().contains(words));
}
