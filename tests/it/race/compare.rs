//! One order of turns under two locks.

use serde_json::{Value, json};
use tickets::LockKind;
use tickets::lab::explore::{Search, replay, visit};
use tickets::lab::{Schedule, Trial, TurnOutcome, carry};
use tickets::office::Writes;

use super::{race, told, trial};
use crate::harness::{Run, TICKETS, TestEvent};

/// Buyer, step under the first lock, step under the second, and why it passed there.
fn turns(document: &Value) -> Vec<(&str, &Value, &Value, &Value)> {
    let rows = document["turns"].as_array().unwrap().iter();
    rows.map(|row| {
        let buyer = row["buyer"].as_str().unwrap();
        (buyer, &row["first"], &row["second"], &row["passed"])
    })
    .collect()
}

#[test]
fn the_smallest_race_goes_well_in_the_same_order_under_the_lock() {
    let (code, document) = race("compare");
    assert_eq!(
        (code, &document["ok"]),
        (Some(0), &true.into()),
        "{document:#}"
    );
    let [first, second] = [&document["first"], &document["second"]];
    assert_eq!(first["grants"], "1 2 2 1");
    assert_eq!(
        (&first["bad"], &second["bad"]),
        (&true.into(), &false.into())
    );
    assert_eq!((&first["sold"], &second["sold"]), (&2.into(), &1.into()));
    assert_eq!(first["findings"][0]["kind"], "oversold");
    let null = Value::Null;
    let wanted = [
        ("user-1", &json!(1), &json!(1), &null),
        ("user-2", &json!(2), &json!(2), &null),
        ("user-2", &json!(3), &null, &json!("waits")),
        ("user-1", &json!(4), &json!(3), &null),
        ("user-1", &null, &json!(4), &null),
        ("user-1", &null, &json!(5), &null),
        ("user-1", &null, &json!(6), &null),
        ("user-2", &null, &json!(7), &null),
        ("user-2", &null, &json!(8), &null),
    ];
    assert_eq!(turns(&document), wanted);
    assert_eq!(
        document["difference"],
        "without a lock user-2 reads 1 left in turn 2, before user-1 has written; under exclusive it waits for the lock from \
         turn 2 on and finds none left in turn 9, after user-1 has written: without a lock 2 sold of 1 ticket, under exclusive 1 \
         sold of 1 ticket, 1 buyer found none left"
    );
    // What was run is shown again by the commands that are told of each.
    for (side, code) in [(first, 6), (second, 0)] {
        let line = side["replay"].as_str().unwrap().replace("tickets ", "");
        let mut again = std::process::Command::new("bash");
        let again = again.args(["-c", &format!("{TICKETS} {line}")]);
        let again = Run::of(again.output().unwrap());
        assert_eq!(again.code, Some(code), "{line}: {again:?}");
    }
}

#[test]
fn a_lock_that_is_none_goes_wrong_in_the_same_order() {
    for (lock, why) in [
        ("none,shared", "where nobody is made to wait"),
        (
            "none,write-only",
            "where user-1 waits for the lock in turn 4, and has read before",
        ),
    ] {
        let (code, document) = race(&format!("compare|--lock|{lock}"));
        assert_eq!(
            (code, &document["ok"]),
            (Some(6), &false.into()),
            "{document:#}"
        );
        assert_eq!(document["second"]["bad"], true, "{document:#}");
        let difference = document["difference"].as_str().unwrap();
        assert!(difference.contains(why), "{difference}");
    }
    // One kind alone is compared with none.
    let (code, document) = race("compare|--lock|shared");
    assert_eq!(
        (code, &document["first"]["lock"]),
        (Some(6), &"none".into())
    );
}

#[test]
fn a_query_that_reads_a_torn_count_reads_a_whole_one_where_it_is_replaced() {
    let line = "compare|--lock|exclusive,exclusive|--writes|in-place,replace|--query";
    let (code, document) = race(line);
    assert_eq!(code, Some(0), "{document:#}");
    assert_eq!(document["first"]["findings"][0]["kind"], "torn_read");
    let difference = document["difference"].as_str().unwrap();
    assert!(
        difference.starts_with("under exclusive, in place user-2 finds the count empty in turn 5"),
        "{difference}"
    );
}

