//! Whether the count said a version again after a later one.

use super::WriteOrder;
use super::times::start;

impl WriteOrder<'_> {
    /// Whether, for all that is known, a sale of this version was written after an operation had read or written a later one,
    /// and before somebody read that version, by this time: then what was read was the newest count.
    pub(crate) fn may_be_put_back(&self, version: u64, after: u32, by: u64) -> bool {
        let Some(early) = self.evidence.operation(after) else {
            return false;
        };
        let has_written = self.has_written(after, early);
        let mut all = self.of_version(version);
        all.any(|at| {
            let is_behind = if has_written {
                !self.is_before(at, after)
            } else {
                self.done(at) >= early.invoke
            };
            let other = self.evidence.operation(at);
            is_behind && other.is_some_and(|other| start(other) <= by)
        })
    }

    /// Whether, for all that is known, a sale of this version was written between these times.
    pub(crate) fn may_be_put_back_between(&self, version: u64, from: u64, by: u64) -> bool {
        let mut all = self.of_version(version);
        all.any(|at| {
            let other = self.evidence.operation(at);
            self.done(at) >= from && other.is_some_and(|other| start(other) <= by)
        })
    }
}
