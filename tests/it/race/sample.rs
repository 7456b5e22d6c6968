//! Schedules at random.

use tickets::LockKind;
use tickets::lab::explore::{self, Search, foreseen, visit};
use tickets::lab::sample::{DrawnFrom, Sampled, Sampling, drawn, sample};
use tickets::lab::{Class, MAX_BUYERS};
use tickets::lab::{Run, Trial};
use tickets::office::Writes;

use super::{race, search, trial};

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
    assert_eq!(sampled.drawn, DrawnFrom::Classes(Some(362_880)));
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

/// Where 64 bits no longer hold the number of classes, and up to the most buyers.
#[test]
fn as_many_buyers_as_there_may_be_are_drawn() {
    for (users, classes) in [
        (20, Some(2_432_902_008_176_640_000)),
        (21, None),
        (MAX_BUYERS, None),
    ] {
        let trial = trial(users, users as u64, LockKind::None);
        let sampled = draw(&trial, 4, 3, 3);
        assert_eq!(sampled.drawn, DrawnFrom::Classes(classes), "{users} buyers");
        assert_eq!(
            (sampled.found.bad, sampled.different),
            (4, 4),
            "{users} buyers"
        );
        // What is named can be run again, by its name and by its grants.
        let first = sampled.found.first.unwrap();
        assert_eq!(
            Class::of_run(&trial, &first).is_some(),
            classes.is_some(),
            "{users} buyers"
        );
        let again = explore::replay(&trial, &first.steps()).unwrap();
        assert_eq!(
            (again.moves, again.verdict),
            (first.moves, first.verdict),
            "{users} buyers"
        );
    }
    let locked = draw(&trial(MAX_BUYERS, 70, LockKind::Exclusive), 2, 3, 3);
    assert_eq!(locked.found.bad, 0, "{:?}", locked.found.first);
    let refused = sample(
        &trial(MAX_BUYERS + 1, 1, LockKind::None),
        Sampling {
            samples: 1,
            seed: 0,
            depth: 1,
        },
        &mut |_| true,
    );
    assert!(refused.unwrap_err().to_string().contains("1 to 64 buyers"));
}

/// However many are drawn, that a mistake is met is never certain.
#[test]
fn no_number_of_samples_makes_it_certain() {
    let sampling = Sampling {
        samples: 1_000_000,
        seed: 1,
        depth: 1,
    };
    let DrawnFrom::Priorities { bound, .. } = drawn(&trial(2, 1, LockKind::None), sampling) else {
        panic!("priorities are drawn where not all sell");
    };
    assert!(bound < 1.0 && bound > 0.999, "{bound}");
}

#[test]
fn a_crowd_is_told_of_a_line_a_step() {
    let event = crate::harness::TestEvent::empty();
    let run = event.run("race prove --users 64 --samples 2 --seed 1");
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stdout.contains("of 64! classes"), "{}", run.stdout);
    assert!(run.stdout.contains("  user-64  writes its sale\n"));
    let told = run.stdout.lines();
    let lost = told.filter(|line| line.starts_with("lost update")).count();
    assert!((1..=11).contains(&lost), "{}", run.stdout);
    // The schedule goes on in the next lines.
    let (_, again) = run.stdout.split_once("\nagain").unwrap();
    let grants = again.split('\'').nth(1).unwrap();
    let grants: Vec<_> = grants.split_whitespace().collect();
    let grants = grants.join(" ");
    let (code, document) = race(&format!("replay|{grants}|--stock|64"));
    assert_eq!((code, &document["grants"]), (Some(6), &grants.into()));
}

#[test]
fn where_no_more_processes_fit_the_limit_is_named() {
    let line = format!(
        "ulimit -n 100; exec {} --json race prove --users 64 --samples 1",
        crate::harness::TICKETS
    );
    let output = std::process::Command::new("sh")
        .args(["-c", &line])
        .output();
    let (code, document) = crate::harness::Run::of(output.unwrap()).document();
    assert_eq!(code, 1, "{document:#}");
    let hint = document["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("ulimit -n"), "{document:#}");
}

/// With few tickets even a crowd meets in few ways.
#[test]
fn many_buyers_are_run_in_full_where_that_is_cheap() {
    for (line, code, schedules, bad) in [
        ("prove|--users|64|--lock|--stock|1", 0, 1, 0),
        ("prove|--users|12|--lock|--stock|3", 0, 15, 0),
        ("prove|--users|9|--stock|1", 6, 256, 255),
        ("prove|--users|9|--lock=write-only|--stock|1", 6, 256, 255),
    ] {
        let (exit, document) = race(line);
        assert_eq!(
            (exit, &document["schedules"], &document["bad"]),
            (Some(code), &schedules.into(), &bad.into()),
            "{line}: {document:#}"
        );
        assert_eq!(document["proof"], true, "{line}");
    }
}

#[test]
fn what_is_foreseen_is_what_is_run() {
    for lock in [LockKind::None, LockKind::WriteOnly, LockKind::Exclusive] {
        for users in 1..=5 {
            for stock in 0..=users + 1 {
                let trial = trial(users, stock as u64, lock);
                if let Some(many) = foreseen(&trial) {
                    let found = search(&trial, Search::Reduced);
                    assert_eq!(found.schedules, many, "{trial:?}");
                }
            }
        }
    }
    let most = |lock| foreseen(&trial(MAX_BUYERS, 64, lock));
    assert_eq!(most(LockKind::None), Some(u64::MAX));
    assert_eq!(most(LockKind::Exclusive), Some(u64::MAX));
    assert_eq!(most(LockKind::Shared), None);
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
                let DrawnFrom::Priorities { steps, .. } = drawn(&trial, sampling) else {
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
        let DrawnFrom::Priorities { bound, .. } = drawn(
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
    for line in [
        "prove|--users|9|--stock|9",
        "prove|--users|64|--stock|64",
        "prove|--users|9|--lock|--stock|7",
        "prove|--users|17|--lock=write-only|--stock|1",
    ] {
        let (code, document) = race(line);
        assert_eq!(code, Some(2), "{line}: {document:#}");
        let message = document["error"]["message"].as_str().unwrap();
        assert!(message.contains("more than 50000 ways"), "{message}");
        let hint = document["error"]["hint"].as_str().unwrap();
        for way in ["--samples", "--stock", "8 buyers"] {
            assert!(hint.contains(way), "{hint}");
        }
    }
    let (code, document) = race("prove|--users|9|--samples|5|--crashes");
    assert_eq!(code, Some(2), "{document:#}");
    for line in [
        "prove|--seed|7",
        "prove|--users|0",
        "prove|--users|65",
        "prove|--users|9999",
        "locks|--users|2..9",
        "prove|--samples|0",
        "prove|--samples|1000001",
        "prove|--samples|1|--depth|0",
    ] {
        assert_eq!(race(line).0, Some(2), "{line}");
    }
}
