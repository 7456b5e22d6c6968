//! The arrows of the picture: from writes to reads, and between the operations of a finding.

use super::layout::{BAR, Layout};
use super::svg::{ACCENT, Canvas, QUIET};
use super::{Clash, Doing, Place, Sight, Span, Timeline};

/// From each write to the reads that saw it.
pub(super) fn reads(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout) {
    for place in layout.choice.places() {
        let Some(operation) = timeline.operation(place) else {
            continue;
        };
        let Some(Sight::Version(read)) = operation.read else {
            continue;
        };
        let writer = timeline
            .versions
            .get(read)
            .and_then(|version| version.writer);
        let drawn = |writer: &Place| layout.choice.has(*writer) && *writer != place;
        let Some(writer) = writer.filter(drawn) else {
            continue;
        };
        let from = anchor(timeline, layout, writer, false, true);
        let to = anchor(timeline, layout, place, true, false);
        if let (Some((x0, y0)), Some((x1, y1))) = (from, to) {
            let (y0, y1) = edges(y0, y1);
            let bend = ((x1 - x0).abs() / 2.0).clamp(6.0, 40.0);
            let path = format!(
                "M{x0:.1} {y0:.1}C{:.1} {y0:.1} {:.1} {y1:.1} {x1:.1} {y1:.1}",
                x0 + bend,
                x1 - bend
            );
            canvas.path(
                &path,
                QUIET,
                r#"stroke-opacity="0.8" marker-end="url(#quiet)""#,
            );
        }
    }
}

/// From one bar to another: from the edge that faces it to the edge that faces back.
fn edges(y0: f64, y1: f64) -> (f64, f64) {
    let half = BAR / 2.0 + 3.0;
    if y0 < y1 {
        (y0 + half, y1 - half)
    } else if y0 > y1 {
        (y0 - half, y1 + half)
    } else {
        (y0, y1)
    }
}

/// The read or the write of an operation; its beginning, or its end.
fn anchor(
    timeline: &Timeline,
    layout: &Layout,
    place: Place,
    read: bool,
    end: bool,
) -> Option<(f64, f64)> {
    let operation = timeline.operation(place)?;
    let wanted = |doing: &Doing| {
        if read {
            matches!(doing, Doing::Read | Doing::Query)
        } else {
            matches!(doing, Doing::Write)
        }
    };
    let bounds = operation
        .span(wanted)
        .map(Span::bounds)
        .or(operation.bounds())?;
    let time = if end { bounds.1 } else { bounds.0 };
    let row = layout.rows.iter().find(|row| row.lane == place.lane)?;
    Some((layout.scale.at(time), row.top + BAR / 2.0))
}

/// Joins the two operations of each finding.
pub(super) fn clashes(canvas: &mut Canvas, timeline: &Timeline, layout: &Layout) {
    for (at, finding) in timeline.findings.iter().enumerate() {
        let &[first, second, ..] = finding.places.as_slice() else {
            continue;
        };
        let marked = layout.marks.numbers(first).contains(&(at + 1).to_string());
        if !marked || !layout.choice.has(first) || !layout.choice.has(second) {
            continue;
        }
        let from = middle(timeline, layout, first, finding.clash, true);
        let to = middle(timeline, layout, second, finding.clash, false);
        if let (Some((x0, y0)), Some((x1, y1))) = (from, to) {
            let (y0, y1) = edges(y0, y1);
            let path = format!("M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}");
            canvas.path(
                &path,
                ACCENT,
                r#"stroke-width="2" marker-end="url(#accent)""#,
            );
        }
    }
}

/// The middle of the act of an operation that proves a finding.
fn middle(
    timeline: &Timeline,
    layout: &Layout,
    place: Place,
    clash: Clash,
    first: bool,
) -> Option<(f64, f64)> {
    let operation = timeline.operation(place)?;
    let write = |doing: &Doing| matches!(doing, Doing::Write);
    let span = match (clash, first) {
        (Clash::Writes, _) => operation.span(write),
        (Clash::WriteRead, true) => operation
            .span(|d| matches!(d, Doing::Truncate))
            .or(operation.span(write)),
        (Clash::WriteRead, false) => operation.span(|d| matches!(d, Doing::Read | Doing::Query)),
        (Clash::Holds, _) => operation.span(|d| matches!(d, Doing::Hold(_))),
        (Clash::Whole, _) => None,
    };
    let (from, to) = span.map(Span::bounds).or(operation.bounds())?;
    let row = layout.rows.iter().find(|row| row.lane == place.lane)?;
    let x = f64::midpoint(layout.scale.at(from), layout.scale.at(to));
    Some((x, row.top + BAR / 2.0))
}

impl Layout {
    /// Whether any read is joined to the write that it saw.
    pub(super) fn reads_are_joined(&self, timeline: &Timeline) -> bool {
        self.choice.places().any(|place| {
            let read = timeline.operation(place).and_then(|o| o.read.as_ref());
            let Some(Sight::Version(read)) = read else {
                return false;
            };
            let writer = timeline.versions.get(*read).and_then(|v| v.writer);
            writer.is_some_and(|writer| writer != place && self.choice.has(writer))
        })
    }
}
