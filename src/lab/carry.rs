//! One order of turns, carried over to another way of selling.

use super::harness::Harness;
use super::run::{Run, Trial};
use super::state::LabState;
use super::step::{LabStep, LabSteps};
use crate::error::Result;

/// What came of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnOutcome {
    /// Its buyer made its next step.
    Step,
    /// It passed: its buyer waits for a lock that another holds.
    Waits,
    /// It passed: its buyer was at its end.
    Done,
}

/// A run whose buyers took turns in an order that was given.
#[derive(Debug, Clone)]
pub struct CarriedRun {
    /// The run. Its first steps are those of the turns, and the rest comes behind them.
    pub run: Run,
    /// What came of each turn of the order.
    pub turns: Vec<TurnOutcome>,
}

/// Runs a trial in the order of the turns of another one's schedule: at each turn its buyer makes its next step, whatever
/// that is here, and passes where it waits for a lock or is done. Behind the last turn the rest is completed as
/// [`replay`](super::explore::replay) does it: of those who can go on always the one with the lowest number.
///
/// # Errors
/// As [`explore`](super::explore::explore).
pub fn carry(trial: &Trial, order: &LabSteps) -> Result<CarriedRun> {
    let mut harness = Harness::open(trial)?;
    let mut state = LabState::begin(&mut harness, trial)?;
    let mut turns = Vec::with_capacity(order.0.len());
    for &step in &order.0 {
        let turn = turn(&state, step);
        if turn == TurnOutcome::Step {
            state.step(&mut harness, step)?;
        }
        turns.push(turn);
    }
    while let Some(step) = state.next_step() {
        state.step(&mut harness, step)?;
    }
    let run = state.end(&mut harness, trial)?;
    Ok(CarriedRun { run, turns })
}

fn turn(state: &LabState, step: LabStep) -> TurnOutcome {
    if state.can(step) {
        return TurnOutcome::Step;
    }
    let buyer = state.buyers.get(step.buyer());
    if buyer.is_some_and(|buyer| buyer.blocked) {
        TurnOutcome::Waits
    } else {
        TurnOutcome::Done
    }
}
