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
    /// So many versions, each after the one before, and so many more on branches beside them.
    Run(u64, u64),
    /// So many branches of the fork above, and whether all of them were overwritten.
    Branches(u64, bool),
    /// So many versions for which there is no room.
    Rest(u64),
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
