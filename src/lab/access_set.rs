//! What a step touches: only the order of steps that touch the same thing matters.

/// What a step does with a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepAccess {
    Nothing,
    Reads,
    Writes,
}

impl StepAccess {
    fn conflicts(self, other: Self) -> bool {
        self != Self::Nothing && other != Self::Nothing && Self::Writes == self.max(other)
    }

    fn max(self, other: Self) -> Self {
        if self == Self::Writes { self } else { other }
    }
}

/// What a step touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AccessSet {
    pub(super) count: StepAccess,
    pub(super) ledger: StepAccess,
    /// Whether it takes a lock, tries to, or gives one up.
    pub(super) locks: bool,
}

impl AccessSet {
    /// Whether it matters which of the two comes first.
    pub(super) fn touches(self, other: Self) -> bool {
        self.count.conflicts(other.count)
            || self.ledger.conflicts(other.ledger)
            || (self.locks && other.locks)
    }
}
