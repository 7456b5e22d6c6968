//! What stands under the lanes: the odds, and the tree of versions.

use std::fmt::Write as _;

use super::canvas::{ACCENT, Canvas, Ink, QUIET, wide};
use super::captions::{no_return, words_of};
use super::layout::{Layout, MARGIN, ODDS, RIGHT, ROW};
use super::model::Timeline;
use super::names::TREE_ROW;
use super::reveal::Reveal;
use super::scene::{self, Scene, certain_from};
use super::tree_row::What;
use super::words::xml;

/// The chance that the run ends badly, and the step from which on it must.
pub(super) fn odds(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout) {
    let (Some(top), Some(odds)) = (layout.odds, scene::odds(timeline)) else {
        return;
    };
    let floor = top + ODDS;
    let label = |canvas: &mut Canvas, y: f64, text: &str| {
        canvas.text((layout.left - 12.0, y), "end", 11, Ink::Quiet, text);
    };
    label(canvas, top + 4.0, "ends badly: 100 %");
    label(canvas, floor + 4.0, "0 %");
    let end = layout.scale.end();
    for y in [top, floor] {
        let line = format!("M{:.1} {y:.1}H{end:.1}", layout.left);
        canvas.path(&line, QUIET, r#"stroke-opacity="0.3""#);
    }
    let mut path = String::new();
    for (time, chance) in &odds {
        let (x, y) = (layout.scale.at(*time), floor - ODDS * chance);
        if path.is_empty() {
            path = format!("M{x:.1} {y:.1}");
        } else {
            let _ = write!(path, "H{x:.1}V{y:.1}");
        }
    }
    let _ = write!(path, "H{end:.1}");
    canvas.open_chance();
    canvas.path(&path, QUIET, r#"stroke-width="2" stroke-linejoin="round""#);
    canvas.close();
    if let Some((time, _)) = certain_from(&odds).and_then(|from| odds.get(from)) {
        let x = layout.scale.at(*time);
        canvas.open(|reveal| (reveal.at(*time), 0));
        certain(canvas, layout, x, floor);
        let words = &no_return(timeline, *time);
        // Behind it the curve is at the top, before it below.
        let (at, anchor) = if x + wide(words, 12) + 8.0 < RIGHT {
            ((x + 8.0, floor - 8.0), "start")
        } else {
            ((x - 8.0, top - 7.0), "end")
        };
        canvas.text(at, anchor, 12, Ink::Accent, words);
        canvas.close();
    }
}

/// A line from the axis to the floor, but where words stand.
fn certain(canvas: &mut Canvas, layout: &Layout, x: f64, floor: f64) {
    let near = layout
        .texts
        .iter()
        .filter(|text| text.x.0 - 3.0 < x && text.x.1 + 3.0 > x);
    let mut near: Vec<(f64, f64)> = near.map(|text| (text.y.0 - 3.0, text.y.1 + 3.0)).collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut last = layout.axis + 6.0;
    for (from, to) in near.into_iter().chain([(floor, floor)]) {
        if from > last {
            let line = format!("M{x:.1} {last:.1}V{from:.1}");
            let rest = r#"stroke-width="1.5" stroke-dasharray="5 4""#;
            canvas.path(&line, ACCENT, rest);
        }
        last = last.max(to);
    }
}

/// The versions, each under the one that it grew from; gives how far they reach to the right, and where they end.
pub(super) fn tree(canvas: &mut Canvas, scene: &Scene<'_>, layout: &Layout) -> (f64, f64) {
    let rows = &scene.tree.rows;
    let top = layout.below;
    if rows.is_empty() {
        return (layout.left, top);
    }
    let left = MARGIN + wide("versions", 11) + 24.0;
    canvas.text((MARGIN, top + 4.0), "start", 11, Ink::Quiet, "versions");
    let place = |at: usize| {
        let depth = rows.get(at).map_or(0, |row| row.rails.len());
        (left + 26.0 * depth as f64, top + ROW * at as f64)
    };
    let mut reach = left;
    // What stands for several is seen with the version before it.
    let mut written = 0;
    for (at, row) in rows.iter().enumerate() {
        let (x, y) = place(at);
        if let What::Version(version) = row.what {
            written = version;
        }
        let ends = scene.tree.overwritten_by(written);
        canvas.open(|reveal| {
            (
                written_at(scene, reveal, written),
                fated_at(scene, reveal, ends),
            )
        });
        let lost = match row.what {
            What::Version(version) => scene.tree.is_lost(version),
            What::Branches(_, lost) => lost,
            _ => false,
        };
        let colour = if lost { ACCENT } else { QUIET };
        if let Some(parent) = row.parent {
            let (px, py) = place(parent);
            let dash = if lost {
                r#"stroke-dasharray="4 3""#
            } else {
                ""
            };
            let line = format!("M{px:.1} {:.1}V{y:.1}H{x:.1}", py + 5.0);
            canvas.path(&line, colour, &format!(r#"stroke-width="1.5" {dash}"#));
        }
        dot(canvas, (x, y), row.what, colour);
        let words = words_of(scene, row.what, TREE_ROW);
        let fork = words.fork.unwrap_or_default();
        let end = canvas.from(|reveal| fated_at(scene, reveal, ends));
        let forks = canvas.from(|reveal| forked_at(scene, reveal, written));
        let pieces = [
            (words.what.as_str(), ""),
            (&words.fate, &end),
            (&fork, &forks),
        ];
        row_text(canvas, (x + 12.0, y + 4.0), lost, pieces);
        canvas.close();
        let text = wide(&words.what, 12) + wide(&words.fate, 12);
        reach = reach.max(x + 12.0 + text + 20.0 + wide(&fork, 12));
    }
    (
        (reach + 24.0).clamp(RIGHT * 0.5, RIGHT * 0.72),
        top + ROW * rows.len() as f64,
    )
}

/// The step of a page at which a version is written.
fn written_at(scene: &Scene<'_>, reveal: &Reveal, version: usize) -> usize {
    // What stood there before the run was written before its first step.
    let written = scene.effects.write(version).filter(|_| version > 0);
    written.map_or(0, |written| reveal.at(written))
}

/// The step at which it is known what became of a version: that of the one that overwrote it, else the last.
fn fated_at(scene: &Scene<'_>, reveal: &Reveal, by: Option<usize>) -> usize {
    by.map_or(reveal.end(), |by| written_at(scene, reveal, by))
}

/// The step at which the last of those is written that grew from a version.
fn forked_at(scene: &Scene<'_>, reveal: &Reveal, version: usize) -> usize {
    let versions = scene.timeline.versions.iter().enumerate();
    let grown = versions.filter(|(_, one)| one.parent == Some(version));
    let grown = grown.map(|(at, _)| written_at(scene, reveal, at));
    grown.max().unwrap_or(reveal.end())
}

/// A version, or what stands for several.
fn dot(canvas: &mut Canvas, (x, y): (f64, f64), what: What, colour: &str) {
    let (radius, fill) = match what {
        What::Version(_) => ("4.5", format!(r#"fill="{colour}""#)),
        _ => (
            "4",
            format!(r#"fill="none" stroke="{colour}" stroke-dasharray="2 2""#),
        ),
    };
    let _ = writeln!(
        canvas.body,
        r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius}" {fill}/>"#
    );
}

/// A row of the tree, what became of it, and what is said of a fork behind it.
fn row_text(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    lost: bool,
    [(text, _), (fate, ends), (fork, forks)]: [(&str, &str); 3],
) {
    let (class, fill) = if lost { ("a", ACCENT) } else { ("n", QUIET) };
    let (text, fate, fork) = (xml(text), xml(fate), xml(fork));
    let fate = match ends {
        "" => fate,
        ends => format!("<tspan{ends}>{fate}</tspan>"),
    };
    let _ = writeln!(
        canvas.body,
        r#"<text class="{class}" x="{x:.1}" y="{y:.1}" font-size="12" fill="{fill}">{text}{fate}<tspan class="a" dx="14" font-weight="600" fill="{ACCENT}"{forks}>{fork}</tspan></text>"#
    );
}
