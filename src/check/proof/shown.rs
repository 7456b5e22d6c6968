//! Whether what others read shows that somebody wrote who does not say so.

use std::collections::{BTreeMap, BTreeSet};

use super::case::Case;
use crate::check::evidence::{Operation, OperationOutcome, UNSAID};

impl Case<'_> {
    /// Whether a sale may have been written by an operation that does not say so, and something that was read, or the final count,
    /// is what no other wrote who may have written that version.
    pub(super) fn is_shown(&self, did: &Operation) -> bool {
        let others = || {
            let of_version = self.of_version(did.write);
            of_version.filter(|one| !std::ptr::eq(*one, did))
        };
        let others: Vec<&Operation> = others()
            .filter(|one| self.is_known(one) || self.is_silent(one))
            .collect();
        self.is_silent(did) && self.is_unexplained(did.write, &others, &[did])
    }

    /// Whether a sale wrote a version that several others may have written who do not say so, and that one of them wrote.
    pub(super) fn is_lost_to_somebody(&self, did: &Operation) -> bool {
        let sold = did.outcome == OperationOutcome::Sold || self.has_written(did);
        sold && self.is_shown_of_several(did.write)
    }

    /// Whether one of several wrote a version who do not say so, beside those who are known to have.
    fn is_shown_of_several(&self, version: u64) -> bool {
        let all = || self.of_version(version);
        let known: Vec<&Operation> = all().filter(|one| self.is_known(one)).collect();
        let silent = all().filter(|one| self.is_silent(one) && !self.is_known(one));
        let silent: Vec<&Operation> = silent.collect();
        !known.is_empty() && silent.len() > 1 && self.is_unexplained(version, &known, &silent)
    }

    /// Whether with one sale more of each version that one of several shows to have written, the smallest, more was sold and is left
    /// than there was.
    pub(super) fn exceeds_with_shown(&self, left: u64) -> bool {
        let mut shown: BTreeMap<u64, u32> = BTreeMap::new();
        let all = self.evidence.operations.iter();
        let silent = all.filter(|did| self.is_silent(did) && !self.is_known(did));
        for did in silent.filter(|did| self.is_shown_of_several(did.write)) {
            let mut all = self.of_version(did.write);
            if all.any(|one| self.is_shown(one)) {
                continue;
            }
            let least = shown.entry(did.write).or_insert(did.quantity);
            *least = did.quantity.min(*least);
        }
        let (written, silent) = self.written();
        let written = written.iter().map(|sale| u128::from(sale.1)).sum::<u128>();
        let more = shown.values().map(|many| u128::from(*many)).sum::<u128>();
        let all = written + silent + more + u128::from(left);
        !shown.is_empty() && all > self.evidence.stock.into()
    }

    fn of_version(&self, version: u64) -> impl Iterator<Item = &Operation> {
        let all = self.evidence.operations.iter();
        all.filter(move |did| did.write == version)
    }

    /// Whether it is known to have written, without looking at what this shows.
    fn is_known(&self, did: &Operation) -> bool {
        let sold = did.outcome == OperationOutcome::Sold;
        sold || self.has_written(did) || self.must_have_written(did)
    }

    fn is_silent(&self, did: &Operation) -> bool {
        let follows = did.read == UNSAID || did.read.checked_add(1) == Some(did.write);
        let is_open = || self.is_untold(did.write) && !self.is_open(did.write);
        did.is_pending() && did.wrote == UNSAID && follows && is_open()
    }

    /// How many checksums are told of a version, by who read it and by the final count.
    fn many_sums(&self, version: u64) -> usize {
        let last = self.evidence.last.filter(|last| last.seq == version);
        let last = last.and(self.evidence.last_sum);
        let all = self.evidence.operations.iter();
        let read = all.filter(|one| one.read == version);
        let sums = read.filter_map(|one| self.sum_read(one)).chain(last);
        sums.collect::<BTreeSet<u64>>().len()
    }

    /// Whether an operation read a version after it had itself read or written a newer one.
    fn is_read_after_a_newer(&self, version: u64) -> bool {
        (0..self.evidence.operations.len() as u32).any(|at| {
            let touched = self.evidence.touched(at).into_iter();
            let mut later = touched.skip_while(|one| one.version <= version);
            later.any(|one| !one.is_write && one.version == version)
        })
    }

    /// Whether somebody began to read a version after another had been answered who had read or written a newer one.
    fn is_past(&self, version: u64, reader: &Operation) -> bool {
        let mut all = self.evidence.operations.iter();
        all.any(|one| {
            let sold = one.outcome == OperationOutcome::Sold && one.write > version;
            let read = one.read != UNSAID && one.read > version;
            one.over() < reader.invoke && (sold || read)
        })
    }

    /// Whether these alone cannot have written a version, each once, and with one of others they can: somebody saw what none of them
    /// left, or saw it when none of them had begun to write it, or more of it was seen than one write of each makes.
    fn is_unexplained(&self, version: u64, all: &[&Operation], others: &[&Operation]) -> bool {
        let differs = |one: &Operation, left: u64| {
            let told = told(one);
            let own = one.left_behind().or(told).or_else(|| self.left_by(one));
            let is_told = told.is_some_and(|told| told == left);
            left != UNSAID && !is_told && own.is_some_and(|own| own != left)
        };
        let is_not_of = |reader: &Operation, one: &Operation| {
            let enough = self.left_by(one) >= Some(u64::from(reader.quantity));
            let turned_away = reader.outcome == OperationOutcome::SoldOut && enough;
            let is_later = one.writes_from() > reader.read_by();
            turned_away || is_later || differs(one, reader.left_at_read())
        };
        let readers = || self.evidence.operations.iter();
        let of_version = || readers().filter(|reader| reader.read == version);
        let is_of_another = |is_not_of: &dyn Fn(&Operation) -> bool| {
            all.iter().all(|one| is_not_of(one)) && !others.iter().all(|one| is_not_of(one))
        };
        let is_read = of_version().any(|reader| is_of_another(&|one| is_not_of(reader, one)));
        let mut further = self.evidence.further_reads.iter();
        let is_read_besides = further
            .any(|read| read.version == version && is_of_another(&|one| differs(one, read.seen)));
        let last = self.evidence.last.filter(|last| last.seq == version);
        let is_gone = |one: &Operation| {
            readers().any(|other| {
                let sold = other.outcome == OperationOutcome::Sold || self.has_written(other);
                let wrote = sold && other.write < version && other.writes_from() > one.over();
                other.read < version && other.invoke > one.over() || wrote
            })
        };
        let is_last =
            last.is_some_and(|last| is_of_another(&|one| differs(one, last.left) || is_gone(one)));
        is_read
            || is_read_besides
            || is_last
            || self.many_sums(version) > all.len()
            || all.len() < 2 && self.is_written_again(version)
    }

    /// Whether a version was read when a newer one had been there: then it was written twice.
    fn is_written_again(&self, version: u64) -> bool {
        let besides = self.evidence.further_reads.iter();
        let besides = besides.filter(|read| read.version == version);
        let besides = besides.filter_map(|read| self.evidence.operation(read.operation));
        let all = self.evidence.operations.iter();
        let mut readers = all.filter(|one| one.read == version).chain(besides);
        readers.any(|reader| self.is_past(version, reader)) || self.is_read_after_a_newer(version)
    }
}

/// How many a sale was told that it left, where it was told.
fn told(did: &Operation) -> Option<u64> {
    let sold = did.outcome == OperationOutcome::Sold && did.left != UNSAID;
    sold.then_some(did.left)
}
