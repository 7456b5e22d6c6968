//! One sale or hold: all its lines, and what has become of it.

use std::ops::ControlFlow;

use serde::Serialize;
use serde_json::value::RawValue;

use super::BoxOffice;
use super::sale_id::{id_of, unknown};
use crate::error::Result;
use crate::store::{FoundSale, Lookup, SaleState, Scan};

/// What a sale or a hold is by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// A sale of which nothing is cancelled.
    Valid,
    /// A sale of which a part is cancelled.
    Part,
    /// A sale that is cancelled.
    Cancelled,
    /// A hold.
    Held,
    /// A hold that was given back.
    Released,
    /// A hold that has ended.
    Expired,
}

impl State {
    pub(super) fn of(state: SaleState, quantity: u64, cancelled: u64) -> Self {
        match state {
            SaleState::Sold if cancelled == 0 => Self::Valid,
            SaleState::Sold if cancelled < quantity => Self::Part,
            SaleState::Sold => Self::Cancelled,
            SaleState::Held => Self::Held,
            SaleState::Released => Self::Released,
            SaleState::Expired => Self::Expired,
        }
    }
}

/// A sale or a hold, with all its lines.
#[derive(Debug, Clone)]
pub struct History {
    /// Its id.
    pub id: String,
    /// The buyer's name by now.
    pub buyer: String,
    /// How many tickets it was made with.
    pub quantity: u64,
    /// How many of these are cancelled.
    pub cancelled: u64,
    /// What it is by now.
    pub state: State,
    /// Its lines, as they stand on the ledger.
    pub lines: Vec<Box<RawValue>>,
}

impl BoxOffice {
    /// One sale or hold. Takes no lock.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::Kind::Refused): there is no such sale;
    /// [`Kind::Integrity`](crate::Kind::Integrity): the count and the ledger do not add up.
    pub fn history(&self, id: &str) -> Result<History> {
        let id = id_of(id)?;
        let mut found: Option<FoundSale> = None;
        let mut lines = Vec::new();
        self.store.scan(Scan::All, &mut |line| {
            let record = &line.record;
            let is_its = match &mut found {
                Some(sale) => {
                    sale.note(record, 0);
                    record.reference.as_deref() == Some(&*sale.id)
                }
                None if Lookup::Id(id).is(record) => {
                    found = Some(FoundSale::of(record, 0));
                    true
                }
                None => false,
            };
            if is_its && let Some(text) = line.text() {
                lines.push(text);
            }
            ControlFlow::Continue(())
        })?;
        let sale = found.ok_or_else(|| unknown(id))?;
        Ok(History {
            state: State::of(sale.state, sale.quantity, sale.cancelled),
            id: sale.id,
            buyer: sale.buyer,
            quantity: sale.quantity,
            cancelled: sale.cancelled,
            lines,
        })
    }
}
