//! Schedules at random, where there are too many to run them all. The same seed draws the same schedules on
//! every machine and in every version: the generator is Xoshiro256++ (Blackman and Vigna 2021), named.
//!
//! Of buyers without a lock who all find a ticket each [class](super::class::Class) is as likely as any other. All others
//! are scheduled as in Burckhardt, Kothari, Musuvathi and Nagarakatte, "A randomized scheduler with
//! probabilistic guarantees of finding bugs" (ASPLOS 2010): each buyer has a priority, and the one with the
//! highest of those that can go on does; at `depth - 1` steps drawn beforehand, the one that goes on falls behind
//! all others. With `n` buyers and at most `k` steps a mistake that needs `depth` steps of different buyers to
//! come in a certain order is met in each schedule with a chance of at least `1 / (n * k^(depth - 1))`.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::harness::Harness;
use super::plan::Plan;
use super::pool;
use super::rng::SeededRng;
use super::run::Trial;
use super::tally::{Explored, RunTally};
use crate::error::{Error, Kind, Result};

pub use super::sampling::{DrawnFrom, MOST_DEPTH, MOST_SAMPLES, Sampling, drawn};

/// What the schedules that were drawn have shown. It proves nothing of the others.
#[derive(Debug, Clone)]
pub struct Sampled {
    /// What was found.
    pub found: Explored,
    /// How many different schedules they were.
    pub different: u64,
    /// What they were drawn from.
    pub drawn: DrawnFrom,
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
    let parts = pool::share(pool::searchers(trial.users), progress, |share, board| {
        let mut harness = Harness::open(trial)?;
        let mut rng = SeededRng::new(sampling.seed);
        let mut tally = RunTally::new(trial);
        let mut different = HashSet::new();
        for at in 0..sampling.samples {
            // Every searcher draws the same numbers, so that who runs what does not matter.
            let plan = Plan::draw(trial, drawn, sampling.depth, &mut rng);
            if at % share.of as u64 != share.me as u64 {
                continue;
            }
            let run = plan.run(&mut harness, trial)?;
            let mut hash = DefaultHasher::new();
            run.steps().0.hash(&mut hash);
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
        found: RunTally::sum(trial, tallies),
        different: different.len() as u64,
        drawn,
    })
}
