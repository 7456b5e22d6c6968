//! The chance that a run ends badly, given its steps so far: computed from all ways in which it may go on.
//!
//! **The measure.** At each step one of the buyers who can make one makes it, each with the same chance,
//! whatever went before. A buyer that waits for a lock cannot make one, from when it has found the lock taken until
//! some lock is given up; to find a lock taken is a step too. Nobody is killed, but for those whom the run
//! itself kills. So a run in which `k` of the steps had `n_1 .. n_k` who could have made them has the chance
//! `1/n_1 * .. * 1/n_k`, and not all schedules have the same.
//!
//! **The computation.** Two runs go on alike if their buyers have done and seen the same, whichever buyers.
//! So every such state is reached once with real processes, its buyers' steps lead to others, and no state
//! comes twice in a run: the chance of a state is the mean of those that it leads to, and 0 or 1 at the end.

use std::collections::{HashMap, HashSet};

use super::buyer::LabBuyer;
use super::harness::Harness;
use super::run::{Move, Run, Trial};
use super::state::LabState;
use super::step::{LabStep, LabSteps};
use crate::error::{Error, Kind, Result};

/// The most runs that are made to know the chances.
pub const MOST_RUNS: u64 = 1500;

/// The most steps of all buyers together for which that is tried.
pub const MOST_STEPS: u64 = 16;

