//! Cancelling sales, and changing the stock.

use super::BoxOffice;
use super::change_options::Change;
use super::commit::Decision;
use super::event::id_of;
use super::keyed::{Asked, replays};
use super::on_sale::now;
use super::order::Unobserved;
use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, MAX_STOCK, Op, Record};
use crate::store::options::CommitOptions;
use crate::store::{FoundSale, Lookup, SaleState};

/// What a cancellation did. It is durable.
#[derive(Debug)]
pub struct Cancellation {
    /// The sale's id.
    pub id: String,
    /// Who had bought.
    pub buyer: String,
    /// How many were cancelled.
    pub quantity: u64,
    /// How many of the sale the buyer keeps.
    pub kept: u64,
    /// How many are left in stock.
    pub left: u64,
    /// Whether it was done before, under the same key.
    pub replayed: bool,
    /// Why `tickets.json` does not show it yet.
    pub unpublished: Option<Error>,
}

/// What an adjustment did. It is durable.
#[derive(Debug)]
pub struct Adjustment {
    /// By how much.
    pub quantity: i64,
    /// How many are left in stock.
    pub left: u64,
    /// Whether it was done before, under the same key.
    pub replayed: bool,
    /// Why `tickets.json` does not show it yet.
    pub unpublished: Option<Error>,
}

impl BoxOffice {
    /// Cancels `quantity` tickets of a sale, which are left then; `None`: all that are not cancelled yet. The id is taken
    /// in any case, and its number alone will do.
    ///
    /// # Errors
    /// [`Kind::Cancelled`]: the whole sale is cancelled already, and that is durable. [`Kind::Refused`]: there is no
    /// such sale, or fewer of it are not cancelled.
    pub fn cancel(
        &mut self,
        id: &str,
        quantity: Option<u64>,
        change: &Change<'_>,
    ) -> Result<Cancellation> {
        change.check()?;
        let id = id_of(id)?;
        if quantity == Some(0) {
            return Err(Error::new(Kind::Usage, "cannot cancel 0 tickets"));
        }
        self.store.open(LockKind::Exclusive, change.wait)?;
        let (mut found, mut given, mut refusal) = (None, 0, None);
        let mut earlier: Option<FoundSale> = None;
        self.look_for_key(change.key, change.wait)?;
        self.store.prefetch(Lookup::Id(id))?;
        let done = self.commit(
            CommitOptions::durable(change.wait),
            &mut Unobserved,
            &mut |head, transaction, _| {
                if let Some(key) = change.key {
                    earlier = transaction.find(Lookup::Key(key))?;
                }
                let sale = transaction
                    .find(Lookup::Id(id))?
                    .ok_or_else(|| unknown(id))?;
                let (kept, end) = (sale.kept(), sale.end);
                let (state, sale_id) = (sale.state, sale.id.clone());
                if let Some(known) = &earlier {
                    let end = end.max(known.end);
                    found = Some(sale);
                    return Ok(Decision::Known { end });
                }
                given = quantity.unwrap_or(kept);
                found = Some(sale);
                // What this rests on must be durable before it is told.
                refusal = match state {
                    SaleState::Sold if given == 0 || given > kept => {
                        Some(too_many(&sale_id, given, kept))
                    }
                    SaleState::Sold => None,
                    _ => Some(no_sale(&sale_id, state)),
                };
                if refusal.is_some() {
                    return Ok(Decision::Known { end });
                }
                let (seq, left) = (head.seq + 1, head.left.saturating_add(given));
                Ok(Decision::Write(vec![Record {
                    reference: Some(sale_id.into()),
                    key: change.key.map(Into::into),
                    reason: change.reason.map(Into::into),
                    by: change.by.map(Into::into),
                    ..Record::new(Op::Cancel, seq, given.cast_signed(), left)
                }]))
            },
        )?;
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        let sale = found.ok_or_else(|| unknown(id))?;
        if let Some(known) = &earlier {
            let moved = quantity.map(u64::cast_signed);
            replays(known, Asked::change(Op::Cancel, &sale.id, moved))?;
            given = known.quantity;
        }
        let replayed = earlier.is_some();
        let kept = sale.kept();
        Ok(Cancellation {
            quantity: given,
            kept: if replayed {
                kept
            } else {
                kept.saturating_sub(given)
            },
            id: sale.id,
            buyer: sale.buyer,
            left: done.tally.left,
            replayed,
            unpublished: done.unpublished,
        })
    }

