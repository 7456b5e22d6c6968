//! The one purchase: with a lock or without, real or in a rush, by a process or a thread.

use std::borrow::Cow;
use std::time::Duration;

use super::BoxOffice;
use super::clock::Clock;
use super::commit::{Committed, Decision};
use super::keyed::{Asked, known, replays};
use super::name;
use super::order::{Conditions, Observer, Order, Sale, Unobserved};
use super::rules::Rules;
use super::taking::{Stock, Taken};
use crate::error::{Error, Result};
use crate::ledger::{LockKind, Nonce, Op, Record, Step, Tally};
use crate::store::options::CommitOptions;
use crate::store::{FoundSale, LedgerQuery, Lookup};

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
        let name = WrittenName::of(order)?;
        self.look_for_key(order.key, order.wait)?;
        let mut purchase = self.asked(order, &name, conditions.rush)?;
        known_bad!(CloseUnlocked => super::on_sale::OnSale::by_rules(None, self.store.head(LockKind::Exclusive)?.tally.index.closed, 0).check(None)?);
        known_bad!(RulesUnlocked => if self.store.settings()?.and_then(|settings| settings.max_per_sale).is_some_and(|most| order.quantity > most) { return Err(crate::Error::new(crate::Kind::Limit, "too many")) });
        let options = options(order, conditions);
        let done =
            self.commit_taking(options, observer, &mut |head, ledger, observer, stock| {
                purchase.decide(head, ledger, observer, stock)
            })?;
        purchase.answer(done)
    }

    /// The purchase that this order asks for, in this name.
    pub(super) fn asked<'o>(
        &mut self,
        order: &Order<'o>,
        name: &'o WrittenName<'o>,
        rush: Option<&'o str>,
    ) -> Result<Purchase<'o>> {
        Ok(Purchase {
            order: Order {
                buyer: &name.text,
                ..order.clone()
            },
            wrong: name.wrong.as_ref(),
            rush,
            number: self.ids.next()?,
            clock: self.clock.clone(),
            written: SaleLine::default(),
            earlier: None,
        })
    }

    /// Looks for a key without the lock.
    pub(super) fn look_for_key(&mut self, key: Option<&str>, wait: Duration) -> Result<()> {
        let Some(key) = key else { return Ok(()) };
        self.store.open(LockKind::Exclusive, wait)?;
        self.store.prefetch(&[Lookup::Key(key)])
    }
}

/// The buyer's name as it is written down.
pub(super) struct WrittenName<'o> {
    text: Cow<'o, str>,
    /// Why it is refused today. Where an order has a key, that is no error yet: the order may have been sold before
    /// there was a rule against the name.
    wrong: Option<Error>,
}

impl<'o> WrittenName<'o> {
    pub(super) fn of(order: &Order<'o>) -> Result<Self> {
        let (text, wrong) = match name::checked(order.buyer) {
            Ok(text) => (text, None),
            Err(error) if order.key.is_some() => (name::normal(order.buyer), Some(error)),
            Err(error) => return Err(error),
        };
        Ok(Self { text, wrong })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
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

/// One purchase: what is asked for, and what was found under the lock.
pub(super) struct Purchase<'o> {
    order: Order<'o>,
    /// Why the buyer's name is refused, unless the ledger knows the key.
    wrong: Option<&'o Error>,
    rush: Option<&'o str>,
    /// The random part of the sale's id.
    number: u32,
    clock: Clock,
    written: SaleLine,
    /// The line that has the key.
    earlier: Option<FoundSale>,
}

/// The line of a new sale, as it is answered.
#[derive(Debug, Default)]
struct SaleLine {
    id: String,
    at: String,
}

impl<'o> Purchase<'o> {
    /// What is to be written, by a ledger that adds up to `head`. May be asked again.
    ///
    /// # Errors
    /// Nothing is sold.
    pub(super) fn decide(
        &mut self,
        head: &Tally,
        ledger: &mut dyn LedgerQuery,
        observer: &mut (impl Observer + ?Sized),
        stock: &mut Stock,
    ) -> Result<Decision<'o>> {
        let quantity = self.order.quantity;
        known_bad!(KeyUnlocked => if self.order.key.is_some() { return self.sell(head, stock.take(head, ledger, (quantity, &[]), self.clock.now())?, observer) });
        // Also a refusal rests on what the ledger says.
        if let Some(known) = known(ledger, self.order.key, &mut self.earlier)? {
            return Ok(known);
        }
        if let Some(error) = self.wrong {
            return Err(error.again());
        }
        observer.at(Step::Read {
            left: head.left,
            seq: head.seq,
            sum: head.sum.number(),
        })?;
        let taken = if self.rush.is_some() {
            // A rush is nobody: it keeps to no rules, ends nobody's hold, and is kept off where there are any.
            Taken::on_hand(head, quantity)?
        } else {
            let now = self.clock.now();
            let ended = Rules::of(ledger)?.allow(&self.order, head, ledger, stock, now)?;
            stock.take(head, ledger, (quantity, &ended), now)?
        };
        self.sell(head, taken, observer)
    }

    /// Writes the sale down, under a new id, as one of this rush if it is of any.
    fn sell(
        &mut self,
        head: &Tally,
        taken: Taken<'o>,
        observer: &mut (impl Observer + ?Sized),
    ) -> Result<Decision<'o>> {
        let order = &self.order;
        let left = taken.left.saturating_sub(order.quantity);
        let (seq, nonce) = (taken.seq, Nonce(self.number));
        observer.at(Step::Write { left, seq, nonce })?;
        // The number of the sale's line, so that a sale can be found by it, and a random part, so that two
        // buyers who race for one line, or two events, hardly ever share an id.
        let id = format!("{seq}-{nonce}");
        let record = Record {
            id: Some(id.clone().into()),
            buyer: Some(order.buyer.into()),
            key: order.key.map(Into::into),
            note: order.note.map(Into::into),
            by: order.by.map(Into::into),
            rush: self.rush.map(Into::into),
            ..Record::new(Op::Sell, seq, order.quantity.cast_signed(), left)
        };
        self.written = SaleLine {
            id,
            at: record.at.to_string(),
        };
        let mut records = taken.expired;
        records.push(record);
        Decision::write(head, records)
    }

    /// What is answered: the sale that was written down, or the earlier one with the order's key.
    pub(super) fn answer(self, done: Committed) -> Result<Sale> {
        let order = &self.order;
        let replayed = self.earlier.is_some();
        let (seq, SaleLine { id, at }, buyer) = match self.earlier {
            None => (done.tally.seq, self.written, order.buyer.to_owned()),
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
}
