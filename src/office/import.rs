//! Many orders at once: each is sold or refused by itself, and many are written in one write and made durable by one sync.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::BoxOffice;
use super::clock::Clock;
use super::commit::Decision;
use super::keyed::{Asked, replays};
use super::keyed_lines::KeyedLines;
use super::name;
use super::order::{Order, Unobserved};
use super::rules::Rules;
use super::taking::{Stock, Taken};
use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, Nonce, Op, Record, Sum, Tally};
use crate::store::options::CommitOptions;
use crate::store::{FoundSale, LedgerQuery};

/// So many orders are decided at once at most, and for so long: others are waiting for the lock. To write their lines down
/// takes as long again.
const MOST: usize = 500;
const LONGEST: Duration = Duration::from_millis(3);

/// What became of one order of many.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// Sold, and durable.
    Sold {
        /// The sale's id.
        id: String,
    },
    /// It was sold before, under its key.
    Replayed {
        /// The sale's id.
        id: String,
    },
    /// Nothing was sold to it.
    Refused(Error),
}

/// What remains in stock when the last of many orders is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remaining {
    /// How many are left.
    pub left: u64,
    /// How many are held in all, due or not.
    pub held: u64,
}

/// The lines of one write, as they are decided.
struct Batch<'r> {
    /// What the ledger adds up to with them.
    at: Tally,
    records: Vec<Record<'r>>,
    outcomes: Vec<Outcome>,
    /// The keys that these lines have.
    keys: HashMap<&'r str, FoundSale>,
    clock: Clock,
}

impl<'r> Batch<'r> {
    fn behind(head: Tally, clock: Clock) -> Self {
        Self {
            clock,
            at: head,
            records: Vec::new(),
            outcomes: Vec::new(),
            keys: HashMap::new(),
        }
    }

