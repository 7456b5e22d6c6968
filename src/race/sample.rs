//! Schedules at random, where there are too many to run them all. The same seed draws the same schedules on
//! every machine and in every version: the generator is Xoshiro256++ (Blackman and Vigna 2021), named.
//!
//! Of buyers without a lock who all find a ticket each [class](Class) is as likely as any other. All others
//! are scheduled as in Burckhardt, Kothari, Musuvathi and Nagarakatte, "A randomized scheduler with
//! probabilistic guarantees of finding bugs" (ASPLOS 2010): each buyer has a priority, and whoever has the
//! highest of those who can go on does; at `depth - 1` steps drawn beforehand, whoever goes on falls behind
//! all others. With `n` buyers and at most `k` steps a mistake that needs `depth` steps of different buyers to
//! come in a certain order is met in each schedule with a chance of at least `1 / (n * k^(depth - 1))`.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

use super::arena::{Arena, Run, Trial};
use super::class::{Class, factorial};
use super::crew;
use super::explore::{Explored, Tally, follow};
use super::schedule::Grant;
use super::state::State;
use crate::error::{Error, Kind, Result};
use crate::office::Writes;
use crate::store::lock::LockKind;

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
    /// One of so many classes, each as likely as any other.
    Classes(u64),
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
    let parts = crew::share(crew::processors(), progress, |share, board| {
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

/// One schedule, before it is run.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Plan {
    Class(Class),
    Priorities {
        /// Of each buyer; the highest goes first.
        of: Vec<u64>,
        /// At which step whoever goes on gets which priority, lower than those of the beginning.
        changes: Vec<(u64, u64)>,
    },
}

impl Plan {
    fn draw(trial: &Trial, drawn: Drawn, depth: u32, dice: &mut Dice) -> Self {
        match drawn {
            Drawn::Classes(_) => {
                let versions = (1..=trial.users as u64).map(|many| dice.below(many) as usize);
                let versions: Vec<_> = versions.collect();
                Class::of(versions).map_or_else(|| Self::in_order(trial.users), Self::Class)
            }
            Drawn::Priorities { steps, .. } => {
                let depth = u64::from(depth);
                let mut of: Vec<u64> = (depth..depth + trial.users as u64).collect();
                // Fisher and Yates.
                for at in (1..of.len()).rev() {
                    of.swap(at, dice.below(at as u64 + 1) as usize);
                }
                let changes = (1..depth).map(|priority| (1 + dice.below(steps), priority));
                let changes = changes.collect();
                Self::Priorities { of, changes }
            }
        }
    }

    /// One buyer after the other.
    fn in_order(users: usize) -> Self {
        Self::Priorities {
            of: (0..users as u64).rev().collect(),
            changes: Vec::new(),
        }
    }

    fn run(self, arena: &mut Arena, trial: &Trial) -> Result<Run> {
        let (mut of, changes) = match self {
            Self::Class(class) => return follow(arena, trial, &class.grants()),
            Self::Priorities { of, changes } => (of, changes),
        };
        let mut state = State::begin(arena, trial)?;
        for step in 1.. {
            let can = |&buyer: &usize| !state.would_wait(buyer);
            let first = |of: &[u64]| {
                let able = state.enabled().into_iter().filter(can);
                able.max_by_key(|&buyer| of.get(buyer).copied())
            };
            // At a change whoever would go on falls behind.
            for (_, priority) in changes.iter().filter(|(at, _)| *at == step) {
                if let Some(own) = first(&of).and_then(|buyer| of.get_mut(buyer)) {
                    *own = *priority;
                }
            }
            let Some(buyer) = first(&of) else { break };
            state.grant(arena, Grant::Go(buyer))?;
        }
        state.end(arena, trial)
    }
}

/// The generator.
#[derive(Debug)]
struct Dice(Xoshiro256PlusPlus);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number from 0 up to but not including `many`, each as likely as any other (Lemire 2019).
    fn below(&mut self, many: u64) -> u64 {
        let uneven = many.wrapping_neg().checked_rem(many).unwrap_or(0);
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(many);
            if product as u64 >= uneven {
                return (product >> 64) as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(users: usize, lock: LockKind) -> Trial {
        Trial {
            users,
            stock: users as u64,
            lock,
            writes: Writes::Replace,
            query: false,
            crashes: false,
            place: None,
            program: "tickets".into(),
        }
    }

    fn plans(trial: &Trial, seed: u64, many: usize) -> Vec<Plan> {
        let sampling = Sampling {
            samples: many as u64,
            seed,
            depth: 3,
        };
        let (drawn, mut dice) = (drawn(trial, sampling), Dice::new(seed));
        let draw = |_| Plan::draw(trial, drawn, sampling.depth, &mut dice);
        (0..many).map(draw).collect()
    }

    /// What a seed stands for stays. These were computed by a generator written anew from the paper, in
    /// another language.
    #[test]
    fn a_seed_draws_the_same_schedules_in_every_version() {
        let names = |seed| {
            let plans = plans(&trial(5, LockKind::None), seed, 4).into_iter();
            let names = plans.map(|plan| match plan {
                Plan::Class(class) => class.to_string(),
                Plan::Priorities { .. } => panic!("no class"),
            });
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(7), names(7));
        assert_eq!(names(7), ["5!:106", "5!:19", "5!:52", "5!:72"]);
        let priorities = plans(&trial(3, LockKind::DataFile), 7, 1).remove(0);
        let wanted = Plan::Priorities {
            of: vec![4, 5, 3],
            changes: vec![(11, 1), (7, 2)],
        };
        assert_eq!(priorities, wanted);
    }

    #[test]
    fn each_class_is_as_likely_as_any_other() {
        let trial = trial(4, LockKind::None);
        let mut drawn = [0_u32; 24];
        for plan in plans(&trial, 1, 24_000) {
            let Plan::Class(class) = plan else {
                panic!("no class")
            };
            drawn[class.number() as usize] += 1;
        }
        // Chi square with 23 degrees of freedom: 49.7 is passed once in a thousand seeds.
        let far = drawn
            .iter()
            .map(|&many| (f64::from(many) - 1000.0).powi(2) / 1000.0);
        let far: f64 = far.sum();
        assert!(far < 49.7, "{far}: {drawn:?}");
    }

    #[test]
    fn the_bound_is_that_of_the_paper() {
        let sampling = Sampling {
            samples: 1,
            seed: 0,
            depth: 3,
        };
        let Drawn::Priorities { steps, bound } = drawn(&trial(3, LockKind::Exclusive), sampling)
        else {
            panic!("no priorities")
        };
        assert_eq!(steps, 15, "lock, read, write, unlock, publish");
        assert!((bound - 1.0 / (3.0 * 225.0)).abs() < 1e-12, "{bound}");
    }
}
