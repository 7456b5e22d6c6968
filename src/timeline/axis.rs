//! The one axis of time, with its one unit.

use super::acts::Act;
use super::choose::Choice;
use super::model::{Time, Timeline};
use super::words::thousands;

/// What the times of a drawing are told in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    time: Time,
    /// The first time of all.
    start: u64,
    /// How many nanoseconds the unit has, its name, and how many digits behind the point are told.
    unit: (u64, &'static str, usize),
}

impl Axis {
    /// The axis of these acts, which are ordered by time.
    pub(super) fn of(timeline: &Timeline, choice: &Choice, acts: &[Act]) -> Self {
        let folds = choice.folds.iter().filter_map(|fold| fold.bounds);
        let bounds = acts.iter().map(|act| (act.from, act.to)).chain(folds);
        let (start, end) = bounds
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
            .unwrap_or_default();
        let unit = match end - start {
            0..1_000 => (1, "ns", 0),
            1_000..1_000_000 => (1_000, "µs", 1),
            1_000_000..20_000_000 => (1_000_000, "ms", 3),
            20_000_000..10_000_000_000 => (1_000_000, "ms", 2),
            _ => (1_000_000_000, "s", 3),
        };
        Self {
            time: timeline.time,
            start,
            unit,
        }
    }

    /// The name of the unit.
    pub(super) fn name(&self) -> &'static str {
        match self.time {
            Time::Steps => "step",
            Time::Nanoseconds => self.unit.1,
        }
    }

    /// A time on it: the number of the step that begins there, or the time since the first act.
    pub(super) fn label(&self, time: u64) -> String {
        let since = time.saturating_sub(self.start);
        match self.time {
            Time::Steps => thousands(time.saturating_add(1)),
            Time::Nanoseconds if since == 0 => "0".to_owned(),
            Time::Nanoseconds => {
                let (unit, _, digits) = self.unit;
                let parts = [1, 10, 100, 1_000].get(digits).copied().unwrap_or(1);
                let each = unit / parts;
                let rounded = since / each + u64::from(since % each >= each.div_ceil(2));
                let (whole, rest) = (rounded / parts, rounded % parts);
                match digits {
                    0 => thousands(whole),
                    _ => format!("{}.{rest:0digits$}", thousands(whole)),
                }
            }
        }
    }
}
