//! The versions of a recorded run: who wrote each, and which it grew from.

use std::collections::HashMap;

use crate::check::evidence::{Evidence, Operation, UNSAID};
use crate::check::write_order::WriteOrder;
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
    /// Whether it is not known to be written after the one before it.
    unordered: bool,
}

impl Versions {
    pub(super) fn of(evidence: &Evidence, places: &[Option<Spot>], order: &WriteOrder<'_>) -> Self {
        let written = if evidence.ledger.is_some() {
            on_ledger(evidence)
        } else {
            by_time(evidence, order)
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
            versions.all.push(DrawnVersion {
                seq: line.seq,
                left: line.left,
                writer,
                parent,
                unordered: line.unordered,
                ..DrawnVersion::default()
            });
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
        match (exact(evidence, &written).or(writer), latest) {
            (Some(last), _) => versions.survives(&[last]),
            (None, Some(latest)) => {
                versions.survives(&candidates(evidence, latest, &written, order));
            }
            (None, None) => {}
        }
        versions
    }

    /// These stand in the end, or one of them does.
    fn survives(&mut self, last: &[usize]) {
        for at in last {
            if let Some(version) = self.all.get_mut(*at) {
                version.survived = true;
                version.doubtful = last.len() > 1;
            }
        }
    }
}

/// So many writes are compared each with each.
const COMPARED: usize = 64;

/// The versions one of which stands in the end: the one at `latest`, which is known to be done last, and those that may
/// have been written after it; of its number, where the final count has one.
fn candidates(
    evidence: &Evidence,
    latest: usize,
    written: &[WrittenVersion],
    order: &WriteOrder<'_>,
) -> Vec<usize> {
    let line = latest.checked_sub(1).and_then(|at| written.get(at));
    let Some((last, seq)) = line.and_then(|line| Some((line.by?, line.seq))) else {
        return vec![latest];
    };
    let is_of = |line: &WrittenVersion| evidence.last.is_none() || line.seq == seq;
    let lines = (1..).zip(written).filter(|(_, line)| is_of(line));
    let lines = lines.filter_map(|(at, line)| Some((at, line.by?)));
    let mut all: Vec<(usize, u32)> = lines
        .filter(|(at, by)| *at == latest || !order.is_before(*by, last))
        .collect();
    if all.len() <= COMPARED {
        let any = all.clone();
        all.retain(|(at, by)| {
            let is_over = any.iter().any(|(_, other)| order.is_before(*by, *other));
            *at == latest || !is_over
        });
    }
    all.into_iter().map(|(at, _)| at).collect()
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
                unordered: false,
            }
        })
        .collect()
}

/// Without a ledger: what was answered, in the order in which it was written.
fn by_time(evidence: &Evidence, order: &WriteOrder<'_>) -> Vec<WrittenVersion> {
    let dids = (0..).zip(&evidence.operations);
    let wrote = dids.filter(|(_, did)| did.has_written() && did.write != UNSAID);
    let mut wrote: Vec<u32> = wrote.map(|(index, _)| index).collect();
    order.sort(&mut wrote);
    let before = std::iter::once(None).chain(wrote.iter().copied().map(Some));
    let written = before
        .zip(&wrote)
        .filter_map(|(before, index)| Some((before, *index, evidence.operation(*index)?)));
    written
        .map(|(before, index, did)| WrittenVersion {
            by: Some(index),
            unordered: before.is_some_and(|before| !order.is_before(before, index)),
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
