//! Checksums: a version has one.

use std::collections::{HashMap, HashSet};

use super::chain::Chain;
use super::findings::Findings;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, UNSAID};

/// Checksums of one version that contradict each other: that of the final count and those of the ledger's lines, and where
/// the ledger tells none, those of what was read.
pub(super) fn unlike(evidence: &Evidence, findings: &mut Findings<'_>) {
    let lines = evidence.ledger.as_deref().unwrap_or_default();
    let sum_of = |at: usize| {
        let sums = &evidence.ledger_sums;
        let at = sums.binary_search_by_key(&at, |sum| sum.0 as usize).ok()?;
        sums.get(at).map(|sum| sum.1)
    };
    let last = evidence.last.zip(evidence.last_sum);
    if let Some((last, sum)) = last {
        let own = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.seq == last.seq);
        let mut own = own.map(|(at, _)| sum_of(at)).peekable();
        let is_said = own.peek().is_some();
        if is_said && own.all(|own| own.is_some_and(|own| own != sum)) {
            findings.add(Anomaly::TornRead, &[], last.seq);
        }
    }
    if evidence.sums.is_empty() {
        return;
    }
    let told = evidence.ledger_sums.iter();
    let told = told.filter_map(|(line, _)| Some(lines.get(*line as usize)?.seq));
    let told: HashSet<u64> = told.collect();
    let mut first: HashMap<u64, (u32, u64)> = HashMap::new();
    // Made where it is asked for.
    let mut writers = None;
    for (at, sum) in &evidence.sums {
        let version = evidence.operation(*at).map_or(UNSAID, |did| did.read);
        if version == UNSAID || version < evidence.first || told.contains(&version) {
            continue;
        }
        let final_sum = last
            .filter(|(last, _)| last.seq == version)
            .map(|(_, sum)| sum);
        let before = *first.entry(version).or_insert((*at, *sum));
        if final_sum.unwrap_or(before.1) == *sum {
            continue;
        }
        let writers = writers.get_or_insert_with(|| Writers::of(evidence));
        if !writers.is_one(version) {
            continue;
        }
        if final_sum.is_some() {
            findings.add(Anomaly::TornRead, &[*at], version);
        } else {
            findings.add(Anomaly::TornRead, &[before.0, *at], version);
        }
    }
}

/// How many may have written each version.
struct Writers {
    first: u64,
    silent_from: u64,
    many: HashMap<u64, u32>,
}

impl Writers {
    fn of(evidence: &Evidence) -> Self {
        let mut writers: HashMap<u64, u32> = HashMap::new();
        let wrote = evidence.operations.iter().map(|did| did.write);
        let meant = evidence.earlier_intents.iter().map(|intent| intent.write);
        for version in wrote.chain(meant).filter(|version| *version != UNSAID) {
            *writers.entry(version).or_default() += 1;
        }
        let lines = evidence.ledger.as_deref().unwrap_or_default();
        let own: HashMap<u64, usize> = (evidence.operations.iter().enumerate())
            .map(|(at, did)| (did.write, at))
            .collect();
        let mut seen = HashSet::new();
        for line in lines {
            let did = own
                .get(&line.seq)
                .and_then(|at| evidence.operations.get(*at));
            let is_strange = !did.is_some_and(|did| line.is_of(did));
            if is_strange || !seen.insert(line.seq) {
                *writers.entry(line.seq).or_default() += 1;
            }
        }
        Self {
            first: evidence.first,
            silent_from: evidence.silent_from(),
            many: writers,
        }
    }

    /// Whether one at most wrote this version, so that it has one checksum; the first was there before.
    fn is_one(&self, version: u64) -> bool {
        let writers = self.many.get(&version).copied().unwrap_or_default();
        let most = u32::from(version > self.first);
        version < self.silent_from && writers <= most
    }
}

/// Checksums of what was read, beside those of the ledger's lines.
pub(super) struct Sums<'a> {
    read: std::iter::Peekable<std::slice::Iter<'a, (u32, u64)>>,
    /// Of the first line of each version.
    committed: Vec<Option<u64>>,
    /// Of further lines of a version that was written more than once: who read one of them read no less.
    others: HashSet<(usize, u64)>,
    first: u64,
}

impl<'a> Sums<'a> {
    pub(super) fn of(evidence: &'a Evidence, chain: &Chain) -> Self {
        let mut sums = Self {
            read: evidence.sums.iter().peekable(),
            committed: Vec::new(),
            others: HashSet::new(),
            first: chain.first,
        };
        let reads = evidence.further_reads.iter();
        let is_read = !evidence.sums.is_empty() || reads.clone().any(|read| read.sum.is_some());
        if !is_read || evidence.ledger_sums.is_empty() {
            return sums;
        }
        sums.committed = vec![None; (chain.last() - chain.first) as usize + 1];
        for (index, sum) in &evidence.ledger_sums {
            let lines = evidence.ledger.as_deref().unwrap_or_default();
            let line = lines.get(*index as usize);
            let at = line.and_then(|line| line.seq.checked_sub(chain.first));
            let at = at.map_or(usize::MAX, |at| at as usize);
            match sums.committed.get_mut(at) {
                Some(slot @ None) => *slot = Some(*sum),
                Some(Some(_)) => drop(sums.others.insert((at, *sum))),
                None => {}
            }
        }
        sums
    }

    /// Whether the operation read other bytes than the version has. To be asked in rising order.
    pub(super) fn differ(&mut self, operation: u32, version: u64) -> bool {
        while self.read.next_if(|sum| sum.0 < operation).is_some() {}
        let Some((_, sum)) = self.read.next_if(|sum| sum.0 == operation) else {
            return false;
        };
        let sum = *sum;
        self.are_other(version, sum) == Some(true)
    }

    /// Whether these are other bytes than the version has; `None` where the ledger does not tell.
    pub(super) fn are_other(&self, version: u64, sum: u64) -> Option<bool> {
        let at = version.checked_sub(self.first)? as usize;
        let committed = self.committed.get(at).copied().flatten()?;
        Some(committed != sum && !self.others.contains(&(at, sum)))
    }
}
