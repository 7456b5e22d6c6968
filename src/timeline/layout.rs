//! Where everything lies in the picture, from top to bottom.

use std::ops::Range;

use super::choose::Choice;
use super::marks::Marks;
use super::model::{DrawnFinding, Spot, Timeline};
use super::operation::DrawnOperation;
use super::scale::Scale;
use super::tree::Tree;
use super::words::{count, wrapped};

pub(super) const WIDTH: f64 = 1000.0;
pub(super) const MARGIN: f64 = 16.0;
/// Names end here, times begin.
pub(super) const LEFT: f64 = 150.0;
pub(super) const RIGHT: f64 = WIDTH - MARGIN;
/// Of a line of text.
pub(super) const LINE: f64 = 18.0;
/// Of a row of the tree.
pub(super) const ROW: f64 = 20.0;
/// Of the curve of the odds.
pub(super) const ODDS: f64 = 56.0;
/// How many sentences are written out, and how many of them above the lanes.
const SENTENCES: usize = 24;
const ABOVE: usize = 5;
/// How many columns of text fit from margin to margin.
const COLUMNS: usize = 132;

/// Where a lane lies.
#[derive(Debug)]
pub(super) struct LaneRow {
    pub(super) lane: usize,
    /// The upper edge of its bars.
    pub(super) top: f64,
}

/// The height of a bar.
pub(super) const BAR: f64 = 18.0;

/// The whole picture.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) choice: Choice,
    pub(super) marks: Marks,
    pub(super) scale: Scale,
    pub(super) tree: Tree,
    /// The sentences, each with the number of its finding if it begins one.
    pub(super) sentences: Vec<(Option<usize>, String)>,
    pub(super) caption: f64,
    /// The sentences for which there is no room above the lanes.
    pub(super) further: Vec<(Option<usize>, String)>,
    pub(super) further_top: f64,
    pub(super) axis: f64,
    pub(super) rows: Vec<LaneRow>,
    /// Where the lanes end, and what is said of them.
    pub(super) lanes_floor: f64,
    pub(super) floor: f64,
    /// Where the curve of the odds begins, if there is one.
    pub(super) odds: Option<f64>,
    pub(super) tree_top: f64,
    pub(super) legend: f64,
}

/// Where the lanes lie from there on, and where they end.
fn rows(choice: &Choice, marks: &Marks, mut top: f64) -> (Vec<LaneRow>, f64) {
    let mut rows = Vec::new();
    for (&lane, operations) in &choice.lanes {
        let named = operations
            .iter()
            .any(|&operation| marks.names(Spot { lane, operation }));
        // Room for the number of a finding above the bar.
        top += if named { 16.0 } else { 6.0 };
        rows.push(LaneRow { lane, top });
        top += BAR + 20.0;
    }
    (rows, top)
}

impl Layout {
    pub(super) fn of(timeline: &Timeline) -> Self {
        let choice = Choice::of(timeline);
        let marks = Marks::of(timeline, &choice);
        let scale = Scale::new(timeline, &choice, LEFT + 4.0, RIGHT - 4.0);
        let tree = Tree::of(timeline, &choice);
        let sentences = sentences(timeline, 0..ABOVE);
        let further = sentences_below(timeline);
        let caption = if timeline.subtitle.is_empty() {
            50.0
        } else {
            70.0
        };
        let axis = caption + LINE * sentences.len() as f64 + 14.0;
        let (rows, mut top) = rows(&choice, &marks, axis + 14.0);
        let lanes_floor = top - 4.0;
        if choice.hidden > 0 || choice.meanwhile.operations > 0 {
            top += 22.0;
        }
        let floor = top;
        let has_odds = odds(timeline).is_some() && !rows.is_empty();
        let odds = has_odds.then_some(floor + 24.0);
        let tree_top = odds.map_or(floor, |top| top + ODDS) + 34.0;
        let legend = match tree.rows.len() {
            0 => tree_top,
            rows => tree_top + ROW * rows as f64 + 16.0,
        };
        Self {
            choice,
            marks,
            scale,
            tree,
            sentences,
            caption,
            further_top: legend,
            legend: legend + LINE * further.len() as f64,
            further,
            axis,
            rows,
            lanes_floor,
            floor,
            odds,
            tree_top,
        }
    }

    /// The operations of a lane that are drawn.
    pub(super) fn places(&self, lane: usize) -> impl Iterator<Item = Spot> + '_ {
        let drawn = self.choice.lanes.get(&lane).into_iter().flatten();
        drawn.map(move |&operation| Spot { lane, operation })
    }

    /// An operation, and from where to where it is drawn.
    pub(super) fn bounds<'a>(
        &self,
        timeline: &'a Timeline,
        place: Spot,
    ) -> Option<(&'a DrawnOperation, (f64, f64))> {
        let operation = timeline.operation(place)?;
        let (from, to) = operation.bounds()?;
        Some((operation, (self.scale.at(from), self.scale.at(to))))
    }
}

/// The sentences of some of the findings, in lines.
fn sentences(timeline: &Timeline, which: Range<usize>) -> Vec<(Option<usize>, String)> {
    let findings = timeline.findings.iter().enumerate();
    let mut lines = Vec::new();
    for (at, finding) in findings.skip(which.start).take(which.len()) {
        let parts = wrapped(&sentence(finding), COLUMNS).into_iter().enumerate();
        lines.extend(parts.map(|(part, line)| ((part == 0).then_some(at + 1), line)));
    }
    lines
}

/// The other sentences, and how many are not written out.
fn sentences_below(timeline: &Timeline) -> Vec<(Option<usize>, String)> {
    let mut lines = sentences(timeline, ABOVE..SENTENCES);
    let more = timeline.findings.len().saturating_sub(SENTENCES) as u64;
    if more > 0 {
        lines.push((None, format!("and {}", count(more, "more finding"))));
    }
    if !lines.is_empty() {
        // Room before what follows.
        lines.push((None, String::new()));
    }
    lines
}

/// The kind of a finding and its sentence; of an absurdly long one, the beginning.
pub(super) fn sentence(finding: &DrawnFinding) -> String {
    let sentence: String = finding.sentence.chars().take(2_000).collect();
    if finding.kind.is_empty() {
        return sentence;
    }
    let kind: String = finding.kind.chars().take(60).collect();
    format!("{kind}: {sentence}")
}

/// The odds that can be drawn: numbers, in the order of time, not too many.
pub(super) fn odds(timeline: &Timeline) -> Option<Vec<(u64, f64)>> {
    let all = timeline.odds.as_ref()?;
    let mut odds: Vec<(u64, f64)> = all
        .iter()
        .filter(|(_, chance)| chance.is_finite())
        .map(|&(time, chance)| (time, chance.clamp(0.0, 1.0)))
        .collect();
    odds.sort_by_key(|(time, _)| *time);
    let certain = odds.iter().position(|(_, chance)| is_certain(*chance));
    let every = odds.len() / 500 + 1;
    let thinned = odds.iter().enumerate();
    let odds: Vec<_> = thinned
        .filter(|(at, _)| at % every == 0 || Some(*at) == certain)
        .map(|(_, point)| *point)
        .collect();
    (!odds.is_empty()).then_some(odds)
}

/// Whether a chance is 1, but for what a sum of fractions loses.
pub(super) fn is_certain(chance: f64) -> bool {
    chance > 1.0 - 1e-9
}
