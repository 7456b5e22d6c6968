//! The one purchase: with a lock or without, real or in a rush, by a process or a thread.

use std::borrow::Cow;

use super::BoxOffice;
use super::commit::{Committed, Decision};
use super::name;
use super::order::{Conditions, Observer, Order, Sale, Unobserved};
use crate::error::{Error, Kind, Result};
use crate::ledger::{Nonce, Op, Record, Step, Tally};
use crate::store::options::CommitOptions;
use crate::store::{FoundSale, Lookup};

impl BoxOffice {
    /// Books: a real sale under the exclusive lock, as [`BoxOffice::purchase`] of [`Order::new`] is.
    pub fn book(&mut self, buyer: &str, quantity: u64) -> Result<Sale> {
        self.purchase(&Order::new(buyer, quantity), &mut Unobserved)
    }

    /// Buys under the exclusive lock, or finds that there are not enough left.
    ///
    /// # Errors
    /// - [`Kind::SoldOut`]: there are fewer left than wanted;
    /// - [`Kind::Refused`]: the key belongs to another sale, or to one that was cancelled since;
    /// - [`Kind::Busy`]: the lock was not had in time;
    /// - [`Kind::Integrity`]: the files do not add up;
    /// - [`Kind::OutcomeUnknown`]: the sale is on the ledger, but could not be made durable;
    /// - [`Kind::Interrupted`]: the observer stopped it.
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
        order.check(conditions)?;
        let options = CommitOptions {
            lock: conditions.lock,
            wait: order.wait,
            durability: order.durability,
            writes: conditions.writes,
        };
        let (buyer, mut wrong) = name_of(order)?;
        let order = &Order {
            buyer: &buyer,
            ..order.clone()
        };
        if let Some(key) = order.key {
            self.store.open(conditions.lock, order.wait)?;
            self.store.prefetch(Lookup::Key(key))?;
        }
        let number = self.ids.next()?;
        let mut id = String::new();
        let mut earlier = None;
        let done = self.commit(options, observer, &mut |head, transaction, observer| {
            if let Some(key) = order.key {
                known_bad!(KeyUnlocked => if earlier.is_none() { return Ok(Decision::Write(Box::new(sell((order, conditions.rush), head, observer, number, &mut id)?))) });
                earlier = transaction.find(Lookup::Key(key))?;
                if let Some(sale) = &earlier {
                    // Also a refusal rests on what the ledger says.
                    return Ok(Decision::Known { end: sale.end });
                }
            }
            if let Some(error) = wrong.take() {
                return Err(error);
            }
            let record = sell((order, conditions.rush), head, observer, number, &mut id)?;
            Ok(Decision::Write(Box::new(record)))
        })?;
        answer(order, done, id, earlier)
    }
}

/// The buyer's name as it is written down. Where an order has a key, a name that is refused today is no error yet: the
/// order may have been sold before there was a rule against the name.
fn name_of<'o>(order: &Order<'o>) -> Result<(Cow<'o, str>, Option<Error>)> {
    match name::checked(order.buyer) {
        Ok(buyer) => Ok((buyer, None)),
        Err(error) if order.key.is_some() => Ok((name::normal(order.buyer), Some(error))),
        Err(error) => Err(error),
    }
}

/// Writes the sale down, under a new id, as one of this rush if it is of any.
fn sell<'o, O: Observer>(
    (order, rush): (&Order<'o>, Option<&'o str>),
    before: &Tally,
    observer: &mut O,
    number: u32,
    id: &mut String,
) -> Result<Record<'o>> {
    observer.at(Step::Read {
        left: before.left,
        seq: before.seq,
        sum: before.sum.number(),
    })?;
    let Some(left) = before.left.checked_sub(order.quantity) else {
        return Err(sold_out(order.quantity, before.left));
    };
    let (seq, nonce) = (before.seq + 1, Nonce(number));
    observer.at(Step::Write { left, seq, nonce })?;
    // The number of the sale's line, so that a sale can be found by it, and a random part, so that two
    // buyers who race for one line, or two events, never share an id.
    *id = format!("{seq}-{nonce}");
    Ok(Record {
        id: Some(id.clone().into()),
        buyer: Some(order.buyer.into()),
        key: order.key.map(Into::into),
        rush: rush.map(Into::into),
        ..Record::new(Op::Sell, seq, order.quantity.cast_signed(), left)
    })
}

fn sold_out(wanted: u64, left: u64) -> Error {
    let message = match left {
        0 => format!("asked for {wanted}, none left"),
        left => format!("asked for {wanted}, {left} left"),
    };
    Error::new(Kind::SoldOut { left }, message)
}

/// What is answered: the sale that was written down, or the `earlier` one with the order's key.
fn answer(
    order: &Order<'_>,
    done: Committed,
    id: String,
    earlier: Option<FoundSale>,
) -> Result<Sale> {
    let replayed = earlier.is_some();
    let (seq, id, buyer) = match earlier {
        None => (done.tally.seq, id, order.buyer.to_owned()),
        Some(sale) => {
            replays(&sale, order)?;
            (sale.seq, sale.id, sale.buyer)
        }
    };
    Ok(Sale {
        seq,
        replayed,
        buyer,
        id,
        quantity: order.quantity,
        left: done.tally.left,
        unpublished: done.unpublished,
    })
}

/// Whether an order with the key of a sale is the same order again. The error says why it is not.
fn replays(sale: &FoundSale, order: &Order<'_>) -> Result<()> {
    let key = order.key.unwrap_or_default();
    let refused = |message: String| Err(Error::new(Kind::Refused, message));
    if name::normal(&sale.buyer) != order.buyer || sale.quantity != order.quantity {
        return refused(format!(
            "the key {key:?} belongs to another sale: {} of {} to {:?}, not {} to {:?}",
            sale.id, sale.quantity, sale.buyer, order.quantity, order.buyer
        ));
    }
    match sale.cancelled {
        0 => Ok(()),
        cancelled => refused(format!(
            "the key {key:?} belongs to sale {}, of which {cancelled} of {} {} cancelled since",
            sale.id,
            sale.quantity,
            if cancelled == 1 { "was" } else { "were" }
        )),
    }
}
