//! The one purchase: with a lock or without, real or in a rush, by a process or a thread.

use super::BoxOffice;
use super::commit::{Draft, Terms};
use super::order::{Conditions, Nonce, Observer, Order, Sale, Step, Unobserved};
use super::trail::{Clue, Trail};
use crate::error::{Error, Kind, Result};
use crate::store::ledger::{Op, Record};
use crate::store::reading::Reading;

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
        let terms = Terms {
            lock: conditions.lock,
            wait: order.wait,
            durability: order.durability,
            writes: conditions.writes,
        };
        let mut trail = order.key.map(|key| Trail::of(Clue::Key(key)));
        if let Some(trail) = &mut trail {
            self.open(terms.lock, terms.wait)?;
            self.scout(trail)?;
        }
        let files = trail.is_some().then(|| self.files().clone());
        let roll = self.dice.roll()?;
        let mut id = String::new();
        let mut refusal = None;
        let done = self.commit(terms, observer, &mut |reading, ledger, observer| {
            if let (Some(trail), Some(files)) = (&mut trail, &files) {
                known_bad!(KeyUnlocked => if trail.found.is_none() { return Ok(Draft::Write(Box::new(sell((order, conditions.rush), reading, observer, roll, &mut id)?))) });
                trail.follow(files, ledger, reading.tally.bytes)?;
                if let Some(sale) = &trail.found {
                    // Also a refusal rests on what the ledger says.
                    refusal = sale.replays(order).err();
                    return Ok(Draft::Known { end: sale.end });
                }
            }
            let record = sell((order, conditions.rush), reading, observer, roll, &mut id)?;
            Ok(Draft::Write(Box::new(record)))
        })?;
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        let earlier = trail.and_then(|trail| trail.found);
        Ok(Sale {
            seq: earlier.as_ref().map_or(done.tally.seq, |sale| sale.seq),
            replayed: earlier.is_some(),
            id: earlier.map_or(id, |sale| sale.id),
            buyer: order.buyer.to_owned(),
            quantity: order.quantity,
            left: done.tally.left,
            unpublished: done.unpublished,
        })
    }
}

/// Writes the sale down, under a new id, as one of this rush if it is of any.
fn sell<'o, O: Observer>(
    (order, rush): (&Order<'o>, Option<&'o str>),
    reading: &Reading,
    observer: &mut O,
    roll: u32,
    id: &mut String,
) -> Result<Record<'o>> {
    let before = &reading.tally;
    observer.at(Step::Read {
        left: before.left,
        seq: before.seq,
        sum: before.sum.number(),
    })?;
    let Some(left) = before.left.checked_sub(order.quantity) else {
        return Err(sold_out(order.quantity, before.left));
    };
    let (seq, nonce) = (before.seq + 1, Nonce(roll));
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
