//! Where the words of the acts of a lane stand: below the lane, each beside its bar, none over another.

use super::acts::{Act, ActPlace};
use super::canvas::wide;
use super::model::{Spot, Time};
use super::operation::Doing;
use super::scale::Scale;

/// The size of the letters.
pub(super) const SIZE: u32 = 11;
/// Between two labels, and how far from one place that is tried to the next.
const GAP: f64 = 8.0;
const STEP: f64 = 4.0;
/// How close two bars share a label.
const NEAR: f64 = 24.0;
/// So many places are tried to each side: from margin to margin.
const TRIES: u32 = 250;
/// So many lines of labels a lane has at most.
const LINES: usize = 3;

/// The words of an act, with their place.
#[derive(Debug)]
pub(super) struct Label {
    pub(super) words: String,
    pub(super) x: f64,
    /// Which line below the bars, from 0.
    pub(super) line: usize,
    /// Whether it belongs to a finding.
    pub(super) marked: bool,
    /// What it says.
    pub(super) acts: Vec<ActPlace>,
    /// Its place in time among those of the lane.
    order: usize,
}

/// Words for one bar, or for several of one operation that are too close for a label each.
#[derive(Debug)]
struct Saying {
    words: String,
    x: (f64, f64),
    /// Whether the words end where the bar ends, and do not begin where it begins.
    ends: bool,
    marked: bool,
    acts: Vec<ActPlace>,
    rank: u8,
    /// Whether it is a wait, which is over before anything else begins.
    waits: bool,
    /// Its place in time among those of the lane.
    order: usize,
}

/// What of a lane is put in words, and where.
pub(super) fn labels(
    acts: &[&Act],
    time: Time,
    scale: &Scale,
    (left, right): (f64, f64),
) -> Vec<Label> {
    let mut sayings = sayings(acts, time, scale);
    // What a finding is about comes first, then what touched the count.
    sayings.sort_by_key(|saying| (!saying.marked, saying.rank));
    // An arrow leaves a write of a finding down and to the right: words that reach beyond the bar stand in its way. Rather on a line
    // further down.
    let ends: Vec<f64> = sayings
        .iter()
        .filter(|saying| saying.ends && saying.marked)
        .map(|saying| saying.x.1)
        .collect();
    let mut labels: Vec<Label> = Vec::new();
    for saying in sayings {
        let width = wide(&saying.words, SIZE);
        let free = |x: f64, line: usize| {
            let inside = x >= left && x + width <= right;
            let folds = scale
                .folded
                .iter()
                .all(|fold| x + width < fold.from || x > fold.to);
            let mut others = labels.iter().filter(|label| label.line == line);
            let clear = others.all(|label| {
                x >= label.x + wide(&label.words, SIZE) + GAP || x + width + GAP <= label.x
            });
            inside && folds && clear
        };
        let leaves = ends.iter().copied().filter(|end| *end >= saying.x.0);
        let leaves = leaves.min_by(f64::total_cmp);
        let within = |x: f64| leaves.is_none_or(|end| x + width <= end + STEP);
        // What was done later does not begin further left.
        let ordered = |x: f64| {
            labels.iter().all(|other| {
                if other.order < saying.order {
                    other.x <= x
                } else {
                    x <= other.x
                }
            })
        };
        let place_where = |good: &dyn Fn(f64) -> bool| {
            (0..LINES).find_map(|line| {
                let mut places = places(saying.x, width, saying.ends);
                let place = places.find(|x| good(*x) && free(*x, line));
                place.map(|x| (x, line))
            })
        };
        let place = place_where(&|x| within(x) && ordered(x))
            .or_else(|| place_where(&ordered))
            .or_else(|| place_where(&|_| true));
        if let Some((x, line)) = place {
            labels.push(Label {
                words: saying.words,
                x,
                line,
                marked: saying.marked,
                acts: saying.acts,
                order: saying.order,
            });
        }
    }
    labels
}

/// The words of a lane, in the order of time.
fn sayings(acts: &[&Act], time: Time, scale: &Scale) -> Vec<Saying> {
    let mut sayings: Vec<(Spot, Saying)> = Vec::new();
    for act in acts.iter().filter(|act| is_said(act, time)) {
        let (x0, x1) = (scale.at(act.from), scale.at(act.to));
        let marked = act.proves || !act.findings.is_empty();
        let last = sayings.last_mut().filter(|(place, _)| *place == act.place);
        if let Some((_, last)) = last {
            let both = format!("{}, {}", last.words, act.words);
            if !last.waits && x0 - last.x.1 < NEAR && x1 - x0 < wide(&act.words, SIZE) {
                last.words = both;
                last.acts.push(act.named());
                last.x.1 = x1;
                last.ends = false;
                last.marked |= marked;
                last.rank = last.rank.min(rank(act));
                continue;
            }
        }
        let saying = Saying {
            words: act.words.clone(),
            x: (x0, x1),
            ends: matches!(act.doing, Some(Doing::Write)),
            marked,
            acts: vec![act.named()],
            rank: rank(act),
            waits: act.doing.as_ref().is_some_and(Doing::waits),
            order: sayings.len(),
        };
        sayings.push((act.place, saying));
    }
    sayings.into_iter().map(|(_, saying)| saying).collect()
}

/// Where a label may begin so that it touches the bar: as far as it goes at its side of the bar first.
fn places((x0, x1): (f64, f64), width: f64, ends: bool) -> impl Iterator<Item = f64> {
    let best = if ends { x1 - width } else { x0 };
    let (least, most) = (x0 - width + 2.0, x1 - 2.0);
    let shifted = (0..=TRIES).flat_map(move |at| {
        let by = f64::from(at) * STEP;
        [best + by, best - by]
    });
    shifted.filter(move |x| *x >= least && *x <= most)
}

/// What the legend alone explains needs no words. In a schedule a publication is a step like any other.
fn is_said(act: &Act, time: Time) -> bool {
    let silent = match act.doing {
        Some(Doing::Hold(_) | Doing::Share(_) | Doing::Wait | Doing::Think) => true,
        Some(Doing::Sync) => time == Time::Nanoseconds && !act.proves,
        _ => false,
    };
    !silent && !act.words.is_empty()
}

fn rank(act: &Act) -> u8 {
    match act.doing {
        Some(
            Doing::Read | Doing::ReadTorn | Doing::Write | Doing::Truncate | Doing::Sometime { .. },
        )
        | None => 0,
        Some(Doing::Query) => 1,
        _ => 2,
    }
}
