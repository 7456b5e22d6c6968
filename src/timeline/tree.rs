//! The versions of the count as rows: each under the one that it grew from, branches indented. Long
//! stretches without a branch fold.

use std::collections::HashSet;

use super::choose::Choice;
use super::family::{Family, ROWS, shown};
use super::model::Timeline;

/// How deep the rows go.
const DEPTH: usize = 8;

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

/// What is still to be laid out, from the last to the first.
struct Pending {
    what: Branch,
    rails: Vec<Rail>,
    /// The row that it grew from.
    parent: Option<usize>,
}

/// A branch of a fork.
enum Branch {
    /// This version, and what grew from it.
    Version(usize),
    /// So many for which there is no room.
    Others(u64),
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
        let mut stack: Vec<Pending> = roots
            .take(ROWS)
            .map(|root| Pending {
                what: Branch::Version(root),
                rails: Vec::new(),
                parent: None,
            })
            .collect();
        stack.reverse();
        let mut told: u64 = 0;
        while let Some(Pending {
            what,
            rails,
            parent,
        }) = stack.pop()
        {
            if self.rows.len() >= ROWS {
                break;
            }
            let version = match what {
                Branch::Version(version) => version,
                Branch::Others(hidden) => {
                    told += hidden;
                    self.push(rails, parent, What::Branches(hidden));
                    continue;
                }
            };
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
                [child] => stack.push(Pending {
                    what: Branch::Version(*child),
                    rails: inner,
                    parent: Some(row),
                }),
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
                    self.fork(many.len() - picked.len(), picked, (&inner, row), &mut stack);
                }
            }
        }
        let rest = (timeline.versions.len() as u64).saturating_sub(told);
        if rest > 0 {
            self.push(Vec::new(), None, What::Rest(rest));
        }
    }

    /// Puts the branches of a fork on the stack, and behind those that were overwritten how many are not shown: what
    /// survived stands at the bottom.
    fn fork(
        &self,
        hidden: usize,
        picked: Vec<usize>,
        (rails, row): (&[Rail], usize),
        stack: &mut Vec<Pending>,
    ) {
        let survives = picked.first().is_some_and(|child| self.is_alive(*child));
        let mut branches: Vec<Branch> = picked.into_iter().map(Branch::Version).collect();
        if hidden > 0 {
            branches.insert(usize::from(survives), Branch::Others(hidden as u64));
        }
        for (at, what) in branches.into_iter().enumerate() {
            let rail = if at == 0 { Rail::Corner } else { Rail::Tee };
            stack.push(Pending {
                what,
                rails: [rails, &[rail]].concat(),
                parent: Some(row),
            });
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

/// What stands before that which grows from a row with these rails.
fn under(rails: &[Rail]) -> Vec<Rail> {
    let through = rails.iter().map(|rail| match rail {
        Rail::Tee | Rail::Pipe => Rail::Pipe,
        Rail::Corner | Rail::Blank => Rail::Blank,
    });
    through.collect()
}
