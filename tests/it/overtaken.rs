//! What comes between a sale's line and its sync, or between two sales of a program that stays open: a count
//! of others' lines, a reset, an edit.

use std::fs;

use tickets::office::{DEFAULT_WAIT, Observer, Order, Sale, Step};
use tickets::{BoxOffice, Kind, Result};

use crate::harness::{Run, Shop, eventually, foreign_sync};

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
fn overtaken(shop: &Shop, act: impl FnOnce(&mut BoxOffice)) -> Result<Sale> {
    let mut other = BoxOffice::at(&shop.file).unwrap();
    let mut between = Between(Some(|| act(&mut other)));
    let mut office = BoxOffice::at(&shop.file).unwrap();
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
    let shop = Shop::stock(5);
    let mut archive = String::new();
    let sale = overtaken(&shop, |other| archive = reset(other)).unwrap();
    assert!(archive.contains(&sale.id), "{archive}");
    assert_eq!((sale.seq, sale.left), (2, 4));
    assert!(sale.unpublished.is_none(), "{sale:?}");
    assert_eq!((shop.sales().len(), &shop.count()["ticket"]), (0, &9.into()));
}

/// The second reset vouches for the ledger of the first, however long that is, and for no other.
#[test]
fn a_sale_overtaken_by_two_resets_has_an_unknown_outcome() {
    let shop = Shop::stock(5);
    let mut archive = String::new();
    let error = overtaken(&shop, |other| {
        archive = reset(other);
        for _ in 0..5 {
            other.book("bob", 1).unwrap();
        }
        assert!(reset(other).len() > archive.len());
    });
    assert_eq!(error.unwrap_err().kind(), Kind::OutcomeUnknown);
    assert!(archive.contains("\"alice\""), "{archive}");
}

/// With such a count the reset does not know how far the ledger adds up, and vouches for none of it.
#[test]
fn a_sale_overtaken_by_a_reset_that_vouches_for_nothing_has_an_unknown_outcome() {
    let shop = Shop::stock(5);
    let mut archive = String::new();
    let error = overtaken(&shop, |other| {
        fs::write(&shop.file, "{").unwrap();
        archive = reset(other);
    });
    assert_eq!(error.unwrap_err().kind(), Kind::OutcomeUnknown);
    assert!(archive.contains("\"alice\""), "{archive}");
}

/// Group commit: two buyers wait for the sync of another process, which has counted one of their lines.
#[test]
fn a_buyer_is_answered_only_when_its_own_line_is_counted() {
    let shop = Shop::stock(5);
    shop.booked("carol");
    let ledger = shop.path("tickets.ledger.jsonl");
    let held = foreign_sync(&ledger);
    let book = |line: &str, sales| {
        let buyer = shop.start(&format!("--json book {line}"));
        eventually("the line is on the ledger", || {
            (shop.sales().len() == sales).then_some(())
        });
        buyer
    };
    let alice = book("alice --wait 1h", 2);
    let end = fs::metadata(&ledger).unwrap().len();
    // Long enough to look at the count many times, and no longer: nobody syncs.
    let bob = book("bob --wait 3s", 3);
    let count = format!("{{\"ticket\": 3, \"sold\": 2, \"seq\": 3, \"bytes\": {end}}}\n");
    fs::write(shop.path("new"), count).unwrap();
    fs::rename(shop.path("new"), &shop.file).unwrap();
    let (code, document) = Run::of(alice.wait_with_output().unwrap()).document();
    assert_eq!((code, &document["left"]), (0, &3.into()), "{document:#}");
    let (code, document) = Run::of(bob.wait_with_output().unwrap()).document();
    assert_eq!(
        (code, &document["error"]["code"]),
        (1, &"outcome_unknown".into()),
        "{document:#}"
    );
    drop(held);
    // It stands all the same, and the next sale makes it durable.
    shop.booked("dora");
    assert_eq!(shop.sales().len(), 4);
    shop.assert_adds_up();
}

/// The sale that comes upon the edit is refused, or stands on the ledger with a warning; then the next one is
/// refused. No sale is published over the edit.
#[test]
fn an_open_office_refuses_a_count_that_was_edited_between_two_sales() {
    for in_place in [true, false] {
        let shop = Shop::stock(9);
        let mut office = BoxOffice::at(&shop.file).unwrap();
        for _ in 0..2 {
            office.book("alice", 1).unwrap();
        }
        let edited = fs::read_to_string(&shop.file).unwrap();
        let edited = edited.replace("\"ticket\": 7", "\"ticket\": 8");
        if in_place {
            fs::write(&shop.file, &edited).unwrap();
        } else {
            fs::write(shop.path("new"), &edited).unwrap();
            fs::rename(shop.path("new"), &shop.file).unwrap();
        }
        let first = office.book("bob", 1);
        let refused = match first {
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
        assert_eq!(fs::read_to_string(&shop.file).unwrap(), edited);
    }
}
