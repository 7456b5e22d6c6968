use super::super::{Change, DEFAULT_WAIT};
use super::*;
use crate::ledger::EventSettings;
use crate::store::memory::MemoryStore;

/// What became of each of these orders: "sold", "replayed" or why it was refused.
fn outcomes(office: &mut BoxOffice, orders: &[Order<'_>]) -> Vec<String> {
    let mut told = Vec::new();
    let tell = &mut |_, outcome| {
        told.push(match outcome {
            Outcome::Sold { .. } => "sold".to_owned(),
            Outcome::Replayed { .. } => "replayed".to_owned(),
            Outcome::Refused(error) => error.kind().code().to_owned(),
        });
    };
    office.purchase_all(orders, DEFAULT_WAIT, tell).unwrap();
    told
}

#[test]
fn what_was_decided_when_the_lock_was_lost_is_decided_anew() {
    let store = MemoryStore::new(4).unwrap().losing_the_lock(3);
    let mut office = BoxOffice::over(store);
    let orders = ["a", "b", "a"].map(|key| Order::new("ann", 1).key(key));
    let wanted = ["sold", "sold", "replayed"];
    assert_eq!(outcomes(&mut office, &orders), wanted);
    let state = office.state().unwrap();
    assert_eq!((state.left, state.sold), (2, 2));
    assert_eq!(outcomes(&mut office, &orders), ["replayed"; 3]);
}

#[test]
fn holds_that_were_to_end_and_buyers_are_counted_anew_too() {
    let store = MemoryStore::new(3).unwrap().losing_the_lock(2);
    let mut office = BoxOffice::over(store);
    let held = Order::new("bob", 3);
    let held = office.hold(&held, Some(Duration::ZERO)).unwrap();
    let limits = &mut |settings| {
        Ok(EventSettings {
            max_per_buyer: Some(2),
            ..settings
        })
    };
    office.set(&Change::new(), limits).unwrap();
    let orders = ["a", "b", "c"].map(|key| Order::new("ann", 1).key(key));
    assert_eq!(outcomes(&mut office, &orders), ["sold", "sold", "limit"]);
    let ended = office.confirm(&held.id, &Change::new()).unwrap_err();
    assert_eq!(ended.kind(), Kind::Expired);
    assert_eq!(office.audit().unwrap().findings, []);
}
