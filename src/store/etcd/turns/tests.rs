//! That each goes once in a round, and that nobody is waited for in vain for long.

use super::*;
use crate::store::etcd::wire::{KeyValue, WireNumber};

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(1);

/// Turns that are taken with so many others, and what tells of their changes.
fn taken(others: usize, commit: Duration) -> (Turns, Arc<Ear>) {
    let ear = Arc::new(Ear::default());
    let (watch, _) = ChangeWatch::new();
    let turns = Turns {
        left: ALONE,
        ear: Some((watch, Arc::clone(&ear))),
        others,
        commit,
        look: (LOOKED, LOOKED),
        ..Turns::default()
    };
    (turns, ear)
}

fn changed(ear: &Ear, at: u64) {
    let count = KeyValue {
        mod_revision: WireNumber(at),
        ..KeyValue::default()
    };
    ear.hear(count, at);
}

fn revision(told: Option<ToldCount>) -> Option<u64> {
    told.map(|(count, _)| count.mod_revision.0)
}

/// The changes of others come while it waits, and it goes behind the last of them, however many came before its own.
#[test]
fn each_goes_when_as_many_as_sell_have_gone_since() {
    let (mut turns, ear) = taken(2, LONG);
    for at in 1..=10 {
        changed(&ear, at);
    }
    turns.done(10, LONG);
    assert_eq!((turns.others, turns.left), (2, ALONE));
    let later = Arc::clone(&ear);
    let began = Instant::now();
    let come = std::thread::spawn(move || {
        changed(&later, 11);
        std::thread::park_timeout(Duration::from_millis(30));
        changed(&later, 12);
    });
    assert_eq!(revision(turns.wait(10)), Some(12));
    assert!(began.elapsed() >= Duration::from_millis(30));
    come.join().unwrap();
    // It is its turn until it has changed it, or came too late.
    assert!(turns.wait(12).is_none(), "that is known already");
    assert_eq!((turns.others, turns.look), (2, (LOOKED - 1, LOOKED)));
    turns.done(13, LONG);
    assert!(!turns.is_ours);
}

#[test]
fn who_does_not_come_twice_is_not_waited_for_again_and_it_is_looked_who_sells() {
    let (mut turns, ear) = taken(3, SHORT);
    changed(&ear, 7);
    turns.done(8, SHORT);
    changed(&ear, 9);
    assert_eq!(revision(turns.wait(8)), Some(9));
    assert_eq!((turns.others, ear.told().len()), (3, 2));
    turns.done(10, SHORT);
    changed(&ear, 11);
    assert_eq!(revision(turns.wait(10)), Some(11));
    assert_eq!((turns.others, turns.look), (1, (1, 1)));
    // Who has gone is not counted by what it changed before.
    assert_eq!(ear.told().len(), 1);
}

#[test]
fn who_is_farther_from_its_turn_waits_longer_and_nobody_for_long() {
    let (turns, _) = taken(2, Duration::from_millis(10));
    assert_eq!(turns.patience(1), Duration::from_millis(50));
    assert_eq!(turns.patience(2), Duration::from_millis(70));
    assert_eq!(taken(2, LONG).0.patience(1), PATIENCE);
}

#[test]
fn who_is_alone_takes_none_and_who_has_never_sold_waits_for_nobody() {
    let (mut turns, ear) = taken(2, LONG);
    assert!(turns.wait(0).is_none());
    changed(&ear, 3);
    assert_eq!(turns.newer(2).map(|(_, at)| at), Some(3));
    assert!(turns.newer(3).is_none());
    turns.done(4, LONG);
    for at in 0..u64::from(ALONE) {
        assert!(turns.are_taken(), "{at}");
        turns.done(5 + at, SHORT);
    }
    assert!(!turns.are_taken() && turns.ear.is_none() && turns.others == 0);
}

/// A cluster that was put back counts its revisions from an earlier one on.
#[test]
fn what_was_told_of_another_history_is_forgotten() {
    let (mut turns, ear) = taken(0, LONG);
    changed(&ear, 90);
    changed(&ear, 40);
    let address = "etcd://127.0.0.1:1/gala";
    let store = crate::store::etcd::event_store::EtcdStore::at(std::path::Path::new(address));
    turns.late(64, Some(41), &store.unwrap().space);
    assert_eq!(revision(turns.newer(0)), Some(40));
    assert_eq!((turns.look, turns.others), ((0, 2), 1));
}

#[test]
fn who_sells_one_by_one_takes_turns_when_it_came_too_late_often() {
    let address = "etcd://127.0.0.1:1/gala";
    let store = crate::store::etcd::event_store::EtcdStore::at(std::path::Path::new(address));
    let space = store.unwrap().space;
    let mut turns = Turns::default();
    for _ in 1..LATES {
        turns.late(1, None, &space);
        assert!(!turns.are_taken() && turns.ear.is_none());
    }
    turns.late(1, None, &space);
    assert!(turns.are_taken() && turns.ear.is_some());
    let mut turns = Turns::default();
    turns.late(2, None, &space);
    assert!(turns.are_taken());
}
