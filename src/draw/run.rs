//! A run of the lab as a timeline: a step is a unit of time.

use super::drawing::Drawing;
use super::run_finding::{RunEnds, finding};
use super::unbalanced::unbalanced;
use crate::lab::{Run, Trial, TurnOutcome};
use crate::ledger::LockKind;
use crate::office::Writes;
use crate::plural::count;
use crate::timeline::{Lane, LockFacts, SaleFacts, Time, Timeline};

/// The timeline of a run, to be drawn; with the chance of a bad end before its first step and after each,
/// where that is known (see [`odds`](crate::lab::odds)).
#[must_use]
pub fn timeline(trial: &Trial, run: &Run, odds: Option<&[f64]>) -> Timeline {
    carried(trial, run, odds, &[])
}

/// A turn of an order that was given: whose it is, counted from 0, and what came of it.
pub type CarriedTurn = (usize, TurnOutcome);

/// The same of a run in an order of turns that was given (see [`carry`](crate::lab::carry)): a turn is a unit of time, and one that
/// passes is a step of its own, in which nothing is done.
#[must_use]
pub fn carried(trial: &Trial, run: &Run, odds: Option<&[f64]>, turns: &[CarriedTurn]) -> Timeline {
    let users = run.ends.len();
    let mut drawing = Drawing::new(trial, users);
    let mut moves = run.moves.iter();
    // When each step was done: at the beginning none is.
    let mut done = vec![0];
    let mut at = 0;
    for &(buyer, outcome) in turns {
        match outcome {
            TurnOutcome::Step => done.extend(drawing.next(trial, at, &mut moves)),
            passes => drawing.pass(buyer, at, passes),
        }
        at += 1;
    }
    while let Some(time) = drawing.next(trial, at, &mut moves) {
        done.push(time);
        at = time;
    }
    drawing.end(run, at);
    let last = match run.verdict.left {
        Some(_) => drawing.versions.last().and_then(|version| version.writer),
        // What cannot be read is what was cut last.
        None => drawing.cut,
    };
    let found = run.verdict.findings.iter();
    let ends = RunEnds {
        last,
        unbalanced: unbalanced(&drawing.versions),
        unfilled: drawing.unfilled().filter(|_| run.verdict.left.is_none()),
    };
    let findings = found.map(|found| finding(found, &ends)).collect();
    let operations = drawing.operations.into_iter().zip(drawing.passes);
    let lanes = (1..)
        .zip(operations)
        .map(|(number, (operation, passes))| Lane {
            name: format!("user-{number}"),
            operations: std::iter::once(operation).chain(passes).collect(),
        });
    Timeline {
        title: title(trial, users),
        subtitle: format!("who makes each step: {}", run.steps()),
        time: Time::Steps,
        clock: None,
        lanes: lanes.collect(),
        versions: drawing.versions,
        findings,
        incomplete: false,
        publishes: trial.publishes(),
        locks: LockFacts {
            // All buyers lock one file.
            leased: trial.has_leases().then_some(0).into_iter().collect(),
            ..LockFacts::default()
        },
        sales: SaleFacts::default(),
        unreadable: run.verdict.left.is_none(),
        odds: odds.map(|odds| done.into_iter().zip(odds.iter().copied()).collect()),
        no_odds: None,
    }
}

fn title(trial: &Trial, users: usize) -> String {
    let lock = match trial.lock {
        LockKind::None => "no lock".to_owned(),
        kind => format!("lock {}", kind.name()),
    };
    let writes = match trial.writes {
        Writes::Replace => "",
        Writes::InPlace => ", count written in place",
    };
    let query = if trial.query {
        ", query outside the lock"
    } else {
        ""
    };
    let (buyers, tickets) = (count(users as u64, "buyer"), count(trial.stock, "ticket"));
    format!("{buyers}, {tickets}, {lock}{writes}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Anomaly;
    use crate::check::final_state::{StateFinding, StateVerdict};
    use crate::lab::{Move, Point};
    use crate::timeline::{Clash, Steps};

    /// Buyers with the exclusive lock, who write in place.
    fn trial(users: usize) -> Trial {
        Trial {
            users,
            stock: 1,
            lock: LockKind::Exclusive,
            writes: Writes::InPlace,
            query: false,
            crashes: true,
            second_name: false,
            scenario: None,
            place: None,
            program: "tickets".into(),
        }
    }

    /// A run of one buyer, who is killed before its last step: the count stays empty.
    fn killed() -> Run {
        let points = [Point::Lock, Point::Read, Point::Write, Point::Fill];
        let moves = points.map(|point| Move {
            buyer: 0,
            point,
            seen: None,
            looked: None,
            busy: false,
            killed: point == Point::Fill,
            late: false,
        });
        let empty = StateFinding {
            last: crate::check::final_state::LastSale::default(),
            kind: Anomaly::Conservation,
            buyers: Vec::new(),
            read_seq: None,
            read_from: Vec::new(),
            with: Vec::new(),
            text: "the count cannot be read any more".to_owned(),
        };
        Run {
            moves: moves.to_vec(),
            ends: vec![None],
            verdict: StateVerdict {
                sold: 1,
                sales: 1,
                left: None,
                oversold: 0,
                lost_updates: 0,
                findings: vec![empty],
            },
            left: vec![0],
            sellers: vec![0],
            story: Vec::new(),
        }
    }

    #[test]
    fn a_count_that_stays_empty_is_wrong_from_the_kill_on() {
        let drawn = timeline(&trial(1), &killed(), Some(&[0.0, 0.0, 0.0, 0.0, 1.0]));
        assert_eq!(drawn.findings[0].clash, Clash::Unfilled);
        let steps = Steps::of(&drawn);
        let keys = steps.key_steps.iter();
        let keys: Vec<_> = keys.map(|key| (key.certain, key.step)).collect();
        assert_eq!(keys, [(true, 4), (false, 4)]);
        assert_eq!(steps.key_steps[1].sentence, "user-1 is killed");
        assert_eq!(steps.findings[0].step, Some(4));
        // Who looks is told that nobody is going to fill it.
        let unfilled = steps.steps.iter().map(|step| step.count.unfilled);
        let unfilled: Vec<bool> = unfilled.collect();
        assert_eq!(unfilled, [false, false, false, false, true]);
        // In the picture and in the chart, too.
        let lines = drawn.to_text(120);
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        let marked: Vec<_> = lines
            .iter()
            .filter(|line| line.ends_with(" <- 1"))
            .collect();
        assert!(
            matches!(marked[..], [line] if line.contains("killed")),
            "{lines:?}"
        );
    }

    /// Of two who have cut it the later kill is what leaves it empty.
    #[test]
    fn of_two_who_cut_the_count_the_last_to_be_killed_leaves_it_empty() {
        let mut run = killed();
        let of_both = run
            .moves
            .iter()
            .flat_map(|step| [0, 1].map(|buyer| Move { buyer, ..*step }));
        run.moves = of_both.collect();
        run.moves.swap(6, 7);
        run.ends = vec![None, None];
        let unlocked = Trial {
            lock: LockKind::Shared,
            ..trial(2)
        };
        let drawn = timeline(&unlocked, &run, None);
        let lanes = drawn.findings[0].places.iter().map(|place| place.lane);
        assert_eq!(lanes.collect::<Vec<_>>(), [0]);
        // Who can still fill it has done no harm.
        run.verdict.left = Some(0);
        let drawn = timeline(&unlocked, &run, None);
        assert_eq!(drawn.findings[0].clash, Clash::Whole);
    }
}
