//! Where the ledger is ahead of the count: under the exclusive lock a sale is made by its line, and the count says so later.

use super::situation::Situation;

impl Situation<'_> {
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
