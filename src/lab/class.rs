//! The classes of buyers without a lock, and their names. Pure.

use std::fmt;

use super::protocol::Point;
use super::run::{Run, Trial};
use super::step::{LabStep, LabSteps, MAX_BUYERS};
use crate::ledger::LockKind;
use crate::office::Writes;

/// Up to so many buyers a class has a number: 20! is the last factorial that 64 bits hold.
pub const MAX_NAMED: usize = 20;

/// A class of runs of identical buyers, each of which reads once and writes once, and who all sell: for
/// the i-th who writes, which version it had read, counted in writes before it.
///
/// Only that matters: reads of one version may change places, and the buyers are alike. So there are n!
/// of them, and just one in which each reads what the one before it wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class(Vec<usize>);

impl Class {
    /// The class with these versions; `None` where one was read before it was written.
    #[must_use]
    pub fn of(versions: Vec<usize>) -> Option<Self> {
        let possible = versions.iter().enumerate().all(|(at, &read)| read <= at);
        (possible && (1..=MAX_BUYERS).contains(&versions.len())).then_some(Self(versions))
    }

    /// By its number in the factorial base: the i-th who writes, from 0, gives the digit of i!. `None`: there
    /// is none with that number, or there are more buyers than [`MAX_NAMED`].
    #[must_use]
    pub fn numbered(buyers: usize, number: u64) -> Option<Self> {
        if number >= factorial(buyers)? {
            return None;
        }
        let mut left = number;
        let mut versions = Vec::new();
        for at in 0..buyers as u64 {
            versions.push((left % (at + 1)) as usize);
            left /= at + 1;
        }
        Self::of(versions)
    }

    /// Its number; `None` for more buyers than [`MAX_NAMED`].
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        let mut number: u64 = 0;
        for (at, &read) in self.0.iter().enumerate() {
            let digit = factorial(at)?.checked_mul(read as u64)?;
            number = number.checked_add(digit)?;
        }
        Some(number)
    }

    /// One schedule of it: the i-th who writes is the i-th buyer, and each reads as late as it may.
    #[must_use]
    pub fn steps(&self) -> LabSteps {
        let mut steps = Vec::new();
        for version in 0..self.0.len() {
            let readers = (0..self.0.len()).filter(|&buyer| self.0.get(buyer) == Some(&version));
            steps.extend(readers.map(LabStep::Go));
            steps.push(LabStep::Go(version));
        }
        LabSteps(steps)
    }

    /// That of a run of buyers without a lock; `None` where it has none, or none with a number.
    #[must_use]
    pub fn of_run(trial: &Trial, run: &Run) -> Option<Self> {
        if trial.lock != LockKind::None || trial.writes != Writes::Replace || trial.query {
            return None;
        }
        let users = run.ends.len();
        let (mut read, mut versions, mut version) = (vec![0; users], Vec::new(), 0);
        for step in run.moves.iter().filter(|step| !step.killed) {
            let read = read.get_mut(step.buyer)?;
            if step.point == Point::Read {
                *read = version;
            } else {
                versions.push(*read);
                version += 1;
            }
        }
        let all = versions.len() == users && users <= MAX_NAMED;
        all.then(|| Self::of(versions)).flatten()
    }

    /// How many buyers it has.
    #[must_use]
    pub fn buyers(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Class {
    /// Its name, `3!:4`; where it has no number its [steps](Self::steps), which are a name too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number() {
            Some(number) => write!(f, "{}!:{number}", self.0.len()),
            None => self.steps().fmt(f),
        }
    }
}

/// How many classes of so many buyers there are; `None`: more than 64 bits hold.
pub(super) fn factorial(n: usize) -> Option<u64> {
    (1..=n as u64).try_fold(1, u64::checked_mul)
}

#[cfg(test)]
mod tests {
    use super::super::run::Move;
    use super::super::schedule::Schedule;
    use super::*;
    use crate::check::final_state::{FinalState, judge};

    #[test]
    fn every_class_has_a_name_and_the_name_says_which() {
        for buyers in 1..=6 {
            let count = factorial(buyers).unwrap();
            for number in 0..count {
                let class = Class::numbered(buyers, number).unwrap();
                assert_eq!(class.number(), Some(number));
                assert_eq!(
                    class.to_string().parse::<Schedule>().unwrap(),
                    Schedule::Class(class)
                );
            }
            assert_eq!(Class::numbered(buyers, count), None);
        }
    }

    #[test]
    fn numbers_end_where_64_bits_do() {
        let last: Vec<usize> = (0..MAX_NAMED).collect();
        let last = Class::of(last).unwrap();
        assert_eq!(last.to_string(), "20!:2432902008176639999");
        let parsed: Schedule = last.to_string().parse().unwrap();
        assert_eq!(parsed, Schedule::Class(last));
        // Above, a class is named by its steps.
        for buyers in [MAX_NAMED + 1, MAX_BUYERS] {
            let class = Class::of((0..buyers).collect()).unwrap();
            assert_eq!(class.number(), None);
            let steps = Schedule::Steps(class.steps());
            assert_eq!(class.to_string().parse::<Schedule>().unwrap(), steps);
        }
        assert_eq!(Class::of(vec![0; MAX_BUYERS + 1]), None);
    }

    #[test]
    fn the_last_class_is_one_after_another() {
        let class = Class::of(vec![0, 1, 2]).unwrap();
        assert_eq!(class.to_string(), "3!:5");
        assert_eq!(class.steps().to_string(), "1 1 2 2 3 3");
        assert_eq!(
            Class::numbered(3, 0).unwrap().steps().to_string(),
            "1 2 3 1 2 3"
        );
        assert_eq!(Class::of(vec![1]), None);
    }

    /// One after another.
    fn run_of(users: usize) -> Run {
        let step = |buyer, point| Move {
            buyer,
            point,
            seen: None,
            looked: None,
            busy: false,
            killed: false,
            late: false,
        };
        let moves = (0..users)
            .flat_map(|buyer| [Point::Read, Point::Write].map(|point| step(buyer, point)));
        Run {
            moves: moves.collect(),
            ends: vec![None; users],
            verdict: judge(&FinalState {
                stock: 9,
                seq: 1,
                lines: Vec::new(),
                left: Some(9),
                counted: 0,
                before: None,
                torn: 0,
                lost: Vec::new(),
                unreadable: None,
                replaced: false,
            }),
            left: Vec::new(),
            sellers: Vec::new(),
            story: Vec::new(),
        }
    }

    #[test]
    fn only_a_run_without_a_lock_that_reads_once_and_replaces_has_a_class() {
        let trial = Trial {
            users: 2,
            stock: 9,
            lock: LockKind::None,
            writes: Writes::Replace,
            query: false,
            crashes: false,
            second_name: false,
            scenario: None,
            place: None,
            program: "tickets".into(),
        };
        let of = |trial: &Trial, users| Class::of_run(trial, &run_of(users));
        assert_eq!(of(&trial, 2), Class::of(vec![0, 1]));
        assert_eq!(of(&trial, MAX_NAMED), Class::of((0..MAX_NAMED).collect()));
        assert_eq!(of(&trial, MAX_NAMED + 1), None);
        for other in [
            Trial {
                lock: LockKind::Exclusive,
                ..trial.clone()
            },
            Trial {
                writes: Writes::InPlace,
                ..trial.clone()
            },
            Trial {
                query: true,
                ..trial.clone()
            },
        ] {
            assert_eq!(of(&other, 2), None, "{other:?}");
        }
        let mut killed = run_of(2);
        killed.moves[3].killed = true;
        assert_eq!(Class::of_run(&trial, &killed), None);
    }
}
