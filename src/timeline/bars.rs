//! The bars of an operation in the picture: one for each span.

use super::canvas::{ACCENT, Canvas, Ink, QUIET, lock_colour, wide};
use super::layout::{BAR, LaneRow, Layout};
use super::marks::words;
use super::model::{Spot, Time, Timeline};
use super::operation::{Doing, DrawnOperation, Span};

/// The line of an operation, where no bar is: words in bars are not struck through.
pub(super) fn spine(
    canvas: &mut Canvas,
    layout: &Layout,
    operation: &DrawnOperation,
    middle: f64,
    (x0, x1): (f64, f64),
) {
    let bars = operation.spans.iter().map(Span::bounds);
    let mut bars: Vec<_> = bars.collect();
    bars.sort_unstable();
    let mut last = x0;
    for (from, to) in bars {
        let (from, to) = (layout.scale.at(from), layout.scale.at(to));
        if from > last {
            let line = format!("M{last:.1} {middle:.1}H{from:.1}");
            canvas.path(&line, QUIET, r#"stroke-width="1.5""#);
        }
        last = last.max(to);
    }
    if x1 > last {
        let line = format!("M{last:.1} {middle:.1}H{x1:.1}");
        canvas.path(&line, QUIET, r#"stroke-width="1.5""#);
    }
}

/// Half the height of a bar, and how it is filled; nothing for what is drawn as a line.
pub(super) fn style(doing: &Doing, colour: &str) -> Option<(f64, String)> {
    Some(match doing {
        Doing::Wait | Doing::Hold(_) => return None,
        Doing::Think | Doing::Point(_) => {
            (6.5, format!(r#"rx="3" fill="{QUIET}" fill-opacity="0.12""#))
        }
        Doing::Query => (
            5.5,
            format!(r#"rx="5.5" fill="{colour}" fill-opacity="0.15" stroke="{colour}""#),
        ),
        Doing::Read => (
            6.5,
            format!(
                r#"rx="1" fill="{colour}" fill-opacity="0.25" stroke="{colour}" stroke-width="1.5""#
            ),
        ),
        Doing::Truncate => (6.5, format!(r#"rx="1" fill="{colour}" fill-opacity="0.6""#)),
        Doing::Write => (6.5, format!(r#"rx="1" fill="{colour}""#)),
        Doing::Sync => (3.5, format!(r#"fill="{QUIET}" fill-opacity="0.5""#)),
    })
}

/// One span.
pub(super) fn bar(
    canvas: &mut Canvas,
    timeline: &Timeline,
    layout: &Layout,
    row: &LaneRow,
    place: Spot,
    span: &Span,
) {
    let (from, to) = span.bounds();
    let (x0, x1) = (layout.scale.at(from), layout.scale.at(to));
    let middle = row.top + BAR / 2.0;
    let proves = layout.marks.proves(place, &span.doing);
    let colour = if proves { ACCENT } else { QUIET };
    match (&span.doing, style(&span.doing, colour)) {
        (Doing::Think | Doing::Point(_), _) if timeline.time == Time::Nanoseconds => {
            let line = format!("M{x0:.1} {middle:.1}H{x1:.1}");
            return canvas.path(&line, QUIET, r#"stroke-width="1.5""#);
        }
        (Doing::Hold(inode), _) => {
            let lock = lock_colour(layout.marks.lock(*inode));
            let edge = if proves { 2.5 } else { 1.0 };
            let rest = format!(
                r#"rx="3" fill="{lock}" fill-opacity="0.28" stroke="{lock}" stroke-width="{edge}""#
            );
            canvas.rect((x0, row.top), (x1, row.top + BAR), &rest);
        }
        (_, Some((half, rest))) => canvas.rect((x0, middle - half), (x1, middle + half), &rest),
        _ => {
            let line = format!("M{x0:.1} {middle:.1}H{x1:.1}");
            canvas.path(&line, QUIET, r#"stroke-width="5" stroke-dasharray="1.5 3""#);
        }
    }
    let Some(operation) = timeline.operation(place) else {
        return;
    };
    let words = words(timeline, &layout.marks, operation, &span.doing);
    name(
        canvas,
        timeline,
        layout,
        operation,
        span,
        words,
        (x0, x1, middle),
    );
}

/// The name of a span, in it, where there is room for it: that of a hold, and of a step.
fn name(
    canvas: &mut Canvas,
    timeline: &Timeline,
    layout: &Layout,
    operation: &DrawnOperation,
    span: &Span,
    (word, brief): (String, String),
    (x0, x1, middle): (f64, f64, f64),
) {
    let holds = matches!(span.doing, Doing::Hold(_));
    // A dotted line would strike its word through; the legend has it.
    let waits = matches!(span.doing, Doing::Wait);
    if waits || (!holds && timeline.time == Time::Nanoseconds) {
        return;
    }
    // Within a hold lie other bars: its name stands before the first.
    let within = operation.spans.iter().filter(|other| *other != span);
    let within = within.map(|other| layout.scale.at(other.bounds().0));
    let x1 = within.filter(|x| holds && *x >= x0).fold(x1, f64::min);
    let brief = brief.trim_start_matches('+').to_owned();
    let mut fitting = [word, brief].into_iter();
    let fitting = fitting.find(|word| wide(word, 10) + 4.0 <= x1 - x0);
    let at = (f64::midpoint(x0, x1), middle + 3.5);
    match (fitting, &span.doing) {
        (Some(word), Doing::Write | Doing::Truncate) => {
            canvas.text(at, "middle", 10, Ink::Inverse, &word);
        }
        (Some(word), _) => canvas.text(at, "middle", 10, Ink::Plain, &word),
        (None, _) => {}
    }
}
