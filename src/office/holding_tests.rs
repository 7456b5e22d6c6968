//! Holds and rules, on events in memory.

use std::time::Duration;

use super::{BoxOffice, Change, EventSettings, OnSale, Order, Sale, Unobserved};
use crate::error::{Kind, Result};

const NOW: Option<Duration> = Some(Duration::ZERO);
const LATER: Option<Duration> = Some(Duration::from_secs(3600));

fn held(office: &mut BoxOffice, buyer: &str, quantity: u64, time: Option<Duration>) -> String {
    office.hold(&Order::new(buyer, quantity), time).unwrap().id
}

/// What is left, sold and held by the ledger, and by what it says to people.
fn counts(office: &BoxOffice) -> ([u64; 3], [u64; 3]) {
    let state = office.state().unwrap();
    let audit = office.audit().unwrap();
    assert_eq!(audit.findings, []);
    let looked = [state.left, state.sold, state.held];
    // Who looks is told the same.
    let audited = [audit.left, audit.sold, audit.held];
    assert_eq!((audited, audit.due), (looked, state.due));
    let by_the_ledger = [audit.left - audit.due, audit.sold, audit.held + audit.due];
    (by_the_ledger, looked)
}

#[test]
fn a_hold_that_is_due_ends_when_its_tickets_are_needed_and_not_before() {
    let mut office = BoxOffice::in_memory(4).unwrap();
    let due = held(&mut office, "bob", 2, NOW);
    let later = held(&mut office, "carol", 1, LATER);
    assert_eq!(counts(&office), ([1, 0, 3], [3, 0, 1]));
    // What is on hand is enough.
    office.book("alice", 1).unwrap();
    assert_eq!(counts(&office), ([0, 1, 3], [2, 1, 1]));
    // A refusal writes nothing.
    let refused = office.book("dave", 3).unwrap_err();
    assert_eq!(refused.kind(), Kind::SoldOut { left: 2 });
    assert_eq!(refused.held_tickets(), Some(1));
    assert!(refused.next_due().is_some());
    assert_eq!(counts(&office), ([0, 1, 3], [2, 1, 1]));
    // This one needs them.
    assert_eq!(office.book("eve", 1).unwrap().left, 1);
    assert_eq!(counts(&office), ([1, 2, 1], [1, 2, 1]));
    let change = Change::new();
    let ended = office.confirm(&due, &change).unwrap_err();
    assert_eq!(ended.kind(), Kind::Expired);
    assert_eq!(
        office.confirm(&due, &change).unwrap_err().kind(),
        Kind::Expired
    );
    let sale = office.confirm(&later, &change).unwrap();
    assert_eq!((sale.quantity, sale.left, sale.replayed), (1, 1, false));
    assert!(office.confirm(&later, &change).unwrap().replayed);
    assert_eq!(counts(&office), ([1, 3, 0], [1, 3, 0]));
    // It is a sale then.
    assert_eq!(
        office.release(&later, &change).unwrap_err().kind(),
        Kind::Refused
    );
    assert_eq!(office.cancel(&later, None, &change).unwrap().left, 2);
}

#[test]
fn a_hold_after_its_time_is_confirmed_as_long_as_nobody_needs_it() {
    let mut office = BoxOffice::in_memory(2).unwrap();
    let due = held(&mut office, "bob", 2, NOW);
    assert_eq!(office.confirm(&due, &Change::new()).unwrap().quantity, 2);
    let refused = office.book("alice", 1).unwrap_err();
    assert_eq!(refused.kind(), Kind::SoldOut { left: 0 });
    assert_eq!(refused.held_tickets(), None);
}

