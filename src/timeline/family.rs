//! Which version grew from which, and which of them a drawing must show.

use std::collections::HashSet;

use super::choose::Choice;
use super::model::Timeline;
use super::operation::Sight;
use super::tree_row::VersionRun;

/// How many rows of versions there are.
pub(super) const ROWS: usize = 36;
/// How many branches of one fork are shown, and how many where there are many forks.
const BRANCHES: usize = 12;
const FEW: usize = 3;

/// What grew from what.
pub(super) struct Family {
    below: Vec<Vec<usize>>,
    /// By version: whether it, or one that grew from it, must be shown.
    matters: Vec<bool>,
    /// By version: how many there are with those that grew from it.
    size: Vec<u64>,
    /// By version: whether it was overwritten, with all that grew from it.
    lost: Vec<bool>,
    /// By version: whether it may have grown from another one.
    vague: Vec<bool>,
    /// Whether all of it is drawn.
    whole: bool,
    /// How many branches of a fork are shown.
    pub(super) most: usize,
}

impl Family {
    pub(super) fn of(
        timeline: &Timeline,
        below: Vec<Vec<usize>>,
        shown: &HashSet<usize>,
        is_lost: impl Fn(usize) -> bool,
    ) -> Self {
        let versions = timeline.versions.iter();
        let vague = versions.map(|version| !version.others.is_empty()).collect();
        let total = below.len();
        let forks = below.iter().filter(|children| children.len() > 1).count();
        let mut family = Self {
            below,
            matters: vec![false; total],
            size: vec![1; total],
            lost: (0..total).map(is_lost).collect(),
            vague,
            whole: total <= ROWS,
            most: if forks > 2 { FEW } else { BRANCHES },
        };
        for version in (0..total).rev() {
            let matters = family.matters(version) || shown.contains(&version);
            if let Some(slot) = family.matters.get_mut(version) {
                *slot = matters;
            }
            let size = family.size(version);
            let lost = family.lost.get(version) == Some(&true);
            let Some(parent) = timeline.parent(version) else {
                continue;
            };
            if let Some(slot) = family.matters.get_mut(parent) {
                *slot |= matters;
            }
            if let Some(slot) = family.size.get_mut(parent) {
                *slot = slot.saturating_add(size);
            }
            if let Some(slot) = family.lost.get_mut(parent) {
                *slot &= lost;
            }
        }
        family
    }

    pub(super) fn below(&self, version: usize) -> &[usize] {
        self.below.get(version).map_or(&[], Vec::as_slice)
    }

    pub(super) fn matters(&self, version: usize) -> bool {
        self.whole || self.matters.get(version).copied().unwrap_or_default()
    }

    fn size(&self, version: usize) -> u64 {
        self.size.get(version).copied().unwrap_or(1)
    }

    /// The versions from this one on that need not be shown, and the next one that must be.
    pub(super) fn run(&self, from: usize, shown: &HashSet<usize>) -> (VersionRun, usize) {
        let (mut version, mut run) = (from, VersionRun::default());
        run.lost = true;
        while !shown.contains(&version) {
            let children = self.below(version);
            let mut on = children.iter().filter(|child| self.matters(**child));
            let next = match (children, on.next(), on.next()) {
                (&[child], ..) => child,
                (_, Some(child), None) if !self.whole => *child,
                _ => break,
            };
            if !self.whole && !self.matters(next) {
                break;
            }
            for other in children.iter().filter(|child| **child != next) {
                run.beside += self.size(*other);
                run.lost &= self.lost.get(*other) == Some(&true);
            }
            run.many += 1;
            run.vague |= self.vague.get(version) == Some(&true);
            version = next;
        }
        (run, version)
    }
}

/// The versions that must be shown: all of a few; of many, the ends and what findings name.
pub(super) fn shown(timeline: &Timeline, choice: &Choice) -> HashSet<usize> {
    let total = timeline.versions.len();
    if total <= ROWS / 3 {
        return (0..total).collect();
    }
    let mut shown = HashSet::new();
    let named = timeline.findings.iter().flat_map(|finding| &finding.places);
    for place in named.filter(|place| choice.has(**place)) {
        let operation = timeline.operation(*place);
        shown.extend(operation.and_then(|operation| operation.wrote));
        let read = operation.and_then(|operation| operation.read.as_ref());
        shown.extend(read.and_then(Sight::version));
    }
    let ends = timeline.versions.iter().enumerate();
    let ends = ends.filter(|(at, version)| version.survived || *at == 0);
    shown.extend(ends.map(|(at, _)| at).take(ROWS));
    shown
}
