//! What is left out of a drawing, counted.

use super::operation::{DrawnOperation, DrawnOutcome};
use super::words::{count, thousands};

/// Operations that are not drawn.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fold {
    pub(super) operations: u64,
    pub(super) sales: u64,
    /// How many of them a finding names.
    pub(super) named: u64,
    /// From when to when they were, if there are any.
    pub(super) bounds: Option<(u64, u64)>,
    /// Whether something may have been found of them that no finding names.
    pub(super) doubtful: bool,
}

impl Fold {
    pub(super) fn add(&mut self, operation: &DrawnOperation, bounds: (u64, u64), named: bool) {
        self.operations += 1;
        self.sales += u64::from(matches!(operation.outcome, Some(DrawnOutcome::Sold(_))));
        self.named += u64::from(named);
        let all = self.bounds.unwrap_or(bounds);
        self.bounds = Some((all.0.min(bounds.0), all.1.max(bounds.1)));
    }

    /// What they are and whether anything is wrong with them.
    pub(super) fn words(&self) -> (String, String) {
        let what = if self.sales == self.operations {
            count(self.sales, "sale")
        } else {
            count(self.operations, "operation")
        };
        let how = match self.named {
            0 if self.doubtful => "not told in detail".to_owned(),
            0 if self.operations == 1 => "in order".to_owned(),
            0 => "all in order".to_owned(),
            n if n == self.operations && n > 1 => "all of them in findings".to_owned(),
            n => format!("{} of them in findings", thousands(n)),
        };
        (what, how)
    }
}
