//! Is there a schedule that a condition holds for.

use std::process::Command;

use tickets::LockKind;
use tickets::lab::LabSteps;
use tickets::lab::condition::{Condition, Facts};
use tickets::lab::explore::{Search, visit};
use tickets::lab::find::find;
use tickets::lab::{Run as Played, Trial};
use tickets::office::Writes;

use super::{race, thorough, trial};
use crate::harness::{Run, TICKETS};

/// The same question, put to every schedule, one after the other.
fn by_brute_force(trial: &Trial, condition: &Condition) -> Option<(usize, usize, LabSteps)> {
    let mut smallest = None;
    for users in 1..=trial.users {
        let trial = trial.with_users(users);
        visit(&trial, Search::Full, &mut |run: Played| {
            if condition.holds(&Facts::of(trial.stock, &run)) {
                let own = (users, run.steps().switches(), run.steps());
                smallest = Some(smallest.take().map_or(own.clone(), |other| own.min(other)));
            }
            true
        })
        .unwrap();
        if smallest.is_some() {
            break;
        }
    }
    smallest
}

#[test]
fn the_smallest_is_that_of_all_schedules() {
    let plain = |users, stock, lock| trial(users, stock, lock);
    let chapter = Trial {
        writes: Writes::InPlace,
        query: true,
        ..trial(2, 1, LockKind::Exclusive)
    };
    let killed = Trial {
        crashes: true,
        ..trial(2, 1, LockKind::None)
    };
    let mut found = 0;
    let mut cases = vec![
        (
            plain(2, 1, LockKind::None),
            &[
                "oversold && switches <= 2",
                "oversold && switches > 2",
                "oversold && switches < 2",
                "bad && !oversold",
                "sold == 1 && switches == 3",
                "switches >= 3",
            ][..],
        ),
        (
            plain(3, 2, LockKind::None),
            &[
                "lost_updates == 2",
                "sold == 2 && lost_updates == 1",
                "switches == 5 && !bad",
                "lost_updates && switches >= 3 && buyers == 3",
                "lost_updates == 1 && switches >= 4",
                "switches == 18446744073709551615",
            ],
        ),
        (
            plain(2, 1, LockKind::Shared),
            &["oversold", "sold == 1 && switches >= 3", "left != 0"],
        ),
        (
            plain(2, 2, LockKind::WriteOnly),
            &["lost_updates && switches == 3", "left == 1 || sold == 3"],
        ),
        (
            chapter,
            &[
                "torn_reads",
                "torn_reads && switches > 3",
                "torn_reads > 1",
                "failed && sold == 0",
            ],
        ),
        (
            killed,
            &[
                "crashes == 1 && sold == 1",
                "crashes == 2 && left == 1",
                "crashes && oversold",
                "crashes == 1 && switches == 0",
            ],
        ),
    ];
    if thorough() {
        cases.push((
            plain(3, 2, LockKind::DataFile),
            &["oversold", "sold == 3 && switches > 7", "lost_updates > 1"],
        ));
        cases.push((
            plain(3, 1, LockKind::Exclusive),
            &["oversold", "refused == 2 && switches == 4"],
        ));
    }
    for (trial, conditions) in cases {
        for text in conditions {
            let condition: Condition = text.parse().unwrap();
            let stocks = trial.stock..=trial.stock;
            let answer = find(&trial, stocks, &condition, &mut |_| true).unwrap();
            let answer = answer.smallest.map(|(trial, run)| {
                assert!(condition.holds(&Facts::of(trial.stock, &run)));
                (trial.users, run.steps().switches(), run.steps())
            });
            assert_eq!(
                answer,
                by_brute_force(&trial, &condition),
                "{trial:?}: {text}"
            );
            found += usize::from(answer.is_some());
        }
    }
    assert!(
        found >= 12,
        "of most conditions there is a schedule: {found}"
    );
}

#[test]
fn find_tells_programs_what_it_found() {
    let (code, document) = race("find|oversold && switches <= 2");
    assert_eq!(code, Some(0), "{document:#}");
    assert_eq!(document["smallest"]["grants"], "1 2 2 1");
    assert_eq!(
        (&document["ok"], &document["found"], &document["users"]),
        (&true.into(), &true.into(), &2.into())
    );
    assert_eq!(document["smallest"]["no_return"], 2);
    let (code, document) = race("find|oversold && switches < 2");
    assert_eq!(
        (code, &document["found"]),
        (Some(3), &false.into()),
        "{document:#}"
    );
    let (code, document) = race("find|oversold|--lock");
    assert_eq!(
        (code, &document["found"]),
        (Some(3), &false.into()),
        "{document:#}"
    );
    assert_eq!(
        document["schedules"], 29,
        "1 and 2 and 3 buyers, each with 1 to 3 tickets"
    );
    let (code, document) = race("find|sold == 0 && left == 1|--lock|--crashes|--users|2");
    assert_eq!(
        (code, &document["users"]),
        (Some(0), &1.into()),
        "{document:#}"
    );
    // Killed as late as can be: to go on comes before to be killed.
    assert_eq!(document["smallest"]["grants"], "1 1 1x");
}

#[test]
fn a_condition_that_makes_no_sense_is_pointed_at() {
    let (code, document) = race("find|sold && sld");
    assert_eq!(
        (code, &document["error"]["code"]),
        (Some(2), &"usage".into())
    );
    let message = document["error"]["message"].as_str().unwrap();
    assert!(message.contains("column 9"), "{message}");
    let mut command = Command::new(TICKETS);
    command.args(["race", "find", "sold && sld"]);
    let run = Run::of(command.output().unwrap());
    assert!(run.stdout.is_empty(), "{run:?}");
    assert!(
        run.stderr.starts_with("  sold && sld\n          ^\n"),
        "{run:?}"
    );
    let hostile = [
        "(".repeat(100_000),
        "!".repeat(5000),
        "\u{202e}\u{1b}[31m\0".replace('\0', ""),
    ];
    for hostile in hostile {
        let run = Run::of(
            Command::new(TICKETS)
                .args(["race", "find", &hostile])
                .output()
                .unwrap(),
        );
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(!run.stderr.contains(['\u{1b}', '\u{202e}']), "{run:?}");
    }
}

#[test]
fn the_help_names_every_number() {
    let run = Run::of(
        Command::new(TICKETS)
            .args(["race", "find", "--help"])
            .output()
            .unwrap(),
    );
    for fact in tickets::lab::condition::Fact::ALL {
        assert!(run.stdout.contains(fact.name()), "{}", fact.name());
    }
}
