//! What the runs of a search have in common, and how they differ.

use std::collections::{BTreeSet, HashSet};

use super::condition::Facts;
use super::protocol::{Point, WorkerEnd};
use super::run::{Run, Trial};
use crate::check::Anomaly;
use crate::ledger::LockKind;
use crate::office::Writes;

/// What a search has found.
#[derive(Debug, Clone, Default)]
pub struct Explored {
    /// How many schedules were run to their end.
    pub schedules: u64,
    /// How many of them were bad: something was found, or nobody could go on.
    pub bad: u64,
    /// How many sold more than there was.
    pub oversold: u64,
    /// How many classes of [`Class`](super::class::Class) they were; `None` where that is not how they
    /// differ. In a scenario: how many differ in what some process did and saw.
    pub classes: Option<u64>,
    /// The different outcomes.
    pub outcomes: BTreeSet<RunOutcome>,
    /// What can be asked of them, without the number of switches, which is that of one schedule of many.
    pub facts: BTreeSet<Facts>,
    /// The anomalies that were found.
    pub anomalies: BTreeSet<Anomaly>,
    /// The steps that buyers were stopped at.
    pub points: BTreeSet<Point>,
    /// The smallest bad run that was met: of the fewest switches, then the first in the order of its steps.
    pub first: Option<Run>,
}

/// What came of a run, whichever buyer it was: what each sale left, in the order of the ledger, and what is left;
/// how many were refused, torn, failed, and stuck; and in a scenario what stands on the ledger, and what was told.
pub type RunOutcome = (Vec<u64>, [usize; 4], Vec<String>);

/// What one searcher has found.
#[derive(Debug)]
pub(super) struct RunTally<'t> {
    trial: &'t Trial,
    found: Explored,
    classes: HashSet<Vec<u64>>,
}

impl<'t> RunTally<'t> {
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
        if trial.scenario.is_some() {
            sum.found.classes = Some(sum.classes.len() as u64);
        } else if sum.classes.len() as u64 == sum.found.schedules {
            sum.found.classes = Some(sum.found.schedules);
        }
        sum.found
    }

    pub(super) fn note(&mut self, run: Run, name: Vec<u64>) {
        let found = &mut self.found;
        found.schedules += 1;
        found.outcomes.insert(outcome(&run));
        found
            .facts
            .insert(Facts::of(self.trial.stock, &run).with_switches(0));
        let plain = self.trial.lock == LockKind::None
            && self.trial.writes == Writes::Replace
            && !self.trial.query
            && name.len() == self.trial.users;
        if plain || self.trial.scenario.is_some() {
            self.classes.insert(name);
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
    let size = |run: &Run| (run.steps().switches(), run.steps());
    [one, other].into_iter().flatten().min_by_key(size)
}

fn outcome(run: &Run) -> RunOutcome {
    let count =
        |kind: fn(&WorkerEnd) -> bool| run.ends.iter().flatten().filter(|end| kind(end)).count();
    let counts = [
        count(|end| matches!(end, WorkerEnd::SoldOut)),
        count(|end| matches!(end, WorkerEnd::Torn { .. })),
        count(|end| matches!(end, WorkerEnd::Failed { .. })),
        run.stuck(),
    ];
    (run.left.clone(), counts, run.story.clone())
}