#[test]
fn those_that_were_due_first_end_first_and_only_as_many_as_it_takes() {
    let mut office = BoxOffice::in_memory(3).unwrap();
    let first = held(&mut office, "a", 1, NOW);
    let second = held(&mut office, "b", 1, NOW);
    let third = held(&mut office, "c", 1, NOW);
    office.adjust(-1, &Change::new().reason("r")).unwrap();
    let change = Change::new();
    assert_eq!(
        office.confirm(&first, &change).unwrap_err().kind(),
        Kind::Expired
    );
    assert!(office.confirm(&second, &change).is_ok());
    assert_eq!(office.release(&third, &change).unwrap().left, 1);
    assert!(office.release(&third, &change).unwrap().replayed);
    assert_eq!(counts(&office).0, [1, 1, 0]);
}

#[test]
fn one_key_is_one_order() {
    let mut office = BoxOffice::in_memory(5).unwrap();
    let order = Order::new("bob", 2).key("k");
    let hold = office.hold(&order, LATER).unwrap();
    let again = office.hold(&order, LATER).unwrap();
    assert_eq!(
        (again.id, again.until, again.replayed),
        (hold.id.clone(), hold.until, true)
    );
    let refused = office.purchase(&order, &mut Unobserved).unwrap_err();
    assert_eq!(refused.kind(), Kind::Refused);
    let change = Change::new().key("k");
    assert_eq!(office.adjust(1, &change).unwrap_err().kind(), Kind::Refused);
    office.release(&hold.id, &Change::new()).unwrap();
    assert_eq!(
        office.hold(&order, LATER).unwrap_err().kind(),
        Kind::Cancelled
    );
    let change = Change::new().key("more").reason("r");
    assert!(!office.adjust(3, &change).unwrap().replayed);
    assert!(office.adjust(3, &change).unwrap().replayed);
    assert_eq!(office.state().unwrap().left, 8);
    let sale = office.book("eve", 3).unwrap();
    let change = Change::new().key("back");
    assert_eq!(office.cancel(&sale.id, Some(1), &change).unwrap().kept, 2);
    let again = office.cancel(&sale.id, Some(1), &change).unwrap();
    assert_eq!((again.kept, again.quantity, again.replayed), (2, 1, true));
}

#[test]
fn rules_are_kept_by_sales_and_holds() {
    let mut office = BoxOffice::in_memory(9).unwrap();
    let change = Change::new();
    let limits = &mut |settings| {
        Ok(EventSettings {
            max_per_sale: Some(3),
            max_per_buyer: Some(4),
            ..settings
        })
    };
    office.set(&change, limits).unwrap();
    let kind = |result: Result<Sale>| result.unwrap_err().kind();
    assert_eq!(kind(office.book("bob", 4)), Kind::Limit);
    let sale = office.book("Bob", 3).unwrap();
    assert_eq!(kind(office.book(" bob", 2)), Kind::Limit);
    held(&mut office, "BOB", 1, LATER);
    assert_eq!(kind(office.book("bob", 1)), Kind::Limit);
    // By the name of today.
    office.rename(&sale.id, "Alice", &change).unwrap();
    assert!(office.book("bob", 3).is_ok());
    assert_eq!(kind(office.book("alice", 2)), Kind::Limit);
    office.close(&change).unwrap();
    assert_eq!(kind(office.book("dora", 1)), Kind::Closed);
    assert_eq!(office.state().unwrap().on_sale, OnSale::Closed);
    // What gives back, and what was held, goes on.
    office.cancel(&sale.id, Some(1), &change).unwrap();
    office.reopen(&change).unwrap();
    assert!(office.book("dora", 1).is_ok());
    let over = &mut |settings| {
        Ok(EventSettings {
            until: Some("2001-01-01T00:00:00Z".to_owned()),
            ..settings
        })
    };
    office.set(&change, over).unwrap();
    assert_eq!(kind(office.book("dora", 1)), Kind::Over);
    let not_yet = &mut |settings| {
        Ok(EventSettings {
            from: Some("2999-01-01T00:00:00Z".to_owned()),
            until: None,
            ..settings
        })
    };
    office.set(&change, not_yet).unwrap();
    assert_eq!(kind(office.book("dora", 1)), Kind::NotYet);
    assert_eq!(counts(&office).1, [2, 6, 1]);
}
