//! A lane of the picture, and where it lies.

use super::fates::BuyerFate;
use super::labels::Label;

/// The height of a bar.
pub(super) const BAR: f64 = 18.0;
/// The height of a line of small text.
pub(super) const SMALL: f64 = 14.0;

/// A lane, and where it lies.
#[derive(Debug)]
pub(super) struct LaneRow {
    pub(super) lane: usize,
    /// The upper edge of its bars.
    pub(super) top: f64,
    pub(super) labels: Vec<Label>,
    pub(super) fates: Vec<BuyerFate>,
}

impl LaneRow {
    pub(super) fn middle(&self) -> f64 {
        self.top + BAR / 2.0
    }

    /// The baseline of a label.
    pub(super) fn baseline(&self, label: &Label) -> f64 {
        self.top + BAR + 12.0 + SMALL * label.line as f64
    }

    /// The baseline of a line of what became of its buyer.
    pub(super) fn fate_at(&self, line: usize) -> f64 {
        self.middle() + 4.0 + SMALL * line as f64
    }
}
