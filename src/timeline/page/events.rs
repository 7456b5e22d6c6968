//! What happens in a run, one thing after another: what is drawn, in the order in which it took effect.

use std::cmp::Reverse;

use super::super::acts::Act;
use super::super::effects::Effects;
use super::super::late;
use super::super::model::Time;
use super::super::operation::{Doing, DrawnOperation, Sight, Span};
use super::super::scene::Scene;
use super::event::{Happening, StepEvent};
use super::hidden::hidden;

/// Up to so many steps are shown; above, what belongs to no finding is left out first.
const STEPS: usize = 400;

/// All that happens, in order; and how many steps were left out for want of room.
pub(super) fn events(scene: &Scene<'_>, effects: &Effects) -> (Vec<StepEvent>, usize) {
    let mut events: Vec<StepEvent> = Vec::new();
    for act in &scene.acts {
        of_act(scene, effects, act, &mut events);
    }
    hidden(scene, &mut events);
    events.sort_by_key(|event| (event.at, event.rank, event.place));
    let left_out = bounded(&mut events);
    (events, left_out)
}

fn of_act(scene: &Scene<'_>, effects: &Effects, act: &Act, events: &mut Vec<StepEvent>) {
    let steps = scene.timeline.time == Time::Steps;
    let Some(operation) = scene.timeline.operation(act.place) else {
        return;
    };
    let event = |at: u64, what: Happening, words: String, rank: (u8, usize)| StepEvent {
        at,
        place: act.place,
        span: act.span,
        what,
        words,
        number: act.from.saturating_add(1),
        is_shown: true,
        is_marked: act.proves || !act.findings.is_empty(),
        over: scene.overwrites(act),
        rank,
    };
    let Some(doing) = &act.doing else {
        // Of a step that ends with a kill the kill is all that is seen.
        let at = if steps { act.to } else { act.from };
        events.push(event(at, Happening::Dies, act.words.clone(), (4, 0)));
        return;
    };
    let (from, to) = (act.from, act.to);
    if let Some(stands) = late::standing(scene.timeline).filter(|_| act.span == Some(late::SPAN)) {
        // Behind what is read and written then, and before what it is told.
        let what = Happening::Publishes(stands);
        events.push(event(to, what, act.words.clone(), (3, 1)));
        return;
    }
    match doing {
        Doing::Hold(file) | Doing::Share(file) => {
            let span = Span::new(doing.clone(), from, to);
            let is_shared = matches!(doing, Doing::Share(_));
            let what = match is_shared {
                _ if operation.is_converted(&span) => Happening::Converts(*file, is_shared),
                true => Happening::Shares(*file),
                false => Happening::Takes(*file),
            };
            let takes = event(from, what, taking(&act.words), (1, 0));
            let is_ended = scene.timeline.locks.ended.contains(&(act.place, from));
            let frees = if is_ended {
                // Nobody gets it before.
                let words = "its lease ends".to_owned();
                event(to, Happening::Ends(*file, is_shared), words, (0, 0))
            } else {
                let words = format!("gives up {}", scene.marks.lock_name(*file));
                event(to, Happening::Frees(*file, is_shared), words, (3, 0))
            };
            events.extend(hold(operation, (takes, frees), scene, &span));
        }
        Doing::Think => {}
        Doing::Point(_) if steps => {
            if !act.words.is_empty() {
                let what = Happening::Does(doing.clone());
                events.push(event(to, what, act.words.clone(), (2, 0)));
            }
        }
        Doing::Point(name) if name == "intends" => {
            let words = "is about to write".to_owned();
            events.push(event(from, Happening::Does(doing.clone()), words, (2, 0)));
        }
        Doing::Point(_) => {
            if let Some(words) = scene.answer(act) {
                events.push(event(to, Happening::Answers, words, (4, 0)));
            }
        }
        Doing::Wait | Doing::WaitFor(_) | Doing::Stuck(_) => {
            // Who waits on behind a deadlock has asked before.
            if !act.words.is_empty() {
                let at = if steps { from.saturating_add(1) } else { from };
                let what = Happening::Does(doing.clone());
                events.push(event(at, what, act.words.clone(), (2, 0)));
            }
        }
        _ if steps => {
            let rank = version_rank(operation, doing);
            let what = Happening::Does(doing.clone());
            let words = match (doing, act.words.strip_prefix("writes: ")) {
                // The count says so in a step of its own.
                (Doing::Write, Some(left)) if scene.timeline.publishes => {
                    format!("writes its sale to the ledger: {left}")
                }
                _ => act.words.clone(),
            };
            events.push(event(to, what, words, rank));
        }
        _ => {
            let rank = version_rank(operation, doing);
            let at = took_effect(effects, operation, doing, (from, to));
            let what = Happening::Does(doing.clone());
            events.push(event(at, what, act.words.clone(), rank));
        }
    }
}

