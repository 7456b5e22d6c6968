use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::super::layout::Layout;
use super::super::model::{DrawnFinding, Lane, Spot, Time, Timeline};
use super::super::operation::{Doing, DrawnOperation, DrawnOutcome, Sight, Span};
use super::super::samples::{crowd, eight, in_turn, one_race, rush, schedule, split_lock, torn};
use super::super::scene::Scene;
use super::html::page;
use super::state::Steps;
use super::walk::walk;

fn samples() -> Vec<Timeline> {
    vec![
        eight(),
        schedule(),
        split_lock(),
        torn(),
        in_turn(3, 2),
        rush(8),
    ]
}

/// What stands in the page for its script.
fn data(page: &str) -> Value {
    let (_, rest) = page
        .split_once(r#"<script type="application/json" id="runs">"#)
        .unwrap();
    let (data, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(data).unwrap()
}

/// The state after each step, computed anew and by times alone: who has read what by then, what was written, who holds a lock.
#[test]
fn the_state_after_each_step_is_that_of_the_run() {
    for timeline in samples() {
        let steps = Steps::of(&timeline);
        let lanes: Vec<&Lane> = timeline.lanes.iter().collect();
        assert_eq!(steps.processes.len(), lanes.len());
        let mut seen = 0;
        for (index, step) in steps.steps.iter().enumerate() {
            // So far the acts of the steps before, each of which is done whole.
            let done = &steps.steps[1..=index];
            // Who writes in place empties the count first, and has its line on the ledger by then.
            let mut half_done = HashSet::new();
            let on_ledger = done.iter().filter(|step| {
                let empties = step.does.starts_with("empties");
                empties && half_done.insert(step.who)
                    || step.does.starts_with("writes") && !half_done.remove(&step.who)
            });
            assert_eq!(
                step.lines,
                on_ledger.count(),
                "{}: {step:?}",
                timeline.title
            );
            for (lane, state) in step.processes.iter().enumerate() {
                let own = done.iter().filter(|step| step.who == Some(lane));
                let own: Vec<_> = own.collect();
                let last = own.iter().rev().find(|step| !step.does.contains("told"));
                let did = last.map_or("", |step| step.does.as_str());
                assert!(did.starts_with(&state.did), "{did}: {state:?}");
                let reads = own
                    .iter()
                    .rev()
                    .find_map(|step| step.does.strip_prefix("reads: "));
                let knows = state.knows.split(" (").next().unwrap();
                assert_eq!(
                    knows,
                    reads.unwrap_or(knows),
                    "{}: {step:?}",
                    timeline.title
                );
                let takes = own.iter().filter(|step| step.does.starts_with("takes"));
                let gives = own.iter().filter(|step| step.does.starts_with("gives up"));
                if timeline.time == Time::Nanoseconds && !state.killed {
                    let holds = takes.count() - gives.count();
                    assert_eq!(state.holds.len(), holds, "{}: {step:?}", timeline.title);
                }
                seen += usize::from(!state.knows.is_empty());
            }
            let held: BTreeSet<&String> =
                step.locks.iter().flat_map(|lock| &lock.holders).collect();
            let holding = step.processes.iter().zip(&steps.processes);
            let holding: BTreeSet<&String> = holding
                .filter(|(state, _)| !state.holds.is_empty())
                .map(|(_, name)| name)
                .collect();
            assert_eq!(held, holding);
        }
        assert!(seen > 0, "{}", timeline.title);
        let last = steps.steps.last().unwrap();
        let stands = timeline.versions.iter().find(|version| version.survived);
        let stands = stands.unwrap();
        assert_eq!(last.count.left, stands.left, "{}", timeline.title);
        assert_eq!(last.count.version, Some(stands.seq));
        let writer = stands.writer.unwrap().lane;
        assert_eq!(last.count.by, timeline.lanes[writer].name);
    }
}

#[test]
fn a_write_says_what_it_goes_by_and_whose_sale_is_gone() {
    let steps = Steps::of(&schedule());
    let does: Vec<(u64, &str)> = steps
        .steps
        .iter()
        .map(|step| (step.number, step.does.as_str()))
        .collect();
    assert_eq!(
        does,
        [
            (0, "the beginning"),
            (1, "start"),
            (2, "reads: 2 left"),
            (3, "start"),
            (4, "reads: 2 left"),
            (5, "writes: 1 left"),
            (6, "done"),
            (7, "writes: 1 left, over the sale of bob"),
            (8, "done"),
        ]
    );
    let why = |number: usize| steps.steps[number].why.as_str();
    assert_eq!(
        why(4),
        "alice has read the same and has not written yet: both go by 2 left, and each will write one less."
    );
    assert_eq!(
        why(7),
        "It read 2 left (version 1) at step 2, and goes by that. Since then bob has written, and the count says 1 left \
         (version 2 by bob). It does not look again: it writes 1 left. The sale of bob is gone from the count, and its buyer keeps \
         the ticket."
    );
    let stale = |step: usize| steps.steps[step].processes[0].stale.as_str();
    assert_eq!(stale(4), "");
    assert_eq!(stale(5), "out of date since step 5");
    assert_eq!(stale(7), "was out of date since step 5");
    let bob = &steps.steps[7].processes[1];
    assert_eq!(bob.stale, "", "its own write is what came after its read");
    let [point, violation] = &steps.key_steps[..] else {
        panic!("{:?}", steps.key_steps);
    };
    assert_eq!((point.step, point.certain), (4, true));
    assert_eq!(point.term, "Point of no return");
    assert_eq!((violation.step, violation.certain), (7, false));
    assert_eq!(violation.term, "First violation");
    assert_eq!(
        point.sentence,
        "from here on every way to go on ends badly; before this step a bad end was 50 % likely"
    );
    // The finding is so from the second write on, and the first is overwritten by the second.
    assert_eq!(steps.findings[0].step, Some(7));
    assert_eq!(steps.ledger[0].overwritten_by, Some(1));
    assert_eq!(steps.ledger[1].overwritten_by, None);
    assert_eq!(steps.steps[3].chance, Some(0.5));
}

#[test]
fn what_was_recorded_is_lost_where_the_second_writes() {
    let steps = Steps::of(&eight());
    let [point] = &steps.key_steps[..] else {
        panic!("{:?}", steps.key_steps);
    };
    assert!(!point.certain);
    assert!(
        point
            .meaning
            .contains("point of no return was, is not known")
    );
    let writes = steps.steps.iter().enumerate();
    let mut writes = writes.filter(|(_, step)| step.does.starts_with("writes"));
    assert_eq!(Some(point.step), writes.nth(1).map(|(at, _)| at));
    assert_eq!(steps.findings[0].step, Some(point.step));
}

/// Where time is cut out, nothing of what the steps tell happens, answers included.
#[test]
fn no_step_falls_into_a_cut() {
    let mut cuts = 0;
    let mut answered = eight();
    for (at, lane) in (0..).zip(&mut answered.lanes) {
        let end = 40_000_000 + at * at * 11_000_000;
        let answer = Span::new(Doing::Point("answer".to_owned()), 14_000_000, end);
        lane.operations[0].spans.push(answer);
    }
    for timeline in [answered, eight(), rush(8)] {
        let scene = Scene::of(&timeline);
        let layout = Layout::within_page(&scene);
        let times = walk(&scene).times;
        cuts += layout.scale.breaks.len();
        for (from, to) in &layout.scale.breaks {
            for at in times.iter().map(|time| layout.scale.at(*time)) {
                assert!(at <= from + 0.01 || at >= to - 0.01, "{from} {at} {to}");
            }
        }
    }
    assert!(cuts > 1, "else this test sees nothing");
}

/// Of two that race it is said who, and that is said by the words of the page's terms.
#[test]
fn a_first_violation_names_those_whose_race_windows_overlapped() {
    let steps = Steps::of(&schedule());
    assert_eq!(
        steps.key_steps[1].sentence,
        "alice writes: 1 left, over the sale of bob. From step 4 on the race windows of bob and alice overlapped: both had read the \
         same version, neither had written, and nothing kept them apart"
    );
}

#[test]
fn an_empty_count_is_shown_until_it_is_filled() {
    let steps = Steps::of(&torn());
    let cut: Vec<(u64, &str)> = steps
        .steps
        .iter()
        .filter(|step| !step.count.cut_by.is_empty())
        .map(|step| (step.number, step.count.cut_by.as_str()))
        .collect();
    assert_eq!(cut, [(4, "buyer"), (5, "buyer")]);
    assert_eq!(
        steps
            .steps
            .iter()
            .find(|step| step.number == 5)
            .unwrap()
            .why,
        "The file was empty at that moment: buyer has cut it to nothing and not filled it yet."
    );
}

#[test]
fn eight_buyers_take_little_room() {
    for timeline in samples() {
        let page = page(&timeline.title, &[&timeline]);
        assert!(page.len() < 300_000, "{}: {}", timeline.title, page.len());
        assert!(
            !timeline.to_svg().contains("data-from"),
            "a picture alone shows all"
        );
    }
}

#[test]
fn what_a_run_says_is_no_markup() {
    let evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";
    let mut timeline = schedule();
    timeline.lanes[0].name = evil.to_owned();
    timeline.title = evil.to_owned();
    timeline.subtitle = evil.to_owned();
    timeline.findings[0].sentence = evil.to_owned();
    timeline.findings[0].kind = format!("<!--{evil}");
    let page = page(evil, &[&timeline, &timeline]);
    assert_eq!(page.matches("<script").count(), 2, "its own two");
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains("<img") && !page.contains("<!--"));
    let runs = data(&page);
    assert_eq!(
        runs[1]["processes"][0],
        super::super::words::short(evil, 60)
    );
    assert_eq!(runs[1]["findings"][0]["sentence"], evil);
}

#[test]
fn a_long_run_folds() {
    for timeline in [one_race(20, 50_000), crowd(2_000), in_turn(1_000, 3)] {
        let page = page(&timeline.title, &[&timeline]);
        assert!(page.len() < 1_000_000, "{}: {}", timeline.title, page.len());
        let steps = Steps::of(&timeline);
        assert!(steps.steps.len() <= 401);
        assert!(!steps.left_out.is_empty(), "{}", timeline.title);
    }
    let timeline = one_race(20, 50_000);
    let steps = Steps::of(&timeline);
    let point = &steps.steps[steps.key_steps[0].step];
    assert!(point.does.contains("over the sale of"), "{point:?}");
    assert!(
        steps.steps[1].skipped.contains("all in order"),
        "{:?}",
        steps.steps[1]
    );
    let before = &steps.steps[1];
    assert!(
        before.lines > 400_000,
        "what is not shown was written: {before:?}"
    );
}

/// Places that do not exist, times that run backwards, numbers beyond all bounds.
#[test]
fn what_does_not_fit_together_is_left_out() {
    let operation = DrawnOperation {
        spans: vec![
            Span::new(Doing::Write, u64::MAX, 0),
            Span::new(Doing::Read, 9, 3),
            Span::new(Doing::Hold(7), 5, u64::MAX),
            Span::new(Doing::Stuck(8), 1, 1),
            Span::new(Doing::Point("\u{202e}".to_owned()), u64::MAX, u64::MAX),
        ],
        read: Some(Sight::Version(99)),
        looked: Some(98),
        wrote: Some(77),
        outcome: Some(DrawnOutcome::Sold(u64::MAX)),
        killed: Some(2),
        quantity: u64::MAX,
    };
    for time in [Time::Steps, Time::Nanoseconds] {
        let timeline = Timeline {
            time,
            lanes: vec![Lane {
                name: "\u{7}\u{fffe}".to_owned(),
                operations: vec![operation.clone(), DrawnOperation::default()],
            }],
            findings: vec![DrawnFinding {
                places: vec![
                    Spot {
                        lane: 5,
                        operation: 6,
                    },
                    Spot::default(),
                ],
                ..DrawnFinding::default()
            }],
            publishes: true,
            odds: Some(vec![(u64::MAX, f64::NAN), (3, 7.0), (1, -1.0)]),
            ..Timeline::default()
        };
        let page = page("", &[&timeline]);
        assert!(data(&page)[0]["steps"].is_array());
        assert!(!page.contains("NaN"));
    }
}

/// No part of the picture is seen before what it shows has happened, and none is red before anything is wrong.
#[test]
fn the_picture_of_a_page_tells_nothing_of_later_steps() {
    let timeline = eight();
    let steps = Steps::of(&timeline);
    let page = page(&timeline.title, &[&timeline]);
    let violation = steps.key_steps[0].step;
    let writes = steps.steps.iter().enumerate();
    let writes = writes.filter(|(_, step)| step.does.starts_with("writes"));
    let writes: Vec<usize> = writes.map(|(at, _)| at).collect();
    let parts = page.split("<g data-from=\"").skip(1);
    let parts: Vec<(usize, usize, &str)> = parts
        .map(|part| {
            let (from, rest) = part.split_once("\" data-wrong=\"").unwrap();
            let (wrong, rest) = rest.split_once("\">").unwrap();
            (from.parse().unwrap(), wrong.parse().unwrap(), rest)
        })
        .collect();
    for (from, wrong, part) in &parts {
        if part.contains("writes: ") && !part.contains("<title>") {
            assert!(
                writes.contains(from) && *wrong >= violation,
                "{from} {wrong} {part}"
            );
        }
        if part.contains("overwritten by") {
            assert!(*from >= violation, "{from} {part}");
        }
    }
    let (_, tree) = page.split_once("fork: 8 sales grew from it").unwrap();
    assert!(!tree.is_empty());
    assert!(page.contains(&format!(r#" data-from="{}">fork: 8 sales"#, writes[7])));
}

/// What does not add up any more does so from the second sale of one version on, and its sentence tells of the last.
#[test]
fn a_finding_has_the_step_from_which_on_it_is_so_and_the_one_at_which_all_of_it_is_told() {
    let steps = Steps::of(&eight());
    let writes = steps.steps.iter().enumerate();
    let writes = writes.filter(|(_, step)| step.does.starts_with("writes"));
    let writes: Vec<usize> = writes.map(|(at, _)| at).collect();
    for finding in &steps.findings {
        assert!(finding.step <= finding.told_at, "{finding:?}");
        assert_eq!(finding.told_at, writes.last().copied(), "{finding:?}");
    }
    // What a buyer is told of its sale is not what becomes of it later.
    for (at, step) in steps.steps.iter().enumerate() {
        if let Some((_, by)) = step.why.split_once("its sale is overwritten by ") {
            let name = by.trim_end_matches('.');
            let written = steps.steps[..at].iter().any(|before| {
                let who = before.who.map(|who| steps.processes[who].as_str());
                before.does.starts_with("writes") && who == Some(name)
            });
            assert!(written, "{step:?}");
        }
    }
}
