//! Cancelling sales.

use super::BoxOffice;
use super::change_options::Change;
use super::commit::{Committed, Decision};
use super::keyed::{Asked, replays};
use super::order::Unobserved;
use super::sale_id::{id_of, unknown};
use crate::error::{Error, Kind, Result};
use crate::ledger::{LockKind, Op, Record, Tally};
use crate::plural::are;
use crate::store::options::CommitOptions;
use crate::store::{FoundSale, LedgerQuery, Lookup, SaleState};

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
    /// How many are held in all, due or not.
    pub held: u64,
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
        let mut asked = Cancelling {
            id: id_of(id)?,
            quantity,
            change,
            sale: None,
            earlier: None,
            given: 0,
            refusal: None,
        };
        if quantity == Some(0) {
            return Err(Error::new(Kind::Usage, "cannot cancel 0 tickets"));
        }
        self.store.open(LockKind::Exclusive, change.wait)?;
        self.look_for_key(change.key, change.wait)?;
        self.store.prefetch(&[Lookup::Id(asked.id)])?;
        let done = self.commit(
            CommitOptions::durable(change.wait),
            &mut Unobserved,
            &mut |head, transaction, _| asked.decide(head, transaction),
        )?;
        asked.answer(done)
    }
}

/// A cancellation that is asked for, and what was found under the lock.
struct Cancelling<'c> {
    id: &'c str,
    quantity: Option<u64>,
    change: &'c Change<'c>,
    sale: Option<FoundSale>,
    /// The line that has the key.
    earlier: Option<FoundSale>,
    /// How many are cancelled now.
    given: u64,
    refusal: Option<Error>,
}

impl<'c> Cancelling<'c> {
    fn decide(&mut self, head: &Tally, transaction: &mut dyn LedgerQuery) -> Result<Decision<'c>> {
        if let Some(key) = self.change.key {
            self.earlier = transaction.find(Lookup::Key(key))?;
        }
        let sale = transaction.find(Lookup::Id(self.id))?;
        let sale = sale
            .filter(|sale| self.change.may_touch(sale))
            .ok_or_else(|| unknown(self.id))?;
        let sale = self.sale.insert(sale);
        if let Some(known) = &self.earlier {
            let end = sale.end.max(known.end);
            return Ok(Decision::Known { end });
        }
        let kept = sale.kept();
        self.given = self.quantity.unwrap_or(kept);
        // What this rests on must be durable before it is told.
        self.refusal = match sale.state {
            SaleState::Sold if self.given == 0 || self.given > kept => {
                Some(too_many(sale, self.given))
            }
            SaleState::Sold => None,
            state => Some(no_sale(&sale.id, state)),
        };
        if self.refusal.is_some() {
            return Ok(Decision::Known { end: sale.end });
        }
        let (seq, left) = (head.seq + 1, head.left.saturating_add(self.given));
        Decision::write(
            head,
            vec![Record {
                reference: Some(sale.id.clone().into()),
                key: self.change.key.map(Into::into),
                reason: self.change.reason.map(Into::into),
                by: self.change.by.map(Into::into),
                ..Record::new(Op::Cancel, seq, self.given.cast_signed(), left)
            }],
        )
    }

    fn answer(self, done: Committed) -> Result<Cancellation> {
        if let Some(refusal) = self.refusal {
            return Err(refusal);
        }
        let sale = self.sale.ok_or_else(|| unknown(self.id))?;
        // What was cancelled by the same key before is gone from what is kept already.
        let (given, kept) = match &self.earlier {
            Some(known) => {
                let moved = self.quantity.map(u64::cast_signed);
                replays(known, Asked::change(Op::Cancel, &sale.id, moved))?;
                (known.quantity, sale.kept())
            }
            None => (self.given, sale.kept().saturating_sub(self.given)),
        };
        Ok(Cancellation {
            quantity: given,
            kept,
            id: sale.id,
            buyer: sale.buyer,
            left: done.tally.left,
            held: done.tally.held,
            replayed: self.earlier.is_some(),
            unpublished: done.unpublished,
        })
    }
}

/// A hold is no sale.
fn no_sale(id: &str, state: SaleState) -> Error {
    match state {
        SaleState::Held => Error::new(Kind::Refused, format!("{id} is held, and not sold"))
            .hint(format!("'tickets release {id}' gives it back")),
        SaleState::Expired => Error::new(Kind::Cancelled, format!("hold {id} has ended already")),
        _ => Error::new(Kind::Cancelled, format!("hold {id} was given back already")),
    }
}

fn too_many(sale: &FoundSale, wanted: u64) -> Error {
    let (id, kept) = (&sale.id, sale.kept());
    if kept == 0 {
        let since = sale.cancelled_at.as_deref().unwrap_or_default();
        let message = format!("sale {id} is cancelled already, since {since}");
        let hint =
            format!("nothing is left to give back; 'tickets show {id}' says what is known of that");
        return Error::new(Kind::Cancelled, message).hint(hint);
    }
    let message = format!(
        "cannot cancel {wanted} of sale {id}: only {kept} {} not cancelled yet",
        are(kept)
    );
    Error::new(Kind::Refused, message)
}
