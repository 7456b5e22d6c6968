//! The one axis of time, with its one unit.

use super::acts::Act;
use super::choose::Choice;
use super::model::{Time, Timeline};
use super::words::thousands;
use crate::run_clock::RunClock;

/// What the times of a drawing are told in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    time: Time,
    /// What is told as 0.
    zero: u64,
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
        let drawn = end - start;
        let clock = timeline.clock.unwrap_or(RunClock {
            zero: start,
            length: drawn,
        });
        let (unit, name) = clock.unit();
        let digits = match (unit, drawn) {
            (1, _) => 0,
            (1_000, 1_000..) => 1,
            (1_000_000, 20_000_000..) => 2,
            (1_000_000, 1_000_000..) | (1_000_000_000, 1_000_000_000..) | (1_000, _) => 3,
            _ => 6,
        };
        Self {
            time: timeline.time,
            zero: clock.zero,
            unit: (unit, name, digits),
        }
    }

    /// The name of the unit.
    pub(super) fn name(&self) -> &'static str {
        match self.time {
            Time::Steps => "step",
            Time::Nanoseconds => self.unit.1,
        }
    }

    /// A time on it: the number of the step that begins there, or the time since zero.
    pub(super) fn label(&self, time: u64) -> String {
        let since = time.abs_diff(self.zero);
        let sign = if time < self.zero { "-" } else { "" };
        match self.time {
            Time::Steps => thousands(time.saturating_add(1)),
            Time::Nanoseconds if since == 0 => "0".to_owned(),
            Time::Nanoseconds => {
                let (unit, _, digits) = self.unit;
                let parts = 10_u64.pow(digits as u32);
                let each = unit / parts;
                let rounded = since / each + u64::from(since % each >= each.div_ceil(2));
                let (whole, rest) = (rounded / parts, rounded % parts);
                match digits {
                    0 => format!("{sign}{}", thousands(whole)),
                    _ => format!("{sign}{}.{rest:0digits$}", thousands(whole)),
                }
            }
        }
    }
}
