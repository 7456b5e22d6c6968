//! Landings: when each write took the place of the count, as its own times and what others read tell.
//!
//! A write landed at one moment from `intend` to `wrote`, and a read saw what had landed last. So a read bounds when the write
//! that it saw landed, and all others: before that write, or after the read. What follows from that, one from another, is the
//! one piece of reasoning on who read whose write, who wrote before whom, and who wrote last. Nothing is claimed that some order
//! of landings contradicts which the evidence allows; of evidence that contradicts itself nothing is.

use std::collections::{HashMap, HashSet};

use super::times::start;
use crate::check::evidence::{Evidence, NONE, Operation, UNSAID};

mod event_set;
mod lefts;
mod moments;
mod probe;
mod reasons;
mod sights;

use lefts::Lefts;
use moments::{Contradiction, Moments};
use probe::probe;
use reasons::{ReadEvent, Reasons};
use sights::Sights;

/// Of so many reads and writes it is looked what follows one from another.
const MOST: usize = 512;

/// What is known of the landings. Empty where each version was written once, where there are too many, or where the evidence
/// contradicts itself.
#[derive(Debug, Default)]
pub(super) struct Landings {
    reasons: Reasons,
    /// By operation: its write, and its read by its place.
    writes: HashMap<u32, usize>,
    reads: HashMap<u32, usize>,
    /// The place of the final count, where that is one.
    last: Option<usize>,
    /// Whether the evidence contradicts itself, with the final count or without.
    is_denied: bool,
}

impl Landings {
    /// `writers`: those that wrote, by version; `lines`: the line of the ledger that each operation wrote, or [`NONE`]; `done`:
    /// when its write is known to be done.
    pub(super) fn of(
        evidence: &Evidence,
        writers: &[(u64, u32)],
        lines: &[u32],
        done: &[u64],
        presumed: &HashSet<u32>,
    ) -> Self {
        let is_forked = writers.windows(2).any(|two| match two {
            [one, other] => one.0 == other.0,
            _ => false,
        });
        if !is_forked || writers.len() > MOST {
            return Self::default();
        }
        let sights = Sights::of(evidence, writers, lines, presumed);
        let reads: Vec<(u32, Vec<usize>)> = sights.reads();
        // The first count, the writes, the reads, and the final count.
        let many = 1 + writers.len() + reads.len() + 1;
        if many > MOST {
            return Self::default();
        }
        let mut windows = vec![(0, 0)];
        windows.extend(writers.iter().map(|(_, at)| {
            let from = evidence.operation(*at).map_or(0, start);
            (from, done.get(*at as usize).copied().unwrap_or(UNSAID))
        }));
        let read_window = |at: u32| {
            let did = evidence.operation(at);
            did.map_or((0, UNSAID), |did| (began(evidence, did), did.read_by()))
        };
        windows.extend(reads.iter().map(|(at, _)| read_window(*at)));
        windows.push((UNSAID - 1, UNSAID));
        let mut all = Self {
            reasons: Reasons {
                moments: Moments::of(&windows),
                lefts: all_lefts(evidence, writers),
                ..Reasons::default()
            },
            writes: writers.iter().map(|writer| writer.1).zip(1..).collect(),
            reads: reads.iter().map(|read| read.0).zip(0..).collect(),
            last: None,
            is_denied: false,
        };
        let last = sights.last();
        if all.settle(evidence, writers, lines, reads, last).is_none() {
            return Self {
                is_denied: true,
                ..Self::default()
            };
        }
        all
    }

    /// Puts all together, and finds what follows; nothing where that contradicts itself.
    fn settle(
        &mut self,
        evidence: &Evidence,
        writers: &[(u64, u32)],
        lines: &[u32],
        reads: Vec<(u32, Vec<usize>)>,
        last: Option<Vec<usize>>,
    ) -> Option<()> {
        let first_read = 1 + writers.len();
        let end = first_read + reads.len();
        let reasons = &mut self.reasons;
        for write in 1..first_read {
            reasons.moments.put(0, write).ok()?;
            reasons.moments.put(write, end).ok()?;
        }
        let mut on_ledger: Vec<(u32, usize)> = self
            .writes
            .iter()
            .map(|(at, write)| (lines.get(*at as usize).copied().unwrap_or(NONE), *write))
            .collect();
        on_ledger.retain(|(line, _)| *line != NONE);
        on_ledger.sort_unstable();
        for two in on_ledger.windows(2) {
            if let [one, other] = two {
                reasons.moments.put(one.1, other.1).ok()?;
            }
        }
        for (event, (at, options)) in (first_read..).zip(reads) {
            let did = evidence.operation(at)?;
            let own = self.writes.get(&at).copied();
            if let Some(own) = own {
                reasons.moments.put(event, own).ok()?;
            }
            reasons.reads.push(ReadEvent {
                event,
                options,
                seen: Some(did.left_at_read()).filter(|left| *left != UNSAID),
                wrote: own.map(|own| (own, did.quantity.into())),
            });
        }
        self.put_own(evidence).ok()?;
        let reasons = &mut self.reasons;
        if let Some(options) = last {
            let mut ended = reasons.clone();
            ended.reads.push(ReadEvent {
                event: end,
                options,
                seen: evidence.last.map(|last| last.left),
                wrote: None,
            });
            if probe(&mut ended).is_ok() {
                self.last = Some(ended.reads.len() - 1);
                *reasons = ended;
                return Some(());
            }
            self.is_denied = true;
        }
        probe(reasons).ok()
    }

