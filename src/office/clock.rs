//! The clock: what an office takes for the time. Rules and the end of holds go by it, and no promise does.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Says what time it is: for the race lab, in which that is a step.
pub(crate) trait TimeSource: Debug + Send + Sync {
    /// The time, in milliseconds since 1970.
    fn now(&self) -> i64;
}

/// A clock.
#[derive(Debug, Clone, Default)]
pub(super) enum Clock {
    /// The system's.
    #[default]
    System,
    /// One that is told what time it is.
    Told(Arc<dyn TimeSource>),
}

impl Clock {
    /// The time now, in milliseconds since 1970.
    pub(super) fn now(&self) -> i64 {
        match self {
            Self::System => Timestamp::now().as_millisecond(),
            Self::Told(source) => source.now(),
        }
    }

    /// How long ago that was; for a clock that is told the time, none: what it does depends on nothing else.
    pub(super) fn since(&self, start: Instant) -> Duration {
        match self {
            Self::System => start.elapsed(),
            Self::Told(_) => Duration::ZERO,
        }
    }
}
