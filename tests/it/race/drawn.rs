//! What the lab draws and says of waiting, of versions of one number, of a count that was left empty, and of shared locks.

use tickets::check::Anomaly;
use tickets::check::final_state::StateFinding;
use tickets::lab::explore::replay;
use tickets::lab::{Run, Schedule, Trial};
use tickets::office::Writes;
use tickets::timeline::{Doing, Span, Spot, Timeline};
use tickets::{LockKind, draw};

use super::{race, told, trial};

fn played(trial: &Trial, steps: &str) -> (Run, Timeline) {
    let Ok(Schedule::Steps(steps)) = steps.parse() else {
        panic!("{steps} is no schedule of steps");
    };
    let run = replay(trial, &steps).unwrap();
    let timeline = draw::run(trial, &run, None);
    (run, timeline)
}

fn found(run: &Run, kind: Anomaly) -> &StateFinding {
    let mut findings = run.verdict.findings.iter();
    findings.find(|found| found.kind == kind).unwrap()
}

/// Who found its lock taken waits until its next step: it has read nothing that it could go by.
#[test]
fn who_waits_for_the_lock_is_drawn_as_waiting_until_it_has_it() {
    let data_file = trial(3, 2, LockKind::DataFile);
    for (trial, steps, lane, wait) in [
        (
            trial(2, 1, LockKind::Exclusive),
            "1 1 2 1 1 1 2 2",
            1,
            (2, 6),
        ),
        (data_file, "1 1 2 1 2 2 3 3 3 2", 1, (2, 4)),
        (trial(2, 1, LockKind::Exclusive), "1 1 2 1x 2 2", 1, (2, 4)),
    ] {
        let (_, timeline) = played(&trial, steps);
        let spans = &timeline.lanes[lane].operations[0].spans;
        let waits = spans.iter().filter(|span| span.doing == Doing::Wait);
        let waits: Vec<&Span> = waits.collect();
        assert_eq!(waits, [&Span::new(Doing::Wait, wait.0, wait.1)], "{steps}");
        assert!(timeline.to_svg().contains(">waits for the lock<"));
    }
}

/// Two versions of one number are not one version.
#[test]
fn who_read_two_versions_of_one_number_is_said_to_have_read_one_each() {
    let (run, _) = played(&trial(4, 4, LockKind::None), "1 2 1 3 2 4 3 4");
    let mut lost = run.verdict.findings.iter();
    let lost = lost
        .rfind(|found| found.kind == Anomaly::LostUpdate)
        .unwrap();
    assert!(
        lost.text.starts_with(
            "user-3 and user-4 read a version 2 each (user-1's, user-2's; 3 left) and both wrote version 3: "
        ),
        "{}",
        lost.text
    );
    assert_eq!(lost.read_from, ["user-1", "user-2"]);
    let (run, _) = played(&trial(3, 3, LockKind::None), "1 1 2 3 2 3");
    let lost = found(&run, Anomaly::LostUpdate);
    assert!(
        lost.text.contains(" both read version 2 (2 left) "),
        "{lost:?}"
    );
    assert!(lost.read_from.is_empty(), "{lost:?}");
}

/// A lock keeps others out, but finishes nothing.
#[test]
fn a_count_that_a_killed_buyer_left_empty_is_said_to_be_that() {
    let in_place = Trial {
        writes: Writes::InPlace,
        ..trial(2, 1, LockKind::Exclusive)
    };
    let (run, timeline) = played(&in_place, "1 1 1 1x 2");
    let torn = &found(&run, Anomaly::TornRead).text;
    assert_eq!(
        torn,
        "user-2 read the count and found it empty: user-1 had cut the file to nothing, and was killed before it filled it"
    );
    let count = &found(&run, Anomaly::Conservation).text;
    assert!(
        count.starts_with("the count cannot be read any more: tickets.json"),
        "{count}"
    );
    // No version stands, and where that came about is marked.
    assert!(!timeline.to_svg().contains("stands in the end"));
    let lines = timeline.to_text(120);
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let text = lines.join("\n");
    assert!(!text.contains("stands in the end"), "{text}");
    // What was read empty is marked where it was cut; that it stays so, where nobody could fill it any more.
    for (act, mark) in [("empties the count", " <- 2"), (" killed", " <- 1")] {
        let mut acts = lines.iter().filter(|line| line.contains(act));
        assert!(acts.any(|line| line.ends_with(mark)), "{act}: {text}");
    }
    let at = Spot {
        lane: 0,
        operation: 0,
    };
    assert!(
        timeline
            .findings
            .iter()
            .all(|found| found.places.contains(&at))
    );
    // Who is alive is still at it.
    let reads = Trial {
        query: true,
        ..in_place
    };
    let (run, _) = played(&reads, "1 1 1 1 2");
    let torn = &found(&run, Anomaly::TornRead).text;
    assert!(torn.contains("while user-1 was writing it"), "{torn}");
}

#[test]
fn a_shared_lock_is_called_one() {
    for (lock, is_shared) in [(LockKind::Shared, true), (LockKind::Exclusive, false)] {
        let (_, timeline) = played(&trial(2, 2, lock), "1 1");
        let svg = timeline.to_svg();
        assert_eq!(
            svg.contains(">holds the lock, shared with others<"),
            is_shared
        );
        let lines = timeline.to_text(120);
        let mut lines = lines.iter().map(ToString::to_string);
        let legend = lines.find(|line| line.contains("│ at it")).unwrap();
        assert_eq!(
            legend.contains("┃ holds a shared lock"),
            is_shared,
            "{legend}"
        );
        assert!(legend.contains("○ any other act"), "{legend}");
    }
}

/// What several stocks come to together is not called the answer of one.
#[test]
fn a_proof_over_several_stocks_says_which() {
    let (_, all) = race("prove|--users|2|--lock");
    assert!(all["stock"].is_null(), "{all:#}");
    assert_eq!(
        (&all["from_stock"], &all["to_stock"]),
        (&1.into(), &2.into())
    );
    let one = |stock: &str| race(&format!("prove|--users|2|--lock|--stock|{stock}")).1;
    let (first, second) = (one("1"), one("2"));
    for member in ["schedules", "outcomes"] {
        let sum = first[member].as_u64().unwrap() + second[member].as_u64().unwrap();
        assert_eq!(all[member], sum, "{member}: {all:#}");
    }
    assert_eq!(second["stock"], 2, "{second:#}");
    assert!(second["from_stock"].is_null(), "{second:#}");
    // Where something goes wrong, the numbers are those of that stock.
    let (_, bad) = race("prove|--users|2");
    assert_eq!(bad["stock"], 1, "{bad:#}");
}

/// That nothing is found of what cannot be is no proof of anything.
#[test]
fn what_no_option_allows_is_said_to_need_it() {
    for (line, option) in [
        ("find|crashes == 1|--users|1", "--crashes"),
        ("find|torn_reads|--users|1", "--writes in-place"),
        ("find|!failed && failed|--users|1", "--writes in-place"),
    ] {
        let words: Vec<&str> = line.split('|').collect();
        let run = told(&words, "1000");
        assert_eq!(run.code, Some(3), "{run:?}");
        let hint = run.stdout.lines().find(|line| line.starts_with("hint  "));
        assert!(hint.is_some_and(|hint| hint.contains(option)), "{run:?}");
    }
    let run = told(&["find", "oversold", "--users", "1"], "1000");
    assert!(!run.stdout.contains("\nhint  "), "{run:?}");
}
