//! The versions of a recorded run, as they are drawn.

use std::sync::Arc;

use crate::check::UnsureFates;
use crate::check::version_tree::VersionTree;
use crate::timeline::{DrawnVersion, Spot, Unsure};

/// The versions; `places`: where each operation is drawn; `unsure`: of which it depends on who else wrote what became of them.
pub(super) fn versions(
    tree: &VersionTree,
    places: &[Option<Spot>],
    unsure: &UnsureFates,
) -> Vec<DrawnVersion> {
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
        doubtful: version.doubtful || version.by.is_some_and(|by| unsure.is_perhaps_lost(by)),
        unsure: match version.by {
            Some(by) if unsure.is_perhaps_kept(by) => Unsure::Whether,
            Some(by) if unsure.is_overwriter(by) => Unsure::ByWhom,
            _ => Unsure::Nothing,
        },
        unordered: version.unordered,
    });
    drawn.collect()
}
