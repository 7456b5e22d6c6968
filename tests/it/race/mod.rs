//! The race lab: every schedule of a few buyers, with real processes.

mod agreement;
mod compare;
mod drawn;
mod find;
mod mistakes;
mod odds;
mod pages;
mod pictures;
mod sample;
mod scenarios;
mod stopped;
mod tour;
mod words;

use std::path::PathBuf;

use serde_json::Value;
use tickets::LockKind;
use tickets::check::Anomaly;
use tickets::lab::Class;
use tickets::lab::explore::{self, Explored, Search, explore, smallest};
use tickets::lab::{Trial, WorkerEnd};
use tickets::office::Writes;

use crate::harness::{Run, TICKETS, TestEvent};

fn trial(users: usize, stock: u64, lock: LockKind) -> Trial {
    Trial {
        users,
        stock,
        lock,
        writes: Writes::Replace,
        query: false,
        crashes: false,
        second_name: false,
        scenario: None,
        place: None,
        program: PathBuf::from(TICKETS),
    }
}

/// Whether all is to be run, and not a slice of it: `TICKETS_RACE=all`, or the name of a kind of lock, for
/// that one alone where each is run by itself.
fn thorough() -> bool {
    std::env::var_os("TICKETS_RACE").is_some()
}

fn search(trial: &Trial, search: Search) -> Explored {
    explore(trial, search, &mut |_| true).unwrap()
}

fn race(line: &str) -> (Option<i32>, Value) {
    let mut command = std::process::Command::new(TICKETS);
    command.args(["--json", "race"]);
    // A schedule is one argument.
    command.args(line.split('|').map(str::trim));
    let run = Run::of(command.output().unwrap());
    let document = serde_json::from_str(&run.stdout).expect(&run.stdout);
    (run.code, document)
}

/// The numbers of restricted growth strings: how a sale follows from one that was made before.
const BELL: [usize; 7] = [1, 1, 2, 5, 15, 52, 203];

#[test]
fn without_a_lock_there_are_n_factorial_classes_and_one_is_right() {
    let mut factorial = 1;
    for (users, bell) in BELL.into_iter().enumerate().skip(2) {
        factorial *= users as u64;
        let found = search(&trial(users, users as u64, LockKind::None), Search::Reduced);
        assert_eq!(found.schedules, factorial, "{users} buyers");
        assert_eq!(found.classes, Some(factorial), "{users} buyers");
        assert_eq!(found.outcomes.len(), bell, "{users} buyers");
        assert_eq!(found.bad, factorial - 1, "{users} buyers");
        assert_eq!(found.oversold, 0, "there is enough for all {users}");
    }
}

#[test]
fn under_the_lock_no_schedule_is_bad() {
    let mut odd = 1;
    for users in 2..=if thorough() { 6 } else { 5 } {
        odd *= 2 * users as u64 - 1;
        for stock in 1..=users as u64 {
            let found = search(&trial(users, stock, LockKind::Exclusive), Search::Reduced);
            assert_eq!(
                found.bad, 0,
                "{users} buyers, {stock} in stock: {:?}",
                found.first
            );
            assert_eq!(found.outcomes.len(), 1, "{users} buyers, {stock} in stock");
            if stock == users as u64 {
                assert_eq!(found.schedules, odd, "{users} buyers");
            }
        }
    }
}

/// Whoever is killed, wherever it is: nothing is oversold, nobody is stuck, and the others sell on.
#[test]
fn under_the_lock_no_crash_is_bad() {
    for users in 2..=3 {
        for stock in 1..=users as u64 {
            let trial = Trial {
                crashes: true,
                ..trial(users, stock, LockKind::Exclusive)
            };
            let found = search(&trial, Search::Reduced);
            assert_eq!(
                found.bad, 0,
                "{users} buyers, {stock} in stock: {:?}",
                found.first
            );
            assert!(found.outcomes.len() > users, "no crash came to pass");
        }
    }
}

/// Two lock files, one ledger: what each buyer locks besides is the ledger itself.
#[test]
fn under_the_lock_no_schedule_of_two_names_is_bad() {
    for (users, stock) in [(2, 1), (2, 2), (3, 1), (3, 2)] {
        for crashes in [false, true]
            .into_iter()
            .filter(|crashes| !crashes || users == 2)
        {
            let trial = Trial {
                second_name: true,
                crashes,
                ..trial(users, stock, LockKind::Exclusive)
            };
            let found = search(&trial, Search::Reduced);
            assert_eq!(
                found.bad, 0,
                "{users} buyers, {stock} in stock: {:?}",
                found.first
            );
        }
    }
}

