//! One schedule, drawn at random.

use super::class::Class;
use super::explore::follow;
use super::harness::Harness;
use super::rng::SeededRng;
use super::run::{Run, Trial};
use super::sampling::DrawnFrom;
use super::state::LabState;
use super::step::LabStep;
use crate::error::Result;

/// One schedule, before it is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plan {
    Class(Class),
    Priorities {
        /// Of each buyer; the highest goes first.
        of: Vec<u64>,
        /// At which step the buyer that goes on gets which priority, lower than those of the beginning.
        changes: Vec<(u64, u64)>,
    },
}

impl Plan {
    /// The next schedule that the numbers give.
    pub(super) fn draw(trial: &Trial, drawn: DrawnFrom, depth: u32, rng: &mut SeededRng) -> Self {
        match drawn {
            DrawnFrom::Classes(_) => {
                let versions = (1..=trial.users as u64).map(|many| rng.below(many) as usize);
                let versions: Vec<_> = versions.collect();
                Class::of(versions).map_or_else(|| Self::in_order(trial.users), Self::Class)
            }
            DrawnFrom::Priorities { steps, .. } => {
                let depth = u64::from(depth);
                let mut of: Vec<u64> = (depth..depth + trial.users as u64).collect();
                // Fisher and Yates.
                for at in (1..of.len()).rev() {
                    of.swap(at, rng.below(at as u64 + 1) as usize);
                }
                let changes = (1..depth).map(|priority| (1 + rng.below(steps), priority));
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

    /// Runs it among buyers that live on.
    pub(super) fn run(self, harness: &mut Harness, trial: &Trial) -> Result<Run> {
        let (mut of, changes) = match self {
            Self::Class(class) => return follow(harness, trial, &class.steps()),
            Self::Priorities { of, changes } => (of, changes),
        };
        let mut state = LabState::begin(harness, trial)?;
        for step in 1.. {
            let can = |&buyer: &usize| !state.would_wait(buyer);
            let first = |of: &[u64]| {
                let able = state.enabled().into_iter().filter(can);
                able.max_by_key(|&buyer| of.get(buyer).copied())
            };
            // At a change the buyer that would go on falls behind.
            for (_, priority) in changes.iter().filter(|(at, _)| *at == step) {
                if let Some(own) = first(&of).and_then(|buyer| of.get_mut(buyer)) {
                    *own = *priority;
                }
            }
            let Some(buyer) = first(&of) else { break };
            state.step(harness, LabStep::Go(buyer))?;
        }
        state.end(harness, trial)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sampling::{Sampling, drawn};
    use super::*;
    use crate::ledger::LockKind;
    use crate::office::Writes;

    fn trial(users: usize, lock: LockKind) -> Trial {
        Trial {
            users,
            stock: users as u64,
            lock,
            writes: Writes::Replace,
            query: false,
            crashes: false,
            second_name: false,
            scenario: None,
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
        let (drawn, mut rng) = (drawn(trial, sampling), SeededRng::new(seed));
        let draw = |_| Plan::draw(trial, drawn, sampling.depth, &mut rng);
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
            drawn[class.number().unwrap() as usize] += 1;
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
        let DrawnFrom::Priorities { steps, bound } =
            drawn(&trial(3, LockKind::Exclusive), sampling)
        else {
            panic!("no priorities")
        };
        assert_eq!(steps, 15, "lock, read, write, unlock, publish");
        assert!((bound - 1.0 / (3.0 * 225.0)).abs() < 1e-12, "{bound}");
    }
}
