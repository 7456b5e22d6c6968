//! Schedules at random.

use tickets::LockKind;
use tickets::office::Writes;
use tickets::race::explore::{Search, visit};
use tickets::race::sample::{Drawn, Sampled, Sampling, drawn, sample};
use tickets::race::{Run, Trial};

use super::{race, trial};

fn draw(trial: &Trial, samples: u64, seed: u64, depth: u32) -> Sampled {
    let sampling = Sampling {
        samples,
        seed,
        depth,
    };
    sample(trial, sampling, &mut |_| true).unwrap()
}

#[test]
fn a_seed_draws_the_same_schedules_again() {
    for line in [
        "prove|--users|9|--samples|20",
        "prove|--users|4|--lock=shared|--samples|20",
    ] {
        let [one, again, other] =
            ["7", "7", "8"].map(|seed| race(&format!("{line}|--seed|{seed}")).1);
        assert_eq!(one, again, "{line}");
        assert_ne!(one["smallest"], other["smallest"], "{line}");
        assert_eq!(
            (&one["proof"], &one["seed"]),
            (&false.into(), &7.into()),
            "{line}"
        );
    }
}

#[test]
fn classes_are_drawn_where_all_sell_without_a_lock() {
    let sampled = draw(&trial(9, 9, LockKind::None), 60, 1, 3);
    assert_eq!(sampled.drawn, Drawn::Classes(362_880));
    assert_eq!((sampled.found.schedules, sampled.different), (60, 60));
    // One of 362,880 is right.
    assert_eq!(sampled.found.bad, 60);
    // Of 2! there are but two, and both come.
    let sampled = draw(&trial(2, 2, LockKind::None), 60, 1, 3);
    assert_eq!(sampled.different, 2);
    assert!(
        (10..=50).contains(&sampled.found.bad),
        "{}",
        sampled.found.bad
    );
}

/// No run is longer than what the bound is computed from.
#[test]
fn no_run_has_more_steps_than_the_bound_takes_it_for() {
    for lock in LockKind::ALL {
        if lock == LockKind::Mutex {
            continue;
        }
        for writes in [Writes::Replace, Writes::InPlace] {
            for (users, query) in [(2, false), (2, true), (3, false)] {
                let stock = users as u64;
                let trial = Trial {
                    writes,
                    query,
                    ..trial(users, stock, lock)
                };
                let sampling = Sampling {
                    samples: 1,
                    seed: 1,
                    depth: 2,
                };
                let Drawn::Priorities { steps, .. } = drawn(&trial, sampling) else {
                    assert_eq!(lock, LockKind::None);
                    continue;
                };
                let mut longest = 0;
                visit(&trial, Search::Reduced, &mut |run: Run| {
                    longest = longest.max(run.moves.len() as u64);
                    true
                })
                .unwrap();
                assert!(longest <= steps, "{trial:?}: {longest} steps, not {steps}");
                // Where nobody tries a taken lock all runs in which all sell are of one length.
                if lock == LockKind::Exclusive {
                    assert_eq!(longest, steps, "{trial:?}");
                }
            }
        }
    }
}

/// A shared lock's lost update needs two steps in a certain order: each of two buyers reads before the
/// other writes. It is met at least as often as the paper says.
#[test]
fn mistakes_are_met_as_often_as_the_bound_says() {
    for users in [2, 4, 9] {
        let trial = trial(users, users as u64, LockKind::Shared);
        let Drawn::Priorities { bound, .. } = drawn(
            &trial,
            Sampling {
                samples: 1,
                seed: 5,
                depth: 2,
            },
        ) else {
            panic!("no priorities")
        };
        let sampled = draw(&trial, 300, 5, 2);
        let met = sampled.found.bad as f64 / 300.0;
        assert!(met >= bound, "{users} buyers: {met}, not {bound}");
    }
    let none = draw(&trial(5, 5, LockKind::Exclusive), 200, 5, 4);
    assert_eq!(none.found.bad, 0, "{:?}", none.found.first);
    assert!(none.different > 100, "{}", none.different);
}

#[test]
fn what_cannot_be_run_in_full_or_drawn_is_refused() {
    let (code, document) = race("prove|--users|9|--lock");
    assert_eq!(code, Some(2), "{document:#}");
    let hint = document["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("--samples"), "{hint}");
    let (code, document) = race("prove|--users|9|--samples|5|--crashes");
    assert_eq!(code, Some(2), "{document:#}");
    for line in [
        "prove|--seed|7",
        "prove|--samples|0",
        "prove|--samples|1000001",
        "prove|--samples|1|--depth|0",
    ] {
        assert_eq!(race(line).0, Some(2), "{line}");
    }
}
