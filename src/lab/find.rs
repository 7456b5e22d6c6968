//! Whether there is a schedule that a condition holds for, and the smallest.

use std::ops::RangeInclusive;

use super::condition::{Condition, Facts};
use super::explore::{Search, explore, first};
use super::run::{Run, Trial};
use crate::error::Result;

/// More switches than any run has.
const MOST_SWITCHES: u64 = 1000;

/// Whether there is one.
#[derive(Debug, Clone)]
pub struct FindResult {
    /// The smallest, with the buyers and the tickets of it.
    pub smallest: Option<(Trial, Run)>,
    /// How many schedules, one of each class, were run to know which outcomes there are.
    pub schedules: u64,
}

/// Looks for the smallest schedule that the condition holds for: of the fewest tickets, then of the fewest
/// buyers up to the trial's, then of the fewest switches, then the first in the order of its steps.
///
/// Every class of schedules is run once. All facts but the number of switches are those of the whole
/// class, so a condition that no class satisfies with any number of switches is not satisfied by any
/// schedule; else the schedules are run one by one, those of the fewest switches first.
///
/// # Errors
/// As [`explore`].
pub fn find(
    trial: &Trial,
    stocks: RangeInclusive<u64>,
    condition: &Condition,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<FindResult> {
    let mut schedules = 0;
    for stock in stocks {
        for users in 1..=trial.users {
            let trial = Trial {
                stock,
                ..trial.with_users(users)
            };
            let mut so_far = |more| progress(schedules + more);
            let all = explore(&trial, Search::Reduced, &mut so_far)?;
            schedules += all.schedules;
            let mut so_far = |more| progress(schedules + more);
            let facts: Vec<_> = all.facts.into_iter().collect();
            if let Some(run) = smallest(&trial, condition, &facts, &mut so_far)? {
                return Ok(FindResult {
                    smallest: Some((trial, run)),
                    schedules,
                });
            }
        }
    }
    Ok(FindResult {
        smallest: None,
        schedules,
    })
}

/// The smallest of this number of buyers and tickets, of which these are the facts.
fn smallest(
    trial: &Trial,
    condition: &Condition,
    facts: &[Facts],
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<Option<Run>> {
    let largest = facts.iter().map(Facts::largest).max().unwrap_or(0);
    // With more switches than any number that they are compared with, nothing changes any more.
    let limit = largest.max(condition.largest()).min(MOST_SWITCHES) + 1;
    let holds = |switches: u64| {
        let mut facts = facts.iter();
        facts.any(|facts| condition.holds(&facts.with_switches(switches)))
    };
    let stock = trial.stock;
    for switches in 0..=MOST_SWITCHES {
        if switches > limit && !holds(limit) {
            break;
        }
        if !holds(switches) {
            continue;
        }
        let wanted = |run: &Run| condition.holds(&Facts::of(stock, run));
        let (found, all) = first(trial, switches as usize, progress, &wanted)?;
        if found.is_some() || all {
            return Ok(found);
        }
    }
    Ok(None)
}
