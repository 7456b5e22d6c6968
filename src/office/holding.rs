//! Holds: tickets kept for somebody until a time.

use std::time::Duration;

use jiff::Timestamp;

use super::BoxOffice;
use super::commit::Decision;
use super::history::State;
use super::keyed::{Asked, known, replays};
use super::name;
use super::order::{Order, Unobserved};
use super::rules::{Asker, Rules};
use super::taking::Taken;
use crate::error::{Error, Kind, Result};
use crate::ledger::{Nonce, Op, Record};
use crate::store::FoundSale;
use crate::store::options::CommitOptions;

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
    /// What it is by now: one that was made before may be a sale.
    pub state: State,
    /// Why `tickets.json` does not show it yet.
    pub unpublished: Option<Error>,
}

impl BoxOffice {
    /// Holds tickets for so long; without a time, for as long as the event's settings say.
    ///
    /// # Errors
    /// Those of [`BoxOffice::purchase`].
    pub fn hold(&mut self, order: &Order<'_>, time: Option<Duration>) -> Result<Hold> {
        self.hold_for(Asker::Seller, order, time)
    }

    /// The same for somebody who does not sell: where the event's settings say how long tickets are held, and for no
    /// longer than that.
    ///
    /// # Errors
    /// Those of [`BoxOffice::hold`]; [`Kind::Refused`]: the event holds none for the public; [`Kind::Limit`]: that is
    /// too long.
    pub fn hold_for_public(&mut self, order: &Order<'_>, time: Option<Duration>) -> Result<Hold> {
        self.hold_for(Asker::Public, order, time)
    }

    fn hold_for(
        &mut self,
        asker: Asker,
        order: &Order<'_>,
        time: Option<Duration>,
    ) -> Result<Hold> {
        order.check_real()?;
        let buyer = name::checked(order.buyer)?;
        let order = Order {
            buyer: &buyer,
            ..order.clone()
        };
        self.hold_checked(asker, &order, time)
    }

    /// The same of an order that makes sense, with the buyer's name as it stands on a ledger.
    fn hold_checked(
        &mut self,
        asker: Asker,
        order: &Order<'_>,
        time: Option<Duration>,
    ) -> Result<Hold> {
        let options = CommitOptions {
            durability: order.durability,
            ..CommitOptions::durable(order.wait)
        };
        self.look_for_key(order.key, order.wait)?;
        let number = self.ids.next()?;
        let (mut id, mut until) = (String::new(), String::new());
        let clock = self.clock.clone();
        let mut earlier: Option<FoundSale> = None;
        let done = self.commit_taking(
            options,
            &mut Unobserved,
            &mut |head, transaction, _, stock| {
                if let Some(known) = known(transaction, order.key, &mut earlier)? {
                    return Ok(known);
                }
                let rules = Rules::of(transaction)?;
                let now = clock.now();
                let ended = rules.allow(order, head, transaction, stock, now)?;
                until = moment(now, rules.held_for(time, asker)?)?;
                let taken = stock.take(head, transaction, (order.quantity, &ended), now)?;
                id = format!("{}-{}", taken.seq, Nonce(number));
                Decision::write(head, held(order, taken, &id, &until))
            },
        )?;
        if let Some(found) = &earlier {
            replays(found, Asked::of(Op::Hold, order.buyer, order))?;
        }
        let replayed = earlier.is_some();
        let mut state = State::Held;
        if let Some(found) = earlier {
            until = found.until.unwrap_or(until);
            id = found.id;
            state = State::of(found.state, found.quantity, found.cancelled);
        }
        Ok(Hold {
            replayed,
            state,
            until,
            id,
            buyer: order.buyer.to_owned(),
            quantity: order.quantity,
            left: done.tally.left,
            held: done.tally.held,
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
        by: order.by.map(Into::into),
        ..Record::new(Op::Hold, taken.seq, order.quantity.cast_signed(), left)
    });
    records
}

/// The time so long after that one, which is in milliseconds since 1970.
fn moment(now: i64, time: Duration) -> Result<String> {
    let far = || Error::new(Kind::Usage, "tickets cannot be held for so long");
    let time = jiff::SignedDuration::try_from(time).map_err(|_| far())?;
    let now = Timestamp::from_millisecond(now).map_err(|_| far())?;
    let moment = now.checked_add(time).map_err(|_| far())?;
    Ok(format!("{moment:.3}"))
}
