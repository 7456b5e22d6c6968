//! Chooses what is drawn of a run that is too large to be drawn whole: what the findings name, a
//! few operations around it, and how much was left out where. Linear in the operations.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::fold::Fold;
use super::model::{Spot, Timeline};
use super::operation::{DrawnOperation, Sight};

/// Up to so many lanes and operations, everything is drawn.
const LANES: usize = 16;
const OPERATIONS: usize = 80;
/// So many findings are drawn of a larger run.
const FINDINGS: usize = 3;
/// Of the operations that a finding of a larger run names, the first and the last so many are drawn: at least those
/// whose buyers its sentence names.
const FIRST: usize = 7;
const LAST: usize = 2;
/// How many readers of one version are drawn.
const READERS: usize = 3;

/// What is drawn.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// The lanes that are drawn, with the operations of each that are.
    pub(super) lanes: BTreeMap<usize, Vec<usize>>,
    /// The stretches of time in which something is drawn, in order and apart.
    pub(super) stretches: Vec<(u64, u64)>,
    /// What was left out before, between and after the stretches: one more than there are.
    pub(super) folds: Vec<Fold>,
    /// What was left out within them.
    pub(super) meanwhile: Fold,
    /// The lanes that are not drawn.
    pub(super) hidden: usize,
}

impl Choice {
    /// Whether an operation is drawn.
    pub(super) fn has(&self, place: Spot) -> bool {
        let lane = self.lanes.get(&place.lane);
        lane.is_some_and(|operations| operations.binary_search(&place.operation).is_ok())
    }

    /// All that is drawn, lane by lane.
    pub(super) fn places(&self) -> impl Iterator<Item = Spot> + '_ {
        self.lanes.iter().flat_map(|(&lane, operations)| {
            operations
                .iter()
                .map(move |&operation| Spot { lane, operation })
        })
    }

    /// Chooses.
    pub(super) fn of(timeline: &Timeline) -> Self {
        let total: usize = timeline.lanes.iter().map(|l| l.operations.len()).sum();
        let mut choice = Self::default();
        if timeline.lanes.len() <= LANES && total <= OPERATIONS {
            for (at, lane) in timeline.lanes.iter().enumerate() {
                choice
                    .lanes
                    .insert(at, (0..lane.operations.len()).collect());
            }
        } else {
            choice.pick(timeline);
        }
        choice.hidden = timeline.lanes.len() - choice.lanes.len();
        choice.stretch(timeline);
        choice.fold(timeline);
        choice
    }

    fn pick(&mut self, timeline: &Timeline) {
        let drawn = timeline.findings.iter().take(FINDINGS);
        let named: Vec<Spot> = drawn
            .flat_map(|finding| ends(&finding.places).chain(ends(&finding.beside)))
            .copied()
            .filter(|place| timeline.operation(*place).is_some())
            .collect();
        let mut picked: BTreeSet<Spot> = named.iter().copied().collect();
        if named.is_empty() {
            picked.extend(samples(timeline));
        }
        picked.extend(relatives(timeline, &named));
        picked.extend(neighbours(timeline, &named));
        for place in picked {
            if self.lanes.len() < LANES || self.lanes.contains_key(&place.lane) {
                let lane = self.lanes.entry(place.lane).or_default();
                lane.push(place.operation);
            }
        }
        // The lanes come in order, so that a named one beyond the limit takes the place of another.
        for place in named {
            let lane = self.lanes.entry(place.lane).or_default();
            if let Err(at) = lane.binary_search(&place.operation) {
                lane.insert(at, place.operation);
            }
        }
    }

    /// The stretches of time in which anything is drawn.
    fn stretch(&mut self, timeline: &Timeline) {
        let operations = self.places().filter_map(|place| timeline.operation(place));
        let mut bounds: Vec<_> = operations.filter_map(DrawnOperation::bounds).collect();
        bounds.sort_unstable();
        for (from, to) in bounds {
            match self.stretches.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => self.stretches.push((from, to)),
            }
        }
    }

    /// Counts what is left out, by where it is.
    fn fold(&mut self, timeline: &Timeline) {
        let named: HashSet<Spot> = timeline
            .findings
            .iter()
            .flat_map(|finding| [&finding.places, &finding.beside, &finding.also])
            .flatten()
            .copied()
            .collect();
        let blank = Fold {
            doubtful: timeline.incomplete,
            ..Fold::default()
        };
        self.meanwhile = blank;
        self.folds = vec![blank; self.stretches.len() + 1];
        for (lane, operations) in timeline.lanes.iter().enumerate() {
            let operations = operations.operations.iter().enumerate();
            for (operation, what) in operations {
                let place = Spot { lane, operation };
                if self.has(place) {
                    continue;
                }
                let bounds = what.bounds().unwrap_or_default();
                let before = self.stretches.partition_point(|s| s.1 < bounds.0);
                let within = self.stretches.get(before).is_some_and(|s| bounds.1 >= s.0);
                let fold = match self.folds.get_mut(before) {
                    Some(fold) if !within => fold,
                    _ => &mut self.meanwhile,
                };
                fold.add(what, bounds, named.contains(&place));
            }
        }
        self.join();
    }

    /// Between two stretches with nothing left out, time goes on as it is.
    fn join(&mut self) {
        let mut stretches: Vec<(u64, u64)> = Vec::new();
        let mut folds: Vec<Fold> = self.folds.first().copied().into_iter().collect();
        let between = self.folds.iter().skip(1).copied();
        let mut open = folds.iter().any(|fold| fold.operations > 0);
        for (&(from, to), fold) in self.stretches.iter().zip(between) {
            match stretches.last_mut() {
                Some(last) if !open => {
                    last.1 = to;
                    folds.pop();
                }
                _ => stretches.push((from, to)),
            }
            open = fold.operations > 0;
            folds.push(fold);
        }
        self.stretches = stretches;
        self.folds = folds;
    }
}