    /// Whether no order of the writes explains what was read, and the final count.
    pub(super) fn is_denied(&self) -> bool {
        self.is_denied
    }

    /// What one buyer did with equal stamps it did in the order of its operations.
    fn put_own(&mut self, evidence: &Evidence) -> Result<(), Contradiction> {
        let reads = self.reads.iter().filter_map(|(operation, read)| {
            let read = self.reasons.reads.get(*read)?;
            Some((*operation, read.event))
        });
        let writes = self
            .writes
            .iter()
            .map(|(operation, write)| (*operation, *write));
        let mut own: Vec<(u32, u32, usize)> = reads
            .chain(writes)
            .filter_map(|(at, event)| Some((evidence.operation(at)?.buyer, at, event)))
            .collect();
        own.sort_unstable();
        let moments = &mut self.reasons.moments;
        for two in own.windows(2) {
            if let [(buyer, one, early), (other_buyer, other, late)] = two
                && buyer == other_buyer
                && one != other
                && moments.until(*early) == moments.from(*late)
            {
                moments.put(*early, *late)?;
            }
        }
        Ok(())
    }

    /// Whether one is known to have written before the other.
    pub(super) fn is_before(&self, one: u32, other: u32) -> bool {
        let writes = self.writes.get(&one).zip(self.writes.get(&other));
        writes.is_some_and(|(one, other)| self.reasons.moments.is_before(*one, *other))
    }

    /// How many events are known to be before a write: more than of any of those.
    pub(super) fn many_before(&self, at: u32) -> usize {
        let write = self.writes.get(&at);
        let earlier = write.and_then(|write| self.reasons.moments.earlier(*write));
        earlier.map_or(0, event_set::EventSet::len)
    }

    /// Between which times an operation wrote, ns.
    pub(super) fn window(&self, at: u32) -> Option<(u64, u64)> {
        let write = self.writes.get(&at)?;
        let moments = &self.reasons.moments;
        (moments.many() > 0).then(|| (moments.from(*write), moments.until(*write)))
    }

    /// Whether the final count may be what an operation wrote.
    pub(super) fn may_be_last(&self, at: u32) -> bool {
        let last = self.last.and_then(|last| self.reasons.reads.get(last));
        let both = last.zip(self.writes.get(&at));
        both.is_none_or(|(last, write)| last.options.contains(write))
    }

    /// Whether an operation may have read what another wrote, or for `None` the count before the run.
    pub(super) fn may_have_read(&self, at: u32, writer: Option<u32>) -> bool {
        let read = self
            .reads
            .get(&at)
            .and_then(|at| self.reasons.reads.get(*at));
        let write = writer.map_or(Some(0), |writer| self.writes.get(&writer).copied());
        let both = read.zip(write);
        both.is_none_or(|(read, write)| read.options.contains(&write))
    }
}

/// By write, the count before the run first: how many each left, as far as it says.
fn all_lefts(evidence: &Evidence, writers: &[(u64, u32)]) -> Vec<Lefts> {
    let wrote = writers.iter().map(|(_, at)| {
        let did = evidence.operation(*at);
        Lefts::only(did.and_then(Operation::left_behind))
    });
    [Lefts::only(Some(evidence.stock))]
        .into_iter()
        .chain(wrote)
        .collect()
}

/// When an operation began to read: not before it had got the lock under which it did.
fn began(evidence: &Evidence, did: &Operation) -> u64 {
    let holds = evidence.holds_of(did).map(|hold| hold.got);
    let got = holds.filter(|got| *got < did.read_at && *got != UNSAID);
    got.fold(did.invoke, u64::max)
}
