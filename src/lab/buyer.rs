//! Where a buyer is in a run.

use super::protocol::{Point, WorkerEnd};

/// A buyer in the middle of a run.
#[derive(Debug, Clone)]
pub(super) struct LabBuyer {
    pub(super) next: Option<Point>,
    /// Waits until some lock is given up.
    pub(super) blocked: bool,
    pub(super) holds: bool,
    pub(super) killed: bool,
    pub(super) end: Option<WorkerEnd>,
    /// What it has done and seen: those with the same are alike.
    pub(super) history: u64,
}

impl LabBuyer {
    /// Those with the same key go on alike.
    pub(super) fn key(&self) -> (u64, bool, bool) {
        (self.history, self.blocked, self.killed)
    }
}
