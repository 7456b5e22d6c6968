//! The lanes of the picture: a buyer each, with what it did.

use std::fmt::Write as _;

use super::bars::{bar, spine};
use super::canvas::{ACCENT, Canvas, Ink, QUIET, badge};
use super::layout::{BAR, LEFT, LaneRow, Layout};
use super::marks::sayings;
use super::model::{Spot, Time, Timeline};
use super::operation::{Doing, DrawnOperation, Span};
use super::words::{duration, short, xml};

/// A lane: its name, its line, its operations.
pub(super) fn lane(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout, row: &LaneRow) {
    let middle = row.top + BAR / 2.0;
    let whole = xml(&short(timeline.name(row.lane), 300));
    let _ = write!(canvas.body, "<g><title>{whole}</title>");
    let name = short(timeline.name(row.lane), 18);
    canvas.text((LEFT - 12.0, middle + 4.0), "end", 12, Ink::Plain, &name);
    canvas.body += "</g>\n";
    let mut last = LEFT;
    for place in layout.places(row.lane) {
        let Some((operation, bounds)) = layout.bounds(timeline, place) else {
            continue;
        };
        empty(canvas, layout, middle, (last, bounds.0));
        last = bounds.1;
        shape(canvas, timeline, layout, row, (place, operation));
    }
    empty(canvas, layout, middle, (last, layout.scale.end()));
}

/// The numbers of the findings that name an operation of the lane. Drawn after the arrows, so that no arrow
/// hides one.
pub(super) fn numbers(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout, row: &LaneRow) {
    for place in layout.places(row.lane) {
        if let Some((_, (from, _))) = layout.bounds(timeline, place)
            && layout.marks.names(place)
        {
            let numbers = layout.marks.numbers(place);
            badge(canvas, (from - 3.0, row.top - 15.0), &numbers);
        }
    }
}

/// The line of a lane where nothing happens, up to a fold and on behind it.
fn empty(canvas: &mut Canvas, layout: &Layout, middle: f64, (from, to): (f64, f64)) {
    let mut last = from;
    let folds = layout
        .scale
        .folded
        .iter()
        .filter(|fold| fold.to > from && fold.from < to);
    let ends = folds.map(|fold| (fold.from, fold.to));
    for (from, next) in ends.chain([(to, to)]) {
        if from > last {
            let line = format!("M{last:.1} {middle:.1}H{from:.1}");
            canvas.path(&line, QUIET, r#"stroke-opacity="0.16""#);
        }
        last = next;
    }
}

/// One operation: its frame if a finding names it, its bars, its end.
fn shape(
    canvas: &mut Canvas,
    timeline: &Timeline,
    layout: &Layout,
    row: &LaneRow,
    (place, operation): (Spot, &DrawnOperation),
) {
    let Some((_, (x0, x1))) = layout.bounds(timeline, place) else {
        return;
    };
    let middle = row.top + BAR / 2.0;
    let details = xml(&details(timeline, operation));
    let _ = writeln!(canvas.body, "<g><title>{details}</title>");
    if layout.marks.names(place) {
        let frame = format!(
            r#"rx="5" fill="{ACCENT}" fill-opacity="0.1" stroke="{ACCENT}" stroke-width="1.5""#
        );
        let (top, floor) = (row.top - 3.0, row.top + BAR + 3.0);
        canvas.rect((x0 - 3.0, top), (x1 + 3.0, floor), &frame);
    }
    spine(canvas, layout, operation, middle, (x0, x1));
    let holds = |span: &&Span| matches!(span.doing, Doing::Hold(_));
    for span in operation.spans.iter().filter(holds) {
        bar(canvas, timeline, layout, row, place, span);
    }
    for span in operation.spans.iter().filter(|span| !holds(span)) {
        bar(canvas, timeline, layout, row, place, span);
    }
    if let Some(killed) = operation.killed {
        let x = layout.scale.at(killed);
        let cross = format!("M{:.1} {:.1}l12 12m0 -12l-12 12", x - 6.0, middle - 6.0);
        canvas.path(
            &cross,
            QUIET,
            r#"class="k" stroke-width="3" stroke-linecap="round""#,
        );
    }
    canvas.body += "</g>\n";
}

/// What a pointer that rests on an operation is told: every span in its own unit.
fn details(timeline: &Timeline, operation: &DrawnOperation) -> String {
    let mut lines = sayings(timeline, operation);
    lines.truncate(1);
    for span in operation.spans.iter().take(12) {
        let (from, to) = span.bounds();
        let doing = match &span.doing {
            Doing::Hold(_) if timeline.time == Time::Steps => "held the lock".to_owned(),
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
