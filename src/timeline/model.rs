//! What can be asked of the model, and how its parts are made.

use super::{Doing, DrawnOperation, DrawnVersion, Span, Spot, Timeline, svg, text};

impl Timeline {
    /// The picture: one self-contained SVG, for a light and for a dark background.
    #[must_use]
    pub fn to_svg(&self) -> String {
        svg::draw(self)
    }

    /// The same for a terminal: lines of at most 80 columns.
    #[must_use]
    pub fn to_text(&self) -> Vec<text::TextLine> {
        text::draw(self)
    }

    /// The lanes and the versions alone, for a terminal, where the rest is said already.
    #[must_use]
    pub fn to_sketch(&self) -> Vec<text::TextLine> {
        text::sketch(self)
    }

    /// The operation at a place, if there is one.
    #[must_use]
    pub fn operation(&self, place: Spot) -> Option<&DrawnOperation> {
        self.lanes.get(place.lane)?.operations.get(place.operation)
    }

    pub(super) fn name(&self, lane: usize) -> &str {
        self.lanes.get(lane).map_or("?", |lane| lane.name.as_str())
    }

    /// The version that a version grew from.
    pub(super) fn parent(&self, version: usize) -> Option<usize> {
        let parent = self.versions.get(version)?.parent?;
        (parent < version).then_some(parent)
    }
}

impl Span {
    /// A span of time.
    #[must_use]
    pub fn new(doing: Doing, from: u64, to: u64) -> Self {
        Self { doing, from, to }
    }

    /// When it began and when it ended, in this order whatever the model says.
    pub(super) fn bounds(&self) -> (u64, u64) {
        (self.from.min(self.to), self.from.max(self.to))
    }
}

impl DrawnOperation {
    /// The first span that satisfies a condition.
    pub(super) fn span(&self, wanted: impl Fn(&Doing) -> bool) -> Option<&Span> {
        self.spans.iter().find(|span| wanted(&span.doing))
    }

    /// From the first touch to the last; `None` when nothing says when.
    pub(super) fn bounds(&self) -> Option<(u64, u64)> {
        let spans = self.spans.iter().map(Span::bounds);
        let kill = self.killed.map(|at| (at, at));
        spans
            .chain(kill)
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }
}

impl DrawnVersion {
    /// The version that stood there before the run.
    #[must_use]
    pub fn first(seq: u64, left: u64) -> Self {
        Self {
            seq,
            left: Some(left),
            ..Self::default()
        }
    }

    /// A version that grew from the one at index `parent`.
    #[must_use]
    pub fn after(parent: usize, seq: u64, left: u64) -> Self {
        Self {
            parent: Some(parent),
            ..Self::first(seq, left)
        }
    }

    /// The same, written by an operation.
    #[must_use]
    pub fn by(self, lane: usize, operation: usize) -> Self {
        Self {
            writer: Some(Spot { lane, operation }),
            ..self
        }
    }

    /// The same, and `tickets.json` says so in the end.
    #[must_use]
    pub fn survived(self) -> Self {
        Self {
            survived: true,
            ..self
        }
    }
}
