//! The lanes of the picture: a buyer each, with what it did.

use std::fmt::Write as _;

use super::layout::{BAR, LEFT, LaneRow, Layout};
use super::marks::{sayings, words};
use super::svg::{ACCENT, Canvas, Ink, QUIET, badge, lock_colour, wide};
use super::words::{duration, short, xml};
use super::{Doing, DrawnOperation, Span, Spot, Time, Timeline};

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

/// The line of an operation, where no bar is: words in bars are not struck through.
fn spine(
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
fn bar(
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

impl Layout {
    /// The operations of a lane that are drawn.
    pub(super) fn places(&self, lane: usize) -> impl Iterator<Item = Spot> + '_ {
        let drawn = self.choice.lanes.get(&lane).into_iter().flatten();
        drawn.map(move |&operation| Spot { lane, operation })
    }

    /// An operation, and from where to where it is drawn.
    pub(super) fn bounds<'a>(
        &self,
        timeline: &'a Timeline,
        place: Spot,
    ) -> Option<(&'a DrawnOperation, (f64, f64))> {
        let operation = timeline.operation(place)?;
        let (from, to) = operation.bounds()?;
        Some((operation, (self.scale.at(from), self.scale.at(to))))
    }
}
