//! The model of an operation: what it did when, what it saw, how it ended.

/// One purchase or query, from the first touch to the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrawnOperation {
    /// What it did when. A hold of a lock may lie around others.
    pub spans: Vec<Span>,
    /// What it saw of the count.
    pub read: Option<Sight>,
    /// The version that it saw when it only looked, before it read what it goes by, as an index into
    /// [`Timeline::versions`](super::Timeline::versions).
    pub looked: Option<usize>,
    /// The version that it wrote, as an index into [`Timeline::versions`](super::Timeline::versions).
    pub wrote: Option<usize>,
    /// What it was told; `None` when it was not told anything.
    pub outcome: Option<DrawnOutcome>,
    /// When it was killed.
    pub killed: Option<u64>,
    /// How many tickets it wants; 0: none, or nobody says how many.
    pub quantity: u64,
}

impl DrawnOperation {
    /// How many tickets its sale takes: one, where nobody says how many.
    pub(super) fn takes(&self) -> u64 {
        match self.outcome {
            Some(DrawnOutcome::Sold(many)) => many,
            _ => self.quantity.max(1),
        }
    }

    /// When it cut the count to nothing, if it did.
    pub(super) fn cut_at(&self) -> Option<u64> {
        let span = self.span(|doing| *doing == Doing::Truncate)?;
        Some(span.bounds().1)
    }

    /// The first span that satisfies a condition.
    pub(super) fn span(&self, wanted: impl Fn(&Doing) -> bool) -> Option<&Span> {
        self.spans.iter().find(|span| wanted(&span.doing))
    }

    /// Whether a wait ends with a lock that is got shared.
    pub(super) fn is_wish_to_share(&self, wait: &Span) -> bool {
        let is_got = |span: &Span| span.bounds().0 == wait.bounds().1;
        let mut shared = self.spans.iter();
        shared.any(|span| matches!(span.doing, Doing::Share(_)) && is_got(span))
    }

    /// Whether a lock was held in the other mode until this hold of it began, and is converted then.
    pub(super) fn is_converted(&self, hold: &Span) -> bool {
        let mut spans = self.spans.iter();
        spans.any(|span| are_one_hold(span, hold))
    }

    /// Whether a lock is held in the other mode from the end of this hold of it on.
    pub(super) fn is_held_on(&self, hold: &Span) -> bool {
        let mut spans = self.spans.iter();
        spans.any(|span| are_one_hold(hold, span))
    }

    /// The file whose lock is got or given up in this step of a schedule.
    pub(super) fn lock_of(&self, step: &Span) -> Option<u64> {
        let is_end = |hold: &&Span| hold.from == step.from || hold.to == step.to;
        let mut holds = self.spans.iter().filter(|span| span.doing.held().is_some());
        holds.find(is_end)?.doing.held()
    }

    /// Whether it is nothing but turns that pass, behind the end of another.
    pub(super) fn is_pass(&self) -> bool {
        let mut spans = self.spans.iter();
        !self.spans.is_empty() && spans.all(|span| span.doing == Doing::Pass)
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

/// Whether a lock is not given up between two holds of it, but changes its mode.
fn are_one_hold(first: &Span, second: &Span) -> bool {
    let file = first.doing.held();
    let is_same = file.is_some() && file == second.doing.held() && first.doing != second.doing;
    is_same && first.bounds().1 == second.bounds().0
}

/// What an operation did for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What it did.
    pub doing: Doing,
    /// From when.
    pub from: u64,
    /// Until when.
    pub to: u64,
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

/// What can be done in a span.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doing {
    /// Looks at the count without buying.
    Query,
    /// Waits for the lock.
    Wait,
    /// Waits for the lock of the file with this number, where there are several that somebody holds.
    WaitFor(u64),
    /// Waits in a deadlock for the lock of the file with this number.
    Stuck(u64),
    /// Holds the lock of the file with this number alone.
    Hold(u64),
    /// Holds the lock of the file with this number, shared: others may hold it so meanwhile. Where a hold of the same file begins
    /// as this one ends, or the other way round, the lock is not given up between them: it is converted.
    Share(u64),
    /// Reads the count.
    Read,
    /// Reads what makes no sense, and does not go by it.
    ReadTorn,
    /// Thinks.
    Think,
    /// Empties the count, to write it in place.
    Truncate,
    /// Writes the new version.
    Write,
    /// Makes it durable.
    Sync,
    /// Has its turn in an order of turns that was given, and passes: it waits for a lock, or is at its end.
    Pass,
    /// Reads, writes or both at some time in the span: when is not known.
    Sometime {
        /// Whether it reads then.
        reads: bool,
        /// Whether it writes then.
        writes: bool,
    },
    /// Another point, by its name: a step of a schedule that is none of the above.
    Point(String),
}

impl Doing {
    /// Whether it reads what it goes by.
    pub(super) fn reads(&self) -> bool {
        matches!(self, Self::Read | Self::Sometime { reads: true, .. })
    }

    /// The number of the file whose lock it holds, shared or alone.
    #[must_use]
    pub fn held(&self) -> Option<u64> {
        match self {
            Self::Hold(file) | Self::Share(file) => Some(*file),
            _ => None,
        }
    }

    /// Whether it waits for a lock.
    pub(super) fn waits(&self) -> bool {
        matches!(self, Self::Wait | Self::WaitFor(_) | Self::Stuck(_))
    }

    /// Whether it writes its version.
    pub(super) fn writes(&self) -> bool {
        matches!(self, Self::Write | Self::Sometime { writes: true, .. })
    }
}

/// What an operation saw of the count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// This version, as an index into [`Timeline::versions`](super::Timeline::versions).
    Version(usize),
    /// One of several versions of a number, for all that is known: one of them, and how many it saw left.
    OneOf(usize, Option<u64>),
    /// No version: what it was in a few words, as "an empty file".
    Torn(String),
}

impl Sight {
    /// The version that it saw, or one that it may have seen.
    pub(super) fn version(&self) -> Option<usize> {
        match self {
            Self::Version(version) | Self::OneOf(version, _) => Some(*version),
            Self::Torn(_) => None,
        }
    }
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DrawnOutcome {
    /// It sold so many.
    Sold(u64),
    /// There was none left, or too few.
    NoneLeft,
    /// It was only asked, and told that so many are left.
    Told(u64),
    /// It failed.
    Failed,
    /// It was told that nobody knows whether it sold.
    Unknown,
}
