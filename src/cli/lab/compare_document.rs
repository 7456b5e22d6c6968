//! Two runs in one order of turns, for programs.

use serde::Serialize;

use super::compared::{Compared, SecondTurn};
use super::document::Shown;
use super::run::Pictured;
use super::words::writes;
use crate::lab::Trial;

/// What `race compare` found.
#[derive(Serialize)]
pub(super) struct CompareDocument {
    /// Nothing went wrong under the second lock.
    ok: bool,
    command: &'static str,
    /// A schedule that goes wrong under the first lock was found, or one was named.
    found: bool,
    users: usize,
    stock: Option<u64>,
    query: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<String>,
    first: SideMember,
    second: SideMember,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    turns: Vec<TurnShown>,
}

#[derive(Serialize)]
struct SideMember {
    lock: &'static str,
    writes: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bad: Option<bool>,
    #[serde(flatten)]
    run: Option<Shown>,
}

#[derive(Serialize)]
struct TurnShown {
    buyer: String,
    /// Which step was made under the first lock, and under the second, counted from 1.
    first: Option<usize>,
    second: Option<usize>,
    /// Why the buyer passed under the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    passed: Option<&'static str>,
}

impl SideMember {
    fn of(trial: &Trial, one: Option<&Pictured>) -> Self {
        Self {
            lock: trial.lock.name(),
            writes: writes(trial),
            bad: one.map(|one| one.run.is_bad()),
            run: one.map(Pictured::shown),
        }
    }
}

impl CompareDocument {
    /// Nothing goes wrong under the first lock.
    pub(super) fn none([first, second]: &[Trial; 2]) -> Self {
        Self {
            ok: false,
            command: "race compare",
            found: false,
            users: first.users,
            stock: None,
            query: first.query,
            difference: None,
            first: SideMember::of(first, None),
            second: SideMember::of(second, None),
            turns: Vec::new(),
        }
    }

    pub(super) fn of(compared: &Compared, difference: String) -> Self {
        let Compared { first, second, .. } = compared;
        let turns = compared.rows().into_iter().map(|row| {
            let (step, passed) = match row.second {
                SecondTurn::Step(at) => (Some(at + 1), None),
                SecondTurn::Waits => (None, Some("waits")),
                SecondTurn::Done => (None, Some("done")),
            };
            TurnShown {
                buyer: format!("user-{}", row.buyer + 1),
                first: row.first.map(|at| at + 1),
                second: step,
                passed,
            }
        });
        Self {
            ok: !second.run.is_bad(),
            command: "race compare",
            found: true,
            users: first.trial.users,
            stock: Some(first.trial.stock),
            query: first.trial.query,
            difference: Some(difference),
            first: SideMember::of(&first.trial, Some(first)),
            second: SideMember::of(&second.trial, Some(second)),
            turns: turns.collect(),
        }
    }
}
