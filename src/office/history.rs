//! One sale or hold: all its lines, and what has become of it.

use std::ops::ControlFlow;

use serde::Serialize;
use serde_json::value::RawValue;

use super::BoxOffice;
use super::sale_id::{id_of, unknown};
use crate::error::Result;
use crate::ledger::Record;
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
    /// The same as they are told: what happened, in the order of the ledger.
    pub events: Vec<Happened>,
}

/// What happened to a sale or a hold by one line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// When it was written, RFC 3339 in UTC. For people; the order is that of the list.
    pub at: String,
    /// What: `sell`, `hold`, `confirm`, `release`, `expire`, `cancel` or `rename`.
    pub what: &'static str,
    /// How many tickets were moved; 0 of a new name.
    pub quantity: u64,
    /// In whose name it is from then on.
    pub buyer: String,
    /// Of a hold: until when, RFC 3339 in UTC.
    pub until: Option<String>,
    /// The idempotency key.
    pub key: Option<String>,
    /// What the seller noted.
    pub note: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who did it.
    pub by: Option<String>,
}

impl Happened {
    fn of(record: &Record<'_>, buyer: &str) -> Self {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Self {
            at: record.at.to_string(),
            what: record.op.name(),
            quantity: record.quantity.unsigned_abs(),
            buyer: buyer.to_owned(),
            until: text(record.until.as_deref()),
            key: text(record.key.as_deref()),
            note: text(record.note.as_deref()),
            reason: text(record.reason.as_deref()),
            by: text(record.by.as_deref()),
        }
    }
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
        let (mut lines, mut events) = (Vec::new(), Vec::new());
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
            if let (true, Some(sale)) = (is_its, &found) {
                lines.extend(line.text());
                events.push(Happened::of(record, &sale.buyer));
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
            events,
        })
    }
}
