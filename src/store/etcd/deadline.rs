//! Deadlines: until when a request is tried.

use std::time::{Duration, Instant};

/// How long a request may take.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deadline {
    /// Until then, with all that belongs to it.
    At(Instant),
    /// So long, and each of those behind it as long again: of many, nobody knows how many there will be.
    EachRequest(Duration),
}

impl Deadline {
    pub(super) fn of_this_request(self) -> Instant {
        match self {
            Self::At(end) => end,
            Self::EachRequest(limit) => Instant::now() + limit,
        }
    }

    /// Whether it is over.
    pub(super) fn is_over(self) -> bool {
        matches!(self, Self::At(end) if Instant::now() >= end)
    }
}
