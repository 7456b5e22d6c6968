//! Every schedule of a few buyers, run with real processes; the smallest of them that is bad; and any one
//! again.

use std::collections::{BTreeSet, HashSet};

use super::arena::{Arena, Run, Trial};
use super::condition::Facts;
use super::crew::{self, Board, Share};
use super::racer::{End, Point};
use super::schedule::{Grant, Grants};
use super::state::State;
use super::verdict::Anomaly;
use super::walk::Walk;
use crate::error::{Error, Kind, Result};
use crate::office::Writes;
use crate::store::lock::LockKind;

pub use super::walk::Search;

/// What a search has found.
#[derive(Debug, Clone, Default)]
pub struct Explored {
    /// How many schedules were run to their end.
    pub schedules: u64,
    /// How many of them were bad: something was found, or nobody could go on.
    pub bad: u64,
    /// How many sold more than there was.
    pub oversold: u64,
    /// How many classes of [`Class`](super::schedule::Class) they were; `None` where that is not how they
    /// differ.
    pub classes: Option<u64>,
    /// The different outcomes.
    pub outcomes: BTreeSet<Outcome>,
    /// What can be asked of them, without the number of switches, which is that of one schedule of many.
    pub facts: BTreeSet<Facts>,
    /// The anomalies that were found.
    pub anomalies: BTreeSet<Anomaly>,
    /// The steps that buyers were stopped at.
    pub points: BTreeSet<Point>,
    /// The smallest bad run that was met: of the fewest switches, then the first in the order of its grants.
    pub first: Option<Run>,
}

/// What came of a run, whoever it was: what each sale left, in the order of the ledger, and what is left;
/// how many were refused, torn, failed, and stuck.
pub type Outcome = (Vec<u64>, [usize; 4]);

/// Runs every schedule of a trial, on every processor. `progress` is told how many were run, and stops the
/// search by `false`.
///
/// # Errors
/// [`Kind::Io`]: the scratch event or the processes failed; [`Kind::Interrupted`]: it was stopped.
pub fn explore(
    trial: &Trial,
    search: Search,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<Explored> {
    // A few are soon done.
    let searchers = if trial.users < CROWD {
        1
    } else {
        crew::processors()
    };
    let shares = crew::share(searchers, progress, |share, board| {
        let mut tally = Tally::new(trial);
        each(trial, search, share, board, &mut |run, commits| {
            tally.note(run, commits);
            true
        })?;
        Ok(tally)
    })?;
    Ok(Tally::sum(trial, shares))
}

/// So many buyers are worth more than one searcher.
const CROWD: usize = 5;

/// Runs a share of the schedules, until `visit` has seen enough. Returns whether none was left out.
fn each(
    trial: &Trial,
    search: Search,
    share: Share,
    board: &Board,
    visit: &mut dyn FnMut(Run, Vec<u64>) -> bool,
) -> Result<bool> {
    let mut arena = Arena::open(trial)?;
    let mut walk = Walk::new(trial, search, share);
    loop {
        if let Some((run, commits)) = walk.run(&mut arena)? {
            board.count();
            if !visit(run, commits) {
                return Ok(false);
            }
        }
        board.go_on()?;
        if !walk.next() {
            return Ok(!walk.cut);
        }
    }
}

/// Every run of a search, one after the other, in the order of their grants, until `visit` has seen enough.
///
/// # Errors
/// As [`explore`].
pub fn visit(trial: &Trial, search: Search, visit: &mut dyn FnMut(Run) -> bool) -> Result<()> {
    let board = Board::default();
    each(trial, search, Share::ALL, &board, &mut |run, _| visit(run))?;
    Ok(())
}

/// The first run with so many switches at most that is wanted; and whether there are no more switches to
/// be had.
pub(super) fn first(
    trial: &Trial,
    switches: usize,
    progress: &mut dyn FnMut(u64) -> bool,
    wanted: &(dyn Fn(&Run) -> bool + Sync),
) -> Result<(Option<Run>, bool)> {
    let mut done = crew::share(1, progress, |share, board| {
        let mut found = None;
        let search = Search::Bounded(switches);
        let all = each(trial, search, share, board, &mut |run, _| {
            if wanted(&run) {
                found = Some(run);
            }
            found.is_none()
        })?;
        Ok((found, all))
    })?;
    done.pop()
        .ok_or_else(|| Error::new(Kind::Io, "nobody searched"))
}

/// The smallest bad schedule: of the fewest buyers, then of the fewest switches, then the first in the
/// order of its grants. `None`: there is none up to the trial's number of buyers.
///
/// # Errors
/// As [`explore`].
pub fn smallest(trial: &Trial, progress: &mut dyn FnMut(u64) -> bool) -> Result<Option<Run>> {
    for users in 1..=trial.users {
        let trial = trial.with_users(users);
        if explore(&trial, Search::Reduced, progress)?.bad == 0 {
            continue;
        }
        for switches in 0.. {
            let (found, all) = first(&trial, switches, progress, &Run::is_bad)?;
            if found.is_some() {
                return Ok(found);
            }
            if all {
                break;
            }
        }
    }
    Ok(None)
}

/// Runs one schedule. Where it ends, those who can still go on do, in the order of their numbers.
///
/// # Errors
/// [`Kind::Refused`]: a buyer that is to go on cannot; the message says at which step. Else as
/// [`explore`].
pub fn replay(trial: &Trial, grants: &Grants) -> Result<Run> {
    follow(&mut Arena::open(trial)?, trial, grants)
}

/// The same, among buyers that live on.
pub(super) fn follow(arena: &mut Arena, trial: &Trial, grants: &Grants) -> Result<Run> {
    let mut state = State::begin(arena, trial)?;
    for (at, &grant) in grants.0.iter().enumerate() {
        if !state.is_enabled(grant.buyer()) {
            let (step, buyer) = (at + 1, grant.buyer());
            let message =
                format!("the schedule diverges at step {step}: buyer {buyer} cannot go on");
            return Err(Error::new(Kind::Refused, message)
                .hint("it is of another lock, another way of writing, or another version"));
        }
        state.grant(arena, grant)?;
    }
    while let Some(&buyer) = state.enabled().first() {
        state.grant(arena, Grant::Go(buyer))?;
    }
    state.end(arena, trial)
}

/// What one searcher has found.
#[derive(Debug)]
pub(super) struct Tally<'t> {
    trial: &'t Trial,
    found: Explored,
    classes: HashSet<Vec<u64>>,
}

