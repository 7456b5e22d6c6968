//! What is known of locks besides who holds them when.

use std::collections::BTreeSet;

use super::model::Spot;

/// What is known of locks besides who holds them when. A hold is named by whose it is and by when it began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockFacts {
    /// The files whose locks leases hold, which end without their holders, by their numbers.
    pub leased: BTreeSet<u64>,
    /// The holds that ended with their lease: their holder gave nothing up, and was not told.
    pub ended: BTreeSet<(Spot, u64)>,
    /// The holds of a file that was not the one of its name any more when its lock was got.
    pub nameless: BTreeSet<(Spot, u64)>,
}
