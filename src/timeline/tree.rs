//! The versions of the count as rows: each under the one that it grew from, branches indented. Long
//! stretches without a branch fold.

use std::collections::HashSet;

use super::choose::Choice;
use super::{Sight, Timeline};

/// How many rows there are, and how deep they go.
const ROWS: usize = 36;
const DEPTH: usize = 8;
/// How many branches of one fork are shown, and how many where there are many forks.
const BRANCHES: usize = 12;
const FEW: usize = 3;

/// What stands before a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rail {
    Blank,
    Pipe,
    Tee,
    Corner,
}

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// This version.
    Version(usize),
    /// So many versions, each after the one before, and so many more on branches beside them.
    Run(u64, u64),
    /// So many branches of the fork above.
    Branches(u64),
    /// So many versions for which there is no room.
    Rest(u64),
}

/// One row.
#[derive(Debug, Clone)]
pub(super) struct TreeRow {
    pub(super) rails: Vec<Rail>,
    /// The row that it grew from.
    pub(super) parent: Option<usize>,
    pub(super) what: What,
}

/// The tree of versions.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) rows: Vec<TreeRow>,
    /// By version: how many grew from it.
    pub(super) children: Vec<u32>,
    /// By version: whether it or one that grew from it is what the file says.
    pub(super) alive: Vec<bool>,
    /// By version: whether it, or one that it grew from, is on a branch that another has overwritten.
    lost: Vec<bool>,
}

impl Tree {
    /// Lays the versions out.
    pub(super) fn of(timeline: &Timeline, choice: &Choice) -> Self {
        let total = timeline.versions.len();
        let mut tree = Self {
            rows: Vec::new(),
            children: vec![0; total],
            alive: timeline.versions.iter().map(|v| v.survived).collect(),
            lost: vec![false; total],
        };
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); total];
        for version in (0..total).rev() {
            let Some(parent) = timeline.parent(version) else {
                continue;
            };
            let alive = tree.alive.get(version).copied().unwrap_or_default();
            if let Some(parent) = tree.alive.get_mut(parent) {
                *parent |= alive;
            }
            if let Some(count) = tree.children.get_mut(parent) {
                *count = count.saturating_add(1);
            }
            if let Some(children) = below.get_mut(parent) {
                children.push(version);
            }
        }
        for version in 0..total {
            let Some(parent) = timeline.parent(version) else {
                continue;
            };
            let below_lost = tree.is_lost(parent);
            let lost = !tree.is_alive(version) && (below_lost || tree.branches(parent) > 1);
            if let Some(slot) = tree.lost.get_mut(version) {
                *slot = lost;
            }
        }
        let shown = shown(timeline, choice);
        let family = Family::of(timeline, below, &shown);
        tree.grow(timeline, &family, &shown);
        tree
    }

    pub(super) fn is_alive(&self, version: usize) -> bool {
        self.alive.get(version).copied().unwrap_or_default()
    }

    pub(super) fn branches(&self, version: usize) -> u32 {
        self.children.get(version).copied().unwrap_or_default()
    }

    /// Whether a version is on a branch that another has overwritten.
    pub(super) fn is_lost(&self, version: usize) -> bool {
        self.lost.get(version).copied().unwrap_or_default()
    }

    /// Visits the versions from the first on, with a stack of its own: a tree may be a million
    /// deep.
    fn grow(&mut self, timeline: &Timeline, family: &Family, shown: &HashSet<usize>) {
        let roots = (0..timeline.versions.len()).filter(|v| timeline.parent(*v).is_none());
        let mut stack: Vec<(usize, Vec<Rail>, Option<usize>)> = roots
            .take(ROWS)
            .map(|root| (root, Vec::new(), None))
            .collect();
        stack.reverse();
        let mut told: u64 = 0;
        while let Some((version, rails, parent)) = stack.pop() {
            if self.rows.len() >= ROWS {
                break;
            }
            let (run, beside, version) = family.run(version, shown);
            told += run + beside + 1;
            let mut row = parent;
            let mut inner = rails.clone();
            if run > 0 {
                row = Some(self.push(rails.clone(), row, What::Run(run, beside)));
                inner = under(&rails);
            }
            let row = self.push(inner.clone(), row, What::Version(version));
            let children = family.below(version);
            let inner = under(&inner);
            match children {
                [] => {}
                // Nothing of it must be shown: what grew from it is counted with the rest.
                _ if !family.matters(version) => {}
                [child] => stack.push((*child, inner, Some(row))),
                many if rails.len() >= DEPTH => {
                    let hidden = many.len() as u64;
                    told += hidden;
                    self.push(
                        [inner, vec![Rail::Corner]].concat(),
                        Some(row),
                        What::Branches(hidden),
                    );
                }
                many => {
                    let picked = self.pick(many, shown, family.most);
                    let hidden = (many.len() - picked.len()) as u64;
                    told += hidden;
                    if hidden > 0 {
                        let rails = [inner.clone(), vec![Rail::Tee]].concat();
                        self.push(rails, Some(row), What::Branches(hidden));
                    }
                    for (at, child) in picked.into_iter().enumerate() {
                        let rail = if at == 0 { Rail::Corner } else { Rail::Tee };
                        stack.push((child, [inner.clone(), vec![rail]].concat(), Some(row)));
                    }
                }
            }
        }
        let rest = (timeline.versions.len() as u64).saturating_sub(told);
        if rest > 0 {
            self.push(Vec::new(), None, What::Rest(rest));
        }
    }

    fn push(&mut self, rails: Vec<Rail>, parent: Option<usize>, what: What) -> usize {
        self.rows.push(TreeRow {
            rails,
            parent,
            what,
        });
        self.rows.len() - 1
    }

    /// The branches that are shown, the last first: what survived stands at the bottom.
    fn pick(&self, children: &[usize], shown: &HashSet<usize>, most: usize) -> Vec<usize> {
        let mut order = children.to_vec();
        order.sort_by_key(|child| (!self.is_alive(*child), !shown.contains(child)));
        order.truncate(most);
        order.sort_by_key(|child| (!self.is_alive(*child), std::cmp::Reverse(*child)));
        order
    }
}

