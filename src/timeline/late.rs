//! A count that is published late: a sale is written, others go on from it, and only then its own count is put over theirs.

use super::acts::Act;
use super::choose::Choice;
use super::effects::Effects;
use super::marks::Marks;
use super::model::{Spot, Time, Timeline};
use super::operation::Doing;

/// Of which span such an act is: of none of those that its operation has.
pub(super) const SPAN: usize = usize::MAX;

/// The count that stands in the end, where that is known of a recorded run: which version it is.
pub(super) fn standing(timeline: &Timeline) -> Option<usize> {
    let versions = timeline.versions.iter().enumerate();
    let mut standing = versions.filter(|(_, one)| one.survived && !one.doubtful);
    let (at, _) = standing.next()?;
    let is_known = standing.next().is_none() && !timeline.unreadable;
    (is_known && timeline.time == Time::Nanoseconds).then_some(at)
}

/// That a count was put over newer ones: who wrote the count that stands in the end was not done when the last of the others
/// was written. When it was done is the latest that this can have been.
pub(super) fn act(timeline: &Timeline, choice: &Choice, effects: &Effects) -> Option<Act> {
    let stands = standing(timeline)?;
    let place = timeline.versions.get(stands)?.writer?;
    let newer = newest(timeline, effects).filter(|newer| *newer != stands)?;
    let (_, end) = timeline.operation(place)?.bounds()?;
    let is_late = choice.has(place) && effects.write(newer)? <= end;
    let left = timeline.versions.get(stands)?.left?;
    let findings = (1..).zip(&timeline.findings);
    let findings =
        findings.filter(|(number, finding)| finding.of_end && Marks::is_marked(number - 1));
    is_late.then(|| Act {
        place,
        span: Some(SPAN),
        from: end,
        to: end,
        doing: Some(Doing::Sync),
        words: format!("publishes its count: {left} left, over a newer one"),
        findings: findings.map(|(number, _)| number).collect(),
        proves: true,
    })
}

/// The version that was written last.
fn newest(timeline: &Timeline, effects: &Effects) -> Option<usize> {
    (1..timeline.versions.len()).max_by_key(|at| (effects.write(*at), *at))
}

/// The act of the late count, by which a finding is so that is about what the count says in the end.
pub(super) fn key(timeline: &Timeline) -> Option<(Spot, Option<usize>)> {
    let stands = timeline.versions.get(standing(timeline)?)?;
    Some((stands.writer?, Some(SPAN)))
}

/// The versions that grew from the count that stands in the end, up to the last that was written, the last first: what it misses.
/// Of what did not grow from it, it is said elsewhere whose sale is overwritten.
pub(super) fn missed(timeline: &Timeline, effects: &Effects) -> Vec<usize> {
    let mut missed = Vec::new();
    let Some(stands) = standing(timeline) else {
        return missed;
    };
    let mut at = newest(timeline, effects);
    while let Some(newer) = at.filter(|newer| *newer != stands) {
        missed.push(newer);
        at = timeline.parent(newer);
    }
    if at.is_none() {
        missed.clear();
    }
    missed
}