/// The first of what a finding names, and the last.
fn ends(places: &[Spot]) -> impl Iterator<Item = &Spot> {
    let last = places.len().saturating_sub(LAST).max(FIRST);
    places.iter().take(FIRST).chain(places.iter().skip(last))
}

/// Where nothing was found: how it began, and how it ended.
fn samples(timeline: &Timeline) -> Vec<Spot> {
    let mut samples = Vec::new();
    for (lane, operations) in timeline.lanes.iter().enumerate().take(LANES / 4) {
        let last = operations.operations.len().saturating_sub(1);
        samples.extend([0, last].map(|operation| Spot { lane, operation }));
    }
    samples.retain(|place| timeline.operation(*place).is_some());
    samples
}

/// Who wrote what the named operations read, and a few others who read the same.
fn relatives(timeline: &Timeline, named: &[Spot]) -> Vec<Spot> {
    let mut readers: HashMap<usize, usize> = HashMap::new();
    let mut relatives = Vec::new();
    for operation in named.iter().filter_map(|place| timeline.operation(*place)) {
        if let Some(read) = operation.read.as_ref().and_then(Sight::version) {
            readers.insert(read, 0);
            relatives.extend(timeline.versions.get(read).and_then(|v| v.writer));
        }
    }
    relatives.retain(|place| timeline.operation(*place).is_some());
    for (lane, operations) in timeline.lanes.iter().enumerate() {
        for (operation, what) in operations.operations.iter().enumerate() {
            let Some(read) = what.read.as_ref().and_then(Sight::version) else {
                continue;
            };
            if let Some(count) = readers.get_mut(&read).filter(|count| **count < READERS) {
                *count += 1;
                relatives.push(Spot { lane, operation });
            }
        }
    }
    relatives
}

/// What the named lanes and those beside them did shortly before and after.
fn neighbours(timeline: &Timeline, named: &[Spot]) -> Vec<Spot> {
    let mut neighbours = Vec::new();
    for &place in named {
        let Some((from, to)) = timeline.operation(place).and_then(DrawnOperation::bounds) else {
            continue;
        };
        let near = (to - from).saturating_mul(2);
        let (from, to) = (from.saturating_sub(near), to.saturating_add(near));
        let beside = place.lane.saturating_sub(2)..place.lane.saturating_add(3);
        for (lane, operations) in timeline.lanes.iter().enumerate().skip(beside.start).take(5) {
            let meanwhile = operations
                .operations
                .iter()
                .enumerate()
                .filter(|(_, other)| {
                    let bounds = other.bounds();
                    bounds.is_some_and(|bounds| bounds.0 <= to && bounds.1 >= from)
                });
            let few = meanwhile.take(2);
            neighbours.extend(few.map(|(operation, _)| Spot { lane, operation }));
        }
    }
    neighbours
}
