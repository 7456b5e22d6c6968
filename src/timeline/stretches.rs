//! The stretches of an operation where nothing is done: drawn as lines.

use super::operation::{Doing, DrawnOperation, Span};

/// What an operation is at where it does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stretch {
    /// It goes by what it has read, and is about to write.
    GoesBy,
    /// It has not read yet, or has written, or was told that it cannot.
    Idle,
}

impl Stretch {
    /// What is drawn as a line though it has a name.
    pub(super) fn of(doing: &Doing) -> Self {
        match doing {
            Doing::Think => Self::GoesBy,
            _ => Self::Idle,
        }
    }

    /// How its line is drawn.
    pub(super) fn style(self) -> &'static str {
        match self {
            Self::GoesBy => r#"stroke-width="1.5""#,
            Self::Idle => r#"stroke-opacity="0.6" stroke-dasharray="1 3""#,
        }
    }

    /// Whether a line is drawn so.
    pub(super) fn is_style(style: &str) -> bool {
        [Self::GoesBy, Self::Idle]
            .iter()
            .any(|one| one.style() == style)
    }
}

/// Where an operation has no bar, from one time to another.
pub(super) fn gaps(
    operation: &DrawnOperation,
    (first, last): (u64, u64),
) -> impl Iterator<Item = (u64, u64, Stretch)> {
    let mut bars: Vec<_> = operation.spans.iter().map(Span::bounds).collect();
    bars.sort_unstable();
    let mut free = first;
    let mut gaps = Vec::new();
    for (from, to) in bars.into_iter().chain([(last, last)]) {
        if from > free {
            gaps.push((free, from));
        }
        free = free.max(to);
    }
    let read = operation.span(Doing::reads).map(|span| span.bounds().1);
    let writes = |doing: &Doing| doing.writes() || *doing == Doing::Truncate;
    let write = operation.span(writes).map(|span| span.bounds().0);
    let goes_by = move |(from, to): (u64, u64)| {
        read.is_some_and(|read| read <= from) && write.is_some_and(|write| to <= write)
    };
    gaps.into_iter().map(move |gap| {
        let stretch = if goes_by(gap) {
            Stretch::GoesBy
        } else {
            Stretch::Idle
        };
        (gap.0, gap.1, stretch)
    })
}
