//! The versions of a recorded run, as they are drawn.

use std::sync::Arc;

use crate::check::version_tree::VersionTree;
use crate::timeline::{DrawnVersion, Spot};

/// The versions; `places`: where each operation is drawn.
pub(super) fn versions(tree: &VersionTree, places: &[Option<Spot>]) -> Vec<DrawnVersion> {
    let place = |by: u32| places.get(by as usize).copied().flatten();
    let drawn = tree.all.iter().map(|version| DrawnVersion {
        seq: version.seq,
        left: version.left,
        writer: version.by.and_then(place),
        parent: version.parent,
        others: version
            .by
            .map_or_else(Arc::default, |by| tree.shared_possible(by)),
        survived: version.survived,
        doubtful: version.doubtful,
        unordered: version.unordered,
    });
    drawn.collect()
}
