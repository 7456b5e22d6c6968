//! How many were seen left at versions, and so at those that they grew from: as far as one alone is known to have written each.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::model::Evidence;
use super::operation::{Operation, UNSAID};

/// So many counts of one version are told apart.
const MOST: usize = 64;

/// What was seen of versions. A run of versions, each written by one who is known to have and by nobody else who may have, has one count: as each says, and what was sold since
/// its first.
#[derive(Debug, Default)]
pub(super) struct Observed {
    first: u64,
    stock: u64,
    /// By version: where its run begins, and how many were sold since.
    places: HashMap<u64, (u64, u64)>,
    /// By the beginning of a run: how many were left there, with the last version of which that was seen.
    seen: HashMap<u64, BTreeMap<u64, u64>>,
}

impl Observed {
    pub(super) fn of(evidence: &Evidence) -> Self {
        let mut all = Self {
            first: evidence.first,
            stock: evidence.stock,
            ..Self::default()
        };
        let written = evidence.operations.iter();
        let written = written.filter(|did| did.write != UNSAID);
        let silent = written.clone().filter(|did| !did.has_written());
        // Who may have written a version too may have left another count of it.
        let silent = silent.filter(|did| did.is_pending());
        let silent: HashSet<u64> = silent.map(|did| did.write).collect();
        let known = written.filter(|did| did.has_written());
        let mut known: Vec<(u64, u32)> = known.map(|did| (did.write, did.quantity)).collect();
        known.sort_unstable();
        for of_version in known.chunk_by(|one, other| one.0 == other.0) {
            if let [(version, quantity)] = of_version
                && *version > 0
                && !silent.contains(version)
            {
                let (begin, sold) = all.place(version - 1);
                let sold = sold.saturating_add(u64::from(*quantity));
                all.places.insert(*version, (begin, sold));
            }
        }
        let reads = evidence.operations.iter();
        let reads = reads.map(|did| (did.read, did.left_at_read()));
        let last = evidence.last.iter().map(|last| (last.seq, last.left));
        for (version, left) in reads.chain(last).filter(|(_, left)| *left != UNSAID) {
            let (begin, sold) = all.place(version);
            let seen = all.seen.entry(begin).or_default();
            let left = left.saturating_add(sold);
            if seen.len() < MOST || seen.contains_key(&left) {
                let latest = seen.entry(left).or_insert(version);
                *latest = version.max(*latest);
            }
        }
        all
    }

    fn place(&self, version: u64) -> (u64, u64) {
        self.places.get(&version).copied().unwrap_or((version, 0))
    }

    /// How many were left at a version, by what somebody saw of it or of what grew from it.
    pub(super) fn at(&self, version: u64) -> impl Iterator<Item = u64> {
        let (begin, sold) = self.place(version);
        let seen = self.seen.get(&begin).into_iter().flatten();
        let seen = seen.filter(move |(_, latest)| **latest >= version);
        seen.filter_map(move |(left, _)| left.checked_sub(sold))
    }

    /// How many an operation left behind that wrote, or was to write: as it tells, or by the stock.
    pub(super) fn left_behind(&self, did: &Operation) -> Option<u64> {
        let by_stock = || {
            let (begin, sold) = self.place(did.write.checked_sub(1)?);
            let sold = sold.saturating_add(u64::from(did.quantity));
            (begin == self.first)
                .then(|| self.stock.checked_sub(sold))
                .flatten()
        };
        did.left_behind().or_else(by_stock)
    }
}
