//! What came of a reset, a backup, a restore.

use std::path::PathBuf;

/// What a reset did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// Whether there was no event, and it was made.
    pub made: bool,
    /// The stock now.
    pub stock: u64,
    /// Where the old ledger is, if there was one.
    pub archive: Option<PathBuf>,
    /// Where that is which stood in `tickets.json`, if no ledger says the same.
    pub kept: Option<PathBuf>,
    /// How the old ledger is put back; looked at only if this was forced.
    pub back: WayBack,
}

/// How what was replaced can be put back, as a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayBack {
    /// By a restore.
    Restored,
    /// By a forced one: what is there now has lines that it lacks.
    Forced,
    /// Not by a restore: there is no ledger, or it does not add up.
    None,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// How many are left in it.
    pub left: u64,
    /// How many are sold.
    pub sold: u64,
    /// The last line of the ledger in it; 0 where nothing was sold yet, so that there is no ledger.
    pub seq: u64,
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// How many are left now.
    pub left: u64,
    /// How many are sold.
    pub sold: u64,
    /// The last line of the ledger.
    pub seq: u64,
    /// Where what was replaced is: the ledger before, and what stood in `tickets.json`, where no ledger says it.
    pub kept: Vec<PathBuf>,
    /// How the ledger before is put back; looked at only if this was forced.
    pub back: WayBack,
}
