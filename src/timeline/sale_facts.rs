//! What is known of how many were sold besides what each operation was told.

use std::collections::BTreeSet;

use super::model::Spot;

/// What is known of how many were sold besides what each operation was told: by this a total is counted as the findings count it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaleFacts {
    /// Who was told nothing and is taken for having written, but does not say so: it is not counted.
    pub uncounted: BTreeSet<Spot>,
    /// Whether more may have been sold than is counted.
    pub is_least: bool,
    /// Whether it is known what a ledger says of them: then the count itself may have said so later than its sale was written.
    pub on_ledger: bool,
}
