//! The sales that a page shows beside its steps.

use std::collections::BTreeSet;

use super::super::late::missed;
use super::super::scene::Scene;
use super::ledger::Sales;
use super::state::{PageStep, ShownLine};

/// So many of the last sales are shown at a step.
pub(super) const LINES: usize = 12;

/// The sales that any step shows: the last few of each. `late`: the step by which an older count is put over newer ones.
pub(super) fn shown_lines(
    scene: &Scene<'_>,
    sales: &Sales,
    steps: &[PageStep],
    late: Option<usize>,
) -> Vec<ShownLine> {
    let windows = steps.iter().map(|step| step.lines);
    let places: BTreeSet<usize> = windows
        .flat_map(|lines| lines.saturating_sub(LINES)..lines)
        .collect();
    let missed = match late {
        Some(_) => missed(scene.timeline, &scene.effects),
        None => Vec::new(),
    };
    let lines = places.into_iter().filter_map(|place| {
        let line = sales.entry(scene, place)?;
        let version = sales.version_at(place);
        let is_missed = version.is_some_and(|version| missed.contains(&version));
        Some(ShownLine {
            missed_from: late.filter(|_| is_missed),
            ..line
        })
    });
    lines.collect()
}