#[test]
fn the_smallest_race_without_a_lock_is_two_who_read_before_either_writes() {
    let run = smallest(&trial(3, 1, LockKind::None), &mut |_| true)
        .unwrap()
        .unwrap();
    assert_eq!(run.steps().to_string(), "1 2 2 1");
    let kinds: Vec<_> = run
        .verdict
        .findings
        .iter()
        .map(|finding| finding.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            Anomaly::Oversold,
            Anomaly::LostUpdate,
            Anomaly::Conservation
        ]
    );
    assert_eq!((run.verdict.sold, run.verdict.left), (2, Some(0)));
}

#[test]
fn each_kind_of_lock_races_where_it_must() {
    use LockKind::{DataFile, Exclusive, None, Shared, WriteOnly};
    let bad = |users, stock, lock| {
        let found = search(&trial(users, stock, lock), Search::Reduced);
        (found.bad, found.oversold)
    };
    for lock in [None, Shared, WriteOnly] {
        let (bad, oversold) = bad(2, 1, lock);
        assert!(bad > 0 && oversold > 0, "{lock:?}");
    }
    for stock in [1, 2] {
        assert_eq!(bad(2, stock, DataFile).0, 0, "two are not enough for it");
    }
    let (_, oversold) = bad(3, 2, DataFile);
    assert!(oversold > 0, "the third locks another file than the second");
    for stock in 1..=3 {
        assert_eq!(bad(3, stock, Exclusive).0, 0);
    }
}

#[test]
fn the_chapters_repaired_program_reads_a_torn_count() {
    let program = |query| Trial {
        writes: Writes::InPlace,
        query,
        ..trial(2, 1, LockKind::Exclusive)
    };
    // Nobody but those who hold the lock looks.
    assert_eq!(search(&program(false), Search::Full).bad, 0);
    let found = search(&program(true), Search::Reduced);
    assert!(found.bad > 0 && found.oversold == 0);
    let run = smallest(&program(true), &mut |_| true).unwrap().unwrap();
    assert_eq!(run.steps().to_string(), "1 1 1 1 2 1");
    assert!(
        matches!(run.ends[1], Some(WorkerEnd::Torn { .. })),
        "{:?}",
        run.ends
    );
    let finding = &run.verdict.findings[0];
    assert_eq!(
        (finding.kind, &finding.buyers[..]),
        (Anomaly::TornRead, &["user-2".into(), "user-1".into()][..])
    );
}

/// What is left out changes nothing: the search without reductions finds the same outcomes.
#[test]
fn a_reduced_search_finds_every_outcome() {
    let all = thorough();
    let named = std::env::var("TICKETS_RACE").unwrap_or_default();
    let one = LockKind::ALL.iter().any(|lock| lock.name() == named);
    for lock in LockKind::ALL
        .into_iter()
        .filter(|lock| *lock != LockKind::Mutex && (!one || lock.name() == named))
    {
        for (users, stock) in [(2, 1), (2, 2), (3, 1), (3, 2), (3, 3)] {
            for (writes, query) in [
                (Writes::Replace, false),
                (Writes::InPlace, false),
                (Writes::Replace, true),
            ] {
                let trial = Trial {
                    writes,
                    query,
                    ..trial(users, stock, lock)
                };
                let cheap = (stock, writes, query) == (1, Writes::Replace, false);
                if users == 2 && (cheap || all) {
                    let crashes = true;
                    let trial = Trial {
                        crashes,
                        ..trial.clone()
                    };
                    let [reduced, full] =
                        [Search::Reduced, Search::Full].map(|how| search(&trial, how));
                    assert_eq!(
                        reduced.outcomes, full.outcomes,
                        "crashes, {lock:?}, {writes:?}"
                    );
                }
                let short = lock == LockKind::None && writes == Writes::Replace && !query;
                if users == 3 && !short && !all {
                    continue;
                }
                let [reduced, full] =
                    [Search::Reduced, Search::Full].map(|how| search(&trial, how));
                let named = format!(
                    "{users} buyers, {stock} in stock, {lock:?}, {writes:?}, query {query}"
                );
                assert_eq!(reduced.outcomes, full.outcomes, "{named}");
                // What a condition may ask for.
                assert_eq!(reduced.facts, full.facts, "{named}");
                assert_eq!(reduced.bad > 0, full.bad > 0, "{named}");
                assert!(reduced.schedules <= full.schedules, "{named}");
            }
        }
    }
}

