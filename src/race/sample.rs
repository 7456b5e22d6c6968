//! Schedules at random, where there are too many to run them all. The same seed draws the same schedules on
//! every machine and in every version: the generator is Xoshiro256++ (Blackman and Vigna 2021), named.
//!
//! Of buyers without a lock who all find a ticket each [class](super::schedule::Class) is as likely as any other. All others
//! are scheduled as in Burckhardt, Kothari, Musuvathi and Nagarakatte, "A randomized scheduler with
//! probabilistic guarantees of finding bugs" (ASPLOS 2010): each buyer has a priority, and whoever has the
//! highest of those who can go on does; at `depth - 1` steps drawn beforehand, whoever goes on falls behind
//! all others. With `n` buyers and at most `k` steps a mistake that needs `depth` steps of different buyers to
//! come in a certain order is met in each schedule with a chance of at least `1 / (n * k^(depth - 1))`.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::arena::Arena;
use super::class::factorial;
use super::crew;
use super::plan::{Dice, Plan};
use super::run::Trial;
use super::tally::{Explored, Tally};
use crate::error::{Error, Kind, Result};
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
pub enum Drawn {
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

/// What the schedules that were drawn have shown. It proves nothing of the others.
#[derive(Debug, Clone)]
pub struct Sampled {
    /// What was found.
    pub found: Explored,
    /// How many different schedules they were.
    pub different: u64,
    /// What they were drawn from.
    pub drawn: Drawn,
}

/// What schedules of a trial are drawn from.
#[must_use]
pub fn drawn(trial: &Trial, sampling: Sampling) -> Drawn {
    let plain = trial.lock == LockKind::None && trial.writes == Writes::Replace && !trial.query;
    if plain && trial.stock >= trial.users as u64 {
        return Drawn::Classes(factorial(trial.users));
    }
    let steps = most_steps(trial);
    let once = 1.0 / (trial.users as f64 * (steps as f64).powi(sampling.depth.cast_signed() - 1));
    // 1 - (1 - p)^samples, also for a very small p.
    let bound = -(sampling.samples as f64 * (-once).ln_1p()).exp_m1();
    Drawn::Priorities { steps, bound }
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

/// Draws schedules and runs them, on every processor. `progress` as for
/// [`explore`](super::explore::explore).
///
/// # Errors
/// [`Kind::Usage`]: the trial has crashes, which are not drawn, or the numbers are beyond their limits. Else
/// as for `explore`.
pub fn sample(
    trial: &Trial,
    sampling: Sampling,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<Sampled> {
    if trial.crashes {
        let message = "crashes are not drawn at random";
        return Err(Error::new(Kind::Usage, message)
            .hint("leave --crashes out, or leave --samples out and take fewer buyers"));
    }
    let limits = (1..=MOST_SAMPLES).contains(&sampling.samples)
        && (1..=MOST_DEPTH).contains(&sampling.depth);
    if !limits {
        let message =
            format!("1 to {MOST_SAMPLES} schedules of depth 1 to {MOST_DEPTH} can be drawn");
        return Err(Error::new(Kind::Usage, message));
    }
    let drawn = drawn(trial, sampling);
    let parts = crew::share(crew::searchers(trial.users), progress, |share, board| {
        let mut arena = Arena::open(trial)?;
        let mut dice = Dice::new(sampling.seed);
        let mut tally = Tally::new(trial);
        let mut different = HashSet::new();
        for at in 0..sampling.samples {
            // Everybody throws the same dice, so that who runs what does not matter.
            let plan = Plan::draw(trial, drawn, sampling.depth, &mut dice);
            if at % share.of as u64 != share.me as u64 {
                continue;
            }
            let run = plan.run(&mut arena, trial)?;
            let mut hash = DefaultHasher::new();
            run.grants().0.hash(&mut hash);
            different.insert(hash.finish());
            tally.note(run, Vec::new());
            board.count();
            board.go_on()?;
        }
        Ok((tally, different))
    })?;
    let (tallies, different): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let different: HashSet<u64> = different.into_iter().flatten().collect();
    Ok(Sampled {
        found: Tally::sum(trial, tallies),
        different: different.len() as u64,
        drawn,
    })
}