    /// Sells to one more order with this random part of an id, or refuses it.
    ///
    /// # Errors
    /// Whatever is no refusal of this order alone.
    fn decide(
        &mut self,
        (order, number): (&Order<'r>, u32),
        known: &KeyedLines,
        (rules, stock): (&Rules, &mut Stock),
        transaction: &mut dyn LedgerQuery,
    ) -> Result<()> {
        let earlier = order
            .key
            .and_then(|key| known.found.get(key).or_else(|| self.keys.get(key)));
        if let Some(found) = earlier {
            self.outcomes.push(answer_again(found, order));
            return Ok(());
        }
        let now = self.clock.now();
        let taken = rules
            .allow(order, &self.at, transaction, stock, now)
            .and_then(|ended| stock.take(&self.at, transaction, (order.quantity, &ended), now));
        match taken {
            Ok(taken) => self.sell(order, number, taken, stock),
            Err(error) if matches!(error.kind().exit_code(), 3 | 4) => {
                self.outcomes.push(Outcome::Refused(error));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn sell(
        &mut self,
        order: &Order<'r>,
        number: u32,
        taken: Taken<'r>,
        stock: &mut Stock,
    ) -> Result<()> {
        known_bad!(ImportUnkeyed => if order.key.is_some() { return self.sell(&order.clone().key(None), number, taken, stock) });
        let id = format!("{}-{}", taken.seq, Nonce(number));
        let left = taken.left.saturating_sub(order.quantity);
        let sale = Record {
            id: Some(id.clone().into()),
            buyer: Some(name::normal(order.buyer).into_owned().into()),
            key: order.key.map(Into::into),
            note: order.note.map(Into::into),
            ..Record::new(Op::Sell, taken.seq, order.quantity.cast_signed(), left)
        };
        if let Some(key) = order.key {
            self.keys.insert(key, FoundSale::of(&sale, 0));
        }
        for record in taken.expired.into_iter().chain([sale]) {
            // Where it will stand, and what its sum will be, is not known, and does not matter to what is decided.
            let after = self.at.apply(&record, Sum::default(), self.at.bytes);
            self.at = after.map_err(|why| Error::new(Kind::Integrity, why))?;
            stock.decided(&record);
            self.records.push(record);
        }
        self.outcomes.push(Outcome::Sold { id });
        Ok(())
    }
}

impl Order<'_> {
    /// Whether it makes sense, whatever an event holds.
    ///
    /// # Errors
    /// [`Kind::Usage`]: its name, its quantity, its key or its note cannot stand on a ledger.
    pub fn check(&self) -> Result<()> {
        self.check_real()?;
        name::checked(self.buyer).map(drop)
    }
}

impl BoxOffice {
    /// Sells to each of these orders or refuses it, and says which, in their order: sold ones once they are durable. Where
    /// an order has a key that the ledger knows, it is answered as before. `wait` and `durability` of the orders are not
    /// looked at.
    ///
    /// # Errors
    /// Those of [`BoxOffice::purchase`] that are no refusal of one order; what was told until then stands.
    pub fn purchase_all(
        &mut self,
        orders: &[Order<'_>],
        wait: Duration,
        tell: &mut dyn FnMut(usize, Outcome),
    ) -> Result<Remaining> {
        orders.iter().try_for_each(Order::check)?;
        self.store.open(LockKind::Exclusive, wait)?;
        let mut keyed = KeyedLines::default();
        let keys = orders.iter().filter_map(|order| order.key);
        keyed.wanted.extend(keys.map(str::to_owned));
        if !keyed.wanted.is_empty() {
            self.store.follow(&mut keyed)?;
            known_bad!(ImportUnlocked => keyed.wanted.clear());
        }
        let mut stock = Stock::of(orders.iter().map(|order| order.buyer));
        let (mut from, mut remaining) = (0, self.store.head(LockKind::Exclusive)?.tally);
        while let Some(rest) = orders.get(from..).filter(|rest| !rest.is_empty()) {
            let (tally, outcomes) = self.purchase_some(rest, wait, &mut keyed, &mut stock)?;
            remaining = tally;
            for outcome in outcomes {
                tell(from, outcome);
                from += 1;
            }
        }
        Ok(Remaining {
            left: remaining.left,
            held: remaining.held,
        })
    }

    /// As many of these orders, from the first on, as one write takes.
    fn purchase_some(
        &mut self,
        rest: &[Order<'_>],
        wait: Duration,
        keyed: &mut KeyedLines,
        stock: &mut Stock,
    ) -> Result<(Tally, Vec<Outcome>)> {
        let most = rest.len().min(MOST);
        let numbers = (0..most).map(|_| self.ids.next());
        let numbers: Vec<u32> = numbers.collect::<Result<_>>()?;
        let mut outcomes = Vec::new();
        let clock = self.clock.clone();
        let done = self.commit_from(
            stock,
            CommitOptions::durable(wait),
            &mut Unobserved,
            &mut |head, transaction, _, stock| {
                stock.forget_undone();
                if !keyed.wanted.is_empty() {
                    transaction.follow(keyed)?;
                }
                let rules = Rules::of(transaction)?;
                let mut batch = Batch::behind(*head, clock.clone());
                let start = Instant::now();
                for (order, number) in rest.iter().zip(&numbers) {
                    if clock.since(start) > LONGEST && !batch.outcomes.is_empty() {
                        break;
                    }
                    batch.decide((order, *number), keyed, (&rules, stock), transaction)?;
                }
                outcomes = batch.outcomes;
                if batch.records.is_empty() {
                    return Ok(Decision::Known { end: head.bytes });
                }
                Decision::write(head, batch.records)
            },
        )?;
        stock.done();
        Ok((done.tally, outcomes))
    }
}

/// What an order comes to whose key is known.
fn answer_again(found: &FoundSale, order: &Order<'_>) -> Outcome {
    let buyer = name::normal(order.buyer);
    match replays(found, Asked::of(Op::Sell, &buyer, order)) {
        Ok(()) => Outcome::Replayed {
            id: found.id.clone(),
        },
        Err(error) => Outcome::Refused(error),
    }
}

#[cfg(test)]
mod tests;
