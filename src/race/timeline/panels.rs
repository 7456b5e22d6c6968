//! What stands under the lanes: the odds, the tree of versions, the legend.

use super::layout::{self, LEFT, Layout, ODDS, RIGHT, ROW, is_certain};
use super::svg::{ACCENT, Canvas, Ink, QUIET, lock_colour, wide};
use super::tree::What;
use super::words::{count, short, thousands};
use super::{Doing, Timeline};

/// The chance that the run ends badly, and the step from which on it must.
pub(super) fn odds(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout) {
    let (Some(top), Some(odds)) = (layout.odds, layout::odds(timeline)) else {
        return;
    };
    let floor = top + ODDS;
    let label = |canvas: &mut Canvas, y: f64, text: &str| {
        canvas.text((LEFT - 12.0, y), "end", 11, Ink::Quiet, text);
    };
    label(canvas, top + 4.0, "ends badly: 100 %");
    label(canvas, floor + 4.0, "0 %");
    let end = layout.scale.end();
    for y in [top, floor] {
        let line = format!("M{LEFT} {y:.1}H{end:.1}");
        canvas.path(&line, QUIET, r#"stroke-opacity="0.3""#);
    }
    let mut path = String::new();
    for (time, chance) in &odds {
        let (x, y) = (layout.scale.at(*time), floor - ODDS * chance);
        if path.is_empty() {
            path = format!("M{x:.1} {y:.1}");
        } else {
            path += &format!("H{x:.1}V{y:.1}");
        }
    }
    path += &format!("H{end:.1}");
    canvas.path(&path, QUIET, r#"stroke-width="2" stroke-linejoin="round""#);
    if let Some((time, _)) = odds.iter().find(|(_, chance)| is_certain(*chance)) {
        let x = layout.scale.at(*time);
        let line = format!("M{x:.1} {:.1}V{floor:.1}", layout.axis + 6.0);
        canvas.path(
            &line,
            ACCENT,
            r#"stroke-width="1.5" stroke-dasharray="5 4""#,
        );
        let words = "point of no return";
        let (x, anchor) = if x + wide(words, 12) + 8.0 < RIGHT {
            (x + 8.0, "start")
        } else {
            (x - 8.0, "end")
        };
        canvas.text((x, floor - 8.0), anchor, 12, Ink::Accent, words);
    }
}

/// The versions, each under the one that it grew from.
pub(super) fn tree(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout) {
    let rows = &layout.tree.rows;
    if rows.is_empty() {
        return;
    }
    let top = layout.tree_top;
    canvas.text((LEFT - 12.0, top + 4.0), "end", 11, Ink::Quiet, "versions");
    let place = |at: usize| {
        let depth = rows.get(at).map_or(0, |row| row.rails.len());
        (LEFT + 8.0 + 26.0 * depth as f64, top + ROW * at as f64)
    };
    for (at, row) in rows.iter().enumerate() {
        let (x, y) = place(at);
        let lost = match row.what {
            What::Version(version) => layout.tree.is_lost(timeline, version),
            What::Branches(_) => true,
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
        let text = version_words(timeline, layout, row.what);
        let dot = match row.what {
            What::Version(_) => {
                format!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="4.5" fill="{colour}"/>"#)
            }
            _ => format!(
                r#"<circle cx="{x:.1}" cy="{y:.1}" r="4" fill="none" stroke="{colour}" stroke-dasharray="2 2"/>"#
            ),
        };
        canvas.body += &dot;
        canvas.body.push('\n');
        let ink = if lost { Ink::Accent } else { Ink::Plain };
        canvas.text((x + 12.0, y + 4.0), "start", 12, ink, &text.0);
        if let Some(fork) = text.1 {
            let x = x + 22.0 + wide(&text.0, 12);
            canvas.text((x, y + 4.0), "start", 12, Ink::Accent, &fork);
        }
    }
}

/// What a row of the tree says, and what it says of a fork.
pub(super) fn version_words(
    timeline: &Timeline,
    layout: &Layout,
    what: What,
) -> (String, Option<String>) {
    words_of(timeline, &layout.tree, what, 28)
}

/// The same, with room for so many columns of a name.
pub(super) fn words_of(
    timeline: &Timeline,
    tree: &super::tree::Tree,
    what: What,
    room: usize,
) -> (String, Option<String>) {
    let version = match what {
        What::Version(version) => version,
        What::Run(many) => {
            let text = format!("{}, each from the one before", count(many, "version"));
            return (text, None);
        }
        What::Branches(many) => {
            return (format!("and {} more, overwritten", thousands(many)), None);
        }
        What::Rest(many) => return (format!("and {} more", count(many, "version")), None),
    };
    let Some(known) = timeline.versions.get(version) else {
        return (String::new(), None);
    };
    let mut text = format!("version {}", known.seq);
    if let Some(left) = known.left {
        text += &format!(", {} left", thousands(left));
    }
    if let Some(writer) = known.writer {
        text += &format!(", {}", short(timeline.name(writer.lane), room));
    }
    if known.survived {
        text += ", in tickets.json";
    } else if tree.is_lost(timeline, version) {
        text += ", overwritten";
    }
    let fork = match tree.branches(version) {
        0 | 1 => None,
        many => Some(format!("fork: {} wrote after it", thousands(many.into()))),
    };
    (text, fork)
}

/// What the shapes mean: only those that occur.
pub(super) fn legend(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout) {
    let operations = layout.choice.places().filter_map(|p| timeline.operation(p));
    let spans: Vec<&Doing> = operations
        .flat_map(|operation| operation.spans.iter().map(|span| &span.doing))
        .collect();
    let has = |wanted: fn(&Doing) -> bool| spans.iter().any(|doing| wanted(doing));
    let y = layout.legend + 6.0;
    let mut x = LEFT;
    let mut item = |canvas: &mut Canvas, shape: &str, words: &str| {
        let needed = 30.0 + wide(words, 11) + 14.0;
        if x + needed <= RIGHT {
            canvas.body += &format!(
                r#"<g transform="translate({x:.1} {:.1})">{shape}</g>"#,
                y - 4.0
            );
            canvas.text((x + 26.0, y), "start", 11, Ink::Quiet, words);
            x += needed;
        }
    };
    let bar = |rest: &str, half: f64| {
        format!(
            r#"<rect x="0" y="{:.1}" width="20" height="{:.1}" {rest}/>"#,
            -half,
            half * 2.0
        )
    };
    if has(|d| matches!(d, Doing::Query)) {
        item(
            canvas,
            &bar(
                &format!(r#"rx="5.5" fill="{QUIET}" fill-opacity="0.15" stroke="{QUIET}""#),
                5.5,
            ),
            "query",
        );
    }
    if has(|d| matches!(d, Doing::Wait)) {
        let dots = format!(
            r#"<path d="M0 0H20" stroke="{QUIET}" stroke-width="5" stroke-dasharray="1.5 3"/>"#
        );
        item(canvas, &dots, "waits for the lock");
    }
    for (at, inode) in layout.marks.locks.iter().enumerate().take(4) {
        let colour = lock_colour(at);
        let shape = bar(
            &format!(r#"rx="3" fill="{colour}" fill-opacity="0.35" stroke="{colour}""#),
            7.0,
        );
        let words = format!("holds lock {} (inode {inode})", layout.marks.letter(*inode));
        item(canvas, &shape, &words);
    }
    if has(|d| matches!(d, Doing::Read)) {
        item(
            canvas,
            &bar(
                &format!(
                    r#"rx="1" fill="{QUIET}" fill-opacity="0.25" stroke="{QUIET}" stroke-width="1.5""#
                ),
                5.5,
            ),
            "read",
        );
    }
    if has(|d| matches!(d, Doing::Truncate)) {
        item(
            canvas,
            &bar(&format!(r#"rx="1" fill="{QUIET}" fill-opacity="0.6""#), 5.5),
            "truncate",
        );
    }
    if has(|d| matches!(d, Doing::Write)) {
        item(
            canvas,
            &bar(&format!(r#"rx="1" fill="{QUIET}""#), 5.5),
            "write",
        );
    }
    if has(|d| matches!(d, Doing::Sync)) {
        item(
            canvas,
            &bar(&format!(r#"fill="{QUIET}" fill-opacity="0.5""#), 3.5),
            "made durable",
        );
    }
    let arrow =
        format!(r#"<path d="M0 0H20" stroke="{QUIET}" fill="none" marker-end="url(#quiet)"/>"#);
    if layout.reads_are_joined(timeline) {
        item(canvas, &arrow, "what a read saw");
    }
    if !timeline.findings.is_empty() {
        let frame =
            format!(r#"fill="{ACCENT}" fill-opacity="0.1" stroke="{ACCENT}" stroke-width="1.5""#);
        item(
            canvas,
            &bar(&format!(r#"rx="4" {frame}"#), 6.5),
            "named by a finding",
        );
    }
    if timeline.time == super::Time::Nanoseconds && !layout.rows.is_empty() {
        let note = "time from the first touch, not to scale: long gaps are shortened";
        canvas.text((LEFT, y + 18.0), "start", 11, Ink::Quiet, note);
    }
}
