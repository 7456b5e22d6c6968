//! The picture. Without its style all colours are of middle lightness, so that it is read on white
//! and on black; the style gives a light or a dark background with stronger text.

use super::canvas::{ACCENT, Canvas, Ink, QUIET, badge, wide};
use super::layout::{LEFT, LINE, Layout, MARGIN, RIGHT, WIDTH};
use super::model::{Time, Timeline};
use super::words::{count, short, tick, xml};
use super::{arrows, labels, lanes, legend, panels};
use crate::store::file::output_contents::SVG;

const STYLE: &str = "<style>
.bg{fill:none}
@media (prefers-color-scheme:light){.bg{fill:#fff}.n{fill:#1f2328}.q{fill:#59636e}.a{fill:#cf222e}.k{stroke:#1f2328}}
@media (prefers-color-scheme:dark){.bg{fill:#0d1117}.n{fill:#e6edf3}.q{fill:#9198a1}.a{fill:#ff7b72}.k{stroke:#e6edf3}}
</style>
";

/// The whole picture.
pub(super) fn draw(timeline: &Timeline) -> String {
    let layout = Layout::of(timeline);
    let mut canvas = Canvas::default();
    head(&mut canvas, timeline, &layout);
    axis(&mut canvas, timeline, &layout);
    folds(&mut canvas, &layout);
    for row in &layout.rows {
        lanes::lane(&mut canvas, timeline, &layout, row);
    }
    let arrows = arrows::arrows(timeline, &layout);
    for arrow in &arrows {
        arrow.draw(&mut canvas);
    }
    for row in &layout.rows {
        lanes::numbers(&mut canvas, timeline, &layout, row);
    }
    labels::labels(&mut canvas, timeline, &layout, &arrows);
    meanwhile(&mut canvas, &layout);
    panels::odds(&mut canvas, timeline, &layout);
    panels::tree(&mut canvas, timeline, &layout);
    let height = legend::legend(&mut canvas, timeline, &layout) + 16.0;
    format!(
        r#"{SVG}xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" width="{WIDTH}" height="{height:.0}" role="img" font-family="system-ui, sans-serif">
<title>{}</title>
{STYLE}<defs><marker id="quiet" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L8 4L0 8z" fill="{QUIET}"/></marker><marker id="accent" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="4" markerHeight="4" orient="auto"><path d="M0 0L8 4L0 8z" fill="{ACCENT}"/></marker></defs>
<rect class="bg" width="100%" height="100%" fill="none"/>
{}</svg>
"#,
        xml(&short(&timeline.title, 300)),
        canvas.body
    )
}

fn head(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout) {
    let title = short(&timeline.title, 100);
    canvas.text((MARGIN, 28.0), "start", 17, Ink::Plain, &title);
    if !timeline.subtitle.is_empty() {
        let subtitle = short(&timeline.subtitle, 140);
        canvas.text((MARGIN, 47.0), "start", 12, Ink::Quiet, &subtitle);
    }
    sentences(canvas, &layout.sentences, layout.caption);
    sentences(canvas, &layout.further, layout.further_top + 4.0);
}

/// The sentences of findings, one below the other, each behind its number.
fn sentences(canvas: &mut Canvas, lines: &[(Option<usize>, String)], top: f64) {
    for (at, (number, line)) in lines.iter().enumerate() {
        let y = top + LINE * at as f64;
        if let Some(number) = number {
            badge(canvas, (MARGIN, y - 11.5), &number.to_string());
        }
        if !line.is_empty() {
            canvas.text((MARGIN + 26.0, y), "start", 12, Ink::Accent, line);
        }
    }
}

fn axis(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout) {
    if layout.rows.is_empty() {
        return;
    }
    let (unit, apart) = match timeline.time {
        Time::Steps => ("step", 20.0),
        Time::Nanoseconds => ("time", 64.0),
    };
    let (y, scale) = (layout.axis, &layout.scale);
    canvas.text((LEFT - 12.0, y), "end", 11, Ink::Quiet, unit);
    let mut last = None;
    let ticks = scale.ticks(apart);
    for (at, (time, x)) in ticks.iter().copied().enumerate() {
        // The name of a step stands over its middle, and the end of the last step begins none.
        let x = match (timeline.time, ticks.get(at + 1)) {
            (Time::Steps, Some(next)) => f64::midpoint(x, next.1),
            (Time::Steps, None) => continue,
            _ => x,
        };
        let gap = last.map(|last| time - last);
        let label = tick(timeline.time, time - scale.start, gap);
        last = Some(time);
        canvas.text((x.min(RIGHT - 20.0), y), "middle", 11, Ink::Quiet, &label);
        let line = format!("M{x:.1} {:.1}V{:.1}", y + 5.0, layout.lanes_floor);
        if timeline.time == Time::Nanoseconds {
            canvas.path(&line, QUIET, r#"stroke-opacity="0.18""#);
        }
    }
}

fn folds(canvas: &mut Canvas, layout: &Layout) {
    for folded in &layout.scale.folded {
        let Some(fold) = layout.choice.folds.get(folded.fold) else {
            continue;
        };
        let (from, to) = (folded.from + 6.0, folded.to - 6.0);
        let (top, floor) = (layout.axis + 8.0, layout.lanes_floor);
        let rest = format!(
            r#"rx="6" fill="{QUIET}" fill-opacity="0.1" stroke="{QUIET}" stroke-opacity="0.5" stroke-dasharray="2 4""#
        );
        canvas.rect((from, top), (to, floor), &rest);
        let (what, how) = fold.words();
        let (middle, centre) = (f64::midpoint(from, to), f64::midpoint(top, floor));
        let (number, noun) = what.split_once(' ').unwrap_or((&what, ""));
        for (line, text) in [number, noun, &how].into_iter().enumerate() {
            if wide(text, 11) <= to - from + 10.0 {
                let y = centre - 11.0 + 15.0 * line as f64;
                canvas.text((middle, y), "middle", 11, Ink::Plain, text);
            }
        }
    }
}

fn meanwhile(canvas: &mut Canvas, layout: &Layout) {
    let mut parts = Vec::new();
    if layout.choice.hidden > 0 {
        parts.push(count(layout.choice.hidden as u64, "more buyer"));
    }
    let fold = layout.choice.meanwhile;
    if fold.operations > 0 {
        let (what, how) = fold.words();
        parts.push(format!("{what} meanwhile, {how}"));
    }
    if !parts.is_empty() {
        let text = format!("not drawn: {}", parts.join("; "));
        canvas.text((LEFT, layout.floor - 8.0), "start", 11, Ink::Quiet, &text);
    }
}
