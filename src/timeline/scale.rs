//! Where a time lies from left to right. Not to scale: every span must be seen, be it microseconds
//! within seconds, so that a gap takes room by the logarithm of its length.

use super::choose::Choice;
use super::model::Time;
use super::model::Timeline;

/// A stretch that is drawn folded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Folded {
    /// Which of [`Choice::folds`].
    pub(super) fold: usize,
    pub(super) from: f64,
    pub(super) to: f64,
}

/// From times to places.
#[derive(Debug, Default)]
pub(super) struct Scale {
    /// Times that something begins or ends at, each with its place; both rise.
    knots: Vec<(u64, f64)>,
    pub(super) folded: Vec<Folded>,
    /// The first time of all.
    pub(super) start: u64,
}

/// The room of a fold, and between two times, at most.
const FOLD: f64 = 96.0;
const STEP: f64 = 96.0;
/// Between two times, at least, where there is room.
const LEAST: f64 = 6.0;

impl Scale {
    /// Lays the times of what is drawn out between two places.
    pub(super) fn new(timeline: &Timeline, choice: &Choice, left: f64, right: f64) -> Self {
        let mut times = times(timeline, choice);
        times.sort_unstable();
        times.dedup();
        let folds = choice.folds.iter().filter(|f| f.operations > 0).count();
        let fold = FOLD.min((right - left) / 2.0 / (folds.max(1) as f64));
        let room = right - left - fold * folds as f64;
        let start = times.first().copied().unwrap_or_default();
        let first = choice.folds.first().and_then(|fold| fold.bounds);
        let mut scale = Self {
            start: first.map_or(start, |(from, _)| from.min(start)),
            ..Self::default()
        };
        let is_fold = |from: u64, to: u64| choice.stretches.iter().any(|s| s.1 == from && to > s.1);
        let weights: Vec<f64> = times
            .windows(2)
            .map(|pair| match pair {
                &[from, to] if !is_fold(from, to) => weight(timeline.time, to - from),
                _ => 0.0,
            })
            .collect();
        let spaces = weights.iter().filter(|weight| **weight > 0.0).count() as f64;
        let least = LEAST.min(room / 2.0 / spaces.max(1.0));
        let mut unit = (room - least * spaces) / weights.iter().sum::<f64>().max(f64::EPSILON);
        if timeline.time == Time::Steps {
            unit = unit.min(STEP - least);
        }
        let mut next = 0;
        let mut place = scale.fold_at(choice, next, left, fold);
        for (at, &time) in times.iter().enumerate() {
            scale.knots.push((time, place));
            match weights.get(at) {
                Some(&weight) if weight > 0.0 => place += least + weight * unit,
                _ => {
                    next += 1;
                    place = scale.fold_at(choice, next, place, fold);
                }
            }
        }
        scale
    }

    /// Makes room for a fold where something was left out; gives where it ends.
    fn fold_at(&mut self, choice: &Choice, fold: usize, from: f64, room: f64) -> f64 {
        if choice.folds.get(fold).is_none_or(|f| f.operations == 0) {
            return from;
        }
        let to = from + room;
        self.folded.push(Folded { fold, from, to });
        to
    }

    /// Where a time lies; beyond the ends, at the ends.
    pub(super) fn at(&self, time: u64) -> f64 {
        let next = self.knots.partition_point(|knot| knot.0 < time);
        let after = self.knots.get(next).or(self.knots.last());
        let before = next.checked_sub(1).and_then(|at| self.knots.get(at));
        match (before, after) {
            (Some(&(t0, x0)), Some(&(t1, x1))) if t1 > t0 => {
                x0 + (x1 - x0) * ((time.min(t1) - t0) as f64 / (t1 - t0) as f64)
            }
            (_, Some(&(_, x))) => x,
            _ => 0.0,
        }
    }

    /// Where the drawn times end.
    pub(super) fn end(&self) -> f64 {
        let last = self.knots.last().map_or(0.0, |knot| knot.1);
        self.folded.last().map_or(last, |fold| fold.to.max(last))
    }

    /// The times that deserve a tick, at least `apart` from each other; those around the longest
    /// gaps come first.
    pub(super) fn ticks(&self, apart: f64) -> Vec<(u64, f64)> {
        let mut order: Vec<(u64, usize)> = self
            .knots
            .windows(2)
            .enumerate()
            .filter_map(|(at, pair)| match pair {
                &[(from, _), (to, _)] => Some((to - from, at + 1)),
                _ => None,
            })
            .collect();
        order.sort_unstable_by_key(|&(gap, at)| (std::cmp::Reverse(gap), at));
        let first = self.knots.first().copied();
        let mut ticks: Vec<(u64, f64)> = first.into_iter().collect();
        for (_, at) in order {
            let ends = [Some(at), at.checked_sub(1)];
            for &knot in ends
                .into_iter()
                .flatten()
                .filter_map(|at| self.knots.get(at))
            {
                let near = |tick: &(u64, f64)| (tick.1 - knot.1).abs() < apart;
                if ticks.len() < 40 && !ticks.iter().any(near) {
                    ticks.push(knot);
                }
            }
        }
        ticks.sort_unstable_by_key(|tick| tick.0);
        ticks
    }
}

/// The times at which something that is drawn begins or ends.
fn times(timeline: &Timeline, choice: &Choice) -> Vec<u64> {
    let mut times = Vec::new();
    for operation in choice
        .places()
        .filter_map(|place| timeline.operation(place))
    {
        times.extend(operation.killed);
        for span in &operation.spans {
            times.extend([span.from, span.to]);
            if timeline.time == Time::Steps && span.to.abs_diff(span.from) <= 64 {
                let (from, to) = span.bounds();
                times.extend(from..to);
            }
        }
    }
    times
}

/// How much room a gap takes beside others.
fn weight(unit: Time, gap: u64) -> f64 {
    match unit {
        Time::Steps => (gap as f64).min(2.0),
        Time::Nanoseconds => (gap as f64 / 1_000.0).ln_1p().max(1e-6),
    }
}
