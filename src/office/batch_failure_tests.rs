//! Orders that are sold together, where their commit fails; and up to where the ledger must be durable for them.

use std::time::Duration;

use super::batch_decisions::Batch;
use super::batch_member::BatchMember;
use super::commit::Decision;
use super::purchase::WrittenName;
use super::taking::Stock;
use super::*;
use crate::error::Kind;
use crate::store::Lookup;
use crate::store::memory::Fails;
use crate::store::options::CommitOptions;

/// What each is answered where the commit of all fails: how many are left, or why it is refused. Then what the key `a` buys.
type Told = (Vec<std::result::Result<u64, Kind>>, (bool, u64));

fn told(fails: Fails) -> Told {
    let mut office = BoxOffice::over(MemoryStore::new(5).unwrap().failing(fails));
    let old = Order::new("bob", 1).key("old");
    office.purchase(&old, &mut Unobserved).unwrap();
    let orders = [
        Order::new("zoe", 9),
        Order::new("ann", 2).key("a"),
        Order::new("ben", 1),
        old,
        Order::new("eve", 2),
        Order::new("ann", 2).key("a"),
    ];
    let answers = office.purchase_together(&orders).into_iter();
    let answers = answers.map(|sold| sold.map(|sale| sale.left).map_err(|error| error.kind()));
    let answers = answers.collect();
    let again = office.purchase(&orders[1], &mut Unobserved).unwrap();
    (answers, (again.replayed, again.left))
}

/// A refusal that rests on lines that are not there is none.
#[test]
fn where_nothing_was_written_only_what_stood_before_is_answered() {
    let io = Err(Kind::Io);
    let few = Err(Kind::SoldOut { left: 4 });
    assert_eq!(
        told(Fails::Unwritten),
        (vec![few, io, io, Ok(4), io, io], (false, 2))
    );
}

#[test]
fn where_the_lines_are_written_and_not_durable_their_outcome_is_unknown() {
    let unknown = Err(Kind::OutcomeUnknown);
    let [few, none] = [4, 1].map(|left| Err(Kind::SoldOut { left }));
    let wanted = vec![few, unknown, unknown, Ok(1), none, unknown];
    assert_eq!(told(Fails::Written), (wanted, (true, 1)));
}

/// Only known keys, the later one first or last: the ledger must be durable up to the later one.
#[test]
fn what_is_known_already_is_answered_once_the_last_of_it_is_durable() {
    let mut office = BoxOffice::in_memory(9).unwrap();
    let orders = ["k1", "k2"].map(|key| Order::new("bob", 1).key(key));
    for order in &orders {
        office.purchase(order, &mut Unobserved).unwrap();
    }
    let end = office.store.find(Lookup::Key("k2")).unwrap().unwrap().end;
    for turned in [false, true] {
        let mut orders = orders.to_vec();
        if turned {
            orders.reverse();
        }
        let names = orders.iter().map(|order| WrittenName::of(order).unwrap());
        let names: Vec<_> = names.collect();
        let mut nobody = [Unobserved; 2];
        let mut batch = Batch::default();
        for ((order, name), observer) in orders.iter().zip(&names).zip(&mut nobody) {
            let purchase = office.asked(order, name, None);
            batch.members.push(BatchMember::new(purchase, observer));
        }
        let mut ledger = office
            .store
            .begin(CommitOptions::durable(Duration::ZERO))
            .unwrap();
        let head = ledger.head().unwrap();
        let decided = batch.decide(&head, &mut *ledger, &mut Stock::default(), &["bob"]);
        let Ok(Decision::Known { end: known }) = decided else {
            panic!("something is to be written");
        };
        assert_eq!(known, end);
    }
}
