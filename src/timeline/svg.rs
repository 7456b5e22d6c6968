//! The picture. Without its style all colours are of middle lightness, so that it is read on white
//! and on black; the style gives a light or a dark background with stronger text.

use super::canvas::{ACCENT, Canvas, Ink, QUIET, badge, wide};
use super::labels::SIZE;
use super::layout::{LINE, Layout, MARGIN, WIDTH};
use super::model::{Time, Timeline};
use super::reveal::Reveal;
use super::scene::Scene;
use super::words::{short, xml};
use super::{arrows, lanes, legend, panels};
use crate::store::file::output_contents::SVG;

pub(super) const STYLE: &str = "<style>
.bg{fill:none}
@media (prefers-color-scheme:light){.bg{fill:#fff}.n{fill:#1f2328}.q{fill:#59636e}.a{fill:#cf222e}.k{stroke:#1f2328}}
@media (prefers-color-scheme:dark){.bg{fill:#0d1117}.n{fill:#e6edf3}.q{fill:#9198a1}.a{fill:#ff7b72}.k{stroke:#e6edf3}}
</style>
";

/// The whole picture.
pub(super) fn draw(timeline: &Timeline) -> String {
    sized(timeline).0
}

/// The same, and how high it is.
pub(super) fn sized(timeline: &Timeline) -> (String, f64) {
    let scene = Scene::of(timeline);
    let layout = arrows::joined(&scene, Layout::of(&scene));
    measured(&scene, &layout, None)
}

/// The picture of a page, of which it is known when what is seen.
pub(super) fn stepped(scene: &Scene<'_>, layout: &Layout, reveal: Reveal) -> String {
    measured(scene, layout, Some(reveal)).0
}

/// The picture, and how high it is.
fn measured(scene: &Scene<'_>, layout: &Layout, reveal: Option<Reveal>) -> (String, f64) {
    let timeline = scene.timeline;
    let mut canvas = Canvas {
        reveal,
        ..Canvas::default()
    };
    head(&mut canvas, timeline, layout);
    axis(&mut canvas, scene, layout);
    folds(&mut canvas, scene, layout);
    for row in &layout.rows {
        lanes::lane(&mut canvas, scene, layout, row);
    }
    lanes::breaks(&mut canvas, layout);
    for arrow in &layout.arrows {
        arrow.draw(&mut canvas);
    }
    lanes::badges(&mut canvas, layout);
    let not_drawn = scene.not_drawn();
    if !not_drawn.is_empty() {
        let at = (layout.left, layout.floor - 6.0);
        canvas.text(at, "start", SIZE, Ink::Quiet, &not_drawn);
    }
    panels::odds(&mut canvas, timeline, layout);
    let tree = panels::tree(&mut canvas, scene, layout);
    let floor = legend::legend(&mut canvas, scene, layout, tree.0);
    let height = (tree.1.max(floor) + 8.0).round();
    let svg = format!(
        r#"{SVG}xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" width="{WIDTH}" height="{height:.0}" role="img" font-family="system-ui, sans-serif">
<title>{}</title>
{STYLE}<defs><marker id="quiet" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L8 4L0 8z" fill="{QUIET}"/></marker><marker id="accent" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="4" markerHeight="4" orient="auto"><path d="M0 0L8 4L0 8z" fill="{ACCENT}"/></marker></defs>
<rect class="bg" width="100%" height="100%" fill="none"/>
{}</svg>
"#,
        xml(&short(&timeline.title, 300)),
        canvas.body
    );
    (svg, height)
}

fn head(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout) {
    if !layout.has_head {
        return;
    }
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

fn axis(canvas: &mut Canvas, scene: &Scene<'_>, layout: &Layout) {
    if layout.rows.is_empty() {
        return;
    }
    let steps = scene.timeline.time == Time::Steps;
    let (y, scale) = (layout.axis, &layout.scale);
    let at = (layout.left - 12.0, y);
    canvas.text(at, "end", SIZE, Ink::Quiet, scene.axis.name());
    let ticks = scale.ticks(if steps { 20.0 } else { 8.0 });
    let (mut free, mut last) = (f64::NEG_INFINITY, String::new());
    for (at, (time, x)) in ticks.iter().copied().enumerate() {
        // The name of a step stands over its middle, and the end of the last step begins none.
        let x = match (steps, ticks.get(at + 1)) {
            (true, Some(next)) => f64::midpoint(x, next.1),
            (true, None) => continue,
            _ => x,
        };
        let label = scene.axis.label(time);
        let half = wide(&label, SIZE) / 2.0;
        if x - half < free || label == last {
            continue;
        }
        free = x + half + 6.0;
        canvas.text((x, y), "middle", SIZE, Ink::Quiet, &label);
        last = label;
        if !steps {
            let line = format!("M{x:.1} {:.1}V{:.1}", y + 2.0, y + 8.0);
            canvas.path(&line, QUIET, r#"stroke-opacity="0.7""#);
        }
    }
    if !steps {
        for (from, to) in scale.pieces(layout.left, layout.right) {
            let line = format!("M{from:.1} {:.1}H{to:.1}", y + 5.0);
            canvas.path(&line, QUIET, r#"stroke-opacity="0.5""#);
        }
    }
}

fn folds(canvas: &mut Canvas, scene: &Scene<'_>, layout: &Layout) {
    for folded in &layout.scale.folded {
        let Some(fold) = scene.choice.folds.get(folded.fold) else {
            continue;
        };
        let (from, to) = (folded.from + 6.0, folded.to - 6.0);
        let (top, floor) = (layout.axis + 12.0, layout.lanes_floor);
        let rest = format!(
            r#"rx="6" fill="{QUIET}" fill-opacity="0.1" stroke="{QUIET}" stroke-opacity="0.5" stroke-dasharray="2 4""#
        );
        canvas.rect((from, top), (to, floor), &rest);
        let (what, how) = fold.words();
        let (middle, centre) = (f64::midpoint(from, to), f64::midpoint(top, floor));
        let (number, noun) = what.split_once(' ').unwrap_or((&what, ""));
        let how = super::words::wrapped(&how, 12);
        let lines = [number, noun]
            .into_iter()
            .chain(how.iter().map(String::as_str));
        for (line, text) in lines.enumerate() {
            if wide(text, SIZE) <= to - from + 10.0 {
                let y = centre - 18.0 + 15.0 * line as f64;
                canvas.text((middle, y), "middle", SIZE, Ink::Plain, text);
            }
        }
    }
}
