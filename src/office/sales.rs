//! The list of sales.

use std::collections::HashMap;
use std::ops::ControlFlow;

use serde::Serialize;

use super::BoxOffice;
use super::name::{Alike, Wanted};
use crate::error::Result;
use crate::ledger::{Line, Op, Record};
use crate::store::Scan;

/// A sale as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sold<'a> {
    /// Its id.
    pub id: &'a str,
    /// When it was written, RFC 3339 in UTC. For people; the order is that of the list.
    pub at: &'a str,
    /// Who bought.
    pub buyer: &'a str,
    /// How many.
    pub quantity: u64,
    /// How many of these were cancelled.
    pub cancelled: u64,
    /// How many of these still count.
    pub valid: u64,
    /// The idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<&'a str>,
    /// The run of the rush that bought; a real sale has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rush: Option<&'a str>,
}

impl BoxOffice {
    /// Shows every sale to `see`, in the order of the ledger; with a `buyer`, only that one's: whoever has the same
    /// name but for capitals, outer spaces and how its letters are put together. `see` may break the list off.
    ///
    /// The ledger is read twice, in constant memory but for the cancelled sales, and verified before
    /// the first sale is shown. Takes no lock.
    ///
    /// # Errors
    /// [`Kind::Integrity`](crate::Kind::Integrity) when the count and the ledger do not add up: then no sale is shown.
    pub fn sales(
        &self,
        buyer: Option<&str>,
        see: &mut dyn FnMut(&Sold<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        let cancelled = self.cancelled()?;
        let wanted = buyer.map(Wanted::named);
        self.store.scan(Scan::All, &mut |Line { record, .. }| {
            let name = record.buyer.as_deref().unwrap_or_default();
            let wanted = wanted.as_ref().is_none_or(|wanted| wanted.is(name));
            if record.op == Op::Sell && wanted {
                return see(&sold(record, &cancelled));
            }
            ControlFlow::Continue(())
        })
    }

    /// Buyers whose names have every word of this one in them, whatever the capitals and accents, in the order of the
    /// ledger: `most` at most, each once. Takes no lock.
    ///
    /// # Errors
    /// As for [`BoxOffice::sales`].
    pub fn buyers_like(&self, name: &str, most: usize) -> Result<Vec<String>> {
        let alike = Alike::to(name);
        let mut found: Vec<String> = Vec::new();
        self.sales(None, &mut |sale| {
            if alike.is(sale.buyer) && !found.iter().any(|known| known == sale.buyer) {
                found.push(sale.buyer.to_owned());
            }
            if found.len() < most {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        Ok(found)
    }

    /// How many were cancelled of each sale, by its id. Verifies the ledger on the way.
    fn cancelled(&self) -> Result<HashMap<String, u64>> {
        let mut cancelled = HashMap::new();
        self.store
            .scan(Scan::Only(Op::Cancel), &mut |Line { record, .. }| {
                if let Some(id) = record.reference.as_deref() {
                    let sum: &mut u64 = cancelled.entry(id.to_owned()).or_default();
                    *sum = sum.saturating_add(record.quantity.unsigned_abs());
                }
                ControlFlow::Continue(())
            })?;
        Ok(cancelled)
    }
}

fn sold<'a>(record: &'a Record<'_>, cancelled: &HashMap<String, u64>) -> Sold<'a> {
    let id = record.id.as_deref().unwrap_or_default();
    let quantity = record.quantity.unsigned_abs();
    let cancelled = cancelled.get(id).copied().unwrap_or_default();
    Sold {
        id,
        at: &record.at,
        buyer: record.buyer.as_deref().unwrap_or_default(),
        quantity,
        cancelled,
        valid: quantity.saturating_sub(cancelled),
        key: record.key.as_deref(),
        rush: record.rush.as_deref(),
    }
}
