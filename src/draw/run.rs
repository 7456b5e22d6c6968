//! A run of the lab as a timeline: a step is a unit of time.

use super::drawing::Drawing;
use super::run_finding::finding;
use super::unbalanced::unbalanced;
use crate::lab::{Run, Trial, TurnOutcome};
use crate::ledger::LockKind;
use crate::office::Writes;
use crate::plural::count;
use crate::timeline::{Lane, LockFacts, Time, Timeline};

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
    let ends = (last, unbalanced(&drawing.versions));
    let findings = found.map(|found| finding(found, ends)).collect();
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
        unreadable: run.verdict.left.is_none(),
        odds: odds.map(|odds| done.into_iter().zip(odds.iter().copied()).collect()),
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
