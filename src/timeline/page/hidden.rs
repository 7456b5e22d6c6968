//! What happens and is not drawn, where it matters to what is.

use super::super::model::{Spot, Time};
use super::super::operation::{Doing, Span};
use super::super::scene::Scene;
use super::event::{Happening, StepEvent};

/// What is not drawn, and holds a lock meanwhile; of a schedule also what it does to the count.
pub(super) fn hidden(scene: &Scene<'_>, events: &mut Vec<StepEvent>) {
    for (lane, operations) in scene.timeline.lanes.iter().enumerate() {
        for (operation, one) in operations.operations.iter().enumerate() {
            let place = Spot { lane, operation };
            if scene.choice.has(place) {
                continue;
            }
            for span in &one.spans {
                let happens = unseen(scene, span).into_iter().flatten();
                events.extend(happens.map(|(at, what, rank)| StepEvent {
                    at,
                    place,
                    span: None,
                    what,
                    words: String::new(),
                    number: 0,
                    is_shown: false,
                    is_marked: false,
                    over: None,
                    rank: (rank, 0),
                }));
            }
        }
    }
}

/// What happens in a span that is not drawn, with its time and its rank.
fn unseen(scene: &Scene<'_>, span: &Span) -> [Option<(u64, Happening, u8)>; 2] {
    let stretches = &scene.choice.stretches;
    let (from, to) = span.bounds();
    let next = stretches.partition_point(|stretch| stretch.1 < from);
    let is_seen = stretches.get(next).is_some_and(|stretch| to >= stretch.0);
    let steps = scene.timeline.time == Time::Steps;
    match &span.doing {
        Doing::Hold(file) | Doing::Share(file) if is_seen || steps => {
            let is_shared = matches!(span.doing, Doing::Share(_));
            let takes = if is_shared {
                Happening::Shares(*file)
            } else {
                Happening::Takes(*file)
            };
            [
                Some((from.saturating_add(steps.into()), takes, 1)),
                Some((to, Happening::Frees(*file, is_shared), 3)),
            ]
        }
        Doing::Sync | Doing::Truncate | Doing::Write if steps => {
            [Some((to, Happening::Does(span.doing.clone()), 2)), None]
        }
        _ => [None, None],
    }
}
