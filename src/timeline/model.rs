//! The model of a run, ready to be drawn.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::lock_facts::LockFacts;
use super::operation::{DrawnOperation, DrawnOutcome};
use super::sale_facts::SaleFacts;
use crate::overwriting::Overwriting;
use crate::run_clock::RunClock;

/// A run, ready to be drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline {
    /// What ran, in a few words.
    pub title: String,
    /// How it ran: the lock, the schedule, the seed.
    pub subtitle: String,
    /// What the times of the spans count.
    pub time: Time,
    /// What the times are told since, and in which unit, where the sentences of the findings tell times too; else since
    /// the first act that is drawn.
    pub clock: Option<RunClock>,
    /// The buyers, from top to bottom.
    pub lanes: Vec<Lane>,
    /// The versions of the count, each after the one that it grew from.
    pub versions: Vec<DrawnVersion>,
    /// What was found, in the order in which it is told: of the first few the acts are numbered.
    pub findings: Vec<DrawnFinding>,
    /// Whether more was found than the findings name: then nothing that is left out is called in order.
    pub incomplete: bool,
    /// Whether a sale is on the ledger first, and the count says so only when it is published, in a step of its own.
    pub publishes: bool,
    /// What is known of the locks besides who holds them when.
    pub locks: LockFacts,
    /// What is known of how many were sold besides what each operation was told.
    pub sales: SaleFacts,
    /// Whether the count cannot be read in the end: then no version is said to stand.
    pub unreadable: bool,
    /// The chance that the run ends badly given the steps before a time, where all schedules are
    /// known.
    pub odds: Option<Vec<(u64, f64)>>,
    /// Why that is not known, where it might be.
    pub no_odds: Option<String>,
}

impl Timeline {
    /// The operation at a place, if there is one.
    #[must_use]
    pub fn operation(&self, place: Spot) -> Option<&DrawnOperation> {
        self.lanes.get(place.lane)?.operations.get(place.operation)
    }

    /// How many tickets an operation is counted to have sold.
    pub(super) fn sold(&self, place: Spot) -> u64 {
        let Some(operation) = self.operation(place) else {
            return 0;
        };
        let has_written = operation.wrote.is_some() || operation.cut_at().is_some();
        let is_counted = match operation.outcome {
            Some(DrawnOutcome::Sold(_)) => true,
            None | Some(DrawnOutcome::Unknown) => {
                has_written && !self.sales.uncounted.contains(&place)
            }
            _ => false,
        };
        if is_counted { operation.takes() } else { 0 }
    }

    pub(super) fn name(&self, lane: usize) -> &str {
        self.lanes.get(lane).map_or("?", |lane| lane.name.as_str())
    }

    /// The version that a version grew from.
    pub(super) fn parent(&self, version: usize) -> Option<usize> {
        let parent = self.versions.get(version)?.parent?;
        (parent < version).then_some(parent)
    }

    /// What became of each version.
    pub(super) fn fates(&self) -> Overwriting {
        let parents: Vec<_> = self.versions.iter().map(|version| version.parent).collect();
        let version = |at: usize| self.versions.get(at);
        Overwriting::of(
            &parents,
            |at| version(at).map_or(&[][..], |one| &one.others[..]),
            |at| version(at).is_some_and(|one| one.survived),
        )
    }
}

/// What a time counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Time {
    /// Nanoseconds of one clock.
    #[default]
    Nanoseconds,
    /// Steps of a schedule: step k lasts from k to k + 1.
    Steps,
}

/// One buyer, or another process that touched the count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lane {
    /// Any text.
    pub name: String,
    /// What it did, in the order in which it did it.
    pub operations: Vec<DrawnOperation>,
}

