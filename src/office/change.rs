//! Cancelling sales, and changing the stock.

use std::time::Duration;

use super::BoxOffice;
use super::commit::Decision;
use super::order::{MAX_NAME, MAX_REASON, Unobserved, check_text};
use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, MAX_STOCK, Op, Record, Tally};
use crate::plural::are;
use crate::shown::quoted;
use crate::store::options::CommitOptions;
use crate::store::{FoundSale, Lookup};

/// What a cancellation did. It is durable.
#[derive(Debug)]
pub struct Cancellation {
    /// The sale's id.
    pub id: String,
    /// Who had bought.
    pub buyer: String,
    /// How many were cancelled now.
    pub quantity: u64,
    /// How many of the sale the buyer keeps.
    pub kept: u64,
    /// How many are left in stock.
    pub left: u64,
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
    /// Why `tickets.json` does not show it yet.
    pub unpublished: Option<Error>,
}

impl BoxOffice {
    /// Cancels `quantity` tickets of a sale, which are left then; `None`: all that are not cancelled yet. The id is taken
    /// in any case, and its number alone will do.
    ///
    /// # Errors
    /// [`Kind::Refused`]: there is no such sale, or fewer of it are not cancelled. A second
    /// cancellation of a whole sale is refused, and the first one is durable then.
    pub fn cancel(
        &mut self,
        id: &str,
        quantity: Option<u64>,
        reason: Option<&str>,
        wait: Duration,
    ) -> Result<Cancellation> {
        let id = id.trim();
        check_text("a sale's id", id, MAX_NAME)?;
        if let Some(reason) = reason {
            check_text("a reason", reason, MAX_REASON)?;
        }
        if quantity == Some(0) {
            return Err(Error::new(Kind::Usage, "cannot cancel 0 tickets"));
        }
        self.store.open(LockKind::Exclusive, wait)?;
        self.store.prefetch(Lookup::Id(id))?;
        let (mut found, mut given, mut refusal) = (None, 0, None);
        let done = self.commit(
            CommitOptions::durable(wait),
            &mut Unobserved,
            &mut |head, transaction, _| {
                let sale = transaction
                    .find(Lookup::Id(id))?
                    .ok_or_else(|| unknown(id))?;
                given = quantity.unwrap_or(sale.kept());
                // What a refusal rests on must be durable before it is told.
                refusal = too_many(&sale, given);
                let decision = match refusal {
                    Some(_) => Decision::Known { end: sale.end },
                    None => Decision::Write(Box::new(cancellation(&sale, given, reason, head))),
                };
                found = Some(sale);
                Ok(decision)
            },
        )?;
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        let sale = found.ok_or_else(|| unknown(id))?;
        Ok(Cancellation {
            id: sale.id.clone(),
            quantity: given,
            kept: sale.kept().saturating_sub(given),
            buyer: sale.buyer,
            left: done.tally.left,
            unpublished: done.unpublished,
        })
    }

    /// Adds tickets to the stock, or takes some away that are not sold.
    ///
    /// # Errors
    /// [`Kind::Refused`]: fewer are left than are to be taken away, or the stock gets too large to be
    /// counted.
    pub fn adjust(&mut self, quantity: i64, reason: &str, wait: Duration) -> Result<Adjustment> {
        check_text("a reason", reason, MAX_REASON)?;
        if quantity == 0 || quantity.unsigned_abs() > MAX_STOCK {
            let message = format!("cannot adjust the stock by {quantity}");
            return Err(Error::new(Kind::Usage, message));
        }
        let done = self.commit(
            CommitOptions::durable(wait),
            &mut Unobserved,
            &mut |before, _, _| {
                let Some(left) = before.left.checked_add_signed(quantity) else {
                    let message = format!(
                        "cannot take {} away: there {} only {} that {} not sold",
                        quantity.unsigned_abs(),
                        are(before.left),
                        before.left,
                        are(before.left)
                    );
                    return Err(Error::new(Kind::Refused, message).hint("cancel sales first"));
                };
                if left.saturating_add(before.sold) > MAX_STOCK {
                    let message = format!("more than the {MAX_STOCK} that can be counted");
                    return Err(Error::new(Kind::Refused, message));
                }
                Ok(Decision::Write(Box::new(Record {
                    reason: Some(reason.into()),
                    ..Record::new(Op::Adjust, before.seq + 1, quantity, left)
                })))
            },
        )?;
        Ok(Adjustment {
            quantity,
            left: done.tally.left,
            unpublished: done.unpublished,
        })
    }
}

fn unknown(id: &str) -> Error {
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
        0 => format!("sale {id} is cancelled already"),
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
    reason: Option<&'r str>,
    head: &Tally,
) -> Record<'r> {
    let (seq, left) = (head.seq + 1, head.left + quantity);
    Record {
        reference: Some(sale.id.clone().into()),
        reason: reason.map(Into::into),
        ..Record::new(Op::Cancel, seq, quantity.cast_signed(), left)
    }
}
