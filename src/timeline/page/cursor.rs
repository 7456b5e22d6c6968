//! Where the cursor of a page stands in the picture at each step, and from which step on each part of the picture is seen.

use std::collections::HashMap;

use super::super::layout::{Layout, ODDS, WIDTH};
use super::super::model::{Spot, Timeline};
use super::super::reveal::Reveal;
use super::found::{StepOf, of_place};
use super::state::Steps;

/// The cursor.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    /// By step: where it stands.
    pub(super) at: Vec<f64>,
    /// From where to where it reaches.
    pub(super) top: f64,
    pub(super) floor: f64,
    pub(super) width: f64,
}

/// `times`: when each step is done.
pub(super) fn cursor(layout: &Layout, times: &[u64]) -> Cursor {
    let places = times.iter().enumerate().map(|(step, time)| match step {
        0 => layout.left,
        _ => layout.scale.at(*time).max(layout.left),
    });
    let floor = layout
        .odds
        .map_or(layout.lanes_floor, |top| top + ODDS + 4.0);
    Cursor {
        at: places.collect(),
        top: layout.axis - 12.0,
        floor,
        width: WIDTH,
    }
}

/// When what is seen.
pub(super) fn reveal(
    timeline: &Timeline,
    steps: &Steps,
    step_of: StepOf,
    times: Vec<u64>,
) -> Reveal {
    let end = times.len().saturating_sub(1);
    let findings = steps.findings.iter();
    let findings: Vec<usize> = findings.map(|one| one.step.unwrap_or(end)).collect();
    let mut wrong: HashMap<Spot, usize> = HashMap::new();
    for (at, finding) in timeline.findings.iter().enumerate() {
        let so = findings.get(at).copied().unwrap_or(end);
        for (nth, place) in finding.places.iter().enumerate() {
            let own = of_place(timeline, finding, (nth, *place), &step_of);
            let from = own.map_or(so, |own| own.max(so));
            let known = wrong.entry(*place).or_insert(from);
            *known = from.min(*known);
        }
    }
    Reveal {
        steps: step_of,
        wrong,
        findings,
        times,
    }
}
