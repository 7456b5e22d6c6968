//! Where what was written is ahead of the count: under the exclusive lock a sale is made by its line on the ledger, and the count
//! says so later. A schedule tells when; a recording does not.

use super::super::model::Time;
use super::situation::Situation;

impl Situation<'_> {
    /// Whether the last that is known of the count is what was written last, and not what the count itself says.
    pub(super) fn is_as_written(&self) -> bool {
        let is_recorded = self.timeline().time == Time::Nanoseconds;
        let told = self.timeline().versions.get(self.told);
        let is_written = told.is_some_and(|told| self.told > 0 || told.writer.is_some());
        is_recorded && is_written && self.late.is_none()
    }

    /// What the count is called by which it is told what somebody misses.
    pub(super) fn count_name(&self) -> &'static str {
        match self.timeline().time {
            Time::Steps => "the count",
            Time::Nanoseconds => "what was written last",
        }
    }

    /// What the count says after the last write.
    pub(super) fn says_now(&self) -> String {
        let verb = match self.timeline().time {
            Time::Steps => "says",
            Time::Nanoseconds => "is",
        };
        format!("{} {verb} {}", self.count_name(), self.version(self.latest))
    }

    /// The version that the last line made, where the count does not show it yet.
    pub(super) fn ahead(&self) -> Option<usize> {
        let is_ahead = self.timeline().publishes && self.told != self.latest;
        is_ahead.then_some(self.latest)
    }

    /// That whoever holds the lock goes by the ledger, where the count says something else; else empty.
    pub(super) fn ahead_words(&self) -> String {
        let count = self.left(self.told);
        match self.ahead().and_then(|at| self.left(at)).zip(count) {
            Some((ledger, count)) => format!(
                "The count says {count} still; the ledger says {ledger}, and whoever holds the lock goes by the ledger."
            ),
            None => String::new(),
        }
    }
}
