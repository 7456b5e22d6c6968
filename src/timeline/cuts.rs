//! Which time is cut out of a picture, and what is seen of what goes on in it.

use super::acts::Act;
use super::model::Time;
use super::operation::Doing;
use super::scene::Scene;

/// So many breaks at most, of gaps that would each take more than this part of the room.
const BREAKS: usize = 12;
const PART: f64 = 0.14;
/// Before and behind a break, where something goes on in it that begins or ends at it: that much of it is to be seen.
const STUB: f64 = 9.0;

/// How much of what goes on in a gap is drawn at either end of its break.
pub(super) fn stub(scene: &Scene<'_>, gap: &[u64]) -> f64 {
    let &[from, to] = gap else { return 0.0 };
    let is_line = |act: &Act| matches!(act.doing, Some(Doing::Point(_) | Doing::Think));
    let goes_on = |act: &Act| act.from <= from && act.to >= to;
    let is_cut_off = |act: &Act| act.from == from || act.to == to;
    let mut acts = scene.acts.iter();
    let is_seen = acts.any(|act| goes_on(act) && is_cut_off(act) && !is_line(act));
    if is_seen { STUB } else { 0.0 }
}

/// Which of the gaps between times are cut out: long ones, in which nothing can happen.
pub(super) fn cut_gaps(scene: &Scene<'_>, times: &[u64], gaps: &[Option<u64>]) -> Vec<bool> {
    let pairs = times.windows(2).zip(gaps);
    let quiet: Vec<Option<u64>> = pairs
        .map(|(pair, gap)| match pair {
            &[from, to] => gap.filter(|_| !may_happen(scene, from, to)),
            _ => None,
        })
        .collect();
    let least = cuts(scene.timeline.time, gaps, &quiet);
    let is_long = |gap: &Option<u64>| gap.zip(least).is_some_and(|(gap, least)| gap >= least);
    quiet.iter().map(is_long).collect()
}

/// Whether something is done between two times, nobody knows when.
fn may_happen(scene: &Scene<'_>, from: u64, to: u64) -> bool {
    let mut acts = scene.acts.iter();
    acts.any(|act| {
        let sometime = matches!(act.doing, Some(Doing::Sometime { .. }));
        sometime && act.from <= from && act.to >= to
    })
}

/// From which length on a gap is cut out, if any is: as long as one takes more than its part of all that is left. `quiet`:
/// those in which nothing can happen, which alone are cut.
fn cuts(unit: Time, gaps: &[Option<u64>], quiet: &[Option<u64>]) -> Option<u64> {
    let mut gaps: Vec<u64> = gaps.iter().flatten().copied().collect();
    let mut quiet: Vec<u64> = quiet.iter().flatten().copied().collect();
    if unit == Time::Steps {
        return gaps.iter().any(|gap| *gap > 2).then_some(3);
    }
    gaps.sort_unstable_by_key(|gap| std::cmp::Reverse(*gap));
    quiet.sort_unstable_by_key(|gap| std::cmp::Reverse(*gap));
    let mut rest: f64 = gaps.iter().map(|gap| *gap as f64).sum();
    let median = gaps.get(gaps.len() / 2).copied().unwrap_or_default();
    let mut least = None;
    for (at, &gap) in quiet.iter().enumerate().take(BREAKS) {
        // Something must be left to be drawn, and what recurs is no break.
        let recurs = gap / 4 <= median;
        if (gap as f64) < rest * PART || at + 3 > gaps.len() || recurs {
            break;
        }
        rest -= gap as f64;
        least = Some(gap);
    }
    least
}
