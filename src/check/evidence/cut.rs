//! A ledger that may have more lines than the evidence: where no final count stands behind them, the file may have been cut.

use super::model::Evidence;
use super::operation::{Operation, UNSAID};

impl Evidence {
    /// The version behind which the ledger may have lines that the evidence has not; [`UNSAID`] where it has all of them.
    pub(crate) fn cut_behind(&self) -> u64 {
        match (&self.ledger, self.last) {
            (Some(lines), None) => {
                let last = lines.iter().map(|line| line.seq).max();
                last.unwrap_or(0).max(self.first)
            }
            (None, _) => 0,
            (Some(_), Some(_)) => UNSAID,
        }
    }
}

/// Whether the ledger does not tell if an operation wrote: there is none, or it may have been cut before that line.
pub(crate) fn is_untold(did: &Operation, cut_behind: u64) -> bool {
    did.write != UNSAID && did.write > cut_behind
}
