//! When a step was done, and which of several steps of one operation with equal stamps it was.

use super::operation::UNSAID;

/// A time, and how many steps of the same operation stand before this one with that stamp. Of two that were not told step by step
/// the order is not known: their moments are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    /// ns, or [`UNSAID`].
    pub(crate) at: u64,
    /// At most 255: of more than that the order is not known.
    nth: u8,
}

impl Moment {
    pub(super) fn new(at: u64, nth: u8) -> Self {
        Self { at, nth }
    }

    pub(super) fn nth(self) -> u8 {
        self.nth
    }

    pub(crate) fn is_said(self) -> bool {
        self.at != UNSAID
    }
}

/// Of the steps of an operation: how many stand before each with the same stamp.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StampOrder(pub(super) [u8; 3]);
