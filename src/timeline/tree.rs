//! The versions of the count as rows: each under the one that it grew from, branches indented. Long
//! stretches without a branch fold.

use std::collections::HashSet;

use super::choose::Choice;
use super::family::{Family, ROWS, shown};
use super::model::{Timeline, Unsure};
use super::tree_row::{Rail, TreeRow, What, under};
use crate::overwriting::Overwriting;

/// How deep the rows go.
const DEPTH: usize = 8;

/// What is still to be laid out, from the last to the first.
struct Pending {
    what: PendingBranch,
    rails: Vec<Rail>,
    /// The row that it grew from.
    parent: Option<usize>,
}

/// A branch of a fork.
enum PendingBranch {
    /// This version, and what grew from it.
    Version(usize),
    /// So many for which there is no room, and whether all of them were overwritten.
    Others(u64, bool),
}

/// The tree of versions.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) rows: Vec<TreeRow>,
    /// By version: how many are known to have grown from it.
    children: Vec<u32>,
    /// By version: whether others may have.
    open: Vec<bool>,
    fates: Overwriting,
    /// By version: what is not known of that.
    unsure: Vec<Unsure>,
}

impl Tree {
    /// Lays the versions out.
    pub(super) fn of(timeline: &Timeline, choice: &Choice) -> Self {
        let total = timeline.versions.len();
        let mut tree = Self {
            rows: Vec::new(),
            children: vec![0; total],
            open: vec![false; total],
            fates: timeline.fates(),
            unsure: timeline.versions.iter().map(|one| one.unsure).collect(),
        };
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); total];
        let mut lists = HashSet::new();
        for version in (0..total).rev() {
            let Some(parent) = timeline.parent(version) else {
                continue;
            };
            if tree.is_known(timeline, version, &mut lists)
                && let Some(count) = tree.children.get_mut(parent)
            {
                *count = count.saturating_add(1);
            }
            if let Some(children) = below.get_mut(parent) {
                children.push(version);
            }
        }
        let shown = shown(timeline, choice);
        let family = Family::of(timeline, below, &shown, |version| tree.is_lost(version));
        tree.grow(timeline, &family, &shown);
        tree
    }

    /// Whether it stands in the end, or one that grew from it.
    pub(super) fn is_alive(&self, version: usize) -> bool {
        self.fates.stands(version)
    }

    /// How many are known to have grown from a version, and whether others may have.
    pub(super) fn branches(&self, version: usize) -> (u32, bool) {
        let known = self.children.get(version).copied().unwrap_or_default();
        (known, self.open.get(version) == Some(&true))
    }

    /// Whether it is known what a version grew from; else it may have been any of several. `lists`: those gone through,
    /// which many versions may share.
    fn is_known(
        &mut self,
        timeline: &Timeline,
        version: usize,
        lists: &mut HashSet<*const usize>,
    ) -> bool {
        let others = timeline.versions.get(version).map(|one| &one.others);
        let Some(others) = others.filter(|others| !others.is_empty()) else {
            return true;
        };
        let is_new = lists.insert(others.as_ptr());
        let list = if is_new { &others[..] } else { &[] };
        for at in list.iter().copied().chain(timeline.parent(version)) {
            if let Some(open) = self.open.get_mut(at) {
                *open = true;
            }
        }
        false
    }

    /// Whether a version is known to be overwritten.
    pub(super) fn is_lost(&self, version: usize) -> bool {
        self.fates.is_lost(version) && self.unsure(version) != Unsure::Whether
    }

    /// Whether it is overwritten, unless somebody wrote who does not say so.
    pub(super) fn is_perhaps_lost(&self, version: usize) -> bool {
        self.fates.is_lost(version) && self.unsure(version) == Unsure::Whether
    }

    fn unsure(&self, version: usize) -> Unsure {
        self.unsure.get(version).copied().unwrap_or_default()
    }

    /// The version that overwrote one that was, where that is known.
    pub(super) fn overwritten_by(&self, version: usize) -> Option<usize> {
        let by = self.fates.by(version);
        by.filter(|_| self.unsure(version) == Unsure::Nothing)
    }

    /// Visits the versions from the first on, with a stack of its own: a tree may be a million
    /// deep.
    fn grow(&mut self, timeline: &Timeline, family: &Family, shown: &HashSet<usize>) {
        let roots = (0..timeline.versions.len()).filter(|v| timeline.parent(*v).is_none());
        let mut stack: Vec<Pending> = roots
            .take(ROWS)
            .map(|root| Pending {
                what: PendingBranch::Version(root),
                rails: Vec::new(),
                parent: None,
            })
            .collect();
        stack.reverse();
        let mut told: u64 = 0;
        while let Some(next) = stack.pop() {
            if self.rows.len() >= ROWS {
                break;
            }
            told += self.lay_out(next, family, shown, &mut stack);
        }
        let rest = (timeline.versions.len() as u64).saturating_sub(told);
        if rest > 0 {
            self.push(Vec::new(), None, What::Rest(rest));
        }
    }

    /// Lays out the next branch: its first version, behind those that fold into one row. What grew from that version is
    /// put on the stack. Returns of how many versions it tells.
    fn lay_out(
        &mut self,
        next: Pending,
        family: &Family,
        shown: &HashSet<usize>,
        stack: &mut Vec<Pending>,
    ) -> u64 {
        let (rails, parent) = (next.rails, next.parent);
        let version = match next.what {
            PendingBranch::Version(version) => version,
            PendingBranch::Others(hidden, lost) => {
                self.push(rails, parent, What::Branches(hidden, lost));
                return hidden;
            }
        };
        let (run, version) = family.run(version, shown);
        let told = run.many + run.beside + 1;
        let mut row = parent;
        let mut inner = rails.clone();
        if run.many > 0 {
            row = Some(self.push(rails.clone(), row, What::Run(run)));
            inner = under(&rails);
        }
        let row = self.push(inner.clone(), row, What::Version(version));
        let inner = under(&inner);
        match family.below(version) {
            [] => {}
            // Nothing of it must be shown: what grew from it is counted with the rest.
            _ if !family.matters(version) => {}
            [child] => stack.push(Pending {
                what: PendingBranch::Version(*child),
                rails: inner,
                parent: Some(row),
            }),
            many if rails.len() >= DEPTH => {
                let hidden = many.len() as u64;
                let rails = [inner, vec![Rail::Corner]].concat();
                let lost = many.iter().all(|child| self.is_lost(*child));
                self.push(rails, Some(row), What::Branches(hidden, lost));
                return told + hidden;
            }
            many => {
                let picked = self.pick(many, shown, family.most);
                let hidden = many.iter().filter(|child| !picked.contains(child));
                let lost = hidden.clone().all(|child| self.is_lost(*child));
                let hidden = (hidden.count() as u64, lost);
                self.fork(hidden, picked, (&inner, row), stack);
            }
        }
        told
    }

    /// Puts the branches of a fork on the stack, and behind those that were overwritten how many are not shown: what
    /// survived stands at the bottom.
    fn fork(
        &self,
        (hidden, lost): (u64, bool),
        picked: Vec<usize>,
        (rails, row): (&[Rail], usize),
        stack: &mut Vec<Pending>,
    ) {
        let survives = picked.first().is_some_and(|child| self.is_alive(*child));
        let mut branches: Vec<PendingBranch> =
            picked.into_iter().map(PendingBranch::Version).collect();
        if hidden > 0 {
            branches.insert(usize::from(survives), PendingBranch::Others(hidden, lost));
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
