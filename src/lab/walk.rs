//! A walk through the tree of schedules, depth first: each run follows the steps chosen so far, and then
//! always the first that may come next. Three reductions keep it small, and lose no outcome (tested against
//! the walk without them):
//!
//! - **Only the order of steps that touch the same thing matters** (sleep sets, Godefroid 1996): of two
//!   neighbouring steps that do not, the second is not tried first once the first has been.
//! - **To find a lock taken changes nothing**: nobody tries one that somebody holds, unless it matters
//!   which file it opens.
//! - **The buyers are alike**: of those that have made the same steps and seen the same things, one stands
//!   for all.

use std::collections::HashSet;

use super::access_set::AccessSet;
use super::harness::Harness;
use super::pool::WorkShare;
use super::run::{Run, Trial};
use super::state::LabState;
use super::step::{LabStep, LabSteps};
use crate::error::{Error, Kind, Result};

/// How thoroughly to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// One schedule of each class.
    Reduced,
    /// Every schedule.
    Full,
    /// Every schedule with so many switches at most; of those that differ in the buyers' numbers only, the
    /// first in order.
    Bounded(usize),
}

/// The depth of the tree at which it is shared out, if no run ends before.
pub(super) const SHARED_DEPTH: usize = 5;

/// A choice: who went on, and who else may.
#[derive(Debug)]
struct Node {
    taken: LabStep,
    /// Still to be tried.
    others: Vec<LabStep>,
    /// What was tried before, here or above, and is not to come first again.
    asleep: Vec<LabStep>,
    access_sets: Vec<[Option<AccessSet>; 3]>,
}

/// A walk, between two runs.
#[derive(Debug)]
pub(super) struct Walk<'t> {
    trial: &'t Trial,
    search: Search,
    nodes: Vec<Node>,
    share: WorkShare,
    /// How many branches were met at [`SHARED_DEPTH`].
    branches: usize,
    /// Whether the bound on switches has cut anything off.
    pub(super) cut: bool,
}

impl<'t> Walk<'t> {
    pub(super) fn new(trial: &'t Trial, search: Search, share: WorkShare) -> Self {
        Self {
            trial,
            search,
            nodes: Vec::new(),
            share,
            branches: 0,
            cut: false,
        }
    }

    /// One run, and for each write in its order which version had been read: along the nodes, and on.
    /// `None`: whatever comes has been seen, or is somebody else's share.
    pub(super) fn run(&mut self, harness: &mut Harness) -> Result<Option<(Run, Vec<u64>)>> {
        let mut state = LabState::begin(harness, self.trial)?;
        for (at, node) in self.nodes.iter().enumerate() {
            if !state.can(node.taken) {
                let message = format!("a run was not the same again at step {}", at + 1);
                return Err(Error::new(Kind::Integrity, message));
            }
            state.step(harness, node.taken)?;
        }
        loop {
            if self.is_elsewhere(&state) {
                state.call_off(harness)?;
                return Ok(None);
            }
            if state.next_step().is_none() {
                let commits = state.name();
                return Ok(Some((state.end(harness, self.trial)?, commits)));
            }
            let Some(taken) = self.choose(&state) else {
                state.call_off(harness)?;
                return Ok(None);
            };
            state.step(harness, taken)?;
        }
    }

    /// Goes to the next branch; `false`: there is none.
    pub(super) fn next(&mut self) -> bool {
        while let Some(mut node) = self.nodes.pop() {
            if node.others.is_empty() {
                continue;
            }
            node.asleep.push(node.taken);
            node.taken = node.others.remove(0);
            self.nodes.push(node);
            return true;
        }
        false
    }

    /// Whether the run has just come to a branch that is somebody else's.
    fn is_elsewhere(&mut self, state: &LabState) -> bool {
        let met = state.moves.len() == SHARED_DEPTH && self.nodes.len() == SHARED_DEPTH;
        if self.share.of <= 1 || !met {
            return false;
        }
        self.branches += 1;
        self.branches % self.share.of != self.share.me
    }

    /// Who goes on where no node says it. `None`: whatever comes has been seen.
    fn choose(&mut self, state: &LabState) -> Option<LabStep> {
        let asleep = self.asleep();
        let mut choices = self.choices(state, &asleep).into_iter();
        let taken = choices.next()?;
        let all = |buyer| {
            [
                LabStep::Go(buyer),
                LabStep::Kill(buyer),
                LabStep::LeaseEnd(buyer),
            ]
        };
        self.nodes.push(Node {
            taken,
            others: choices.collect(),
            asleep,
            access_sets: (0..self.trial.users)
                .map(|buyer| all(buyer).map(|step| state.access_set(step)))
                .collect(),
        });
        Some(taken)
    }

    /// Which steps sleep after the last one: each that slept before it, or was tried in its place, and touches
    /// nothing that it touched.
    fn asleep(&self) -> Vec<LabStep> {
        let Some(node) = self.nodes.last() else {
            return Vec::new();
        };
        let access_set = |step: LabStep| {
            let [go, die, end] = *node.access_sets.get(step.buyer())?;
            match step {
                LabStep::Go(_) | LabStep::Late(_) => go,
                LabStep::Kill(_) => die,
                LabStep::LeaseEnd(_) => end,
            }
        };
        let Some(taken) = access_set(node.taken) else {
            return Vec::new();
        };
        // A clock says one thing or the other: of these steps of a buyer each makes the other impossible.
        let goes = |step: LabStep| matches!(step, LabStep::Go(_) | LabStep::Late(_));
        let instead =
            |step: LabStep| goes(step) && goes(node.taken) && step.buyer() == node.taken.buyer();
        let independent = |&step: &LabStep| {
            !instead(step) && access_set(step).is_some_and(|other| !other.touches(taken))
        };
        node.asleep.iter().copied().filter(independent).collect()
    }

    fn choices(&mut self, state: &LabState, asleep: &[LabStep]) -> Vec<LabStep> {
        let enabled = state.enabled();
        let mut steps: Vec<_> = enabled.iter().copied().map(LabStep::Go).collect();
        let late = enabled.iter().copied().map(LabStep::Late);
        steps.extend(late.filter(|step| state.can(*step)));
        if self.trial.crashes {
            steps.extend(enabled.iter().copied().map(LabStep::Kill));
        }
        let ends = (0..self.trial.users).map(LabStep::LeaseEnd);
        steps.extend(ends.filter(|step| state.can(*step)));
        let kind = |step: LabStep| {
            let buyer = state.buyers.get(step.buyer());
            let how = std::mem::discriminant(&step);
            (how, buyer.map(|buyer| buyer.history))
        };
        match self.search {
            Search::Full => {}
            Search::Bounded(most) => {
                let so_far = LabSteps(self.nodes.iter().map(|node| node.taken).collect());
                let last = so_far.0.last().map(|step| step.buyer());
                let goes_on = |step: LabStep| last.is_none_or(|last| last == step.buyer());
                let (used, all) = (so_far.switches(), steps.len());
                steps.retain(|&step| used + usize::from(!goes_on(step)) <= most);
                self.cut |= steps.len() < all;
                // A buyer that goes on without a switch has nobody's like.
                let mut seen = HashSet::new();
                steps.retain(|&step| (last.is_some() && goes_on(step)) || seen.insert(kind(step)));
            }
            Search::Reduced => {
                let mut seen: HashSet<_> = asleep.iter().map(|&step| kind(step)).collect();
                steps.retain(|&step| {
                    let waits = matches!(step, LabStep::Go(buyer) if state.would_wait(buyer));
                    !waits && seen.insert(kind(step))
                });
            }
        }
        steps
    }
}