/// When something that lasted a while was done, for all that others saw of it.
fn took_effect(
    effects: &Effects,
    operation: &DrawnOperation,
    doing: &Doing,
    (from, to): (u64, u64),
) -> u64 {
    if doing.writes() {
        let wrote = operation.wrote.and_then(|wrote| effects.write(wrote));
        return wrote.map_or(to, |wrote| wrote.clamp(from, to));
    }
    let seen = match &operation.read {
        Some(Sight::Version(version)) if doing.reads() || *doing == Doing::Query => Some(*version),
        _ => None,
    };
    effects.read(seen, (from, to)).max(from)
}

/// Of one moment, a version is written, then read, then the next one is written.
fn version_rank(operation: &DrawnOperation, doing: &Doing) -> (u8, usize) {
    let rank = match &operation.read {
        _ if doing.writes() => operation.wrote.map(|wrote| wrote.saturating_mul(2)),
        Some(Sight::Version(read)) => Some(read.saturating_mul(2).saturating_add(1)),
        _ => None,
    };
    (2, rank.unwrap_or(0))
}

/// The two ends of a hold. In a schedule each is part of a step that has words of its own.
fn hold(
    operation: &DrawnOperation,
    (takes, frees): (StepEvent, StepEvent),
    scene: &Scene<'_>,
    span: &Span,
) -> impl Iterator<Item = StepEvent> {
    let (from, to) = span.bounds();
    let dies = operation.killed == Some(to);
    let is_last = operation.bounds().is_some_and(|(_, end)| end == to);
    let never = is_last && operation.outcome.is_none() && !dies || operation.is_held_on(span);
    let (takes, frees) = match scene.timeline.time {
        Time::Steps => {
            // A kill and the end of a lease are steps that begin there; who frees it does so in the step before.
            let is_freed = points(operation, |span, name| {
                span.to == to && (name.starts_with("frees") || name.contains("refused"))
            });
            let ends = points(operation, |span, name| {
                span.from == to && name.contains("lease")
            });
            let later = (dies && !is_freed) || ends;
            // Part of the step that takes or frees it.
            let silent = |event: StepEvent, at: u64| StepEvent {
                at,
                is_shown: false,
                rank: (3, 0),
                ..event
            };
            let until = if later { to.saturating_add(1) } else { to };
            (silent(takes, from.saturating_add(1)), silent(frees, until))
        }
        // The dead free what they held.
        Time::Nanoseconds => {
            let is_shown = !dies;
            (takes, StepEvent { is_shown, ..frees })
        }
    };
    std::iter::once(takes).chain((!never).then_some(frees))
}

/// Whether a step of an operation that has a name of its own is like this.
fn points(operation: &DrawnOperation, is_like: impl Fn(&Span, &str) -> bool) -> bool {
    operation.spans.iter().any(|span| match &span.doing {
        Doing::Point(name) => is_like(span, name),
        _ => false,
    })
}

fn taking(words: &str) -> String {
    words.replacen("holds", "takes", 1)
}

/// Leaves out what there is no room for: first what belongs to no finding and touches nothing. Returns how many.
fn bounded(events: &mut [StepEvent]) -> usize {
    let shown = events.iter().filter(|event| event.is_shown).count();
    let mut over = shown.saturating_sub(STEPS);
    let weight = |event: &StepEvent| match &event.what {
        _ if event.is_marked => 2,
        Happening::Does(doing) if doing.reads() || doing.writes() => 1,
        Happening::Dies => 1,
        _ => 0,
    };
    let mut order: Vec<(u8, Reverse<usize>)> = events
        .iter()
        .enumerate()
        .filter(|(_, event)| event.is_shown && over > 0)
        .map(|(at, event)| (weight(event), Reverse(at)))
        .collect();
    order.sort_unstable();
    let left_out = over;
    for (_, Reverse(at)) in order {
        if over == 0 {
            break;
        }
        if let Some(event) = events.get_mut(at) {
            event.is_shown = false;
            over -= 1;
        }
    }
    left_out
}
