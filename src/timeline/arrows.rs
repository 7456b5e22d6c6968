//! The arrows of the picture: from writes to reads, and between the operations of a finding.

use super::canvas::{ACCENT, Canvas, QUIET};
use super::layout::{BAR, LaneRow, Layout};
use super::marks::Marks;
use super::model::{Clash, Spot, Timeline};
use super::operation::{Doing, Sight, Span};

/// A curve from one bar to another.
#[derive(Debug)]
pub(super) struct Arrow {
    from: (f64, f64),
    to: (f64, f64),
    /// How far it goes on to the right, and comes from the left, before it turns.
    bend: f64,
    /// Whether it joins the operations of a finding.
    accent: bool,
}

/// Into so many pieces a curve is cut to see what it crosses.
const PIECES: u32 = 24;

impl Arrow {
    /// From the edge of a bar that faces the other to the edge of the other that faces back.
    fn new((x0, y0): (f64, f64), (x1, y1): (f64, f64), accent: bool) -> Self {
        let half = BAR / 2.0 + 3.0;
        let (y0, y1) = match y0.total_cmp(&y1) {
            std::cmp::Ordering::Less => (y0 + half, y1 - half),
            std::cmp::Ordering::Greater => (y0 - half, y1 + half),
            std::cmp::Ordering::Equal => (y0, y1),
        };
        let bend = if accent {
            0.0
        } else {
            ((x1 - x0).abs() / 2.0).clamp(6.0, 40.0)
        };
        Self {
            from: (x0, y0),
            to: (x1, y1),
            bend,
            accent,
        }
    }

    /// Points along it.
    pub(super) fn points(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let ((x0, y0), (x1, y1)) = (self.from, self.to);
        (0..=PIECES).map(move |piece| {
            let on = f64::from(piece) / f64::from(PIECES);
            let off = 1.0 - on;
            // A cubic curve; without a bend its inner points are its ends, on the same line.
            let inner = (3.0 * off * off * on, 3.0 * off * on * on);
            let (near, far) = (off.powi(3) + inner.0, on.powi(3) + inner.1);
            let bent = self.bend * (inner.0 - inner.1);
            (near * x0 + far * x1 + bent, near * y0 + far * y1)
        })
    }

    pub(super) fn draw(&self, canvas: &mut Canvas) {
        let ((x0, y0), (x1, y1)) = (self.from, self.to);
        let path = format!(
            "M{x0:.1} {y0:.1}C{:.1} {y0:.1} {:.1} {y1:.1} {x1:.1} {y1:.1}",
            x0 + self.bend,
            x1 - self.bend
        );
        if self.accent {
            let line = format!("M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}");
            canvas.path(
                &line,
                ACCENT,
                r#"stroke-width="2" marker-end="url(#accent)""#,
            );
        } else {
            canvas.path(
                &path,
                QUIET,
                r#"stroke-opacity="0.8" marker-end="url(#quiet)""#,
            );
        }
    }
}

/// All arrows, what must be found last.
pub(super) fn arrows(timeline: &Timeline, layout: &Layout) -> Vec<Arrow> {
    let places = layout.choice.places();
    let reads = places.filter_map(|place| {
        let writer = layout.seen_from(timeline, place)?;
        let from = anchor(timeline, layout, writer, false, true)?;
        let to = anchor(timeline, layout, place, true, false)?;
        Some(Arrow::new(from, to, false))
    });
    let clashes = timeline
        .findings
        .iter()
        .enumerate()
        .filter_map(|(at, finding)| {
            let &[first, second, ..] = finding.places.as_slice() else {
                return None;
            };
            if first == second || !Marks::is_marked(at) {
                return None;
            }
            let from = middle(timeline, layout, first, finding.clash, true)?;
            let to = middle(timeline, layout, second, finding.clash, false)?;
            Some(Arrow::new(from, to, true))
        });
    reads.chain(clashes).collect()
}

/// The read or the write of an operation; its beginning, or its end.
fn anchor(
    timeline: &Timeline,
    layout: &Layout,
    place: Spot,
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
    let row = layout.row(place)?;
    Some((layout.scale.at(time), row.top + BAR / 2.0))
}

/// The middle of the act of an operation that proves a finding.
fn middle(
    timeline: &Timeline,
    layout: &Layout,
    place: Spot,
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
    let row = layout.row(place)?;
    let x = f64::midpoint(layout.scale.at(from), layout.scale.at(to));
    Some((x, row.top + BAR / 2.0))
}

impl Layout {
    /// Where an operation's lane lies, if the operation is drawn.
    fn row(&self, place: Spot) -> Option<&LaneRow> {
        let drawn = self.choice.has(place);
        self.rows.iter().find(|row| drawn && row.lane == place.lane)
    }

    /// The drawn operation whose write this one read.
    pub(super) fn seen_from(&self, timeline: &Timeline, place: Spot) -> Option<Spot> {
        let Sight::Version(read) = timeline.operation(place)?.read.as_ref()? else {
            return None;
        };
        let writer = timeline.versions.get(*read)?.writer?;
        (writer != place && self.choice.has(writer)).then_some(writer)
    }

    /// Whether any read is joined to the write that it saw.
    pub(super) fn reads_are_joined(&self, timeline: &Timeline) -> bool {
        let mut places = self.choice.places();
        places.any(|place| self.seen_from(timeline, place).is_some())
    }
}
