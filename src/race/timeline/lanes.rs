//! The lanes of the picture: a buyer each, with what it did.

use std::fmt::Write as _;

use super::layout::{BAR, LEFT, Layout, RIGHT, Row};
use super::marks::sayings;
use super::svg::{ACCENT, Canvas, Ink, QUIET, badge, lock_colour, wide};
use super::words::{duration, short, xml};
use super::{Doing, Operation, Place, Span, Time, Timeline};

/// A lane, from its name to its last operation.
pub(super) fn lane(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout, row: &Row) {
    let middle = row.top + BAR / 2.0;
    let name = short(timeline.name(row.lane), 18);
    let _ = write!(
        canvas.body,
        "<g><title>{}</title>",
        xml(&short(timeline.name(row.lane), 300))
    );
    canvas.text((LEFT - 12.0, middle + 4.0), "end", 12, Ink::Plain, &name);
    canvas.body += "</g>\n";
    let line = format!("M{LEFT} {middle:.1}H{:.1}", layout.scale.end());
    canvas.path(&line, QUIET, r#"stroke-opacity="0.16""#);
    let drawn = layout.choice.lanes.get(&row.lane);
    let drawn: Vec<Place> = drawn
        .into_iter()
        .flatten()
        .map(|&operation| Place {
            lane: row.lane,
            operation,
        })
        .collect();
    let mut free = LEFT;
    for (at, place) in drawn.iter().enumerate() {
        let Some(operation) = timeline.operation(*place) else {
            continue;
        };
        let next = drawn.get(at + 1).and_then(|next| timeline.operation(*next));
        let end = next
            .and_then(Operation::bounds)
            .map_or(RIGHT, |next| layout.scale.at(next.0));
        shape(canvas, timeline, layout, row, *place, operation);
        free = saying(
            canvas,
            timeline,
            layout,
            (row, *place),
            operation,
            (free, end),
        );
    }
}

/// One operation: its frame if a finding names it, its bars, its end.
fn shape(
    canvas: &mut Canvas,
    timeline: &Timeline,
    layout: &Layout,
    row: &Row,
    place: Place,
    operation: &Operation,
) {
    let Some((from, to)) = operation.bounds() else {
        return;
    };
    let named = layout.marks.names(place);
    let (x0, x1) = (layout.scale.at(from), layout.scale.at(to));
    let middle = row.top + BAR / 2.0;
    let _ = writeln!(
        canvas.body,
        "<g><title>{}</title>",
        xml(&details(timeline, operation))
    );
    if named {
        let frame = format!(
            r#"rx="5" fill="{ACCENT}" fill-opacity="0.1" stroke="{ACCENT}" stroke-width="1.5""#
        );
        canvas.rect(
            (x0 - 3.0, row.top - 3.0),
            (x1 + 3.0, row.top + BAR + 3.0),
            &frame,
        );
        badge(
            canvas,
            (x0 - 3.0, row.top - 15.0),
            &layout.marks.numbers(place),
        );
    }
    canvas.path(
        &format!("M{x0:.1} {middle:.1}H{x1:.1}"),
        QUIET,
        r#"stroke-width="1.5""#,
    );
    let holds = |span: &&Span| matches!(span.doing, Doing::Hold(_));
    for span in operation.spans.iter().filter(holds) {
        bar(canvas, timeline, layout, row, (operation, named), span);
    }
    for span in operation.spans.iter().filter(|span| !holds(span)) {
        bar(canvas, timeline, layout, row, (operation, named), span);
    }
    if let Some(killed) = operation.killed {
        let x = layout.scale.at(killed);
        let cross = format!("M{:.1} {:.1}l12 12m0 -12l-12 12", x - 6.0, middle - 6.0);
        canvas.path(&cross, QUIET, r#"stroke-width="3" stroke-linecap="round""#);
    }
    canvas.body += "</g>\n";
}

/// What a pointer that rests on an operation is told: every span in its own unit.
fn details(timeline: &Timeline, operation: &Operation) -> String {
    let [said, ..] = sayings(timeline, operation);
    let mut lines = vec![said];
    for span in operation.spans.iter().take(12) {
        let (from, to) = span.bounds();
        let doing = match &span.doing {
            Doing::Hold(inode) => format!("held inode {inode}"),
            Doing::Point(name) => short(name, 30),
            doing => format!("{doing:?}").to_lowercase(),
        };
        lines.push(match timeline.time {
            Time::Steps => format!("{doing}: step {}", from.saturating_add(1)),
            Time::Nanoseconds => format!("{doing}: {}", duration(to - from)),
        });
    }
    lines.join("; ")
}

/// One span.
fn bar(
    canvas: &mut Canvas,
    timeline: &Timeline,
    layout: &Layout,
    row: &Row,
    (operation, named): (&Operation, bool),
    span: &Span,
) {
    let (from, to) = span.bounds();
    let (x0, x1) = (layout.scale.at(from), layout.scale.at(to));
    let middle = row.top + BAR / 2.0;
    let colour = if named { ACCENT } else { QUIET };
    let (half, rest) = match &span.doing {
        Doing::Hold(inode) => {
            let lock = lock_colour(layout.marks.lock(*inode));
            (
                BAR / 2.0,
                format!(r#"rx="3" fill="{lock}" fill-opacity="0.35" stroke="{lock}""#),
            )
        }
        Doing::Wait => {
            let line = format!("M{x0:.1} {middle:.1}H{x1:.1}");
            return canvas.path(&line, QUIET, r#"stroke-width="5" stroke-dasharray="1.5 3""#);
        }
        Doing::Think if timeline.time == Time::Nanoseconds => return,
        Doing::Think | Doing::Point(_) => {
            (6.5, format!(r#"rx="3" fill="{QUIET}" fill-opacity="0.12""#))
        }
        Doing::Query => (
            5.5,
            format!(r#"rx="5.5" fill="{QUIET}" fill-opacity="0.15" stroke="{QUIET}""#),
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
    };
    canvas.rect((x0, middle - half), (x1, middle + half), &rest);
    let (word, brief) = super::marks::words(timeline, &layout.marks, operation, &span.doing);
    let holds = matches!(span.doing, Doing::Hold(_));
    // Within a hold lie other bars; its letter stands where they leave room for it.
    let free = operation
        .spans
        .iter()
        .filter(|other| !std::ptr::eq(*other, span));
    let end = free
        .map(|other| layout.scale.at(other.bounds().0))
        .filter(|x| holds && *x >= x0);
    let x1 = end.fold(x1, f64::min);
    for label in [word, brief.trim_start_matches('+').to_owned()] {
        if wide(&label, 10) + 4.0 <= x1 - x0 && timeline.time == Time::Steps
            || holds && wide(&label, 10) + 4.0 <= x1 - x0
        {
            let at = (f64::midpoint(x0, x1), middle + 3.5);
            let solid = matches!(span.doing, Doing::Write | Doing::Truncate);
            if solid {
                let _ = writeln!(
                    canvas.body,
                    r##"<text x="{:.1}" y="{:.1}" text-anchor="middle" font-size="10" font-weight="600" fill="#fff">{}</text>"##,
                    at.0,
                    at.1,
                    xml(&label)
                );
            } else {
                canvas.text(at, "middle", 10, Ink::Plain, &label);
            }
            break;
        }
    }
}

/// Says under an operation what it did, as long as the room allows; gives where the text ends.
fn saying(
    canvas: &mut Canvas,
    timeline: &Timeline,
    layout: &Layout,
    (row, place): (&Row, Place),
    operation: &Operation,
    (free, end): (f64, f64),
) -> f64 {
    let named = layout.marks.names(place);
    let Some((from, _)) = operation.bounds() else {
        return free;
    };
    for words in sayings(timeline, operation) {
        let width = wide(&words, 11);
        let x = layout.scale.at(from).max(free);
        // The last one may begin further left.
        let x = if end >= RIGHT {
            x.min(RIGHT - width).max(free)
        } else {
            x
        };
        if !words.is_empty() && x + width <= end {
            let ink = if named { Ink::Accent } else { Ink::Quiet };
            canvas.text((x, row.top + BAR + 14.0), "start", 11, ink, &words);
            return x + width + 10.0;
        }
    }
    free
}
