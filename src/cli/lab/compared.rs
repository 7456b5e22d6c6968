//! Two runs in one order of turns, turn by turn.

use super::run::Pictured;
use crate::lab::{Move, Point, Turn, WorkerEnd};
use crate::office::Writes;

/// Two runs in one order of turns.
pub(super) struct Compared {
    /// Under the first lock: its schedule is the order.
    pub(super) first: Pictured,
    /// Under the second.
    pub(super) second: Pictured,
    /// What came of each turn of the order under the second.
    pub(super) turns: Vec<Turn>,
}

/// A turn, or a step that came behind the last of them.
pub(super) struct Row {
    /// Whose it is.
    pub(super) buyer: usize,
    /// Which step was made under the first lock, by its index; `None`: that run was over.
    pub(super) first: Option<usize>,
    /// What came of it under the second.
    pub(super) second: Came,
}

/// What came of a turn under the second lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// This step was made, by its index.
    Step(usize),
    /// It passed: it waits for the lock.
    Waits,
    /// It passed: it was at its end.
    Done,
}

impl Compared {
    /// The turns in their order, and the steps behind them.
    pub(super) fn rows(&self) -> Vec<Row> {
        let mut steps = 0;
        let moves = self.first.run.moves.iter().enumerate();
        let turns = moves.zip(&self.turns).map(|((at, step), turn)| Row {
            buyer: step.buyer,
            first: Some(at),
            second: match turn {
                Turn::Step => {
                    steps += 1;
                    Came::Step(steps - 1)
                }
                Turn::Waits => Came::Waits,
                Turn::Done => Came::Done,
            },
        });
        let mut rows: Vec<Row> = turns.collect();
        let behind = self.second.run.moves.iter().enumerate().skip(steps);
        rows.extend(behind.map(|(at, step)| Row {
            buyer: step.buyer,
            first: None,
            second: Came::Step(at),
        }));
        rows
    }

    /// Which turn, counted from 1, a step of the second run was.
    pub(super) fn turn_of(&self, step: usize) -> usize {
        let rows = self.rows();
        let place = rows.iter().position(|row| row.second == Came::Step(step));
        place.map_or(step, |place| place + 1)
    }

    /// Since which turn a buyer waits for the lock of the second run, before this step; `None`: it does not.
    pub(super) fn waits_from(&self, buyer: usize, step: usize) -> Option<usize> {
        let rows = self.rows().into_iter().enumerate();
        let mut waits = rows
            .filter(|(_, row)| row.buyer == buyer)
            .filter(|(_, row)| match row.second {
                Came::Step(at) => {
                    let own = self.second.run.moves.get(at);
                    at < step && own.is_some_and(|own| own.busy)
                }
                Came::Waits => true,
                Came::Done => false,
            });
        waits.next().map(|(at, _)| at + 1)
    }
}

/// What a buyer has gone by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// A count that says that so many are left, of this version.
    Count(u64, u64),
    /// A count that makes no sense.
    Torn,
}

impl Pictured {
    /// The step at which a buyer saw what it went by, and what that was.
    pub(super) fn sight(&self, buyer: usize) -> Option<(usize, Sight)> {
        let own = |(_, step): &(usize, &Move)| step.buyer == buyer;
        let mut moves = self.run.moves.iter().enumerate().filter(own);
        if let Some(Some(WorkerEnd::Torn { .. })) = self.run.ends.get(buyer) {
            return moves.next_back().map(|(at, _)| (at, Sight::Torn));
        }
        let seen = |(at, step): (usize, &Move)| {
            let seen = step.seen.filter(|_| step.point == Point::Read)?;
            Some((at, Sight::Count(seen.left, seen.seq)))
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
