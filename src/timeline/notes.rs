//! The findings in the picture: their sentences, and their numbers at the acts where they happen.

use std::ops::Range;

use super::acts::ActPlace;
use super::canvas::wide;
use super::lane_row::LaneRow;
use super::model::Timeline;
use super::scale::Scale;
use super::scene::{Scene, numbers, sentence};
use super::words::{count, wrapped};

/// How many sentences are written out, and how many of them above the lanes.
const SENTENCES: usize = 24;
const ABOVE: usize = 5;
/// How many columns of text fit from margin to margin.
const COLUMNS: usize = 132;

/// A line of a sentence, with the number of its finding if it begins it.
pub(super) type SentenceLine = (Option<usize>, String);

/// The number of a finding at the act where it happens.
#[derive(Debug)]
pub(super) struct Badge {
    pub(super) words: String,
    pub(super) at: (f64, f64),
    /// Where they happen, and their numbers.
    pub(super) act: ActPlace,
    pub(super) findings: Vec<usize>,
}

/// The numbers of the findings, each right above the act where it happens.
pub(super) fn badges(scene: &Scene<'_>, scale: &Scale, rows: &[LaneRow]) -> Vec<Badge> {
    let mut badges: Vec<Badge> = Vec::new();
    for row in rows {
        let own = scene.acts.iter().filter(|act| act.place.lane == row.lane);
        let mut free = f64::NEG_INFINITY;
        for act in own.filter(|act| !act.findings.is_empty()) {
            let words = numbers(&act.findings);
            // Where time is cut out, before that.
            let pieces = scale.pieces(scale.at(act.from), scale.at(act.to));
            let (from, to) = pieces.first().copied().unwrap_or_default();
            let x = f64::midpoint(from, to) + 4.0;
            let x = x.max(free);
            free = x + wide(&words, 11) + 12.0;
            badges.push(Badge {
                words,
                at: (x, row.top - 16.5),
                act: act.named(),
                findings: act.findings.clone(),
            });
        }
    }
    badges
}

/// The sentences for which there is room above the lanes.
pub(super) fn sentences_above(timeline: &Timeline) -> Vec<SentenceLine> {
    sentences(timeline, 0..ABOVE)
}

/// The sentences of some of the findings, in lines.
fn sentences(timeline: &Timeline, which: Range<usize>) -> Vec<SentenceLine> {
    let findings = timeline.findings.iter().enumerate();
    let mut lines = Vec::new();
    for (at, finding) in findings.skip(which.start).take(which.len()) {
        let parts = wrapped(&sentence(finding), COLUMNS).into_iter().enumerate();
        lines.extend(parts.map(|(part, line)| ((part == 0).then_some(at + 1), line)));
    }
    lines
}

/// The other sentences, and how many are not written out.
pub(super) fn sentences_below(timeline: &Timeline) -> Vec<SentenceLine> {
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