/// A version of the count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrawnVersion {
    /// Its number.
    pub seq: u64,
    /// How many it says are left.
    pub left: Option<u64>,
    /// Who wrote it; `None` for what stood there before the run.
    pub writer: Option<Spot>,
    /// The version that its writer had read, as an index into [`Timeline::versions`]. It must
    /// stand before its child there; otherwise it counts as unknown.
    pub parent: Option<usize>,
    /// Those that it may have grown from, where nobody knows which: `parent` is the likeliest.
    pub others: Arc<[usize]>,
    /// Whether it is what the count says in the end: then it stands, and so do those that it grew from. Of the others those
    /// are overwritten that grew from a version that several grew from, with all that grew from them.
    pub survived: bool,
    /// Whether it may have survived, for all that is known, or another one that is called so.
    pub doubtful: bool,
    /// Whether it is not known of each other whether that was written before it or after, as they stand in
    /// [`Timeline::versions`].
    pub unordered: bool,
    /// What is not known of its being overwritten, because somebody may have written who does not say so.
    pub unsure: Unsure,
}

/// What is not known of the overwriting of a version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unsure {
    /// Nothing.
    #[default]
    Nothing,
    /// Who overwrote it.
    ByWhom,
    /// Whether it was overwritten.
    Whether,
}

impl DrawnVersion {
    /// The version that stood there before the run.
    #[must_use]
    pub fn first(seq: u64, left: u64) -> Self {
        Self {
            seq,
            left: Some(left),
            ..Self::default()
        }
    }

    /// A version that grew from the one at index `parent`.
    #[must_use]
    pub fn after(parent: usize, seq: u64, left: u64) -> Self {
        Self {
            parent: Some(parent),
            ..Self::first(seq, left)
        }
    }

    /// The same, written by an operation.
    #[must_use]
    pub fn by(self, lane: usize, operation: usize) -> Self {
        Self {
            writer: Some(Spot { lane, operation }),
            ..self
        }
    }

    /// The same, and the count says so in the end.
    #[must_use]
    pub fn survived(self) -> Self {
        Self {
            survived: true,
            ..self
        }
    }
}

/// An operation: which lane, and which of that lane's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// An index into [`Timeline::lanes`].
    pub lane: usize,
    /// An index into [`Lane::operations`].
    pub operation: usize,
}

/// Something that was found, with its proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrawnFinding {
    /// What kind, in a few words, as "a sale was overwritten (lost update)".
    pub kind: String,
    /// Which acts of the two operations prove it.
    pub clash: Clash,
    /// The whole finding as a sentence.
    pub sentence: String,
    /// Everything that it names and that went wrong, in the order in which it happened: all of it is marked.
    pub places: Vec<Spot>,
    /// How many of those must have happened for it to be so, in whatever order they did; 0: as many as the clash says.
    pub takes: usize,
    /// What it names besides, by which the others are measured and which did nothing wrong: it is drawn, not marked.
    pub beside: Vec<Spot>,
    /// Of one about locks, which holds or waits of those it is about, by when they began; where none is said, the first of each.
    pub locks: BTreeSet<(Spot, u64)>,
    /// Those that others like it name: they are counted, not marked.
    pub also: Vec<Spot>,
    /// Whether it is about what the count says in the end, and misses: then it is so from when that count was put there.
    pub of_end: bool,
    /// What it means for each of those that it names, in a few words, as "no such ticket"; may be empty.
    pub harm: String,
}

/// Which acts of two operations a finding joins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clash {
    /// The write of the one and the write of the other.
    Writes,
    /// The write of the first and the read of the second.
    WriteRead,
    /// The reads alone, whatever was written after them.
    Reads,
    /// Those of the reads that made no sense.
    TornReads,
    /// Each write by itself: none of them over another.
    OwnWrites,
    /// The holds of both.
    Holds,
    /// The waits of all, each for what another holds.
    Waits,
    /// The kill of who has cut the count and not filled it: until then it could.
    Unfilled,
    /// The sales, each by itself: in a schedule a sale is made when the line of the ledger is written, before the count is filled
    /// that was emptied for it.
    Sales,
    /// The operations as wholes.
    #[default]
    Whole,
}
