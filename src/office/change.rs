//! Changing the stock.

use super::BoxOffice;
use super::change_options::Change;
use super::commit::Decision;
use super::keyed::{Asked, known, replays};
use super::order::Unobserved;
use crate::error::{Error, Kind, Result};
use crate::ledger::{MAX_STOCK, Op, Record};
use crate::plural::are;
use crate::store::FoundSale;
use crate::store::options::CommitOptions;

/// What an adjustment did. It is durable.
#[derive(Debug)]
pub struct Adjustment {
    /// By how much.
    pub quantity: i64,
    /// How many are left in stock.
    pub left: u64,
    /// How many are held in all, due or not.
    pub held: u64,
    /// Whether it was done before, under the same key.
    pub replayed: bool,
    /// Why `tickets.json` does not show it yet.
    pub unpublished: Option<Error>,
}

impl BoxOffice {
    /// Adds tickets to the stock, or takes some away that are left.
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
        let clock = self.clock.clone();
        let done = self.commit_taking(
            CommitOptions::durable(change.wait),
            &mut Unobserved,
            &mut |before, transaction, _, stock| {
                if let Some(known) = known(transaction, change.key, &mut earlier)? {
                    return Ok(known);
                }
                let wanted = quantity.min(0).unsigned_abs();
                let taken = match stock.take(before, transaction, (wanted, &[]), clock.now()) {
                    Err(error) if matches!(error.kind(), Kind::SoldOut { .. }) => {
                        return Err(not_so_many(wanted, before.sold, &error));
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
                Decision::write(before, records)
            },
        )?;
        if let Some(known) = &earlier {
            replays(known, Asked::change(Op::Adjust, "", Some(quantity)))?;
        }
        Ok(Adjustment {
            quantity,
            left: done.tally.left,
            held: done.tally.held,
            replayed: earlier.is_some(),
            unpublished: done.unpublished,
        })
    }
}

fn not_so_many(wanted: u64, sold: u64, found: &Error) -> Error {
    let left = match found.kind() {
        Kind::SoldOut { left } => left,
        _ => 0,
    };
    let is = are(left);
    let held = found.held_tickets();
    let apart = held
        .filter(|held| *held > 0)
        .map_or_else(String::new, |held| format!("; {held} {} held", are(held)));
    let message = format!("cannot take {wanted} away: only {left} {is} left{apart}");
    let error = Error::new(Kind::Refused, message);
    let all = left.saturating_add(sold).saturating_add(held.unwrap_or(0));
    let error = match held {
        Some(held) => error.held(held, found.next_due()),
        None => error,
    };
    if all < wanted {
        return error.hint(format!(
            "there {} only {all} in all: -{wanted} takes so many away, and is not how many there are then",
            are(all)
        ));
    }
    error.hint(match held {
        Some(_) => "cancel sales, or release holds ('tickets sales --held'), first",
        None => "cancel sales first",
    })
}
