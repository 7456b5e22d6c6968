//! Cancelling sales, and changing the stock.

use super::BoxOffice;
use super::change_options::Change;
use super::commit::Decision;
use super::event::id_of;
use super::keyed::{Asked, replays};
use super::on_sale::now;
use super::order::Unobserved;
use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, MAX_STOCK, Op, Record, Tally};
use crate::plural::are;
use crate::shown::quoted;
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
                if let Some(known) = &earlier {
                    let end = sale.end.max(known.end);
                    found = Some(sale);
                    return Ok(Decision::Known { end });
                }
                given = quantity.unwrap_or(sale.kept());
                // What a refusal rests on must be durable before it is told.
                refusal = no_sale(&sale).or_else(|| too_many(&sale, given));
                let decision = match refusal {
                    Some(_) => Decision::Known { end: sale.end },
                    None => Decision::Write(vec![cancellation(&sale, given, change, head)]),
                };
                found = Some(sale);
                Ok(decision)
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
    let is = are(left);
    let message = format!("cannot take {wanted} away: there {is} only {left} that {is} not sold");
    let error = Error::new(Kind::Refused, message).hint("cancel sales first");
    match found.held_tickets() {
        Some(held) => error.held(held, found.next_due()),
        None => error,
    }
}

/// Why what is no sale cannot be cancelled: a hold is none.
fn no_sale(found: &FoundSale) -> Option<Error> {
    let id = &found.id;
    match found.state {
        SaleState::Sold => None,
        SaleState::Held => {
            let error = Error::new(Kind::Refused, format!("{id} is held, and not sold"));
            Some(error.hint(format!("'tickets release {id}' gives it back")))
        }
        SaleState::Released | SaleState::Expired => Some(Error::new(
            Kind::Cancelled,
            format!("hold {id} was given back already"),
        )),
    }
}

pub(super) fn unknown(id: &str) -> Error {
    let error = Error::new(Kind::Refused, format!("there is no sale {id:?}"));
    if id.starts_with(|c: char| c.is_ascii_digit()) {
        return error.hint("'tickets sales' lists them with their ids");
    }
    error.hint(format!(
        "an id is as in 7-k3v9xq; 'tickets sales --name {}' lists those of one buyer",
        quoted(id.as_ref())
    ))
}

/// Why so many of a sale cannot be cancelled.
fn too_many(sale: &FoundSale, wanted: u64) -> Option<Error> {
    let id = &sale.id;
    let message = match sale.kept() {
        kept if wanted > 0 && wanted <= kept => return None,
        0 => {
            let message = format!("sale {id} is cancelled already");
            return Some(Error::new(Kind::Cancelled, message));
        }
        kept => {
            format!(
                "cannot cancel {wanted} of sale {id}: only {kept} {} not cancelled yet",
                are(kept)
            )
        }
    };
    Some(Error::new(Kind::Refused, message))
}

/// The line that cancels so many of a sale.
fn cancellation<'r>(
    sale: &FoundSale,
    quantity: u64,
    change: &Change<'r>,
    head: &Tally,
) -> Record<'r> {
    let (seq, left) = (head.seq + 1, head.left.saturating_add(quantity));
    Record {
        reference: Some(sale.id.clone().into()),
        key: change.key.map(Into::into),
        reason: change.reason.map(Into::into),
        by: change.by.map(Into::into),
        ..Record::new(Op::Cancel, seq, quantity.cast_signed(), left)
    }
}
