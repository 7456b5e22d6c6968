//! Where a time lies from left to right. In proportion, and where nothing happens for long, time is cut out: a break.

use std::collections::HashMap;

use super::choose::Choice;
use super::cuts::{cut_gaps, stub};
use super::model::Time;
use super::operation::Doing;
use super::scene::Scene;

/// A stretch that is drawn folded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Folded {
    /// Which of [`Choice::folds`].
    pub(super) fold: usize,
    pub(super) from: f64,
    pub(super) to: f64,
}

/// From times to places: in proportion, but for what is left out and what would be too thin to be seen.
#[derive(Debug, Default)]
pub(super) struct Scale {
    /// Times that something begins or ends at, each with its place; both rise.
    knots: Vec<(u64, f64)>,
    pub(super) folded: Vec<Folded>,
    /// From where to where time is cut out in which nothing begins or ends.
    pub(super) breaks: Vec<(f64, f64)>,
}

/// The room of a fold, of a break, and between two steps at most.
const FOLD: f64 = 96.0;
const BREAK: f64 = 24.0;
const STEP: f64 = 180.0;
/// Between two times, at least, where there is room.
const LEAST: f64 = 3.0;

impl Scale {
    /// Lays the times of what is drawn out between two places.
    pub(super) fn new(scene: &Scene<'_>, left: f64, right: f64) -> Self {
        let (choice, unit) = (&scene.choice, scene.timeline.time);
        let mut times = times(scene);
        times.sort_unstable();
        times.dedup();
        let folds = choice.folds.iter().filter(|f| f.operations > 0).count();
        let fold = FOLD.min((right - left) / 2.0 / (folds.max(1) as f64));
        let is_fold = |from: u64, to: u64| choice.stretches.iter().any(|s| from <= s.1 && to > s.1);
        let gaps: Vec<Option<u64>> = times
            .windows(2)
            .map(|pair| match pair {
                &[from, to] if !is_fold(from, to) => Some(to - from),
                _ => None,
            })
            .collect();
        let cut = cut_gaps(scene, &times, &gaps);
        let is_cut = |at: usize| cut.get(at) == Some(&true);
        let all_gaps = || {
            gaps.iter()
                .enumerate()
                .filter_map(|(at, gap)| Some((at, (*gap)?)))
        };
        let open = || all_gaps().filter(|(at, _)| !is_cut(*at));
        let cuts = times.windows(2).enumerate().filter(|(at, _)| is_cut(*at));
        let stubs = cuts.map(|(at, gap)| (at, stub(scene, gap)));
        let stubs: HashMap<usize, f64> = stubs.collect();
        let breaks: f64 = stubs.values().map(|stub| BREAK + 2.0 * stub).sum();
        let room = right - left - fold * folds as f64 - breaks;
        let spaces = open().count() as f64;
        let least = LEAST.min(room / 2.0 / spaces.max(1.0));
        let all: f64 = open().map(|(_, gap)| gap as f64).sum();
        let mut each = (room - least * spaces) / all.max(f64::EPSILON);
        if unit == Time::Steps {
            each = each.min(STEP - least);
        }
        let mut scale = Self::default();
        let mut next = 0;
        let mut place = scale.fold_at(choice, next, left, fold);
        for (at, &time) in times.iter().enumerate() {
            scale.knots.push((time, place));
            match gaps.get(at) {
                Some(&Some(_)) if is_cut(at) => {
                    let stub = stubs.get(&at).copied().unwrap_or_default();
                    scale.breaks.push((place + stub, place + stub + BREAK));
                    place += BREAK + 2.0 * stub;
                }
                Some(&Some(gap)) => place += least + gap as f64 * each,
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

    /// Where time is cut out between two places.
    pub(super) fn cut(&self, from: f64, to: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        let within = self.breaks.iter().copied();
        within.filter(move |(start, end)| *start >= from && *end <= to)
    }

    /// What lies between two places without what is cut or left out there.
    pub(super) fn pieces(&self, from: f64, to: f64) -> Vec<(f64, f64)> {
        let folds = self.folded.iter().map(|fold| (fold.from, fold.to));
        let mut gaps: Vec<(f64, f64)> = self.breaks.iter().copied().chain(folds).collect();
        gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut pieces = Vec::new();
        let mut last = from;
        for (gap, end) in gaps {
            if end > from && gap < to {
                if gap > last {
                    pieces.push((last, gap));
                }
                last = last.max(end);
            }
        }
        if to > last || pieces.is_empty() {
            pieces.push((last.min(to), to));
        }
        pieces
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
fn times(scene: &Scene<'_>) -> Vec<u64> {
    let mut times = Vec::new();
    for act in &scene.acts {
        // Where a line ends is nothing that happens, but for an answer.
        let is_line = matches!(act.doing, Some(Doing::Point(_) | Doing::Think));
        if is_line && scene.timeline.time == Time::Nanoseconds {
            times.push(act.from);
            times.extend(scene.answer(act).map(|_| act.to));
            continue;
        }
        times.extend([act.from, act.to]);
        if scene.timeline.time == Time::Steps && act.to - act.from <= 64 {
            times.extend(act.from..act.to);
        }
    }
    times
}
