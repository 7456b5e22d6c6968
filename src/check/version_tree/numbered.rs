//! Versions by their numbers, of which there may be several.

use std::collections::HashMap;
use std::sync::Arc;

use super::written::WrittenVersion;
use crate::check::evidence::{Evidence, Operation, UNSAID};
use crate::check::write_order::WriteOrder;

/// Of so many versions of one number it is looked which of them an operation may have read; of more, it may be any.
const COMPARED: usize = 64;

/// All versions of a number, in the order in which they were written.
pub(super) struct NumberedVersions<'a> {
    evidence: &'a Evidence,
    written: &'a [WrittenVersion],
    all: HashMap<u64, Vec<usize>>,
    /// Those of a number of which there are too many, for all who read one of them.
    shared: HashMap<u64, Arc<[usize]>>,
}

impl<'a> NumberedVersions<'a> {
    /// The first version alone.
    pub(super) fn of(evidence: &'a Evidence, written: &'a [WrittenVersion]) -> Self {
        Self {
            evidence,
            written,
            all: HashMap::from([(evidence.first, vec![0])]),
            shared: HashMap::new(),
        }
    }

    pub(super) fn add(&mut self, seq: u64, at: usize) {
        self.all.entry(seq).or_default().push(at);
    }

    /// The last one with this number.
    pub(super) fn last(&self, seq: u64) -> Option<usize> {
        self.all.get(&seq)?.last().copied()
    }

    /// The one that an operation read, or the likeliest; and all that it may have read, where they are several: none that
    /// left another count, was written after it had read, or was written over before it began to.
    pub(super) fn read(
        &mut self,
        order: &WriteOrder<'_>,
        (index, did): (u32, &Operation),
    ) -> (Option<usize>, Arc<[usize]>) {
        let Some((seq, all)) = read_by(did).and_then(|seq| Some((seq, self.all.get(&seq)?))) else {
            return (None, Arc::default());
        };
        if let Some(exact) = self.exact(index, all) {
            return (Some(exact), Arc::default());
        }
        if all.len() > COMPARED {
            let shared = self.shared.entry(seq).or_insert_with(|| all[..].into());
            return (likeliest(self.written, did, all), Arc::clone(shared));
        }
        let holds = self.evidence.holds_of(did);
        let got = holds
            .map(|hold| hold.got)
            .filter(|got| *got < did.read_at && *got != UNSAID);
        let began = got.fold(did.invoke, u64::max);
        let until = did.read_by();
        let is_possible = |at: &usize| {
            let line = at.checked_sub(1).and_then(|at| self.written.get(at));
            let Some(line) = line else {
                return order.may_have_read(index, None);
            };
            let is_seen = line
                .by
                .is_none_or(|by| !order.is_gone(by, began) && order.may_have_read(index, Some(by)));
            line.by != Some(index) && line.at <= until && fits(line, did) && is_seen
        };
        let possible: Vec<usize> = all.iter().copied().filter(is_possible).collect();
        match possible[..] {
            [] => (likeliest(self.written, did, all), Arc::default()),
            [one] => (Some(one), Arc::default()),
            [.., last] => (Some(last), possible.into()),
        }
    }

    /// The one that an operation read, or the likeliest.
    pub(super) fn seen(&self, index: u32, did: &Operation) -> Option<usize> {
        let all = self.all.get(&read_by(did)?)?;
        self.exact(index, all)
            .or_else(|| likeliest(self.written, did, all))
    }

    /// The one whose checksum an operation read.
    fn exact(&self, index: u32, all: &[usize]) -> Option<usize> {
        let sum = self.evidence.sum_of(index)?;
        let has_sum = |at: &usize| {
            let line = at.checked_sub(1).and_then(|at| self.written.get(at));
            line.is_some_and(|line| line.sum == Some(sum))
        };
        all.iter().copied().find(has_sum)
    }
}

/// Of several with one number the latest that an operation may have read by its count and its time.
fn likeliest(written: &[WrittenVersion], did: &Operation, all: &[usize]) -> Option<usize> {
    let line = |at: &usize| at.checked_sub(1).and_then(|at| written.get(at));
    let until = did.read_by();
    let by_then = |at: &usize| line(at).is_none_or(|line| line.at <= until);
    let is_fitting = |at: &usize| line(at).is_none_or(|line| fits(line, did));
    let latest = || all.iter().rev().copied();
    let fitting = || latest().filter(is_fitting);
    let likely = fitting().find(by_then).or_else(|| fitting().next());
    likely
        .or_else(|| latest().find(by_then))
        .or_else(|| latest().next())
}

/// Whether a version left what an operation saw, or was told by its answer.
fn fits(line: &WrittenVersion, did: &Operation) -> bool {
    let saw = did.left_at_read();
    saw == UNSAID || line.left.is_none_or(|left| left == saw)
}

/// The number of the version that an operation read: of a sale that does not say it, of the one before what it wrote.
fn read_by(did: &Operation) -> Option<u64> {
    match (did.read, did.write) {
        (UNSAID, UNSAID) => None,
        (UNSAID, write) => write.checked_sub(1),
        (read, _) => Some(read),
    }
}
