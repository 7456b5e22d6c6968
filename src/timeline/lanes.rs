//! The lanes of the picture: a buyer each, with what it did and what became of it.

use std::fmt::Write as _;

use super::acts::{Act, told};
use super::bars::{bar, line, spine};
use super::canvas::{Canvas, Ink, QUIET, badge};
use super::labels;
use super::lane_row::LaneRow;
use super::layout::Layout;
use super::model::{Spot, Time};
use super::names::LANE;
use super::operation::{Doing, DrawnOperation};
use super::scene::Scene;
use super::words::{duration, short, xml};

/// A lane: its name, its line, its operations.
pub(super) fn lane(canvas: &mut Canvas, scene: &Scene<'_>, layout: &Layout, row: &LaneRow) {
    let name = scene.timeline.name(row.lane);
    canvas.open(|reveal| (0, reveal.lane(row.lane)));
    let _ = write!(canvas.body, "<g><title>{}</title>", xml(&short(name, 300)));
    let ink = if scene.is_named(row.lane) {
        Ink::Accent
    } else {
        Ink::Plain
    };
    let at = (layout.left - 12.0, row.middle() + 4.0);
    canvas.text(at, "end", 12, ink, &scene.name(row.lane, LANE));
    canvas.body += "</g>\n";
    canvas.close();
    canvas.open_past();
    let faint = r#"stroke-opacity="0.16""#;
    let mut last = layout.left;
    for &operation in scene.choice.lanes.get(&row.lane).into_iter().flatten() {
        let place = Spot {
            lane: row.lane,
            operation,
        };
        let bounds = scene
            .timeline
            .operation(place)
            .and_then(DrawnOperation::bounds);
        if let Some(bounds) = bounds {
            let (from, to) = (layout.scale.at(bounds.0), layout.scale.at(bounds.1));
            if from > last {
                line(canvas, layout, row, (last, from), faint);
            }
            last = last.max(to);
            shape(canvas, scene, layout, row, place, bounds);
        }
    }
    if layout.scale.end() > last {
        line(canvas, layout, row, (last, layout.scale.end()), faint);
    }
    canvas.close();
    words(canvas, scene, layout, row);
}

/// The words below the bars, and what became of the buyer.
fn words(canvas: &mut Canvas, scene: &Scene<'_>, layout: &Layout, row: &LaneRow) {
    for label in &row.labels {
        let ink = if label.marked {
            Ink::Accent
        } else {
            Ink::Quiet
        };
        let at = (label.x, row.baseline(label));
        canvas.open(|reveal| {
            let acts = label.acts.iter();
            let from = acts.map(|act| reveal.step((act.place, act.span), act.ends));
            let wrong = label.acts.iter().map(|act| reveal.wrong(act.place));
            (from.max().unwrap_or(0), wrong.max().unwrap_or(0))
        });
        canvas.text(at, "start", labels::SIZE, ink, &label.words);
        canvas.close();
    }
    for (at, fate) in row.fates.iter().enumerate() {
        let ink = if fate.bad { Ink::Accent } else { Ink::Plain };
        let at = (layout.right + 14.0, row.fate_at(at));
        canvas.open(|reveal| {
            let last = |of: Spot| match write_of(scene, of).filter(|_| fate.by_write) {
                Some((span, ends)) => reveal.step((of, Some(span)), ends),
                None => reveal.last(of),
            };
            let of = fate.of.map_or(reveal.end(), last);
            let finding = fate.finding.map_or(0, |number| reveal.finding(number));
            (of.max(finding), 0)
        });
        canvas.text(at, "start", labels::SIZE, ink, &fate.words);
        canvas.close();
    }
}

/// Which span of an operation writes, and when that is done.
fn write_of(scene: &Scene<'_>, place: Spot) -> Option<(usize, u64)> {
    let mut spans = scene.timeline.operation(place)?.spans.iter().enumerate();
    let (at, span) = spans.find(|(_, span)| span.doing.writes())?;
    Some((at, span.bounds().1))
}

/// The numbers of the findings. Drawn after the arrows, so that no arrow hides one.
pub(super) fn badges(canvas: &mut Canvas, layout: &Layout) {
    for one in &layout.badges {
        canvas.open(|reveal| {
            let step = reveal.step((one.act.place, one.act.span), one.act.ends);
            let findings = one.findings.iter().map(|number| reveal.finding(*number));
            (findings.fold(step, usize::max), 0)
        });
        badge(canvas, one.at, &one.words);
        canvas.close();
    }
}

/// One operation: its line, and its bars.
fn shape(
    canvas: &mut Canvas,
    scene: &Scene<'_>,
    layout: &Layout,
    row: &LaneRow,
    place: Spot,
    bounds: (u64, u64),
) {
    let Some(operation) = scene.timeline.operation(place) else {
        return;
    };
    let details = xml(&details(scene, place));
    let _ = writeln!(canvas.body, "<g><title>{details}</title>");
    canvas.open(|reveal| (0, reveal.wrong(place)));
    spine(canvas, layout, operation, row, bounds);
    let holds = |doing: &Option<Doing>| doing.as_ref().is_some_and(|doing| doing.held().is_some());
    let own = || scene.acts.iter().filter(|act| act.place == place);
    for act in own().filter(|act| holds(&act.doing)) {
        bar(canvas, scene, layout, row, act);
    }
    for act in own().filter(|act| !holds(&act.doing)) {
        bar(canvas, scene, layout, row, act);
    }
    canvas.close();
    canvas.body += "</g>\n";
}

/// What a pointer that rests on an operation is told: every act with its length.
fn details(scene: &Scene<'_>, place: Spot) -> String {
    let mut lines: Vec<String> = Vec::new();
    let own = scene.acts.iter().filter(|act| act.place == place);
    // What it was told comes last.
    let is_answer = |act: &Act| {
        let is_point = matches!(act.doing, Some(Doing::Point(_)));
        is_point && scene.timeline.time == Time::Nanoseconds
    };
    let own = own.filter(|act| !act.words.is_empty() && !is_answer(act));
    for act in own.take(12) {
        let words = &act.words;
        lines.push(match scene.timeline.time {
            Time::Steps => format!("{words} (step {})", act.from.saturating_add(1)),
            Time::Nanoseconds => format!("{words} ({})", duration(act.to - act.from)),
        });
    }
    lines.extend(scene.timeline.operation(place).and_then(told));
    lines.join("; ")
}

/// What stands where time is cut out: two strokes on every lane.
pub(super) fn breaks(canvas: &mut Canvas, layout: &Layout) {
    let heights = layout.rows.iter().map(LaneRow::middle);
    let heights: Vec<f64> = std::iter::once(layout.axis + 5.0).chain(heights).collect();
    let mut path = String::new();
    for (from, to) in &layout.scale.breaks {
        let x = f64::midpoint(*from, *to);
        for y in &heights {
            let _ = write!(
                path,
                "M{:.1} {:.1}l4 -8M{:.1} {:.1}l4 -8",
                x - 4.5,
                y + 4.0,
                x + 0.5,
                y + 4.0
            );
        }
    }
    if !path.is_empty() {
        canvas.path(&path, QUIET, r#"stroke-opacity="0.7""#);
    }
}
