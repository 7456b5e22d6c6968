//! Holds: tickets kept for somebody until a time, then sold, given back, or left to who needs them.

use std::time::Duration;

use jiff::Timestamp;

use super::BoxOffice;
use super::change_options::Change;
use super::commit::Decision;
use super::event::id_of;
use super::keyed::{Asked, replays};
use super::name;
use super::on_sale::now;
use super::order::{Order, Unobserved};
use super::rules::Rules;
use super::taking::Taken;
use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, Nonce, Op, Record};
use crate::store::options::CommitOptions;
use crate::store::{FoundSale, Lookup, SaleState};

/// A hold that is on the ledger. It is durable.
#[derive(Debug)]
pub struct Hold {
    /// Its id, and that of the sale that may come of it.
    pub id: String,
    /// For whom.
    pub buyer: String,
    /// How many.
    pub quantity: u64,
    /// Until when, RFC 3339 in UTC. From then on it ends when somebody needs its tickets.
    pub until: String,
    /// How many are left in stock.
    pub left: u64,
    /// How many are held in all.
    pub held: u64,
    /// Whether it was made before, under the same key.
    pub replayed: bool,
    /// Why `tickets.json` does not show it yet.
    pub unpublished: Option<Error>,
}

/// What became of a hold that was confirmed or released. It is durable.
#[derive(Debug)]
pub struct HoldEnd {
    /// Its id.
    pub id: String,
    /// For whom it was.
    pub buyer: String,
    /// How many.
    pub quantity: u64,
    /// How many are left in stock.
    pub left: u64,
    /// Whether that was done before.
    pub replayed: bool,
    /// Why `tickets.json` does not show it yet.
    pub unpublished: Option<Error>,
}

impl BoxOffice {
    /// Holds tickets for so long; without a time, for as long as the event's settings say.
    ///
    /// # Errors
    /// Those of [`BoxOffice::purchase`].
    pub fn hold(&mut self, order: &Order<'_>, time: Option<Duration>) -> Result<Hold> {
        order.check_real()?;
        let buyer = name::checked(order.buyer)?;
        let order = &Order {
            buyer: &buyer,
            ..order.clone()
        };
        let options = CommitOptions {
            durability: order.durability,
            ..CommitOptions::durable(order.wait)
        };
        self.look_for_key(order.key, order.wait)?;
        let (number, mut id) = (self.ids.next()?, String::new());
        let mut until = String::new();
        let mut earlier: Option<FoundSale> = None;
        let done = self.commit_taking(
            options,
            &mut Unobserved,
            &mut |head, transaction, _, stock| {
                if let Some(key) = order.key {
                    earlier = transaction.find(Lookup::Key(key))?;
                    if let Some(found) = &earlier {
                        return Ok(Decision::Known { end: found.end });
                    }
                }
                let rules = Rules::of(transaction)?;
                rules.allow(order, head, transaction, stock, now())?;
                let time = time.unwrap_or(rules.hold()?);
                until = moment(time)?;
                let taken = stock.take(head, transaction, order.quantity, now())?;
                id = format!("{}-{}", taken.seq, Nonce(number));
                Ok(Decision::Write(held(order, taken, &id, &until)))
            },
        )?;
        if let Some(found) = &earlier {
            replays(found, Asked::of(Op::Hold, order.buyer, order))?;
        }
        Ok(Hold {
            replayed: earlier.is_some(),
            until: earlier
                .as_ref()
                .and_then(|found| found.until.clone())
                .unwrap_or(until),
            id: earlier.map_or(id, |found| found.id),
            buyer: order.buyer.to_owned(),
            quantity: order.quantity,
            left: done.tally.left,
            held: done.tally.held,
            unpublished: done.unpublished,
        })
    }

    /// Makes a sale of a hold: also after its time, as long as nobody else has needed its tickets.
    ///
    /// # Errors
    /// [`Kind::Expired`]: it has ended; [`Kind::Cancelled`]: it was released, or its sale is cancelled since;
    /// [`Kind::Refused`]: there is no such hold.
    pub fn confirm(&mut self, id: &str, change: &Change<'_>) -> Result<HoldEnd> {
        self.end_hold(id, Op::Confirm, change)
    }

    /// Gives a hold back to the stock.
    ///
    /// # Errors
    /// [`Kind::Refused`]: there is no such hold, or it was confirmed.
    pub fn release(&mut self, id: &str, change: &Change<'_>) -> Result<HoldEnd> {
        self.end_hold(id, Op::Release, change)
    }

