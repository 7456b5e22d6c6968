//! Draws what happened in a run: as one SVG, or as text for a terminal of 80 columns.
//!
//! The model is filled by whoever knows the run: from evidence that was recorded, or from a
//! schedule. Nothing here judges; the findings come with the model. No input makes it panic: what
//! does not fit together (a place that does not exist, times that run backwards) is left out or put
//! right.
//!
//! ```
//! use tickets::timeline::{Doing, Lane, DrawnOperation, DrawnOutcome, Sight, Span, Time, Timeline, DrawnVersion};
//!
//! let timeline = Timeline {
//!     title: "one buyer".to_owned(),
//!     time: Time::Steps,
//!     lanes: vec![Lane {
//!         name: "alice".to_owned(),
//!         operations: vec![DrawnOperation {
//!             spans: vec![Span::new(Doing::Read, 0, 1), Span::new(Doing::Write, 1, 2)],
//!             read: Some(Sight::Version(0)),
//!             wrote: Some(1),
//!             outcome: Some(DrawnOutcome::Sold(1)),
//!             killed: None,
//!         }],
//!     }],
//!     versions: vec![DrawnVersion::first(1, 2), DrawnVersion::after(0, 2, 1).by(0, 0)],
//!     ..Timeline::default()
//! };
//! assert!(timeline.to_svg().starts_with("<svg"));
//! assert!(timeline.to_text().iter().any(|line| line.to_string().contains("alice")));
//! ```

mod arrows;
mod choose;
#[cfg(test)]
mod hostile;
mod labels;
mod lanes;
mod layout;
mod legend;
mod marks;
mod model;
mod panels;
mod rows;
#[cfg(test)]
mod samples;
mod scale;
mod steps;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod words;

pub use text::{Piece, TextLine, Tone};

/// A run, ready to be drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline {
    /// What ran, in a few words.
    pub title: String,
    /// How it ran: the lock, the schedule, the seed.
    pub subtitle: String,
    /// What the times of the spans count.
    pub time: Time,
    /// The buyers, from top to bottom.
    pub lanes: Vec<Lane>,
    /// The versions of the count, each after the one that it grew from.
    pub versions: Vec<DrawnVersion>,
    /// What was found, the gravest first.
    pub findings: Vec<DrawnFinding>,
    /// Whether more was found than the findings name: then nothing that is left out is called in order.
    pub incomplete: bool,
    /// The chance that the run ends badly given the steps before a time, where all schedules are
    /// known.
    pub odds: Option<Vec<(u64, f64)>>,
}

/// What a time counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Time {
    /// Nanoseconds of one clock.
    #[default]
    Nanoseconds,
    /// Steps of a schedule: step k lasts from k to k + 1.
    Steps,
}

/// One buyer, or whoever else touched the count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lane {
    /// Any text.
    pub name: String,
    /// What it did, in the order in which it did it.
    pub operations: Vec<DrawnOperation>,
}

/// One purchase or query, from the first touch to the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrawnOperation {
    /// What it did when. A hold of a lock may lie around others.
    pub spans: Vec<Span>,
    /// What it saw of the count.
    pub read: Option<Sight>,
    /// The version that it wrote, as an index into [`Timeline::versions`].
    pub wrote: Option<usize>,
    /// What it was told; `None` when it was not told anything.
    pub outcome: Option<DrawnOutcome>,
    /// When it was killed.
    pub killed: Option<u64>,
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

/// What can be done in a span.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doing {
    /// Looks at the count without buying.
    Query,
    /// Waits for the lock.
    Wait,
    /// Holds the lock of the file with this inode.
    Hold(u64),
    /// Reads the count.
    Read,
    /// Thinks.
    Think,
    /// Empties the count, to write it in place.
    Truncate,
    /// Writes the new version.
    Write,
    /// Makes it durable.
    Sync,
    /// Another point, by its name: a step of a schedule that is none of the above.
    Point(String),
}

/// What an operation saw of the count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// This version, as an index into [`Timeline::versions`].
    Version(usize),
    /// No version: what it was in a few words, as "an empty file".
    Torn(String),
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
}

/// A version of the count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrawnVersion {
    /// Its number.
    pub seq: u64,
    /// How many it says are left.
    pub left: Option<u64>,
    /// Who wrote it; `None` for what stood there before the run.
    pub writer: Option<Spot>,
    /// The version that its writer had read, as an index into [`Timeline::versions`]. It must
    /// stand before its child there; otherwise it counts as unknown.
    pub parent: Option<usize>,
    /// Whether it is what `tickets.json` says in the end.
    pub survived: bool,
}

/// An operation: which lane, and which of that lane's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// An index into [`Timeline::lanes`].
    pub lane: usize,
    /// An index into [`Lane::operations`].
    pub operation: usize,
}

/// Something that was found, with its proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrawnFinding {
    /// What kind, in a word or two, as "lost update".
    pub kind: String,
    /// Which acts of the two operations prove it.
    pub clash: Clash,
    /// The whole finding as a sentence.
    pub sentence: String,
    /// The operations that prove it; the first two are joined.
    pub places: Vec<Spot>,
    /// Others that it concerns, or that others like it concern: they are counted, not marked.
    pub also: Vec<Spot>,
}

/// Which acts of two operations a finding joins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clash {
    /// The write of the one and the write of the other.
    Writes,
    /// The write of the first and the read of the second.
    WriteRead,
    /// The holds of both.
    Holds,
    /// The operations as wholes.
    #[default]
    Whole,
}
