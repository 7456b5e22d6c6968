//! Holds: tickets kept for somebody until a time, then sold, given back, or left to who needs them.

use std::time::Duration;

use jiff::Timestamp;

use super::BoxOffice;
use super::change_options::Change;
use super::commit::Decision;
use super::keyed::{Asked, replays};
use super::name;
use super::order::{Order, Unobserved};
use super::rules::Rules;
use super::sale_id::id_of;
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
        let clock = self.clock.clone();
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
                let now = clock.now();
                rules.allow(order, head, transaction, stock, now)?;
                let time = time.unwrap_or(rules.hold()?);
                until = moment(now, time)?;
                let taken = stock.take(head, transaction, order.quantity, now)?;
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

/// The time so long after that one, which is in milliseconds since 1970.
fn moment(now: i64, time: Duration) -> Result<String> {
    let far = || Error::new(Kind::Usage, "tickets cannot be held for so long");
    let time = jiff::SignedDuration::try_from(time).map_err(|_| far())?;
    let now = Timestamp::from_millisecond(now).map_err(|_| far())?;
    let moment = now.checked_add(time).map_err(|_| far())?;
    Ok(format!("{moment:.3}"))
}

fn unknown(id: &str) -> Error {
    Error::new(Kind::Refused, format!("there is no hold {id:?}"))
        .hint("'tickets sales --held' lists them with their ids")
}
