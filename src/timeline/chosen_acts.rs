//! The acts that have a line in a terminal, and in which order.

use std::collections::HashSet;

use super::acts::Act;
use super::model::Time;
use super::operation::{Doing, Sight};
use super::scene::Scene;

/// Up to so many lines; above, first what is least is left out.
const ROWS: usize = 60;

/// The acts that have words, each with whether there is room for it.
pub(super) fn chosen<'a>(scene: &'a Scene<'_>) -> Vec<(&'a Act, bool)> {
    let mut said: Vec<&Act> = scene
        .acts
        .iter()
        .filter(|act| is_said(scene, act))
        .collect();
    // Stable: acts of one time keep their order, but for writes, of which one may be known to be the later; and the dead do
    // nothing more.
    let wrote: HashSet<(u64, usize)> = said
        .iter()
        .filter_map(|act| Some((at(scene, act), written(scene, act)?)))
        .collect();
    said.sort_by_key(|act| {
        let time = at(scene, act);
        // What was read stands behind the write of it.
        let read = read(scene, act).filter(|version| wrote.contains(&(time, *version)));
        let read = read.map(|version| (version, true));
        let version = written(scene, act).map(|version| (version, false));
        (time, act.doing.is_none(), version.or(read))
    });
    let abridged = said.len() > ROWS;
    let said: Vec<&Act> = said
        .into_iter()
        .filter(|act| !abridged || !is_minor(scene, act))
        .collect();
    let marked = |act: &Act| act.proves || !act.findings.is_empty();
    let mut rest = ROWS.saturating_sub(said.iter().filter(|act| marked(act)).count());
    let mut of_findings = ROWS;
    let choose = |act: &'a Act| {
        let left = if marked(act) {
            &mut of_findings
        } else {
            &mut rest
        };
        let drawn = *left > 0;
        *left = left.saturating_sub(1);
        (act, drawn)
    };
    said.into_iter().map(choose).collect()
}

/// The time at which an act stands. What was seen or written is known when the act is done: where it stands at its
/// beginning, it would stand before what it came after.
pub(super) fn at(scene: &Scene<'_>, act: &Act) -> u64 {
    match &act.doing {
        // Who read it tells that it was written by then, whatever its writer says.
        Some(doing) if doing.writes() && scene.timeline.time == Time::Nanoseconds => {
            let wrote = written(scene, act).and_then(|version| scene.effects.write(version));
            wrote.map_or(act.to, |wrote| wrote.clamp(act.from, act.to))
        }
        Some(
            Doing::Read | Doing::ReadTorn | Doing::Write | Doing::Query | Doing::Sometime { .. },
        ) if scene.timeline.time == Time::Nanoseconds => act.to,
        _ => act.from,
    }
}

/// The version that an act writes.
fn written(scene: &Scene<'_>, act: &Act) -> Option<usize> {
    let writes = act.doing.as_ref().is_some_and(Doing::writes);
    let operation = scene.timeline.operation(act.place).filter(|_| writes)?;
    operation.wrote
}

/// The version that an act reads.
fn read(scene: &Scene<'_>, act: &Act) -> Option<usize> {
    let reads = |doing: &Doing| doing.reads() || *doing == Doing::Query;
    act.doing.as_ref().filter(|doing| reads(doing))?;
    match scene.timeline.operation(act.place)?.read {
        Some(Sight::Version(version)) => Some(version),
        _ => None,
    }
}

/// In a schedule the step that takes a lock is an act of its own.
pub(super) fn is_said(scene: &Scene<'_>, act: &Act) -> bool {
    let holds = act
        .doing
        .as_ref()
        .is_some_and(|doing| doing.held().is_some());
    let steps = scene.timeline.time == Time::Steps;
    !(act.words.is_empty() || holds && steps)
}

/// Whether the sale can be understood without it.
pub(super) fn is_minor(scene: &Scene<'_>, act: &Act) -> bool {
    let operation = scene.timeline.operation(act.place);
    let reads = operation.is_some_and(|one| one.span(Doing::reads).is_some());
    let asks = act.doing == Some(Doing::Query) && (reads || act.words == "queries");
    let quiet = matches!(
        act.doing,
        Some(Doing::Wait | Doing::WaitFor(_) | Doing::Think | Doing::Sync | Doing::Point(_))
    );
    (asks || quiet) && act.findings.is_empty()
}
