//! The end of a hold: it is sold, or given back to the stock.

use super::BoxOffice;
use super::change_options::Change;
use super::commit::Decision;
use super::order::Unobserved;
use super::sale_id::id_of;
use crate::error::{About, Error, Kind, Result};
use crate::ledger::{LockKind, Op, Record, Tally};
use crate::store::options::CommitOptions;
use crate::store::{FoundSale, Lookup, SaleState};

/// What became of a hold that was confirmed or released. It is durable.
#[derive(Debug)]
pub struct HoldEnd {
    /// Its id.
    pub id: String,
    /// For whom it was.
    pub buyer: String,
    /// How many.
    pub quantity: u64,
    /// How many of them are not cancelled since.
    pub kept: u64,
    /// How many are left in stock.
    pub left: u64,
    /// How many are held in all, due or not.
    pub held: u64,
    /// Whether that was done before.
    pub replayed: bool,
    /// Why `tickets.json` does not show it yet.
    pub unpublished: Option<Error>,
}

impl BoxOffice {
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
        self.store.prefetch(&[Lookup::Id(id)])?;
        let (mut hold, mut refusal, mut replayed) = (None, None, false);
        #[cfg(feature = "known-bad")]
        let clock = self.clock.clone();
        let done = self.commit(
            CommitOptions::durable(change.wait),
            &mut Unobserved,
            &mut |head, transaction, _| {
                let found = transaction
                    .find(Lookup::Id(id))?
                    .filter(|found| change.may_touch(found))
                    .ok_or_else(|| unknown(id))?;
                known_bad!(ConfirmByClock => if op == Op::Confirm && found.until.as_deref().and_then(crate::ledger::millisecond) <= Some(clock.now()) { return Err(refused(&found.id, op, (SaleState::Expired, false), true).unwrap_or_else(|| unknown(id))) });
                (replayed, refusal) = looked_at(&found, op);
                known_bad!(EndUnlooked => (replayed, refusal) = (false, None));
                let found = hold.insert(found);
                if replayed || refusal.is_some() {
                    // What an answer rests on must be durable before it is given.
                    return Ok(Decision::Known { end: found.end });
                }
                Decision::write(head, vec![line(head, found, op, change)])
            },
        )?;
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        let hold = hold.ok_or_else(|| unknown(id))?;
        Ok(HoldEnd {
            kept: hold.kept(),
            id: hold.id,
            buyer: hold.buyer,
            quantity: hold.quantity,
            left: done.tally.left,
            held: done.tally.held,
            replayed,
            unpublished: done.unpublished,
        })
    }
}

/// Whether it was ended so before, or why it cannot be.
fn looked_at(found: &FoundSale, op: Op) -> (bool, Option<Error>) {
    let (state, is_hold) = (found.state, found.op == Op::Hold);
    let cancelled = state == SaleState::Sold && found.kept() == 0;
    let refusal = refused(&found.id, op, (state, cancelled), is_hold);
    let is_ended = matches!(
        (op, state),
        (Op::Confirm, SaleState::Sold) | (Op::Release, SaleState::Released)
    );
    (is_ended && is_hold && refusal.is_none(), refusal)
}

/// The line that ends it.
fn line<'c>(head: &Tally, hold: &FoundSale, op: Op, change: &Change<'c>) -> Record<'c> {
    let left = match op {
        Op::Release => head.left.saturating_add(hold.quantity),
        _ => head.left,
    };
    Record {
        reference: Some(hold.id.clone().into()),
        reason: change.reason.map(Into::into),
        by: change.by.map(Into::into),
        ..Record::new(op, head.seq + 1, hold.quantity.cast_signed(), left)
    }
}

/// Why a hold cannot be ended so.
fn refused(
    id: &str,
    op: Op,
    (state, cancelled): (SaleState, bool),
    is_hold: bool,
) -> Option<Error> {
    if !is_hold {
        let error = Error::new(Kind::Refused, format!("{id} is a sale, and was never held"));
        return Some(match op {
            Op::Release => error.hint(format!("'tickets cancel {id}' gives it back")),
            _ => error.hint(format!(
                "it needs no more; 'tickets show {id}' says what became of it"
            )),
        });
    }
    let (kind, message) = match (op, state) {
        (Op::Confirm, _) if cancelled => (
            Kind::Cancelled,
            format!("hold {id} was confirmed, and that sale is cancelled since"),
        ),
        (Op::Confirm, SaleState::Expired) => (
            Kind::Expired,
            format!("hold {id} has ended: its tickets were needed after its time"),
        ),
        (Op::Confirm, SaleState::Released) => (Kind::Cancelled, format!("hold {id} was released")),
        (Op::Release, SaleState::Expired) => {
            (Kind::Expired, format!("hold {id} has ended already"))
        }
        (Op::Release, SaleState::Sold) => {
            let error = Error::new(Kind::Refused, format!("{id} is sold: it was confirmed"));
            return Some(error.hint(format!("'tickets cancel {id}' gives it back")));
        }
        _ => return None,
    };
    Some(Error::new(kind, message))
}

fn unknown(id: &str) -> Error {
    Error::new(Kind::Refused, format!("there is no hold {id:?}"))
        .about(About::NoSuchSale)
        .hint("'tickets sales --held' lists them with their ids")
}
