//! A count that is published late: a sale is written, others go on from it, and only then its own count is put over theirs.

use super::super::effects::Effects;
use super::super::model::{Spot, Time, Timeline};
use super::super::scene::Scene;
use super::event::{Happening, StepEvent};
use super::situation::Situation;
use super::state::PageStep;

/// Of which span such an event is: of none that is drawn.
const SPAN: usize = usize::MAX;

/// The count that stands in the end, where that is known of a recorded run: which version it is.
fn standing(timeline: &Timeline) -> Option<usize> {
    let versions = timeline.versions.iter().enumerate();
    let mut standing = versions.filter(|(_, one)| one.survived && !one.doubtful);
    let (at, _) = standing.next()?;
    let is_known = standing.next().is_none() && !timeline.unreadable;
    (is_known && timeline.time == Time::Nanoseconds).then_some(at)
}

/// Whose count was put over newer ones, and which version it is: whoever wrote the count that stands in the end was not done
/// when the last of the others was written. When it was done is the latest that this can have been.
pub(super) fn late(scene: &Scene<'_>, effects: &Effects) -> Option<StepEvent> {
    let timeline = scene.timeline;
    let stands = standing(timeline)?;
    let place = timeline.versions.get(stands)?.writer?;
    let newer = newest(timeline, effects).filter(|newer| *newer != stands)?;
    let (_, end) = timeline.operation(place)?.bounds()?;
    let is_late = scene.choice.has(place) && effects.write(newer)? <= end;
    let left = timeline.versions.get(stands)?.left?;
    is_late.then(|| StepEvent {
        at: end,
        place,
        span: Some(SPAN),
        what: Happening::Publishes(stands),
        words: format!("publishes its count: {left} left, over a newer one"),
        number: 0,
        is_shown: true,
        is_marked: true,
        over: None,
        // Behind what is read and written then, and before what it is told.
        rank: (3, 1),
    })
}

/// The version that was written last.
fn newest(timeline: &Timeline, effects: &Effects) -> Option<usize> {
    (1..timeline.versions.len()).max_by_key(|at| (effects.write(*at), *at))
}

/// The step of the late count, by which a finding is so that is about what the count says in the end.
pub(super) fn key(timeline: &Timeline) -> Option<(Spot, Option<usize>)> {
    let stands = timeline.versions.get(standing(timeline)?)?;
    Some((stands.writer?, Some(SPAN)))
}

/// That the count says something else in the end than after the last step, of which no step tells; `None` where it does not.
pub(super) fn end(situation: &Situation<'_>, number: u64) -> Option<(PageStep, usize)> {
    let timeline = situation.timeline();
    let stands = standing(timeline).filter(|stands| *stands != situation.told)?;
    let step = PageStep {
        number,
        does: format!("in the end the count says {}", situation.version(stands)),
        why: format!(
            "By the last step that is known it said {}. Who put this count over that one, and when, is not known.",
            situation.version(situation.told)
        ),
        ..PageStep::default()
    };
    Some((step, stands))
}

impl Situation<'_> {
    /// That a count is put over a newer one, and whose sales it misses.
    pub(super) fn published_late(&self, version: usize) -> String {
        let versions = &self.timeline().versions;
        let mut missed = Vec::new();
        let mut at = Some(self.latest);
        while let Some(newer) = at.filter(|newer| *newer != version) {
            missed.extend(versions.get(newer).and_then(|one| one.writer));
            at = self.timeline().parent(newer);
        }
        // Of what did not grow from it, it is said elsewhere whose sale is overwritten.
        let lanes: Vec<usize> = missed.iter().rev().map(|spot| spot.lane).collect();
        let told = match (at, lanes.len()) {
            (None, _) | (_, 0) => String::new(),
            (_, 1) => format!(" The sale of {} is not in it.", self.names(&lanes)),
            _ => format!(" The sales of {} are not in it.", self.names(&lanes)),
        };
        format!(
            "Its sale was written before. Its count comes only by now, and replaces a newer one, which said {}.{told}",
            self.version(self.latest)
        )
    }
}
