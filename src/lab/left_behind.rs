//! What a run has left behind.

use crate::error::Result;
use crate::ledger::CountFile;

/// The event after a run.
pub(super) struct LeftBehind {
    /// The ledger, its lines in the order in which they were written.
    pub(super) ledger: Vec<u8>,
    /// How many of its lines were there before.
    pub(super) begun: usize,
    /// The count that includes most.
    pub(super) count: Result<CountFile>,
}