/// However many searchers share them, none is run twice and none is left out.
#[test]
fn all_schedules_are_as_many_as_they_must_be() {
    let in_place = Trial {
        writes: Writes::InPlace,
        ..trial(3, 3, LockKind::Exclusive)
    };
    for (trial, many) in [
        // (2 + 2 + 2)! / 2!^3 and (3 + 3 + 3)! / 3!^3
        (trial(3, 3, LockKind::None), 90),
        (trial(3, 3, LockKind::Shared), 1680),
        // One after the other, and every way to find the lock taken meanwhile.
        (in_place, 456),
    ] {
        let found = search(&trial, Search::Full);
        assert_eq!(found.schedules, many, "{trial:?}");
    }
}

/// A try at a held lock makes no other schedule where the file that is locked stays, whichever it is.
#[test]
fn tries_at_the_lock_of_a_file_that_stays_are_left_out() {
    for (users, stock) in [(2, 1), (2, 2), (3, 2)] {
        let [of_its_own, of_the_count] = [LockKind::Exclusive, LockKind::DataFile].map(|lock| {
            let trial = Trial {
                writes: Writes::InPlace,
                ..trial(users, stock, lock)
            };
            search(&trial, Search::Reduced).schedules
        });
        assert_eq!(of_its_own, of_the_count, "{users} buyers, {stock} in stock");
    }
}

#[test]
fn a_schedule_gives_the_same_outcome_every_time_in_memory_and_on_disk() {
    let times = if thorough() { 100 } else { 10 };
    let trial = trial(3, 2, LockKind::DataFile);
    let run = smallest(&trial, &mut |_| true).unwrap().unwrap();
    let disk = TestEvent::empty();
    for place in [None, Some(disk.directory().to_owned())] {
        let trial = Trial {
            place,
            ..trial.clone()
        };
        for _ in 0..times {
            let again = explore::replay(&trial, &run.steps()).unwrap();
            assert_eq!(
                (again.moves, again.left, again.sellers),
                (run.moves.clone(), run.left.clone(), run.sellers.clone())
            );
            assert_eq!(again.verdict, run.verdict);
        }
    }
    assert!(disk.names().is_empty(), "{:?}", disk.names());
}

#[test]
fn every_class_of_three_runs_as_its_name_says() {
    let trial = trial(3, 3, LockKind::None);
    for number in 0..6 {
        let class = Class::numbered(3, number).unwrap();
        let run = explore::replay(&trial, &class.steps()).unwrap();
        assert_eq!(Class::of_run(&trial, &run), Some(class));
        assert_eq!(run.verdict.is_safe(), number == 5, "{number}");
    }
}

#[test]
fn prove_tells_programs_what_it_found() {
    let (code, document) = race("prove|--users|3|--stock|3");
    let told = |name: &str| document[name].clone();
    assert_eq!(code, Some(6), "{document:#}");
    let wanted = serde_json::json!({
        "ok": false, "users": 3, "stock": 3, "lock": "none", "writes": "replace",
        "schedules": 6, "classes": 6, "outcomes": 5, "bad": 5,
    });
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(&told(name), value, "{name}: {document:#}");
    }
    assert_eq!(document["smallest"]["grants"], "1 2 2 1");
    assert_eq!(document["smallest"]["schedule"], "2!:0");
    assert_eq!(document["smallest"]["findings"][0]["kind"], "lost_update");
    let (code, document) = race("prove|--users|3|--lock");
    assert_eq!(
        (code, &document["bad"]),
        (Some(0), &0.into()),
        "{document:#}"
    );
    let (code, document) = race("prove|--lock=mutex");
    assert_eq!(
        (code, &document["error"]["code"]),
        (Some(2), &"usage".into()),
        "{document:#}"
    );
}

#[test]
fn a_schedule_that_cannot_be_followed_is_refused_at_its_step() {
    let (code, document) = race("replay|1 2 2 1");
    assert_eq!(code, Some(6), "{document:#}");
    let (code, document) = race("replay|1 2 2 1|--lock");
    assert_eq!(code, Some(4), "{document:#}");
    assert!(
        document["error"]["message"]
            .as_str()
            .unwrap()
            .contains("step 3")
    );
    let (code, _) = race("replay|nonsense");
    assert_eq!(code, Some(2));
    let (code, document) = race("replay|2!:1");
    assert_eq!(
        (code, &document["findings"]),
        (Some(0), &Value::Array(vec![])),
        "{document:#}"
    );
}

