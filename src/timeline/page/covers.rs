//! Where the cursor of a page stands in the picture at each step, and what of the picture is dim until its step has come.

use super::super::layout::{LINE, Layout, MARGIN, ODDS, RIGHT, ROW, WIDTH};
use super::super::scene::Scene;
use super::super::tree_row::What;
use super::state::Steps;

/// Something that is dim until a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cover {
    /// An index of the steps.
    pub(super) until: usize,
    pub(super) from: (f64, f64),
    pub(super) to: (f64, f64),
}

/// The cursor, and what is dim.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    /// By step: where it stands.
    pub(super) at: Vec<f64>,
    /// From where to where it reaches.
    pub(super) top: f64,
    pub(super) floor: f64,
    pub(super) width: f64,
    pub(super) covers: Vec<Cover>,
}

/// `times`: when each step is done; `reach`: how far the tree of versions reaches to the right.
pub(super) fn cursor(
    scene: &Scene<'_>,
    layout: &Layout,
    (steps, times): (&Steps, &[u64]),
    reach: f64,
) -> Cursor {
    let places = times.iter().enumerate().map(|(step, time)| match step {
        0 => layout.left,
        _ => layout.scale.at(*time).max(layout.left),
    });
    let floor = layout
        .odds
        .map_or(layout.lanes_floor, |top| top + ODDS + 4.0);
    let mut covers = sentences(layout, steps);
    covers.extend(versions(scene, layout, times, reach));
    Cursor {
        at: places.collect(),
        top: layout.axis - 12.0,
        floor,
        width: WIDTH,
        covers,
    }
}

/// The sentences of the findings, until they happen.
fn sentences(layout: &Layout, steps: &Steps) -> Vec<Cover> {
    let parts = [
        (&layout.sentences, layout.caption),
        (&layout.further, layout.further_top + 4.0),
    ];
    let mut covers = Vec::new();
    for (lines, top) in parts {
        let mut until = None;
        for (at, (number, line)) in lines.iter().enumerate() {
            if let Some(number) = number {
                let finding = steps.findings.get(number.saturating_sub(1));
                until = finding.map(|finding| finding.step.unwrap_or(steps.steps.len() - 1));
            }
            let Some(until) = until.filter(|_| !line.is_empty()) else {
                continue;
            };
            let y = top + LINE * at as f64;
            covers.push(Cover {
                until,
                from: (0.0, y - 13.0),
                to: (RIGHT, y + 5.0),
            });
        }
    }
    covers
}

/// The rows of the tree of versions, until they are written.
fn versions(scene: &Scene<'_>, layout: &Layout, times: &[u64], reach: f64) -> Vec<Cover> {
    let effects = &scene.effects;
    let mut last = 0;
    let mut covers = Vec::new();
    for (at, row) in scene.tree.rows.iter().enumerate() {
        if let What::Version(version) = row.what {
            let is_first = version == 0;
            let written = effects.write(version).filter(|_| !is_first);
            last = written.map_or(0, |written| {
                let step = times.iter().position(|time| *time >= written);
                step.unwrap_or(times.len().saturating_sub(1))
            });
        }
        let y = layout.below + ROW * at as f64;
        covers.push(Cover {
            until: last,
            from: (MARGIN, y - ROW / 2.0 - 1.0),
            to: (reach - 12.0, y + ROW / 2.0 - 1.0),
        });
    }
    // What stands over all rows is not dim.
    let label = layout.left.min(MARGIN + 60.0);
    for cover in covers.iter_mut().filter(|cover| cover.until > 0) {
        cover.from.0 = label;
    }
    covers.retain(|cover| cover.until > 0);
    covers
}
