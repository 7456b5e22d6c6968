//! Two runs in one order of turns, turn by turn.

use super::run::Pictured;
use crate::draw::{self, CarriedTurn};
use crate::lab::{Move, Point, TurnOutcome, WorkerEnd};
use crate::office::Writes;
use crate::timeline::Timeline;

/// Two runs in one order of turns.
pub(super) struct Compared {
    /// Under the first lock: its schedule is the order.
    pub(super) first: Pictured,
    /// Under the second.
    pub(super) second: Pictured,
    /// What came of each turn of the order under the second.
    pub(super) turns: Vec<TurnOutcome>,
}

/// A turn, or a step that came behind the last of them.
pub(super) struct TurnRow {
    /// Whose it is.
    pub(super) buyer: usize,
    /// Which step was made under the first lock, by its index; `None`: that run was over.
    pub(super) first: Option<usize>,
    /// What came of it under the second.
    pub(super) second: SecondTurn,
}

/// What came of a turn under the second lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SecondTurn {
    /// This step was made, by its index.
    Step(usize),
    /// It passed: it waits for the lock.
    Waits,
    /// It passed: it was at its end.
    Done,
}

impl Compared {
    /// What is drawn of both: of the second each turn is a step, those that pass, too.
    pub(super) fn timelines(&self) -> [Timeline; 2] {
        let numbers = |buyers: &mut dyn Iterator<Item = usize>| {
            let numbers = buyers.map(|buyer| (buyer + 1).to_string());
            numbers.collect::<Vec<String>>().join(" ")
        };
        let moves = self.first.run.moves.iter();
        let turns = moves.map(|step| step.buyer).zip(self.turns.iter().copied());
        let turns: Vec<CarriedTurn> = turns.collect();
        let order = numbers(&mut turns.iter().map(|turn| turn.0));
        let steps = turns.iter().filter(|turn| turn.1 == TurnOutcome::Step);
        let behind = self.second.run.moves.iter().skip(steps.count());
        let behind = numbers(&mut behind.map(|step| step.buyer));
        let mut first = self.first.timeline();
        first.subtitle = format!("the order of turns: {order}");
        let Pictured {
            trial, run, odds, ..
        } = &self.second;
        let mut second = draw::carried(trial, run, odds.as_deref(), &turns);
        second.subtitle = match behind.as_str() {
            "" => format!("the same order of turns: {order}"),
            behind => {
                format!("the same order of turns: {order}, and behind the last of them {behind}")
            }
        };
        [first, second]
    }

    /// The turns in their order, and the steps behind them.
    pub(super) fn rows(&self) -> Vec<TurnRow> {
        let mut steps = 0;
        let moves = self.first.run.moves.iter().enumerate();
        let turns = moves.zip(&self.turns).map(|((at, step), turn)| TurnRow {
            buyer: step.buyer,
            first: Some(at),
            second: match turn {
                TurnOutcome::Step => {
                    steps += 1;
                    SecondTurn::Step(steps - 1)
                }
                TurnOutcome::Waits => SecondTurn::Waits,
                TurnOutcome::Done => SecondTurn::Done,
            },
        });
        let mut rows: Vec<TurnRow> = turns.collect();
        let behind = self.second.run.moves.iter().enumerate().skip(steps);
        rows.extend(behind.map(|(at, step)| TurnRow {
            buyer: step.buyer,
            first: None,
            second: SecondTurn::Step(at),
        }));
        rows
    }

    /// Which turn, counted from 1, a step of the second run was.
    pub(super) fn turn_of(&self, step: usize) -> usize {
        let rows = self.rows();
        let place = rows
            .iter()
            .position(|row| row.second == SecondTurn::Step(step));
        place.map_or(step, |place| place + 1)
    }

    /// Since which turn a buyer waits for the lock of the second run, before this step; `None`: it does not.
    pub(super) fn waits_from(&self, buyer: usize, step: usize) -> Option<usize> {
        let rows = self.rows().into_iter();
        let mut before = rows.take_while(|row| row.second != SecondTurn::Step(step));
        let waits = before.position(|row| {
            let finds_it_taken = |at: usize| {
                let own = self.second.run.moves.get(at);
                own.is_some_and(|own| own.busy)
            };
            row.buyer == buyer
                && match row.second {
                    SecondTurn::Step(at) => finds_it_taken(at),
                    SecondTurn::Waits => true,
                    SecondTurn::Done => false,
                }
        });
        waits.map(|at| at + 1)
    }
}

/// What a buyer has gone by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CountRead {
    /// A count that says that so many are left, of this version.
    Count(u64, u64),
    /// One that says that too few are left.
    NoneLeft,
    /// One that makes no sense.
    Torn,
}

impl Pictured {
    /// The step at which a buyer saw what it went by, and what that was.
    pub(super) fn sight(&self, buyer: usize) -> Option<(usize, CountRead)> {
        let own = |(_, step): &(usize, &Move)| step.buyer == buyer;
        let mut moves = self.run.moves.iter().enumerate().filter(own);
        if let Some(Some(WorkerEnd::Torn { .. })) = self.run.ends.get(buyer) {
            return moves.next_back().map(|(at, _)| (at, CountRead::Torn));
        }
        if let Some(Some(WorkerEnd::SoldOut)) = self.run.ends.get(buyer) {
            let read = moves.rfind(|(_, step)| step.point == Point::Read);
            return read.map(|(at, _)| (at, CountRead::NoneLeft));
        }
        let seen = |(at, step): (usize, &Move)| {
            let seen = step.seen.filter(|_| step.point == Point::Read)?;
            Some((at, CountRead::Count(seen.left, seen.seq)))
        };
        moves.rev().find_map(seen)
    }

    /// Those who had written before a step.
    pub(super) fn writers_before(&self, step: usize) -> Vec<usize> {
        let writes = match self.trial.writes {
            Writes::Replace => Point::Write,
            Writes::InPlace => Point::Fill,
        };
        let before = self.run.moves.iter().take(step);
        let wrote = before.filter(|step| step.point == writes && !step.busy && !step.killed);
        wrote.map(|step| step.buyer).collect()
    }
}
