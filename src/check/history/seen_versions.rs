//! What readers saw of versions whose writers got no answer.

use std::collections::HashMap;

use crate::check::evidence::{Evidence, NONE, UNSAID};

/// What others saw of the versions that only somebody without an answer can have written.
pub(super) struct SeenVersions {
    /// The last version that anybody read.
    pub(super) last: u64,
    /// How many were left at them; `None` where that was seen in two ways.
    left: HashMap<u64, Option<u64>>,
}

impl SeenVersions {
    pub(super) fn of(evidence: &Evidence, waiting: &[u32], is_open: impl Fn(u64) -> bool) -> Self {
        let mut seen = Self {
            last: 0,
            left: HashMap::new(),
        };
        if waiting.is_empty() {
            return seen;
        }
        let reads = evidence.operations.iter();
        let reads = reads.map(|operation| (operation.read, operation.left_at_read()));
        let last = evidence.last.map(|last| (last.seq, last.left));
        for (version, left) in reads.chain(last).filter(|read| read.0 != UNSAID) {
            seen.last = seen.last.max(version);
            if is_open(version) && left != UNSAID {
                let known = seen.left.entry(version).or_insert(Some(left));
                *known = known.filter(|known| *known == left);
            }
        }
        seen
    }

    /// Who of those without an answer wrote this version: the first to begin that fits what others saw.
    /// Which of those that fit changes nothing: all of them have read the version before.
    pub(super) fn choose(
        &self,
        evidence: &Evidence,
        waiting: &[u32],
        version: u64,
        before: Option<i64>,
    ) -> u32 {
        let write = |index: &u32| evidence.operation(*index).map_or(0, |op| op.write);
        let from = waiting.partition_point(|index| write(index) < version);
        let candidates = waiting.get(from..).unwrap_or_default().iter();
        let candidates = candidates.take_while(|index| write(index) == version);
        let fits = |index: &&u32| {
            let Some(operation) = evidence.operation(**index) else {
                return false;
            };
            let saw = (operation.seen != UNSAID).then_some(operation.seen.cast_signed());
            let after = saw
                .or(before)
                .map(|saw| saw - i64::from(operation.quantity));
            match (self.left.get(&version), after) {
                (Some(seen), Some(after)) => {
                    seen.map(u64::cast_signed) == Some(after) && after >= 0
                }
                (None, Some(after)) => after >= 0,
                (_, None) => true,
            }
        };
        let mut all = candidates.clone();
        let fitting = candidates.clone().find(fits);
        fitting.or_else(|| all.next()).copied().unwrap_or(NONE)
    }

    /// Whether somebody may have written a later version that was read.
    pub(super) fn is_followed(&self, evidence: &Evidence, waiting: &[u32], version: u64) -> bool {
        let write = |index: &u32| evidence.operation(*index).map_or(0, |op| op.write);
        let next = waiting.partition_point(|index| write(index) <= version);
        waiting
            .get(next)
            .is_some_and(|index| write(index) <= self.last)
    }
}
