//! Where everything lies in the picture, from top to bottom.

use super::acts::Act;
use super::arrow::Arrow;
use super::boxes::TextBox;
use super::canvas::wide;
use super::fates::BuyerFate;
use super::labels::{self, labels};
use super::lane_row::{BAR, LaneRow, SMALL};
use super::model::Timeline;
use super::names::LANE;
use super::notes::{Badge, SentenceLine, badges, sentences_above, sentences_below};
use super::scale::Scale;
use super::scene::{Scene, odds};

pub(super) const WIDTH: f64 = 1000.0;
pub(super) const MARGIN: f64 = 16.0;
pub(super) const RIGHT: f64 = WIDTH - MARGIN;
/// Of a line of text.
pub(super) const LINE: f64 = 18.0;
/// Of a row of the tree.
pub(super) const ROW: f64 = 20.0;
/// Of the curve of the odds.
pub(super) const ODDS: f64 = 56.0;

/// The whole picture.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) scale: Scale,
    /// Names end here, times begin; times end, and what became of the buyers begins.
    pub(super) left: f64,
    pub(super) right: f64,
    /// Whether the name of the run stands above it.
    pub(super) has_head: bool,
    /// The sentences, each with the number of its finding if it begins one.
    pub(super) sentences: Vec<SentenceLine>,
    pub(super) caption: f64,
    /// The sentences for which there is no room above the lanes.
    pub(super) further: Vec<SentenceLine>,
    pub(super) further_top: f64,
    pub(super) axis: f64,
    pub(super) rows: Vec<LaneRow>,
    pub(super) badges: Vec<Badge>,
    /// None before the words have their places.
    pub(super) arrows: Vec<Arrow>,
    /// Whether there are arrows for which there is no way past the words.
    pub(super) without_way: bool,
    /// Where words stand among the lanes.
    pub(super) texts: Vec<TextBox>,
    /// Where the lanes end, and what is said of them.
    pub(super) lanes_floor: f64,
    pub(super) floor: f64,
    /// Where the curve of the odds begins, if there is one.
    pub(super) odds: Option<f64>,
    /// Where the versions begin, and beside them the legend.
    pub(super) below: f64,
}

impl Layout {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        Self::with(scene, true)
    }

    /// The same without the name of the run and the sentences of its findings, for a page, which tells them beside it.
    pub(super) fn within_page(scene: &Scene<'_>) -> Self {
        Self::with(scene, false)
    }

    fn with(scene: &Scene<'_>, has_head: bool) -> Self {
        let timeline = scene.timeline;
        let told = |lines: fn(&Timeline) -> Vec<SentenceLine>| {
            if has_head {
                lines(timeline)
            } else {
                Vec::new()
            }
        };
        let sentences = told(sentences_above);
        let caption = if !has_head {
            4.0
        } else if timeline.subtitle.is_empty() {
            50.0
        } else {
            70.0
        };
        let axis = caption + LINE * sentences.len() as f64 + 18.0;
        let lanes = scene.choice.lanes.keys();
        let fates: Vec<(usize, Vec<BuyerFate>)> =
            lanes.map(|&lane| (lane, scene.fates(lane))).collect();
        let (left, right) = margins(scene, &fates);
        let scale = Scale::new(scene, left + 6.0, right - 6.0);
        let (rows, floor) = rows(scene, &scale, fates, axis + 10.0, (left, right));
        let lanes_floor = floor;
        let floor = if scene.not_drawn().is_empty() {
            floor
        } else {
            floor + 24.0
        };
        let has_odds = odds(timeline).is_some() && !rows.is_empty();
        let odds = has_odds.then_some(floor + 20.0);
        let further = told(sentences_below);
        let further_top = odds.map_or(floor, |top| top + ODDS) + 34.0;
        let badges = badges(scene, &scale, &rows);
        let mut layout = Self {
            scale,
            left,
            right,
            has_head,
            sentences,
            caption,
            below: further_top + LINE * further.len() as f64,
            further,
            further_top,
            axis,
            rows,
            badges,
            arrows: Vec::new(),
            without_way: false,
            texts: Vec::new(),
            lanes_floor,
            floor,
            odds,
        };
        layout.texts = layout.taken();
        layout
    }

    /// The places of all words among the lanes.
    fn taken(&self) -> Vec<TextBox> {
        let mut texts = Vec::new();
        for row in &self.rows {
            for label in &row.labels {
                let at = (label.x, row.baseline(label));
                texts.push(TextBox::of(&label.words, labels::SIZE, at));
            }
            for (line, fate) in row.fates.iter().enumerate() {
                let at = (self.right + 14.0, row.fate_at(line));
                texts.push(TextBox::of(&fate.words, labels::SIZE, at));
            }
        }
        let badges = self.badges.iter().map(|badge| TextBox {
            x: (badge.at.0, badge.at.0 + wide(&badge.words, 11) + 9.0),
            y: (badge.at.1, badge.at.1 + 15.0),
        });
        texts.extend(badges);
        texts.extend(self.scale.folded.iter().map(|fold| TextBox {
            x: (fold.from + 6.0, fold.to - 6.0),
            y: (self.axis, self.lanes_floor),
        }));
        texts
    }
}

/// Where the times begin and end: beside the names, and beside what became of the buyers.
fn margins(scene: &Scene<'_>, fates: &[(usize, Vec<BuyerFate>)]) -> (f64, f64) {
    let names = fates
        .iter()
        .map(|(lane, _)| wide(&scene.name(*lane, LANE), 12));
    let odds = if odds(scene.timeline).is_some() {
        wide("ends badly: 100 %", 11)
    } else {
        0.0
    };
    let left = MARGIN + names.fold(odds.max(56.0), f64::max) + 12.0;
    let fates = fates.iter().flat_map(|(_, fates)| fates);
    let fate = fates.map(|fate| wide(&fate.words, labels::SIZE));
    let fate = fate.fold(0.0, f64::max);
    (left, RIGHT - fate - if fate > 0.0 { 14.0 } else { 0.0 })
}

/// Where the lanes lie from there on, and where they end.
fn rows(
    scene: &Scene<'_>,
    scale: &Scale,
    fates: Vec<(usize, Vec<BuyerFate>)>,
    mut top: f64,
    (left, right): (f64, f64),
) -> (Vec<LaneRow>, f64) {
    let mut rows = Vec::new();
    for (lane, fates) in fates {
        let own = scene.acts.iter().filter(|act| act.place.lane == lane);
        let own: Vec<&Act> = own.collect();
        let labels = labels(&own, scene.timeline.time, scale, (left - 4.0, right + 8.0));
        let marked = own.iter().any(|act| !act.findings.is_empty());
        // Room for the number of a finding above the bar.
        top += if marked { 17.0 } else { 6.0 };
        let lines = labels.iter().map(|label| label.line + 1).max().unwrap_or(0);
        let beside = SMALL * fates.len().saturating_sub(1) as f64 - BAR / 2.0 + 4.0;
        rows.push(LaneRow {
            lane,
            top,
            labels,
            fates,
        });
        top += BAR + (SMALL * lines as f64 + 2.0).max(beside) + 4.0;
    }
    (rows, top)
}