/// The chance of a bad end before the first step of a run, and after each; `None` for a scenario, on a cluster, and where there are too
/// many ways to go on: more than [`MOST_STEPS`] steps, or more than [`MOST_RUNS`] runs.
///
/// # Errors
/// [`Kind::Io`]: the scratch event or the processes failed; [`Kind::Interrupted`]: `progress` stopped it.
pub fn odds(
    trial: &Trial,
    run: &Run,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<Option<Vec<f64>>> {
    let trial = &trial.with_users(run.ends.len());
    // What a clock says is no matter of chance, nor when a lease ends.
    if trial.scenario.is_some()
        || trial.is_on_cluster()
        || trial.users as u64 * trial.steps() > MOST_STEPS
    {
        return Ok(None);
    }
    let mut harness = Harness::open(trial)?;
    let mut graph = Graph::default();
    let along = graph.follow(&mut harness, trial, &run.steps())?;
    let mut runs = 1;
    while let Some(branch) = graph.open.pop() {
        if graph.is_known(&branch) {
            continue;
        }
        runs += 1;
        if runs > MOST_RUNS {
            return Ok(None);
        }
        if !progress(runs) {
            return Err(Error::new(Kind::Interrupted, "the search was stopped"));
        }
        graph.follow(&mut harness, trial, &branch.steps)?;
    }
    let chances = along.into_iter().map(|place| graph.chance(place));
    Ok(Some(chances.collect()))
}

/// From which step on a run cannot end well, counted from 1; 0: from the beginning. The odds are those of buyers of whom
/// none is killed: a kill may lead out of what was certain without it, and what it leads out of is no point of no return.
#[must_use]
pub fn no_return(odds: &[f64]) -> Option<usize> {
    let is_open = |chance: &f64| *chance < 1.0 - 1e-12;
    let from = odds.iter().rposition(is_open).map_or(0, |last| last + 1);
    (from < odds.len()).then_some(from)
}

/// What each buyer has done and seen, whether it waits, whether it was killed; in order, for the buyers are
/// alike.
type StateKey = Vec<(u64, bool, bool)>;

/// A state, by its number.
type StateId = usize;

/// What follows from a state.
#[derive(Debug)]
enum StateNext {
    /// The steps that were made from it.
    Steps(Vec<Edge>),
    /// Whether it ended badly.
    End(bool),
}

/// What buyers that are alike can do.
#[derive(Debug)]
struct Edge {
    /// What they have done and seen.
    kind: u64,
    /// How many they are.
    buyers: u64,
    to: StateId,
}

/// A step from a state that was met, perhaps not yet made.
#[derive(Debug)]
struct Branch {
    from: StateId,
    kind: u64,
    /// The steps up to the state, and this one.
    steps: LabSteps,
}

/// The states, and what leads to what.
#[derive(Debug, Default)]
struct Graph {
    places: HashMap<StateKey, StateId>,
    next: Vec<StateNext>,
    chances: HashMap<StateId, f64>,
    open: Vec<Branch>,
}

impl Graph {
    /// Makes the given steps, and goes on as long as there is something new. Gives the states that it came
    /// through.
    fn follow(
        &mut self,
        harness: &mut Harness,
        trial: &Trial,
        steps: &LabSteps,
    ) -> Result<Vec<StateId>> {
        let mut state = LabState::begin(harness, trial)?;
        let (mut place, mut new) = self.meet(&state);
        let mut along = vec![place];
        loop {
            let given = steps.0.get(state.moves.len()).copied();
            if given.is_none() && !new {
                state.call_off(harness)?;
                return Ok(along);
            }
            let first = state.enabled().first().map(|&buyer| LabStep::Go(buyer));
            let Some(step) = given.or(first) else {
                let bad = state.end(harness, trial)?.is_bad();
                self.put(place, StateNext::End(bad));
                return Ok(along);
            };
            let kind = state.kind(step.buyer());
            state.step(harness, step)?;
            let from = place;
            (place, new) = self.meet(&state);
            along.push(place);
            if let (LabStep::Go(_), Some((kind, buyers))) = (step, kind) {
                self.join(
                    from,
                    Edge {
                        kind,
                        buyers,
                        to: place,
                    },
                );
            }
        }
    }

    /// The number of a state, and whether it is new: then all that may follow is to be tried.
    fn meet(&mut self, state: &LabState) -> (StateId, bool) {
        let mut key: StateKey = state.buyers.iter().map(LabBuyer::key).collect();
        key.sort_unstable();
        if let Some(place) = self.places.get(&key) {
            return (*place, false);
        }
        let from = self.next.len();
        self.places.insert(key, from);
        self.next.push(StateNext::Steps(Vec::new()));
        let so_far: Vec<_> = state.moves.iter().map(Move::step).collect();
        let mut kinds = HashSet::new();
        for buyer in state.enabled() {
            let Some((kind, _)) = state.kind(buyer) else {
                continue;
            };
            if kinds.insert(kind) {
                let steps = so_far.iter().copied().chain([LabStep::Go(buyer)]);
                let steps = LabSteps(steps.collect());
                self.open.push(Branch { from, kind, steps });
            }
        }
        (from, true)
    }

    fn put(&mut self, place: StateId, next: StateNext) {
        if let Some(old) = self.next.get_mut(place) {
            *old = next;
        }
    }

    fn join(&mut self, from: StateId, edge: Edge) {
        if let Some(StateNext::Steps(edges)) = self.next.get_mut(from)
            && edges.iter().all(|known| known.kind != edge.kind)
        {
            edges.push(edge);
        }
    }

    fn is_known(&self, branch: &Branch) -> bool {
        match self.next.get(branch.from) {
            Some(StateNext::Steps(edges)) => edges.iter().any(|edge| edge.kind == branch.kind),
            _ => true,
        }
    }

    /// The chance of a bad end from a state. No deeper than a run is long.
    fn chance(&mut self, place: StateId) -> f64 {
        if let Some(chance) = self.chances.get(&place) {
            return *chance;
        }
        let edges: Vec<_> = match self.next.get(place) {
            Some(StateNext::End(bad)) => return f64::from(u8::from(*bad)),
            Some(StateNext::Steps(edges)) => {
                edges.iter().map(|edge| (edge.to, edge.buyers)).collect()
            }
            None => return 0.0,
        };
        let all: u64 = edges.iter().map(|(_, buyers)| buyers).sum();
        let sum: f64 = edges
            .into_iter()
            .map(|(to, buyers)| self.chance(to) * buyers as f64)
            .sum();
        let chance = sum / all as f64;
        self.chances.insert(place, chance);
        chance
    }
}
