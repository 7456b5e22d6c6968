//! What can be asked of a run: numbers, each with a name.

use crate::check::Anomaly;
use crate::lab::protocol::WorkerEnd;
use crate::lab::run::Run;

/// A number that every run has, but for [`Fact::Left`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// How many buyers there were.
    Buyers,
    /// How many tickets there were.
    Stock,
    /// How many tickets were sold, by the ledger.
    Sold,
    /// How many are left, by `tickets.json`, which may not show the last sale of a buyer that was killed; none where that
    /// cannot be read.
    Left,
    /// How many buyers found none left.
    Refused,
    /// How many buyers failed, of a torn read or otherwise.
    Failed,
    /// How many buyers were killed.
    Crashes,
    /// How many buyers wait for one another without end.
    Deadlock,
    /// How many tickets were sold that did not exist.
    Oversold,
    /// Of the sales that wrote one version all but one, for every version that several wrote.
    LostUpdates,
    /// How many buyers read a count that made no sense.
    TornReads,
    /// 1 if there are bytes on the ledger that are no line.
    TornWrites,
    /// 1 if what was sold and what is left do not add up to the stock, but for a count that is behind the last sale of a
    /// buyer that was killed.
    Conservation,
    /// 1 if anything was found, or somebody is stuck.
    Bad,
    /// How often another buyer went on than the one before.
    Switches,
}

impl Fact {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 15] = [
        Self::Oversold,
        Self::LostUpdates,
        Self::TornReads,
        Self::TornWrites,
        Self::Conservation,
        Self::Deadlock,
        Self::Bad,
        Self::Sold,
        Self::Left,
        Self::Refused,
        Self::Failed,
        Self::Crashes,
        Self::Buyers,
        Self::Stock,
        Self::Switches,
    ];

    /// Its name in a condition.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Buyers => "buyers",
            Self::Stock => "stock",
            Self::Sold => "sold",
            Self::Left => "left",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Crashes => "crashes",
            Self::Deadlock => "deadlock",
            Self::Oversold => "oversold",
            Self::LostUpdates => "lost_updates",
            Self::TornReads => "torn_reads",
            Self::TornWrites => "torn_writes",
            Self::Conservation => "conservation",
            Self::Bad => "bad",
            Self::Switches => "switches",
        }
    }

    /// The one with that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fact| fact.name() == name)
    }

    fn index(self) -> usize {
        Self::ALL
            .iter()
            .position(|fact| *fact == self)
            .unwrap_or_default()
    }
}

/// The facts of a run. Which buyer it was is none of them: buyers are alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facts([Option<u64>; Fact::ALL.len()]);

impl Facts {
    /// Those of a run with so many tickets.
    #[must_use]
    pub fn of(stock: u64, run: &Run) -> Self {
        let count = |kind| {
            let findings = run.verdict.findings.iter();
            findings.filter(|finding| finding.kind == kind).count() as u64
        };
        let ended = |kind: fn(&WorkerEnd) -> bool| {
            let ends = run.ends.iter().flatten();
            ends.filter(|end| kind(end)).count() as u64
        };
        let verdict = &run.verdict;
        let value = |fact| match fact {
            Fact::Buyers => Some(run.ends.len() as u64),
            Fact::Stock => Some(stock),
            Fact::Sold => Some(verdict.sold),
            Fact::Left => verdict.left,
            Fact::Refused => Some(ended(|end| matches!(end, WorkerEnd::SoldOut))),
            Fact::Failed => Some(ended(|end| {
                matches!(end, WorkerEnd::Failed { .. } | WorkerEnd::Torn { .. })
            })),
            Fact::Crashes => Some(run.killed() as u64),
            Fact::Deadlock => Some(run.stuck() as u64),
            Fact::Oversold => Some(verdict.oversold),
            Fact::LostUpdates => Some(verdict.lost_updates),
            Fact::TornReads => Some(count(Anomaly::TornRead)),
            Fact::TornWrites => Some(count(Anomaly::TornWrite)),
            Fact::Conservation => Some(count(Anomaly::Conservation)),
            Fact::Bad => Some(u64::from(run.is_bad())),
            Fact::Switches => Some(run.steps().switches() as u64),
        };
        Self(Fact::ALL.map(value))
    }

    /// One of them; `None`: there is no such number.
    #[must_use]
    pub fn get(&self, fact: Fact) -> Option<u64> {
        self.0.get(fact.index()).copied().flatten()
    }

    /// The same, with another number.
    #[must_use]
    pub fn with(mut self, fact: Fact, value: Option<u64>) -> Self {
        if let Some(old) = self.0.get_mut(fact.index()) {
            *old = value;
        }
        self
    }

    /// The same, with another number of switches.
    #[must_use]
    pub fn with_switches(self, switches: u64) -> Self {
        self.with(Fact::Switches, Some(switches))
    }

    /// The largest of them.
    #[must_use]
    pub fn largest(&self) -> u64 {
        self.0.iter().flatten().copied().max().unwrap_or(0)
    }
}
