//! What schedules are drawn from at random.

use super::class::factorial;
use super::run::Trial;
use crate::ledger::LockKind;
use crate::office::Writes;

/// The most schedules that are drawn.
pub const MOST_SAMPLES: u64 = 1_000_000;

/// The greatest depth.
pub const MOST_DEPTH: u32 = 8;

/// How many schedules to draw, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// How many, up to [`MOST_SAMPLES`].
    pub samples: u64,
    /// What decides which.
    pub seed: u64,
    /// How many steps must come in a certain order for the mistakes that are looked for, from 1 to
    /// [`MOST_DEPTH`]; of no matter where classes are drawn.
    pub depth: u32,
}

/// What schedules were drawn from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DrawnFrom {
    /// One of so many classes, each as likely as any other; `None`: there are more than 64 bits hold.
    Classes(Option<u64>),
    /// By priorities that change.
    Priorities {
        /// The most steps that a run can have.
        steps: u64,
        /// How likely one schedule at least meets a mistake of the depth that was asked for.
        bound: f64,
    },
}

/// What schedules of a trial are drawn from.
#[must_use]
pub fn drawn(trial: &Trial, sampling: Sampling) -> DrawnFrom {
    let plain = trial.lock == LockKind::None && trial.writes == Writes::Replace && !trial.query;
    if plain && trial.stock >= trial.users as u64 {
        return DrawnFrom::Classes(factorial(trial.users));
    }
    let steps = most_steps(trial);
    let once = 1.0 / (trial.users as f64 * (steps as f64).powi(sampling.depth.cast_signed() - 1));
    // 1 - (1 - p)^samples, also for a very small p.
    let bound = -(sampling.samples as f64 * (-once).ln_1p()).exp_m1();
    // Rounded, not certain.
    let bound = bound.min(1.0_f64.next_down());
    DrawnFrom::Priorities { steps, bound }
}

/// The most steps of a run: nobody tries a lock that somebody holds, unless it matters which file it opens,
/// and then at most once more than others give one up.
fn most_steps(trial: &Trial) -> u64 {
    let users = trial.users as u64;
    let more = match trial.lock {
        LockKind::DataFile => users - 1,
        _ => 0,
    };
    users * (trial.steps() + more)
}
