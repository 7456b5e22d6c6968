//! From which step of a page on each part of its picture is seen, and from which on it is red: a picture at a step shows what has
//! happened by then, and nothing of what is to come.

use std::collections::HashMap;

use super::model::Spot;

/// Steps are named by their indices; 0 is the beginning.
#[derive(Debug, Default)]
pub(super) struct Reveal {
    /// At which step each span of an operation is done.
    pub(super) steps: HashMap<(Spot, Option<usize>), usize>,
    /// From which step on an operation has gone wrong.
    pub(super) wrong: HashMap<Spot, usize>,
    /// From which step on each finding is so.
    pub(super) findings: Vec<usize>,
    /// When each step is done.
    pub(super) times: Vec<u64>,
}

impl Reveal {
    /// The last step of all.
    pub(super) fn end(&self) -> usize {
        self.times.len().saturating_sub(1)
    }

    /// The first step that is done at a time, or later.
    pub(super) fn at(&self, time: u64) -> usize {
        let step = self.times.iter().position(|done| *done >= time);
        step.unwrap_or(self.end())
    }

    /// The step at which a span is done.
    pub(super) fn step(&self, (place, span): (Spot, Option<usize>), ends: u64) -> usize {
        let known = self.steps.get(&(place, span)).copied();
        known.unwrap_or_else(|| self.at(ends))
    }

    /// The last step of an operation.
    pub(super) fn last(&self, place: Spot) -> usize {
        let own = self.steps.iter().filter(|((own, _), _)| *own == place);
        own.map(|(_, step)| *step).max().unwrap_or(self.end())
    }

    /// From which step on an operation has gone wrong; 0 where it has not, and nothing of it is red.
    pub(super) fn wrong(&self, place: Spot) -> usize {
        self.wrong.get(&place).copied().unwrap_or(0)
    }

    /// The same of all of a lane.
    pub(super) fn lane(&self, lane: usize) -> usize {
        let own = self.wrong.iter().filter(|(place, _)| place.lane == lane);
        own.map(|(_, step)| *step).min().unwrap_or(0)
    }

    /// From which step on a finding is so, by its number.
    pub(super) fn finding(&self, number: usize) -> usize {
        let step = number.checked_sub(1).and_then(|at| self.findings.get(at));
        step.copied().unwrap_or(self.end())
    }
}