    fn end_hold(&mut self, id: &str, op: Op, change: &Change<'_>) -> Result<HoldEnd> {
        change.check_without_key()?;
        let id = id_of(id)?;
        self.store.open(LockKind::Exclusive, change.wait)?;
        self.store.prefetch(Lookup::Id(id))?;
        let (mut hold, mut refusal, mut replayed) = (None, None, false);
        let done = self.commit(
            CommitOptions::durable(change.wait),
            &mut Unobserved,
            &mut |head, transaction, _| {
                let found = transaction
                    .find(Lookup::Id(id))?
                    .ok_or_else(|| unknown(id))?;
                let (state, end) = (found.state, found.end);
                let (quantity, whole) = (found.quantity, found.id.clone());
                let kept = found.kept();
                let is_hold = found.op == Op::Hold;
                known_bad!(ConfirmByClock => if op == Op::Confirm && found.until.as_deref().and_then(crate::ledger::millisecond) <= Some(now()) { return Err(ended(&whole, op, (SaleState::Expired, false), true).unwrap_or_else(|| unknown(id))) });
                hold = Some(found);
                // What an answer rests on must be durable before it is given.
                replayed = matches!(
                    (op, state),
                    (Op::Confirm, SaleState::Sold) | (Op::Release, SaleState::Released)
                ) && is_hold;
                let cancelled = state == SaleState::Sold && kept == 0;
                refusal = ended(&whole, op, (state, cancelled), is_hold);
                replayed &= refusal.is_none();
                known_bad!(EndUnlooked => (replayed, refusal) = (false, None));
                if replayed || refusal.is_some() {
                    return Ok(Decision::Known { end });
                }
                let left = match op {
                    Op::Release => head.left.saturating_add(quantity),
                    _ => head.left,
                };
                Ok(Decision::Write(vec![Record {
                    reference: Some(whole.into()),
                    reason: change.reason.map(Into::into),
                    by: change.by.map(Into::into),
                    ..Record::new(op, head.seq + 1, quantity.cast_signed(), left)
                }]))
            },
        )?;
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        let hold = hold.ok_or_else(|| unknown(id))?;
        Ok(HoldEnd {
            id: hold.id,
            buyer: hold.buyer,
            quantity: hold.quantity,
            left: done.tally.left,
            replayed,
            unpublished: done.unpublished,
        })
    }
}

/// The lines of a new hold: those that end others, and its own.
fn held<'o>(order: &Order<'o>, taken: Taken<'o>, id: &str, until: &str) -> Vec<Record<'o>> {
    let left = taken.left.saturating_sub(order.quantity);
    let mut records = taken.expired;
    records.push(Record {
        id: Some(id.to_owned().into()),
        buyer: Some(order.buyer.into()),
        until: Some(until.to_owned().into()),
        key: order.key.map(Into::into),
        note: order.note.map(Into::into),
        ..Record::new(Op::Hold, taken.seq, order.quantity.cast_signed(), left)
    });
    records
}

/// Why a hold cannot be ended so.
fn ended(id: &str, op: Op, (state, cancelled): (SaleState, bool), is_hold: bool) -> Option<Error> {
    let (kind, message) = match (is_hold, op, state) {
        (false, _, _) => (Kind::Refused, format!("{id} is a sale, and was never held")),
        (_, Op::Confirm, _) if cancelled => (
            Kind::Cancelled,
            format!("hold {id} was confirmed, and that sale is cancelled since"),
        ),
        (_, Op::Confirm, SaleState::Expired) => (
            Kind::Expired,
            format!("hold {id} has ended: somebody else needed its tickets after its time"),
        ),
        (_, Op::Confirm, SaleState::Released) => {
            (Kind::Cancelled, format!("hold {id} was released"))
        }
        (_, Op::Release, SaleState::Expired) => {
            (Kind::Expired, format!("hold {id} has ended already"))
        }
        (_, Op::Release, SaleState::Sold) => {
            let error = Error::new(Kind::Refused, format!("{id} is sold: it was confirmed"));
            return Some(error.hint(format!("'tickets cancel {id}' gives it back")));
        }
        _ => return None,
    };
    Some(Error::new(kind, message))
}

/// The time after so long.
fn moment(time: Duration) -> Result<String> {
    let far = || Error::new(Kind::Usage, "tickets cannot be held for so long");
    let time = jiff::SignedDuration::try_from(time).map_err(|_| far())?;
    let moment = Timestamp::now().checked_add(time).map_err(|_| far())?;
    Ok(format!("{moment:.3}"))
}

fn unknown(id: &str) -> Error {
    Error::new(Kind::Refused, format!("there is no hold {id:?}"))
        .hint("its id is what 'tickets hold' printed; with the same --key it is printed again")
}

#[cfg(test)]
mod tests {
    use super::super::{OnSale, Sale};
    use super::*;
    use crate::ledger::EventSettings;

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
        (
            [audit.left, audit.sold, audit.held],
            [state.left, state.sold, state.held],
        )
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
}
