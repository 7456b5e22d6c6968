//! Who is taken to have written though neither it nor a ledger says so: nobody else wrote a version that was read, or gone on from.

use std::collections::{BTreeMap, HashSet};

use super::model::Evidence;
use super::operation::{Operation, UNSAID};

impl Evidence {
    /// Those who got no answer and do not say that they wrote, and who alone can have written a version that there was.
    pub(crate) fn presumed_writers(&self) -> HashSet<u32> {
        let mut silent: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        let pending = (0..).zip(&self.operations);
        let pending = pending.filter(|(_, did)| did.is_pending() && did.wrote == UNSAID);
        for (at, did) in pending.filter(|_| self.ledger.is_none()) {
            silent.entry(did.write).or_default().push(at);
        }
        // Who was told that it bought and does not say what it wrote may have written any of them.
        if silent.is_empty() || self.silent_sales().next().is_some() {
            return HashSet::new();
        }
        let known = self.operations.iter().filter(|did| did.has_written());
        for did in known.clone() {
            silent.remove(&did.write);
        }
        let read = self.operations.iter().map(|did| did.read);
        let gone_on_from = known.map(|did| did.write.wrapping_sub(1));
        let last = self.last.iter().map(|last| last.seq);
        // No version is there without the one before it.
        let there = read
            .chain(gone_on_from)
            .chain(last)
            .filter(|seq| *seq < UNSAID - 1);
        let there = there.max().unwrap_or(0);
        let alone = silent.into_iter().filter_map(|(seq, all)| match all[..] {
            [one] if (self.first + 1..=there).contains(&seq) => Some(one),
            _ => None,
        });
        alone
            .filter(|at| self.operation(*at).is_some_and(follows))
            .collect()
    }
}

/// Whether the version that it was to write follows the one that it read.
fn follows(did: &Operation) -> bool {
    did.read == UNSAID || did.read.wrapping_add(1) == did.write
}