/// Eight buyers as in the chapter, in an order that is named.
#[test]
fn a_named_schedule_is_the_order() {
    let (code, document) = race("compare|8!:0|--stock|2");
    assert_eq!(code, Some(0), "{document:#}");
    assert_eq!(
        (&document["users"], &document["stock"]),
        (&8.into(), &2.into())
    );
    assert_eq!(
        (&document["first"]["sold"], &document["second"]["sold"]),
        (&8.into(), &2.into())
    );
    let waits = turns(&document)
        .iter()
        .filter(|turn| turn.3 == "waits")
        .count();
    // user-1 holds the lock at its second turn; the seven others wait at theirs.
    assert_eq!(waits, 7, "{document:#}");
}

#[test]
fn where_nothing_goes_wrong_there_is_nothing_to_compare() {
    let (code, document) = race("compare|--lock|exclusive,none");
    assert_eq!(
        (code, &document["found"]),
        (Some(3), &false.into()),
        "{document:#}"
    );
    for (line, code) in [
        ("compare|1 1 1", 4),
        ("compare|1 2 3 1 2 3|--users|2", 2),
        ("compare|--lock|none,shared,exclusive", 2),
        ("compare|--lock|none,mutex", 2),
        ("compare|--writes|replace,replace,in-place", 2),
        ("compare|nonsense", 2),
    ] {
        assert_eq!(race(line).0, Some(code), "{line}");
    }
}

/// In the order of any schedule of three buyers without a lock the exclusive lock is right, and each turn is its buyer's.
#[test]
fn every_order_is_right_under_the_lock_and_kept() {
    let [before, after] = [LockKind::None, LockKind::Exclusive].map(|lock| trial(3, 3, lock));
    let mut orders = Vec::new();
    visit(&before, Search::Full, &mut |run| {
        orders.push(run.steps());
        true
    })
    .unwrap();
    assert_eq!(orders.len(), 90);
    for order in orders.iter().step_by(7) {
        let carried = carry(&after, order).unwrap();
        assert!(!carried.run.is_bad(), "{order}: {carried:?}");
        assert_eq!(carried.run.verdict.sold, 3, "{order}");
        let made = order.0.iter().zip(&carried.turns);
        let made: Vec<_> = made
            .filter(|(_, turn)| **turn == TurnOutcome::Step)
            .map(|(step, _)| *step)
            .collect();
        let steps = carried.run.steps();
        assert_eq!(steps.0[..made.len()], made, "{order}: {steps}");
        // It can be followed as it is.
        let again = replay(&after, &steps).unwrap();
        assert_eq!(again.moves, carried.run.moves, "{order}");
    }
}

#[test]
fn who_was_killed_passes_and_who_holds_a_lock_is_killed_with_it() {
    let Ok(Schedule::Steps(order)) = "1 2 1x 2".parse() else {
        panic!("no schedule")
    };
    let after = Trial {
        writes: Writes::Replace,
        ..trial(2, 2, LockKind::Exclusive)
    };
    let carried = carry(&after, &order).unwrap();
    assert_eq!(carried.run.killed(), 1);
    assert_eq!((carried.run.is_bad(), carried.run.verdict.sold), (false, 1));
}

#[test]
fn both_stand_side_by_side_or_one_below_the_other() {
    let wide: Run = told(&["compare"], "80");
    assert_eq!(wide.code, Some(0), "{wide:?}");
    assert!(
        wide.stdout.contains(&format!(
            "\n     2  user-2  {:<30} finds the lock taken\n",
            "reads: 1 left"
        )),
        "{}",
        wide.stdout
    );
    assert!(wide.stdout.contains("passes: it waits"), "{}", wide.stdout);
    let narrow = told(&["compare"], "40");
    assert!(narrow.stdout.contains("\nno lock\n"), "{}", narrow.stdout);
    assert!(
        narrow.stdout.contains("\nlock exclusive\n"),
        "{}",
        narrow.stdout
    );
}

#[test]
fn one_picture_has_both() {
    let event = TestEvent::empty();
    let picture = event.path("both.svg");
    let (code, document) = race(&format!("compare|--timeline|{}", picture.display()));
    assert_eq!(code, Some(0), "{document:#}");
    let svg = std::fs::read_to_string(&picture).unwrap();
    for title in [
        "2 buyers, 1 ticket, no lock",
        "2 buyers, 1 ticket, lock exclusive",
    ] {
        assert!(svg.contains(&format!("<title>{title}</title>")), "{svg}");
    }
    assert_eq!(svg.matches("<svg").count(), svg.matches("</svg>").count());
}
