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

    /// The one that an operation read.
    pub(super) fn seen(&self, index: u32, did: &Operation) -> Option<usize> {
        let sum = self.evidence.sum_of(index);
        let all = self.all.get(&read_by(did)?)?;
        let line = |at: &&usize| at.checked_sub(1).and_then(|at| self.written.get(at));
        let exact = all.iter().find(|at| {
            let line = line(at);
            sum.is_some() && line.is_some_and(|line| line.sum == sum)
        });
        let until = read_until(did);
        let by_then = |at: &&usize| line(at).is_none_or(|line| line.at <= until);
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

    /// The versions of this number one of which an operation read, where they are several: none that left another count,
    /// was written after it had read, or was written over before it began to.
    pub(super) fn possible(
        &mut self,
        order: &WriteOrder<'_>,
        (index, did): (u32, &Operation),
        read: Option<usize>,
    ) -> Arc<[usize]> {
        let Some((seq, read)) = read_by(did).zip(read) else {
            return Arc::default();
        };
        let all = self.all.get(&seq).map_or(&[][..], Vec::as_slice);
        let line = |at: usize| at.checked_sub(1).and_then(|at| self.written.get(at));
        let sum = self.evidence.sum_of(index);
        let is_exact = sum.is_some() && line(read).is_some_and(|line| line.sum == sum);
        if all.len() < 2 || is_exact {
            return Arc::default();
        }
        if all.len() > COMPARED {
            let shared = self.shared.entry(seq).or_insert_with(|| all.into());
            return Arc::clone(shared);
        }
        let holds = self.evidence.holds_of(did);
        let got = holds
            .map(|hold| hold.got)
            .filter(|got| *got <= did.read_at && *got != UNSAID);
        let began = got.fold(did.invoke, u64::max);
        let gone = |at: usize| {
            let by = line(at).and_then(|line| line.by);
            let mut later = all.iter().filter_map(|other| line(*other)?.by);
            by.is_some_and(|by| {
                later.any(|other| order.is_before(by, other) && order.done(other) <= began)
            })
        };
        let fits = |at: usize| {
            let line = line(at);
            let left = line.and_then(|line| line.left);
            let own = line.and_then(|line| line.by) == Some(index);
            !own && (did.seen == UNSAID || left.is_none_or(|left| left == did.seen))
        };
        let until = read_until(did);
        let by_then = |at: usize| line(at).is_none_or(|line| line.at <= until);
        let is_possible = |at: &usize| *at == read || fits(*at) && by_then(*at) && !gone(*at);
        let possible: Vec<usize> = all.iter().copied().filter(is_possible).collect();
        if possible.len() > 1 {
            possible.into()
        } else {
            Arc::default()
        }
    }
}

/// The number of the version that an operation read: of a sale that does not say it, of the one before what it wrote.
fn read_by(did: &Operation) -> Option<u64> {
    match (did.read, did.write) {
        (UNSAID, UNSAID) => None,
        (UNSAID, write) => write.checked_sub(1),
        (read, _) => Some(read),
    }
}

/// When it had read, at the latest.
fn read_until(did: &Operation) -> u64 {
    let times = [did.read_at, did.intend, did.wrote];
    let said = times.into_iter().find(|at| *at != UNSAID);
    said.unwrap_or_else(|| did.over())
}
