//! Many orders at once: each is sold or refused by itself, and many are written in one write and made durable by one sync.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use super::BoxOffice;
use super::buyer_totals::BuyerTotals;
use super::commit::Decision;
use super::keyed::{Asked, replays};
use super::name;
use super::order::{Order, Unobserved};
use super::rules::Rules;
use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, Nonce, Op, Record, Sum, Tally};
use crate::store::FoundSale;
use crate::store::follower::{Followed, Follower};
use crate::store::options::CommitOptions;

/// So many orders are decided at once at most, and for so long: others are waiting for the lock.
const MOST: usize = 1000;
const LONGEST: Duration = Duration::from_millis(5);

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

/// The lines with the keys of the orders, found in one walk.
#[derive(Debug, Default)]
struct KeyedLines {
    followed: Followed,
    wanted: HashSet<String>,
    found: HashMap<String, FoundSale>,
    /// The key of a sale or hold, by its id.
    keys: HashMap<String, String>,
}

impl Follower for KeyedLines {
    fn followed(&mut self) -> &mut Followed {
        &mut self.followed
    }

    fn begin(&mut self, _: &Tally) {
        self.found.clear();
        self.keys.clear();
        self.followed = Followed {
            sum: Some(Sum::default()),
            ..Followed::default()
        };
    }

    fn wants(&self, _: Op) -> bool {
        true
    }

    fn see(&mut self, record: &Record<'_>, _: u64) {
        if let Some(key) = record.key.as_deref()
            && self.wanted.contains(key)
        {
            let sale = FoundSale::of(record, 0);
            self.keys.insert(sale.id.clone(), key.to_owned());
            self.found.insert(key.to_owned(), sale);
            return;
        }
        let about = record.reference.as_deref().and_then(|id| self.keys.get(id));
        if let Some(sale) = about.and_then(|key| self.found.get_mut(key)) {
            sale.note(record, 0);
        }
    }
}

impl BoxOffice {
    /// Sells to each of these orders or refuses it, and says which, in their order: sold ones once they are durable. Where
    /// an order has a key that the ledger knows, it is answered as before. `wait` and `durability` of the orders are not
    /// looked at. Returns how many are left.
    ///
    /// # Errors
    /// Those of [`BoxOffice::purchase`] that are no refusal of one order; what was told until then stands.
    pub fn purchase_all(
        &mut self,
        orders: &[Order<'_>],
        wait: Duration,
        tell: &mut dyn FnMut(usize, Outcome),
    ) -> Result<u64> {
        for order in orders {
            order.check_real()?;
            name::checked(order.buyer)?;
        }
        self.store.open(LockKind::Exclusive, wait)?;
        let mut keyed = KeyedLines::default();
        let keys = orders.iter().filter_map(|order| order.key);
        keyed.wanted.extend(keys.map(str::to_owned));
        if !keyed.wanted.is_empty() {
            self.store.follow(&mut keyed)?;
            known_bad!(ImportUnlocked => keyed.wanted.clear());
        }
        let clock = self.clock.clone();
        let (mut from, mut left) = (0, 0);
        while from < orders.len() {
            let rest = orders.get(from..).unwrap_or_default();
            let mut outcomes = Vec::new();
            let numbers: Vec<u32> = rest
                .iter()
                .take(MOST)
                .map(|_| self.ids.next())
                .collect::<Result<_>>()?;
            let done = self.commit_taking(
                CommitOptions::durable(wait),
                &mut Unobserved,
                &mut |head, transaction, _, stock| {
                    outcomes.clear();
                    if !keyed.wanted.is_empty() {
                        transaction.follow(&mut keyed)?;
                    }
                    let (mut at, mut records) = (*head, Vec::new());
                    let rules = Rules::of(transaction)?;
                    stock.buyers.get_or_insert_with(|| {
                        BuyerTotals::of(orders.iter().map(|order| order.buyer))
                    });
                    let start = Instant::now();
                    for (order, number) in rest.iter().zip(&numbers) {
                        if clock.since(start) > LONGEST && !outcomes.is_empty() {
                            break;
                        }
                        if let Some(found) = order.key.and_then(|key| keyed.found.get(key)) {
                            outcomes.push(known(found, order));
                            continue;
                        }
                        let allowed = rules.allow(order, &at, transaction, stock, clock.now());
                        let taken = allowed.and_then(|()| {
                            stock.take(&at, transaction, order.quantity, clock.now())
                        });
                        let taken = match taken {
                            Ok(taken) => taken,
                            // Something is to be read first.
                            Err(error) if error.kind() == Kind::Interrupted => return Err(error),
                            Err(error) => {
                                outcomes.push(Outcome::Refused(error));
                                continue;
                            }
                        };
                        let id = format!("{}-{}", taken.seq, Nonce(*number));
                        let sale = Record {
                            id: Some(id.clone().into()),
                            buyer: Some(name::normal(order.buyer).into_owned().into()),
                            key: order.key.map(Into::into),
                            note: order.note.map(Into::into),
                            ..Record::new(
                                Op::Sell,
                                taken.seq,
                                order.quantity.cast_signed(),
                                taken.left.saturating_sub(order.quantity),
                            )
                        };
                        for record in taken.expired.into_iter().chain([sale]) {
                            let after = at.apply(&record, Sum::default(), at.bytes);
                            at = after.map_err(|why| Error::new(Kind::Integrity, why))?;
                            stock.wrote(&record);
                            if let Some(key) = record.key.as_deref() {
                                keyed
                                    .found
                                    .insert(key.to_owned(), FoundSale::of(&record, 0));
                            }
                            records.push(record);
                        }
                        outcomes.push(Outcome::Sold { id });
                    }
                    Ok(if records.is_empty() {
                        Decision::Known { end: head.bytes }
                    } else {
                        Decision::Write(records)
                    })
                },
            )?;
            left = done.tally.left;
            for outcome in outcomes {
                tell(from, outcome);
                from += 1;
            }
        }
        Ok(left)
    }
}

fn known(found: &FoundSale, order: &Order<'_>) -> Outcome {
    let asked = Asked {
        op: Op::Sell,
        buyer: &name::normal(order.buyer),
        about: "",
        moved: Some(order.quantity.cast_signed()),
    };
    match replays(found, asked) {
        Ok(()) => Outcome::Replayed {
            id: found.id.clone(),
        },
        Err(error) => Outcome::Refused(error),
    }
}
