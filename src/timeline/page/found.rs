//! At which step each finding happens, and at which its sentence is true.

use std::collections::HashMap;

use super::super::marks::happens;
use super::super::model::{Clash, DrawnFinding, Spot, Timeline};
use super::super::operation::Doing;
use super::super::scene::Scene;

/// The step of each span of each operation that is shown.
pub(super) type StepOf = HashMap<(Spot, Option<usize>), usize>;

/// At which step all has happened that the sentence of a finding tells, as an index. `last`: the last step that writes, and the last that sells.
pub(super) fn told_at(
    scene: &Scene<'_>,
    finding: &DrawnFinding,
    steps: &StepOf,
    last: [Option<usize>; 2],
) -> Option<usize> {
    let timeline = scene.timeline;
    let places = finding.places.iter().enumerate();
    let own = places.filter_map(|(nth, place)| of_place(timeline, finding, (nth, *place), steps));
    // Who overwrote one of them for good is told with them, and may be none of them.
    let places = finding.places.iter();
    let over = places.filter_map(|place| write_of(timeline, scene.overwriter(*place)?, steps));
    let over = over.filter(|_| finding.clash == Clash::Writes);
    // What is said of a run as a whole counts all that was written.
    let [writes, sells] = last;
    let last = match finding.clash {
        Clash::Whole => writes,
        Clash::Sales => sells,
        _ => None,
    };
    own.chain(over).chain(last).max()
}

/// At which step an operation writes.
fn write_of(timeline: &Timeline, place: Spot, steps: &StepOf) -> Option<usize> {
    let mut spans = timeline.operation(place)?.spans.iter();
    let span = spans.position(|span| span.doing.writes());
    steps.get(&(place, span)).copied()
}

/// At which step a finding happens, as an index: the first after which it is so. `None`: at one that is not shown.
pub(super) fn step(timeline: &Timeline, finding: &DrawnFinding, steps: &StepOf) -> Option<usize> {
    let places = finding.places.iter().enumerate();
    let places =
        places.filter_map(|(nth, place)| of_place(timeline, finding, (nth, *place), steps));
    let mut places: Vec<usize> = places.collect();
    let named = places.len();
    places.sort_unstable();
    let nth = match finding.clash {
        _ if finding.takes > 0 => finding.takes.min(named).checked_sub(1)?,
        // The second of those who wrote or hold the same.
        Clash::Writes | Clash::Holds => 1.min(named.checked_sub(1)?),
        Clash::Reads | Clash::TornReads | Clash::OwnWrites | Clash::Unfilled => 0,
        // Of each by itself that it names, or of all together.
        Clash::Whole | Clash::Sales if !finding.harm.is_empty() => 0,
        Clash::WriteRead | Clash::Waits | Clash::Whole | Clash::Sales => named.checked_sub(1)?,
    };
    places.get(nth).copied()
}

/// At which step an operation does what a finding is about.
pub(super) fn of_place(
    timeline: &Timeline,
    finding: &DrawnFinding,
    (nth, place): (usize, Spot),
    steps: &StepOf,
) -> Option<usize> {
    let operation = timeline.operation(place)?;
    let locks = finding.locks.iter().filter(|(own, _)| *own == place);
    let of_lock = locks.filter_map(|(_, from)| {
        let mut spans = operation.spans.iter();
        let span = spans.position(|span| {
            let is_lock = span.doing.held().is_some() || matches!(span.doing, Doing::Stuck(_));
            is_lock && span.from == *from
        });
        steps.get(&(place, Some(span?))).copied()
    });
    let of_lock = match finding.clash {
        Clash::Holds | Clash::Waits => of_lock.min(),
        _ => None,
    };
    of_lock.or_else(|| {
        let span = happens(operation, finding.clash, nth == 0);
        steps.get(&(place, span)).copied()
    })
}
