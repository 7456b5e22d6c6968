//! A row of the tree of versions, and what stands before it.

/// What stands before a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rail {
    Blank,
    Pipe,
    Tee,
    Corner,
}

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// This version.
    Version(usize),
    /// Versions one after another.
    Run(VersionRun),
    /// So many branches of the fork above, and whether all of them were overwritten.
    Branches(u64, bool),
    /// So many versions for which there is no room.
    Rest(u64),
}

/// Versions, each of which grew from the one before, and what stands on branches beside them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct VersionRun {
    pub(super) many: u64,
    /// Whether some of them may have grown from another one instead.
    pub(super) vague: bool,
    pub(super) beside: u64,
    /// Whether all of those beside them were overwritten.
    pub(super) lost: bool,
}

/// One row.
#[derive(Debug, Clone)]
pub(super) struct TreeRow {
    pub(super) rails: Vec<Rail>,
    /// The row that it grew from.
    pub(super) parent: Option<usize>,
    pub(super) what: What,
}

/// What stands before that which grows from a row with these rails.
pub(super) fn under(rails: &[Rail]) -> Vec<Rail> {
    let through = rails.iter().map(|rail| match rail {
        Rail::Tee | Rail::Pipe => Rail::Pipe,
        Rail::Corner | Rail::Blank => Rail::Blank,
    });
    through.collect()
}