impl<'t> Tally<'t> {
    pub(super) fn new(trial: &'t Trial) -> Self {
        Self {
            trial,
            found: Explored::default(),
            classes: HashSet::new(),
        }
    }

    /// What all of them have found together.
    pub(super) fn sum(trial: &'t Trial, tallies: Vec<Self>) -> Explored {
        let mut sum = Self::new(trial);
        for tally in tallies {
            sum.found.add(tally.found);
            sum.classes.extend(tally.classes);
        }
        if sum.classes.len() as u64 == sum.found.schedules {
            sum.found.classes = Some(sum.found.schedules);
        }
        sum.found
    }

    pub(super) fn note(&mut self, run: Run, commits: Vec<u64>) {
        let found = &mut self.found;
        found.schedules += 1;
        found.outcomes.insert(outcome(&run));
        found
            .facts
            .insert(Facts::of(self.trial.stock, &run).with_switches(0));
        let plain = self.trial.lock == LockKind::None
            && self.trial.writes == Writes::Replace
            && !self.trial.query
            && commits.len() == self.trial.users;
        if plain {
            self.classes.insert(commits);
        }
        let kinds = run.verdict.findings.iter().map(|finding| finding.kind);
        found.anomalies.extend(kinds);
        found.points.extend(run.moves.iter().map(|step| step.point));
        found.oversold += u64::from(run.verdict.oversold > 0);
        if run.is_bad() {
            found.bad += 1;
            found.first = smaller(found.first.take(), Some(run));
        }
    }
}

impl Explored {
    /// Adds what another searcher has found.
    fn add(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.bad += other.bad;
        self.oversold += other.oversold;
        self.outcomes.extend(other.outcomes);
        self.facts.extend(other.facts);
        self.anomalies.extend(other.anomalies);
        self.points.extend(other.points);
        self.first = smaller(self.first.take(), other.first);
    }
}

fn smaller(one: Option<Run>, other: Option<Run>) -> Option<Run> {
    let size = |run: &Run| (run.grants().switches(), run.grants());
    [one, other].into_iter().flatten().min_by_key(size)
}

fn outcome(run: &Run) -> Outcome {
    let count = |kind: fn(&End) -> bool| run.ends.iter().flatten().filter(|end| kind(end)).count();
    let counts = [
        count(|end| matches!(end, End::SoldOut)),
        count(|end| matches!(end, End::Torn { .. })),
        count(|end| matches!(end, End::Failed { .. })),
        run.stuck(),
    ];
    (run.left.clone(), counts)
}
