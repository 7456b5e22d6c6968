//! Operations that intended one write, and then another: whether the first was done is known by what was read since.

use std::collections::HashSet;

use super::model::Evidence;
use super::operation::UNSAID;

impl Evidence {
    /// The versions that were read, and that none but an operation which went on to intend another can have written; and how
    /// many it wanted.
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
        let intents = intents.filter_map(|intent| {
            let did = self.operation(intent.operation)?;
            Some((intent.write, did.quantity))
        });
        intents.collect()
    }
}