/// What grew from what.
struct Family {
    below: Vec<Vec<usize>>,
    /// By version: whether it, or one that grew from it, must be shown.
    matters: Vec<bool>,
    /// By version: how many there are with those that grew from it.
    size: Vec<u64>,
    /// Whether all of it is drawn.
    whole: bool,
    /// How many branches of a fork are shown.
    most: usize,
}

impl Family {
    fn of(timeline: &Timeline, below: Vec<Vec<usize>>, shown: &HashSet<usize>) -> Self {
        let total = below.len();
        let forks = below.iter().filter(|children| children.len() > 1).count();
        let mut family = Self {
            below,
            matters: vec![false; total],
            size: vec![1; total],
            whole: total <= ROWS,
            most: if forks > 2 { FEW } else { BRANCHES },
        };
        for version in (0..total).rev() {
            let matters = family.matters(version) || shown.contains(&version);
            if let Some(slot) = family.matters.get_mut(version) {
                *slot = matters;
            }
            let size = family.size(version);
            let Some(parent) = timeline.parent(version) else {
                continue;
            };
            if let Some(slot) = family.matters.get_mut(parent) {
                *slot |= matters;
            }
            if let Some(slot) = family.size.get_mut(parent) {
                *slot = slot.saturating_add(size);
            }
        }
        family
    }

    fn below(&self, version: usize) -> &[usize] {
        self.below.get(version).map_or(&[], Vec::as_slice)
    }

    fn matters(&self, version: usize) -> bool {
        self.whole || self.matters.get(version).copied().unwrap_or_default()
    }

    fn size(&self, version: usize) -> u64 {
        self.size.get(version).copied().unwrap_or(1)
    }

    /// How many versions from this one on need not be shown, how many stand on branches beside them, and the
    /// next one that must be shown.
    fn run(&self, from: usize, shown: &HashSet<usize>) -> (u64, u64, usize) {
        let (mut version, mut run, mut beside) = (from, 0, 0);
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
            let others = children.iter().filter(|child| **child != next);
            beside += others.map(|other| self.size(*other)).sum::<u64>();
            version = next;
            run += 1;
        }
        (run, beside, version)
    }
}

/// What stands before that which grows from a row with these rails.
fn under(rails: &[Rail]) -> Vec<Rail> {
    let through = rails.iter().map(|rail| match rail {
        Rail::Tee | Rail::Pipe => Rail::Pipe,
        Rail::Corner | Rail::Blank => Rail::Blank,
    });
    through.collect()
}

/// The versions that must be shown: all of a few; of many, the ends and what findings name.
fn shown(timeline: &Timeline, choice: &Choice) -> HashSet<usize> {
    let total = timeline.versions.len();
    if total <= ROWS / 3 {
        return (0..total).collect();
    }
    let mut shown = HashSet::new();
    let named = timeline.findings.iter().flat_map(|finding| &finding.places);
    for place in named.filter(|place| choice.has(**place)) {
        let operation = timeline.operation(*place);
        shown.extend(operation.and_then(|operation| operation.wrote));
        if let Some(Sight::Version(read)) = operation.and_then(|operation| operation.read.as_ref())
        {
            shown.insert(*read);
        }
    }
    let ends = timeline.versions.iter().enumerate();
    let ends = ends.filter(|(at, version)| version.survived || *at == 0);
    shown.extend(ends.map(|(at, _)| at).take(ROWS));
    shown
}
