//! The chance of a bad end.

use std::collections::BTreeMap;

use tickets::LockKind;
use tickets::lab::LabStep;
use tickets::lab::explore::{Search, replay, smallest, visit};
use tickets::lab::odds::{no_return, odds};
use tickets::lab::{Run, Trial};
use tickets::office::Writes;

use super::{race, thorough, trial};

/// Every schedule that there is, as a tree: how each goes on, and how it ends.
#[derive(Default)]
struct Tree {
    next: BTreeMap<LabStep, Tree>,
    bad: bool,
}

impl Tree {
    fn of(trial: &Trial) -> (Self, Vec<Run>) {
        let (mut tree, mut runs) = (Self::default(), Vec::new());
        visit(trial, Search::Full, &mut |run| {
            let mut at = &mut tree;
            for step in run.steps().0 {
                at = at.next.entry(step).or_default();
            }
            at.bad = run.is_bad();
            runs.push(run);
            true
        })
        .unwrap();
        (tree, runs)
    }

    fn chance(&self) -> f64 {
        if self.next.is_empty() {
            return f64::from(u8::from(self.bad));
        }
        let sum: f64 = self.next.values().map(Self::chance).sum();
        sum / self.next.len() as f64
    }

    fn along(&self, run: &Run) -> Vec<f64> {
        let mut at = self;
        let mut chances = vec![at.chance()];
        for step in run.steps().0 {
            at = &at.next[&step];
            chances.push(at.chance());
        }
        chances
    }
}

#[test]
fn the_odds_are_those_of_all_schedules() {
    let chapter = Trial {
        writes: Writes::InPlace,
        query: true,
        ..trial(2, 1, LockKind::Exclusive)
    };
    let mut trials = vec![
        trial(2, 1, LockKind::None),
        trial(3, 1, LockKind::None),
        trial(3, 3, LockKind::None),
        trial(2, 1, LockKind::Shared),
        trial(2, 1, LockKind::WriteOnly),
        trial(2, 2, LockKind::DataFile),
        trial(2, 2, LockKind::Exclusive),
        chapter,
    ];
    if thorough() {
        trials.push(trial(3, 2, LockKind::DataFile));
        trials.push(trial(3, 2, LockKind::Shared));
        trials.push(trial(3, 1, LockKind::WriteOnly));
    }
    let mut certain = 0;
    for trial in trials {
        let (tree, runs) = Tree::of(&trial);
        let first_bad = runs.iter().position(Run::is_bad);
        let some = [0, runs.len() / 3, runs.len() / 2, runs.len() - 1];
        for at in some.into_iter().chain(first_bad) {
            let run = &runs[at];
            let odds = odds(&trial, run, &mut |_| true).unwrap().unwrap();
            let wanted = tree.along(run);
            assert_eq!(odds.len(), run.moves.len() + 1);
            for (own, wanted) in odds.iter().zip(&wanted) {
                let near = (own - wanted).abs() < 1e-12;
                assert!(near, "{trial:?} {}: {odds:?}, not {wanted:?}", run.steps());
            }
            assert_eq!(no_return(&odds).is_some(), run.is_bad(), "{}", run.steps());
            certain += usize::from(run.is_bad());
        }
    }
    assert!(certain >= 7, "{certain} runs were bad");
}

/// Two buyers, one ticket: whoever goes second decides. One of two reads too, one writes.
#[test]
fn two_buyers_lose_an_update_with_a_chance_of_one_half() {
    let (_, document) = race("replay|1 2 2 1");
    assert_eq!(
        document["odds"],
        serde_json::json!([0.5, 0.5, 1.0, 1.0, 1.0])
    );
    assert_eq!(document["no_return"], 2);
    let (_, document) = race("replay|1 1 2");
    assert_eq!(document["odds"], serde_json::json!([0.5, 0.5, 0.0, 0.0]));
    assert!(document["no_return"].is_null());
}

#[test]
fn a_killed_buyer_changes_the_odds_of_what_follows() {
    let trial = trial(3, 1, LockKind::None);
    let grants = "1 2x 3 3 1".parse().unwrap();
    let tickets::lab::Schedule::Steps(grants) = grants else {
        panic!("grants")
    };
    let run = replay(&trial, &grants).unwrap();
    let odds = odds(&trial, &run, &mut |_| true).unwrap().unwrap();
    // Two are left of three, and one of them has read.
    assert_eq!(odds[2..], [0.5, 1.0, 1.0, 1.0]);
    assert!(odds[1] > 0.5, "{odds:?}");
}

#[test]
fn the_picture_has_the_point_of_no_return() {
    let trial = trial(3, 2, LockKind::DataFile);
    let run = smallest(&trial, &mut |_| true).unwrap().unwrap();
    let odds = odds(&trial, &run, &mut |_| true).unwrap().unwrap();
    let step = no_return(&odds).unwrap();
    let timeline = tickets::draw::run(&trial, &run, Some(&odds));
    let words = format!("point of no return: step {step}");
    assert!(timeline.to_svg().contains(&words), "{words}");
    let lines = timeline.to_text(tickets::timeline::COLUMNS);
    assert!(lines.iter().any(|line| line.to_string().contains(&words)));
}

/// What a kill leads out of was certain for buyers of whom none is killed, and is no point of no return.
#[test]
fn a_kill_may_lead_out_of_what_was_certain() {
    let event = crate::harness::TestEvent::empty();
    let picture = event.path("race.svg");
    let line = ["race", "replay", "1 2 2x 1", "--timeline"];
    let mut command = event.command(line);
    let output = command.arg(&picture).env("COLUMNS", "200").output();
    let run = crate::harness::Run::of(output.unwrap());
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stdout
            .contains("100 % after step 2, 0 % after step 3\n"),
        "{run:?}"
    );
    let drawn = std::fs::read_to_string(picture).unwrap();
    assert!(!drawn.contains("point of no return"), "{drawn}");
}
