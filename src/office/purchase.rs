//! The one purchase: with a lock or without, real or in a rush, by a process or a thread.

use std::borrow::Cow;
use std::time::Duration;

use super::BoxOffice;
use super::commit::{Committed, Decision};
use super::keyed::{Asked, known, replays};
use super::name;
use super::order::{Conditions, Observer, Order, Sale, Unobserved};
use super::rules::Rules;
use super::taking::Taken;
use crate::error::{Error, Result};
use crate::ledger::{LockKind, Nonce, Op, Record, Step};
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
        let (buyer, mut wrong) = name_of(order)?;
        let order = &Order {
            buyer: &buyer,
            ..order.clone()
        };
        self.look_for_key(order.key, order.wait)?;
        let number = self.ids.next()?;
        let mut written = SaleLine::default();
        let mut earlier = None;
        let clock = self.clock.clone();
        known_bad!(CloseUnlocked => super::on_sale::OnSale::by_rules(None, self.store.head(LockKind::Exclusive)?.tally.index.closed, 0).check(None)?);
        known_bad!(RulesUnlocked => if self.store.settings()?.and_then(|settings| settings.max_per_sale).is_some_and(|most| order.quantity > most) { return Err(crate::Error::new(crate::Kind::Limit, "too many")) });
        let done = self.commit_taking(options(order, conditions), observer, &mut |head, transaction, observer, stock| {
            known_bad!(KeyUnlocked => if order.key.is_some() && earlier.is_none() { return Ok(Decision::Write(sell((order, conditions.rush), stock.take(head, transaction, order.quantity, clock.now())?, observer, number, &mut written)?)) });
            // Also a refusal rests on what the ledger says.
            if let Some(known) = known(transaction, order.key, &mut earlier)? {
                return Ok(known);
            }
            if let Some(error) = wrong.take() {
                return Err(error);
            }
            observer.at(Step::Read {
                left: head.left,
                seq: head.seq,
                sum: head.sum.number(),
            })?;
            let taken = if conditions.rush.is_some() {
                // A rush is nobody: it keeps to no rules, ends nobody's hold, and is kept off where there are any.
                Taken::on_hand(head, order.quantity)?
            } else {
                let now = clock.now();
                Rules::of(transaction)?.allow(order, head, transaction, stock, now)?;
                stock.take(head, transaction, order.quantity, now)?
            };
            let records = sell((order, conditions.rush), taken, observer, number, &mut written)?;
            Ok(Decision::Write(records))
        })?;
        answer(order, done, written, earlier)
    }

    /// Looks for a key without the lock.
    pub(super) fn look_for_key(&mut self, key: Option<&str>, wait: Duration) -> Result<()> {
        let Some(key) = key else { return Ok(()) };
        self.store.open(LockKind::Exclusive, wait)?;
        self.store.prefetch(Lookup::Key(key))
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

fn options(order: &Order<'_>, conditions: &Conditions<'_>) -> CommitOptions {
    CommitOptions {
        lock: conditions.lock,
        wait: order.wait,
        durability: order.durability,
        writes: conditions.writes,
    }
}

/// The line of a new sale, as it is answered.
#[derive(Debug, Default)]
struct SaleLine {
    id: String,
    at: String,
}

/// Writes the sale down, under a new id, as one of this rush if it is of any.
fn sell<'o, O: Observer>(
    (order, rush): (&Order<'o>, Option<&'o str>),
    taken: Taken<'o>,
    observer: &mut O,
    number: u32,
    written: &mut SaleLine,
) -> Result<Vec<Record<'o>>> {
    let left = taken.left.saturating_sub(order.quantity);
    let (seq, nonce) = (taken.seq, Nonce(number));
    observer.at(Step::Write { left, seq, nonce })?;
    // The number of the sale's line, so that a sale can be found by it, and a random part, so that two
    // buyers who race for one line, or two events, hardly ever share an id.
    let id = format!("{seq}-{nonce}");
    let record = Record {
        id: Some(id.clone().into()),
        buyer: Some(order.buyer.into()),
        key: order.key.map(Into::into),
        note: order.note.map(Into::into),
        rush: rush.map(Into::into),
        ..Record::new(Op::Sell, seq, order.quantity.cast_signed(), left)
    };
    *written = SaleLine {
        id,
        at: record.at.to_string(),
    };
    let mut records = taken.expired;
    records.push(record);
    Ok(records)
}

/// What is answered: the sale that was written down, or the `earlier` one with the order's key.
fn answer(
    order: &Order<'_>,
    done: Committed,
    written: SaleLine,
    earlier: Option<FoundSale>,
) -> Result<Sale> {
    let replayed = earlier.is_some();
    let (seq, SaleLine { id, at }, buyer) = match earlier {
        None => (done.tally.seq, written, order.buyer.to_owned()),
        Some(sale) => {
            replays(&sale, Asked::of(Op::Sell, order.buyer, order))?;
            let (id, at) = (sale.id, sale.at);
            (sale.seq, SaleLine { id, at }, sale.buyer)
        }
    };
    Ok(Sale {
        seq,
        replayed,
        buyer,
        id,
        at,
        quantity: order.quantity,
        left: done.tally.left,
        held: done.tally.held,
        unpublished: done.unpublished,
    })
}
