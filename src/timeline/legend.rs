//! What the shapes of the picture mean: only those that occur.

use std::fmt::Write as _;

use super::bars::style;
use super::canvas::{ACCENT, Canvas, Ink, QUIET, lock_colour, wide};
use super::layout::{LEFT, Layout, RIGHT};
use super::model::{Time, Timeline};
use super::operation::Doing;

/// Draws the legend; gives where it ends.
pub(super) fn legend(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout) -> f64 {
    let (mut x, mut y) = (LEFT, layout.legend + 6.0);
    for (shape, words) in items(timeline, layout) {
        let needed = 26.0 + wide(&words, 11) + 12.0;
        if x + needed > RIGHT {
            (x, y) = (LEFT, y + 20.0);
        }
        let up = y - 4.0;
        let place = format!("{x:.1} {up:.1}");
        let _ = write!(
            canvas.body,
            r#"<g transform="translate({place})">{shape}</g>"#
        );
        canvas.text((x + 26.0, y), "start", 11, Ink::Quiet, &words);
        x += needed;
    }
    if timeline.time == Time::Nanoseconds && !layout.rows.is_empty() {
        y += 20.0;
        let note = "time from the first touch, not to scale; + is the time since the tick before";
        canvas.text((LEFT, y), "start", 11, Ink::Quiet, note);
    }
    y
}

/// Shapes with their meanings.
fn items(timeline: &Timeline, layout: &Layout) -> Vec<(String, String)> {
    let operations = || layout.choice.places().filter_map(|p| timeline.operation(p));
    let occurs = |doing: &Doing| {
        let mut spans = operations().flat_map(|operation| &operation.spans);
        spans.any(|span| span.doing == *doing)
    };
    let mut items = Vec::new();
    let mut add = |shape: String, words: &str| items.push((shape, words.to_owned()));
    let line = |rest: &str| format!(r#"<path d="M0 0H20" stroke="{QUIET}" fill="none" {rest}/>"#);
    for (doing, words) in [
        (Doing::Query, "query"),
        (Doing::Wait, "waits for the lock"),
        (Doing::Read, "read"),
        (Doing::Truncate, "truncate"),
        (Doing::Write, "write"),
        (Doing::Sync, "publishes the count"),
    ] {
        if occurs(&doing) {
            let shape = match style(&doing, QUIET) {
                Some((half, rest)) => bar(half, &rest),
                None => line(r#"stroke-width="5" stroke-dasharray="1.5 3""#),
            };
            add(shape, words);
        }
    }
    for (shape, words) in locks(timeline, layout) {
        add(shape, &words);
    }
    if layout.reads_are_joined(timeline) {
        add(line(r#"marker-end="url(#quiet)""#), "what a read saw");
    }
    if operations().any(|operation| operation.killed.is_some()) {
        let cross = r#"<path class="k" d="M4 -6l12 12m0 -12l-12 12" stroke-width="3""#;
        add(
            format!(r#"{cross} stroke="{QUIET}" fill="none"/>"#),
            "killed",
        );
    }
    if !timeline.findings.is_empty() {
        let rest = format!(
            r#"rx="4" fill="{ACCENT}" fill-opacity="0.1" stroke="{ACCENT}" stroke-width="1.5""#
        );
        add(bar(6.5, &rest), "named by a finding");
    }
    items
}

/// The locked files that are told apart.
fn locks(timeline: &Timeline, layout: &Layout) -> impl Iterator<Item = (String, String)> {
    let locks = layout.marks.locks.iter().enumerate().take(4);
    locks.map(|(at, inode)| {
        let colour = lock_colour(at);
        let rest = format!(r#"rx="3" fill="{colour}" fill-opacity="0.28" stroke="{colour}""#);
        let letter = layout.marks.letter(*inode);
        let words = match timeline.time {
            // Of files that were made for one run nobody wants the number.
            Time::Steps => format!("holds the lock of file {letter}"),
            // A mutex is no file.
            Time::Nanoseconds if *inode == 0 => format!("holds lock {letter}"),
            Time::Nanoseconds => format!("holds lock {letter} (inode {inode})"),
        };
        (bar(7.0, &rest), words)
    })
}

fn bar(half: f64, rest: &str) -> String {
    let (top, high) = (-half, half * 2.0);
    format!(r#"<rect x="0" y="{top:.1}" width="20" height="{high:.1}" {rest}/>"#)
}
