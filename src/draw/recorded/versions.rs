//! The versions of a recorded run: who wrote each, and which it grew from.

use std::collections::HashMap;

use crate::check::evidence::{Evidence, Operation, UNSAID};
use crate::timeline::{DrawnVersion, Spot};

/// The versions, and what each operation has to do with them: by its index.
pub(super) struct Versions {
    pub(super) all: Vec<DrawnVersion>,
    pub(super) read: Vec<Option<usize>>,
    pub(super) wrote: Vec<Option<usize>>,
}

/// A version that was written, in the order in which that was done.
struct WrittenVersion {
    /// Who: an operation.
    by: Option<u32>,
    seq: u64,
    left: Option<u64>,
    sum: Option<u64>,
    /// When, where that is known.
    at: u64,
}

impl Versions {
    pub(super) fn of(evidence: &Evidence, places: &[Option<Spot>]) -> Self {
        let written = if evidence.ledger.is_some() {
            on_ledger(evidence)
        } else {
            by_time(evidence)
        };
        let mut versions = Self {
            all: vec![DrawnVersion::first(evidence.first, evidence.stock)],
            read: vec![None; evidence.operations.len()],
            wrote: vec![None; evidence.operations.len()],
        };
        let mut numbered = NumberedVersions::of(evidence, &written);
        for line in &written {
            let did = line.by.and_then(|by| evidence.operation(by));
            let parent = match (line.by, did) {
                (Some(by), Some(did)) if did.read != UNSAID => numbered.seen(by, did),
                _ => numbered.last(line.seq.wrapping_sub(1)),
            };
            let writer = line
                .by
                .and_then(|by| places.get(by as usize).copied().flatten());
            let at = versions.all.len();
            versions
                .all
                .push(version(parent, line.seq, line.left, writer));
            numbered.add(line.seq, at);
            if let Some(wrote) = line.by.and_then(|by| versions.wrote.get_mut(by as usize)) {
                *wrote = Some(at);
            }
        }
        for (index, did) in (0..).zip(&evidence.operations) {
            if did.read != UNSAID
                && let Some(read) = versions.read.get_mut(index as usize)
            {
                *read = numbered.seen(index, did);
            }
        }
        let latest = match evidence.last {
            Some(last) => numbered.last(last.seq),
            None => Some(versions.all.len() - 1),
        };
        let writer = evidence.final_writer();
        let writer = writer.and_then(|by| versions.wrote.get(by as usize).copied().flatten());
        let last = exact(evidence, &written).or(writer).or(latest);
        if let Some(last) = last.and_then(|last| versions.all.get_mut(last)) {
            last.survived = true;
        }
        versions
    }
}

/// The version whose checksum is that of the final count.
fn exact(evidence: &Evidence, written: &[WrittenVersion]) -> Option<usize> {
    let sum = evidence.last_sum?;
    let line = written.iter().position(|line| line.sum == Some(sum));
    line.map(|line| line + 1)
}

/// All versions of a number, in the order in which they were written.
struct NumberedVersions<'a> {
    evidence: &'a Evidence,
    written: &'a [WrittenVersion],
    all: HashMap<u64, Vec<usize>>,
}

impl<'a> NumberedVersions<'a> {
    /// The first version alone.
    fn of(evidence: &'a Evidence, written: &'a [WrittenVersion]) -> Self {
        Self {
            evidence,
            written,
            all: HashMap::from([(evidence.first, vec![0])]),
        }
    }

    fn add(&mut self, seq: u64, at: usize) {
        self.all.entry(seq).or_default().push(at);
    }

    /// The last one with this number.
    fn last(&self, seq: u64) -> Option<usize> {
        self.all.get(&seq)?.last().copied()
    }

    /// The one that an operation read.
    fn seen(&self, index: u32, did: &Operation) -> Option<usize> {
        let sum = self.evidence.sum_of(index);
        let all = self.all.get(&did.read)?;
        let line = |at: &&usize| at.checked_sub(1).and_then(|at| self.written.get(at));
        let exact = all.iter().find(|at| {
            let line = line(at);
            sum.is_some() && line.is_some_and(|line| line.sum == sum)
        });
        let by_then = |at: &&usize| line(at).is_none_or(|line| line.at <= did.read_at);
        let left = |at: &&usize| match at.checked_sub(1) {
            Some(at) => self.written.get(at).and_then(|line| line.left),
            None => Some(self.evidence.stock),
        };
        // Of several with this number it read one that left what it saw.
        let fits = |at: &&usize| did.seen == UNSAID || left(at).is_none_or(|left| left == did.seen);
        let fitting = || all.iter().rev().filter(fits);
        let latest = fitting().find(by_then).or_else(|| fitting().next());
        let latest = latest.or_else(|| all.iter().rev().find(by_then));
        exact.or(latest).or(all.last()).copied()
    }
}

/// What the ledger has, in its order.
fn on_ledger(evidence: &Evidence) -> Vec<WrittenVersion> {
    let mut writers: HashMap<u64, Vec<u32>> = HashMap::new();
    for (index, did) in (0..).zip(&evidence.operations) {
        if did.write != UNSAID {
            writers.entry(did.write).or_default().push(index);
        }
    }
    let mut sums = evidence.ledger_sums.iter().peekable();
    let lines = (0..).zip(evidence.ledger.iter().flatten());
    lines
        .map(|(index, line)| {
            let by = writers.get_mut(&line.seq).and_then(|all| {
                let is_of = |by: &u32| evidence.operation(*by).is_some_and(|did| line.is_of(did));
                all.iter().position(is_of).map(|at| all.swap_remove(at))
            });
            WrittenVersion {
                seq: line.seq,
                left: Some(line.left),
                sum: sums.next_if(|sum| sum.0 == index).map(|sum| sum.1),
                at: time(evidence, by),
                by,
            }
        })
        .collect()
}

/// Without a ledger: what was answered, in the order in which it was written.
fn by_time(evidence: &Evidence) -> Vec<WrittenVersion> {
    let dids = (0..).zip(&evidence.operations);
    let wrote = dids.filter(|(_, did)| did.has_written() && did.write != UNSAID);
    let mut wrote: Vec<(u32, &Operation)> = wrote.collect();
    wrote.sort_by_key(|(index, did)| (did.written_by(), did.write, *index));
    let written = wrote.into_iter();
    written
        .map(|(index, did)| WrittenVersion {
            by: Some(index),
            seq: did.write,
            left: match did.left_at_read() {
                UNSAID => None,
                left => left.checked_sub(u64::from(did.quantity)),
            },
            sum: None,
            at: time(evidence, Some(index)),
        })
        .collect()
}

/// When an operation wrote: not before that.
fn time(evidence: &Evidence, by: Option<u32>) -> u64 {
    let did = by.and_then(|by| evidence.operation(by));
    did.map_or(0, |did| match did.intend {
        UNSAID => did.invoke,
        intends => intends,
    })
}

/// A version for the drawing.
fn version(
    parent: Option<usize>,
    seq: u64,
    left: Option<u64>,
    writer: Option<Spot>,
) -> DrawnVersion {
    DrawnVersion {
        seq,
        left,
        writer,
        parent,
        survived: false,
    }
}
