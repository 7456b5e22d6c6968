//! What comes between a sale's line and its sync, or between two sales of a program that stays open: a count
//! of others' lines, a reset, an edit.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;
use tickets::office::{DEFAULT_WAIT, Observer, Order, Sale, Step};
use tickets::{BoxOffice, Kind, Result};

use crate::harness::{Run, TestEvent, eventually, foreign_sync};

/// Acts once when the line is written and the locks for deciding are given up, before anything is synced.
struct Between<F>(Option<F>);

impl<F: FnOnce()> Observer for Between<F> {
    fn at(&mut self, step: Step) -> Result<()> {
        if step == Step::LockReleased
            && let Some(act) = self.0.take()
        {
            act();
        }
        Ok(())
    }
}

/// Sells one to alice, and has this done before it is made durable.
fn overtaken(event: &TestEvent, act: impl FnOnce(&mut BoxOffice)) -> Result<Sale> {
    let mut other = BoxOffice::at(&event.file).unwrap();
    let mut between = Between(Some(|| act(&mut other)));
    let mut office = BoxOffice::at(&event.file).unwrap();
    let sale = office.purchase(&Order::new("alice", 1), &mut between);
    assert!(between.0.is_none(), "it came to nothing in between");
    sale
}

fn reset(office: &mut BoxOffice) -> String {
    let done = office.reset(Some(9), true, DEFAULT_WAIT).unwrap();
    fs::read_to_string(done.archive.unwrap()).unwrap()
}

#[test]
fn a_sale_overtaken_by_a_reset_is_answered_and_stands_in_the_archive() {
    let event = TestEvent::stock(5);
    let mut archive = String::new();
    let sale = overtaken(&event, |other| archive = reset(other)).unwrap();
    assert!(archive.contains(&sale.id), "{archive}");
    assert_eq!((sale.seq, sale.left), (2, 4));
    assert!(sale.unpublished.is_none(), "{sale:?}");
    assert_eq!(
        (event.sales().len(), &event.count()["ticket"]),
        (0, &9.into())
    );
}

/// The second reset proves the ledger of the first durable, however long that is, and no other.
#[test]
fn a_sale_overtaken_by_two_resets_has_an_unknown_outcome() {
    let event = TestEvent::stock(5);
    let mut archive = String::new();
    let error = overtaken(&event, |other| {
        archive = reset(other);
        for _ in 0..5 {
            other.book("bob", 1).unwrap();
        }
        assert!(reset(other).len() > archive.len());
    });
    assert_eq!(error.unwrap_err().kind(), Kind::OutcomeUnknown);
    assert!(archive.contains("\"alice\""), "{archive}");
}

/// With such a count the reset does not know how far the ledger adds up, and proves none of it.
#[test]
fn a_sale_overtaken_by_a_reset_that_proves_nothing_has_an_unknown_outcome() {
    let event = TestEvent::stock(5);
    let mut archive = String::new();
    let error = overtaken(&event, |other| {
        fs::write(&event.file, "{").unwrap();
        archive = reset(other);
    });
    assert_eq!(error.unwrap_err().kind(), Kind::OutcomeUnknown);
    assert!(archive.contains("\"alice\""), "{archive}");
}

/// Two buyers whose lines stand one behind the other, while another process has the sync lock. `counted`: which of
/// the two lines that process counts then, before it has given its lock up. What the two are told.
fn group_commit(counted: usize, waits: [&str; 2]) -> [(i32, Value); 2] {
    let event = TestEvent::stock(5);
    event.booked("carol");
    let ledger = event.path("tickets.ledger.jsonl");
    let held = foreign_sync(&ledger);
    let mut ends = Vec::new();
    let buyers = [("alice", 2), ("bob", 3)].map(|(name, sales)| {
        let buyer = event.start(&format!("--json book {name} --wait {}", waits[sales - 2]));
        eventually("the line is on the ledger", || {
            (event.sales().len() == sales).then_some(())
        });
        ends.push(fs::metadata(&ledger).unwrap().len());
        buyer
    });
    let (sold, end) = (counted + 2, ends[counted]);
    let (left, seq) = (5 - sold, sold + 1);
    let count =
        format!("{{\"ticket\": {left}, \"sold\": {sold}, \"seq\": {seq}, \"bytes\": {end}}}\n");
    fs::write(event.path("new"), count).unwrap();
    fs::rename(event.path("new"), &event.file).unwrap();
    let told = buyers.map(|buyer| Run::of(buyer.wait_with_output().unwrap()).document());
    drop(held);
    // Both sales stand, and the next one makes them durable.
    event.booked("dora");
    assert_eq!(event.sales().len(), 4);
    event.assert_adds_up();
    told
}

#[test]
fn a_buyer_is_answered_only_when_its_own_line_is_counted() {
    // Bob waits long enough to look at the count many times: nobody syncs.
    let [(alice, hers), (bob, his)] = group_commit(0, ["60s", "2s"]);
    assert_eq!((alice, &hers["left"]), (0, &3.into()), "{hers:#}");
    let unknown = (1, &"outcome_unknown".into());
    assert_eq!((bob, &his["error"]["code"]), unknown, "{his:#}");
}

#[test]
fn a_count_of_the_last_line_answers_all_who_wait() {
    let [(alice, hers), (bob, his)] = group_commit(1, ["60s", "60s"]);
    assert_eq!((alice, &hers["left"]), (0, &3.into()), "{hers:#}");
    assert_eq!((bob, &his["left"]), (0, &2.into()), "{his:#}");
}

/// The sale that comes upon the edit is refused, or stands on the ledger with a warning; then the next one is
/// refused. No sale is published over the edit.
#[test]
fn an_open_office_refuses_a_count_that_was_edited_between_two_sales() {
    for (in_place, fresh) in [(true, true), (true, false), (false, true), (false, false)] {
        let event = TestEvent::stock(9);
        let mut office = BoxOffice::at(&event.file).unwrap();
        for _ in 0..2 {
            office.book("alice", 1).unwrap();
        }
        let edited = fs::read_to_string(&event.file).unwrap();
        let edited = edited.replace("\"ticket\": 7", "\"ticket\": 8");
        if in_place {
            fs::write(&event.file, &edited).unwrap();
        } else {
            fs::write(event.path("new"), &edited).unwrap();
            fs::rename(event.path("new"), &event.file).unwrap();
        }
        // Whoever looked at the count just now does not look again before it writes.
        let looked = Instant::now();
        while !fresh && looked.elapsed() < Duration::from_millis(2) {
            std::hint::spin_loop();
        }
        let refused = match office.book("bob", 1) {
            Ok(sale) => {
                let warning = sale.unpublished.expect("published over the edit");
                assert_eq!(warning.kind(), Kind::Integrity);
                office.book("bob", 1)
            }
            refused => refused,
        };
        let error = refused.expect_err("sold beside a count that was edited");
        assert_eq!(error.kind(), Kind::Integrity);
        assert!(error.to_string().contains("says 8 left"), "{error}");
        assert_eq!(fs::read_to_string(&event.file).unwrap(), edited);
    }
}