#[test]
fn the_lab_is_not_blind() {
    let (code, document) = race("selfcheck");
    assert_eq!(
        (code, &document["ok"]),
        (Some(0), &true.into()),
        "{document:#}"
    );
    assert_eq!(document["rows"].as_array().unwrap().len(), 6);
}

#[test]
fn the_picture_in_the_readme_is_what_is_drawn() {
    let event = TestEvent::empty();
    let drawn = event.path("race.svg");
    let line = "replay|8!:0|--stock|2|--timeline|";
    let (code, document) = race(&format!("{line}{}", drawn.display()));
    assert_eq!(code, Some(6), "{document:#}");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let kept = std::fs::read_to_string(root.join("docs/race.svg")).unwrap();
    let drawn = std::fs::read_to_string(drawn).unwrap();
    assert_eq!(
        drawn, kept,
        "draw it anew: tickets race replay '8!:0' --stock 2 --timeline docs/race.svg"
    );
    for finding in document["findings"].as_array().unwrap() {
        let kind = finding["kind"].as_str().unwrap().replace('_', " ");
        assert!(drawn.contains(&kind), "{kind}");
    }
}

/// What a command of the lab prints for people.
fn told(arguments: &[&str], columns: &str) -> Run {
    let mut command = std::process::Command::new(TICKETS);
    command.arg("race").args(arguments).env("COLUMNS", columns);
    Run::of(command.output().unwrap())
}

#[test]
fn what_the_lab_prints_is_as_wide_as_the_terminal() {
    for arguments in [
        &["locks"][..],
        &["selfcheck"],
        &["prove", "--users", "3"],
        &["prove", "--users", "4", "--lock"],
        &["prove", "--lock", "--writes", "in-place", "--query"],
        &["prove", "--users", "12", "--samples", "20", "--seed", "7"],
        &["prove", "--users", "20", "--samples", "9", "--lock=shared"],
        &["find", "oversold && switches <= 2"],
        &["find", "oversold && switches <= 0"],
        &["replay", "8!:0", "--stock", "2"],
        &["replay", "1 1x 2 2"],
        &["compare"],
        &["compare", "8!:0", "--stock", "2"],
        &["compare", "--lock", "none,write-only"],
        &["compare", "--lock", "exclusive,none"],
        &["tour", "5", "--yes"],
        &["scenarios"],
        &["prove", "--users", "3", "--scenario", "confirm-expire"],
        &["replay", "2 2 2t 1 1", "--scenario", "confirm-expire"],
    ] {
        for columns in [50, 80, 130] {
            let run = told(arguments, &columns.to_string());
            assert!([Some(0), Some(3), Some(6)].contains(&run.code), "{run:?}");
            let longest = run.stdout.lines().map(|line| line.chars().count()).max();
            assert!(longest <= Some(columns), "{arguments:?}:\n{}", run.stdout);
        }
    }
    // Wider, the same has more room.
    let words = |columns| told(&["replay", "8!:0"], columns).stdout;
    assert!(
        words("80").contains(
            "     8                                                                 read 8"
        )
    );
    assert!(!words("130").contains(" read 8"));
    // What is to be copied is what a shell reads.
    let run = told(
        &["prove", "--users", "12", "--samples", "9", "--seed", "7"],
        "60",
    );
    let (_, again) = run.stdout.split_once("\nagain  tickets ").unwrap();
    let (again, _) = again.split_once("\ncure").unwrap();
    assert!(again.contains('\n'), "{again}");
    let script = format!("'{TICKETS}' --json {again}");
    let shell = std::process::Command::new("sh")
        .args(["-c", &script])
        .output();
    let (code, document) = Run::of(shell.unwrap()).document();
    assert_eq!((code, &document["users"]), (6, &12.into()), "{document:#}");
}

#[test]
fn each_row_of_the_scoreboard_has_a_name_of_its_own() {
    let (_, board) = race("locks|--users|2");
    let rows = board["rows"].as_array().unwrap();
    let mut names: Vec<_> = rows
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(names.last(), Some(&"tutorial"));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rows.len());
    let board = told(&["locks", "--users", "2"], "80").stdout;
    assert!(board.contains("\ntutorial    in-place "), "{board}");
}

#[test]
fn buyers_count_from_1_and_who_counts_from_0_is_told_so() {
    let (code, document) = race("replay|0 1x 1");
    assert_eq!(code, Some(2), "{document:#}");
    let hint = document["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("'1 2x 2'"), "{hint}");
    let (code, document) = race("replay|1 2 2 1");
    assert_eq!((code, &document["users"]), (Some(6), &2.into()));
    assert_eq!(document["steps"][0]["buyer"], "user-1");
}