    /// Adds tickets to the stock, or takes some away that are not sold.
    ///
    /// # Errors
    /// [`Kind::Refused`]: fewer are left than are to be taken away, or the stock gets too large to be
    /// counted.
    pub fn adjust(&mut self, quantity: i64, change: &Change<'_>) -> Result<Adjustment> {
        change.check()?;
        if quantity == 0 || quantity.unsigned_abs() > MAX_STOCK {
            let message = format!("cannot adjust the stock by {quantity}");
            return Err(Error::new(Kind::Usage, message));
        }
        self.look_for_key(change.key, change.wait)?;
        let mut earlier: Option<FoundSale> = None;
        let done = self.commit_taking(
            CommitOptions::durable(change.wait),
            &mut Unobserved,
            &mut |before, transaction, _, stock| {
                if let Some(key) = change.key {
                    earlier = transaction.find(Lookup::Key(key))?;
                    if let Some(known) = &earlier {
                        return Ok(Decision::Known { end: known.end });
                    }
                }
                let wanted = quantity.min(0).unsigned_abs();
                let taken = match stock.take(before, transaction, wanted, now()) {
                    Err(error) if matches!(error.kind(), Kind::SoldOut { .. }) => {
                        return Err(not_so_many(wanted, &error));
                    }
                    taken => taken?,
                };
                let left = taken.left.saturating_add_signed(quantity);
                let all = left.saturating_add(before.sold).saturating_add(before.held);
                if all > MAX_STOCK {
                    let message = format!("more than the {MAX_STOCK} that can be counted");
                    return Err(Error::new(Kind::Refused, message));
                }
                let mut records = taken.expired;
                records.push(Record {
                    key: change.key.map(Into::into),
                    reason: change.reason.map(Into::into),
                    by: change.by.map(Into::into),
                    ..Record::new(Op::Adjust, taken.seq, quantity, left)
                });
                Ok(Decision::Write(records))
            },
        )?;
        if let Some(known) = &earlier {
            replays(known, Asked::change(Op::Adjust, "", Some(quantity)))?;
        }
        Ok(Adjustment {
            quantity,
            left: done.tally.left,
            replayed: earlier.is_some(),
            unpublished: done.unpublished,
        })
    }
}

fn not_so_many(wanted: u64, found: &Error) -> Error {
    let left = match found.kind() {
        Kind::SoldOut { left } => left,
        _ => 0,
    };
    let message = format!("cannot take {wanted} away: only {left} are not sold");
    let error = Error::new(Kind::Refused, message).hint("cancel sales first");
    match found.held_tickets() {
        Some(held) => error.held(held, found.next_due()),
        None => error,
    }
}

pub(super) fn unknown(id: &str) -> Error {
    Error::new(Kind::Refused, format!("there is no sale {id:?}"))
        .hint("'tickets sales' lists them with their ids")
}

/// A hold is no sale.
fn no_sale(id: &str, state: SaleState) -> Error {
    match state {
        SaleState::Held => Error::new(Kind::Refused, format!("{id} is held, and not sold"))
            .hint(format!("'tickets release {id}' gives it back")),
        _ => Error::new(Kind::Cancelled, format!("hold {id} was given back already")),
    }
}

fn too_many(id: &str, wanted: u64, kept: u64) -> Error {
    if kept == 0 {
        return Error::new(Kind::Cancelled, format!("sale {id} is cancelled already"));
    }
    let message = format!("cannot cancel {wanted} of sale {id}: only {kept} are not cancelled yet");
    Error::new(Kind::Refused, message)
}
