//! The one purchase: with a lock or without, real or in a rush, by a process or a thread.

use super::BoxOffice;
use super::commit::Decision;
use super::keyed::{Asked, replays};
use super::name;
use super::on_sale::now;
use super::order::{Conditions, Observer, Order, Sale, Unobserved};
use super::rules::Rules;
use super::taking::Taken;
use crate::error::Result;
use crate::ledger::{LockKind, Nonce, Op, Record, Step};
use crate::store::Lookup;
use crate::store::options::CommitOptions;
use std::time::Duration;

impl BoxOffice {
    /// Books: a real sale under the exclusive lock, as [`BoxOffice::purchase`] of [`Order::new`] is.
    pub fn book(&mut self, buyer: &str, quantity: u64) -> Result<Sale> {
        self.purchase(&Order::new(buyer, quantity), &mut Unobserved)
    }

    /// Buys under the exclusive lock, or finds that there are not enough left.
    ///
    /// # Errors
    /// - [`Kind::SoldOut`](crate::Kind::SoldOut): there are fewer left than wanted;
    /// - [`Kind::Refused`](crate::Kind::Refused): the key belongs to another order;
    /// - [`Kind::Cancelled`](crate::Kind::Cancelled): the key is that of a sale that was cancelled since;
    /// - `Closed`, `NotYet`, `Over` or `Limit`: the event's rules do not allow it;
    /// - [`Kind::Busy`](crate::Kind::Busy): the lock was not had in time;
    /// - [`Kind::Integrity`](crate::Kind::Integrity): the files do not add up;
    /// - [`Kind::OutcomeUnknown`](crate::Kind::OutcomeUnknown): the sale is on the ledger, but could not be made durable;
    /// - [`Kind::Interrupted`](crate::Kind::Interrupted): the observer stopped it.
    ///
    /// After all but `OutcomeUnknown`, nothing was sold.
    pub fn purchase(&mut self, order: &Order<'_>, observer: &mut impl Observer) -> Result<Sale> {
        self.purchase_under(order, &Conditions::REAL, observer)
    }

    /// The same under other conditions, which may be such that too many are sold.
    pub(crate) fn purchase_under(
        &mut self,
        order: &Order<'_>,
        conditions: &Conditions<'_>,
        observer: &mut impl Observer,
    ) -> Result<Sale> {
        order.check_under(conditions)?;
        let options = CommitOptions {
            lock: conditions.lock,
            wait: order.wait,
            durability: order.durability,
            writes: conditions.writes,
        };
        let (buyer, mut wrong) = match name::checked(order.buyer) {
            Ok(buyer) => (buyer, None),
            // Under its key it may have been sold before there was a rule against that name.
            Err(error) if order.key.is_some() => (name::normal(order.buyer), Some(error)),
            Err(error) => return Err(error),
        };
        let order = &Order {
            buyer: &buyer,
            ..order.clone()
        };
        self.look_for_key(order.key, order.wait)?;
        let number = self.ids.next()?;
        let mut id = String::new();
        let mut earlier = None;
        let done = self.commit_taking(options, observer, &mut |head, transaction, observer, stock| {
            if let Some(key) = order.key {
                known_bad!(KeyUnlocked => if earlier.is_none() { return Ok(Decision::Write(sell((order, conditions.rush), stock.take(head, transaction, order.quantity, now())?, observer, number, &mut id)?)) });
                earlier = transaction.find(Lookup::Key(key))?;
                if let Some(sale) = &earlier {
                    // Also a refusal rests on what the ledger says.
                    return Ok(Decision::Known { end: sale.end });
                }
            }
            if let Some(error) = wrong.take() {
                return Err(error);
            }
            observer.at(Step::Read {
                left: head.left,
                seq: head.seq,
                sum: head.sum.number(),
            })?;
            let now = now();
            let taken = if conditions.rush.is_some() {
                // A rush is nobody: it keeps to no rules, ends nobody's hold, and is kept off where there are any.
                Taken::on_hand(head, order.quantity)?
            } else {
                Rules::of(transaction)?.allow(order, head, transaction, stock, now)?;
                stock.take(head, transaction, order.quantity, now)?
            };
            let records = sell((order, conditions.rush), taken, observer, number, &mut id)?;
            Ok(Decision::Write(records))
        })?;
        if let Some(sale) = &earlier {
            replays(sale, Asked::of(Op::Sell, order.buyer, order))?;
        }
        Ok(Sale {
            seq: earlier.as_ref().map_or(done.tally.seq, |sale| sale.seq),
            replayed: earlier.is_some(),
            buyer: match &earlier {
                Some(sale) => sale.buyer.clone(),
                None => order.buyer.to_owned(),
            },
            id: earlier.map_or(id, |sale| sale.id),
            quantity: order.quantity,
            left: done.tally.left,
            unpublished: done.unpublished,
        })
    }

    /// Looks for a key without the lock.
    pub(super) fn look_for_key(&mut self, key: Option<&str>, wait: Duration) -> Result<()> {
        let Some(key) = key else { return Ok(()) };
        self.store.open(LockKind::Exclusive, wait)?;
        self.store.prefetch(Lookup::Key(key))
    }
}

/// Writes the sale down, under a new id, as one of this rush if it is of any.
fn sell<'o, O: Observer>(
    (order, rush): (&Order<'o>, Option<&'o str>),
    taken: Taken<'o>,
    observer: &mut O,
    number: u32,
    id: &mut String,
) -> Result<Vec<Record<'o>>> {
    let left = taken.left.saturating_sub(order.quantity);
    let (seq, nonce) = (taken.seq, Nonce(number));
    observer.at(Step::Write { left, seq, nonce })?;
    // The number of the sale's line, so that a sale can be found by it, and a random part, so that two
    // buyers who race for one line, or two events, hardly ever share an id.
    *id = format!("{seq}-{nonce}");
    let mut records = taken.expired;
    records.push(Record {
        id: Some(id.clone().into()),
        buyer: Some(order.buyer.into()),
        key: order.key.map(Into::into),
        note: order.note.map(Into::into),
        rush: rush.map(Into::into),
        ..Record::new(Op::Sell, seq, order.quantity.cast_signed(), left)
    });
    Ok(records)
}
