//! Which writes each read may have seen, by its version, its count, its checksum and its time alone.

use std::collections::{HashMap, HashSet};

use crate::check::evidence::{Evidence, NONE, Operation, UNSAID};
use crate::check::write_order::times::start;

/// What is asked for that.
pub(super) struct Sights<'a> {
    evidence: &'a Evidence,
    writers: &'a [(u64, u32)],
    /// By operation: the checksum of its line of the ledger.
    sums: HashMap<u32, u64>,
    /// The versions that somebody may have written of whom that is not known, and from which on all are.
    open: HashSet<u64>,
    open_from: u64,
}

impl<'a> Sights<'a> {
    pub(super) fn of(
        evidence: &'a Evidence,
        writers: &'a [(u64, u32)],
        lines: &[u32],
        presumed: &HashSet<u32>,
    ) -> Self {
        let unsigned = evidence.unsigned_versions(presumed).into_iter();
        let perhaps = evidence.perhaps_writers(presumed).into_iter();
        let perhaps = perhaps.filter_map(|at| evidence.operation(at));
        let mut open: HashSet<u64> = unsigned.map(|version| version.seq).collect();
        open.extend(perhaps.map(|did| did.write));
        let mut by_line: HashMap<u32, u32> = lines.iter().copied().zip(0..).collect();
        by_line.remove(&NONE);
        let ledger = (0..).zip(evidence.ledger.iter().flatten());
        open.extend(
            ledger
                .filter(|(line, _)| !by_line.contains_key(line))
                .map(|(_, line)| line.seq),
        );
        let sums = evidence.ledger_sums.iter();
        let sums = sums.filter_map(|(line, sum)| Some((*by_line.get(line)?, *sum)));
        Self {
            evidence,
            writers,
            sums: sums.collect(),
            open,
            open_from: evidence.silent_from(),
        }
    }

    /// The operations that read a version that one of these wrote, and which of them: the count before the run is 0, then each
    /// of the writers in their order.
    pub(super) fn reads(&self) -> Vec<(u32, Vec<usize>)> {
        let all = (0..).zip(&self.evidence.operations);
        let reads = all.filter_map(|(at, did)| {
            let seq = self.read_by(at, did)?;
            let sum = self.evidence.sum_of(at);
            let until = did.read_by();
            let options = self.options(seq, did.left_at_read(), sum, |writer, write| {
                writer != at && start(write) <= until
            });
            Some((at, options?))
        });
        reads.collect()
    }

    /// The writes one of which the final count is.
    pub(super) fn last(&self) -> Option<Vec<usize>> {
        let last = self.evidence.last?;
        self.options(last.seq, last.left, self.evidence.last_sum, |_, _| true)
    }

    fn read_by(&self, at: u32, did: &Operation) -> Option<u64> {
        match (did.read, did.write) {
            (UNSAID, UNSAID) => None,
            (UNSAID, write) => {
                let has_written = self.writers.binary_search(&(write, at)).is_ok();
                write.checked_sub(1).filter(|_| has_written)
            }
            (read, _) => Some(read),
        }
    }

    /// The writes of a version that left so many; nothing where there is none, or where it may be another's.
    fn options(
        &self,
        seq: u64,
        left: u64,
        sum: Option<u64>,
        may_see: impl Fn(u32, &Operation) -> bool,
    ) -> Option<Vec<usize>> {
        if seq >= self.open_from || self.open.contains(&seq) {
            return None;
        }
        let fits = |own: Option<u64>| left == UNSAID || own.is_none_or(|own| own == left);
        let from = self.writers.partition_point(|writer| writer.0 < seq);
        let of_version = (from + 1..).zip(self.writers.iter().skip(from));
        let of_version = of_version.take_while(|(_, writer)| writer.0 == seq);
        let fitting = of_version.filter(|(_, (_, at))| {
            let did = self.evidence.operation(*at);
            did.is_some_and(|did| fits(did.left_behind()) && may_see(*at, did))
        });
        let fitting: Vec<(usize, u32)> = fitting.map(|(event, (_, at))| (event, *at)).collect();
        let exact = fitting
            .iter()
            .find(|(_, at)| sum.is_some() && self.sums.get(at) == sum.as_ref());
        if let Some((event, _)) = exact {
            return Some(vec![*event]);
        }
        let is_first = seq == self.evidence.first && fits(Some(self.evidence.stock));
        let first = is_first.then_some(0);
        let options: Vec<usize> = first
            .into_iter()
            .chain(fitting.into_iter().map(|one| one.0))
            .collect();
        (!options.is_empty()).then_some(options)
    }
}
