//! Operations that intended one write, and then another: whether the first was done is known by what was read since.

use std::collections::{HashMap, HashSet};

use super::model::Evidence;
use super::operation::{Operation, UNSAID};

impl Evidence {
    /// The versions that were read, and that none but operations which went on to intend another can have written: each with the
    /// first of those.
    pub(crate) fn retried_versions(&self) -> Vec<(u64, u32)> {
        if self.earlier_intents.is_empty() {
            return Vec::new();
        }
        let reads = self.operations.iter().map(|did| did.read);
        let reads: HashSet<u64> = reads.filter(|read| *read != UNSAID).collect();
        let meant: HashSet<u64> = self.operations.iter().map(|did| did.write).collect();
        let mut told = HashSet::new();
        let intents = self.earlier_intents.iter();
        let intents = intents.filter(|intent| {
            let is_there = reads.contains(&intent.write) && !meant.contains(&intent.write);
            is_there && told.insert(intent.write)
        });
        intents
            .map(|intent| (intent.write, intent.operation))
            .collect()
    }

    /// Those of [`Self::retried_versions`] whose operation, the only one that can have written them, wrote another version too.
    pub(crate) fn bought_twice(&self) -> Vec<u64> {
        let versions = self.retried_versions();
        let wrote_another = |at: u32| self.operation(at).is_some_and(Operation::has_written);
        let mut others = HashSet::new();
        let first: HashMap<u64, u32> = versions.iter().copied().collect();
        let intents = self.earlier_intents.iter();
        let other = |version: u64, at: u32| first.get(&version).is_some_and(|first| *first != at);
        others.extend(
            intents
                .filter(|intent| other(intent.write, intent.operation))
                .map(|intent| intent.write),
        );
        let twice = versions.into_iter();
        let twice = twice.filter(|(version, at)| wrote_another(*at) && !others.contains(version));
        twice.map(|(version, _)| version).collect()
    }
}
