//! The list of sales.

use std::collections::HashMap;
use std::ops::ControlFlow;

use serde::Serialize;

use super::BoxOffice;
use super::name::WantedName;
use crate::error::Result;
use crate::ledger::{Line, Op, Record};
use crate::store::Scan;

/// A sale as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sold<'a> {
    /// Its id.
    pub id: &'a str,
    /// When it became a sale: of a confirmed hold, when that was confirmed. RFC 3339 in UTC, for people; the order is that
    /// of the list, in which a hold stands where it was made.
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
    /// What the seller noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'a str>,
    /// The run of the rush that bought; a real sale has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rush: Option<&'a str>,
    /// The name that it was made in, where that was corrected since.
    #[serde(skip)]
    pub(crate) was: Option<&'a str>,
}

impl BoxOffice {
    /// Shows every sale to `see`, in the order of the ledger; with a `buyer`, only that one's: who has the same
    /// name but for capitals (of `ß` they are `SS`), the number of spaces and how its letters are put together. `see` may break the list off.
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
        let changes = self.later_lines()?;
        let wanted = buyer.map(WantedName::named);
        self.store.scan(Scan::All, &mut |Line { record, .. }| {
            let id = record.id.as_deref().unwrap_or_default();
            let is_sale = match record.op {
                Op::Sell => true,
                Op::Hold => changes.confirmed.contains_key(id),
                _ => false,
            };
            if !is_sale {
                return ControlFlow::Continue(());
            }
            let sale = sold(record, &changes);
            match &wanted {
                Some(wanted) if !wanted.is(sale.buyer) => ControlFlow::Continue(()),
                _ => see(&sale),
            }
        })
    }

    /// What became of sales and holds since. Verifies the ledger on the way.
    fn later_lines(&self) -> Result<Changes> {
        let mut changes = Changes::default();
        for op in [Op::Cancel, Op::Confirm, Op::Rename] {
            self.store
                .scan(Scan::Only(op), &mut |Line { record, .. }| {
                    changes.note(record);
                    ControlFlow::Continue(())
                })?;
        }
        Ok(changes)
    }
}

/// What became of sales and holds, by their ids.
#[derive(Debug, Default)]
struct Changes {
    /// How many were cancelled.
    cancelled: HashMap<String, u64>,
    /// Holds that became sales, and when.
    confirmed: HashMap<String, String>,
    /// Today's names, where they were corrected.
    renamed: HashMap<String, String>,
}

impl Changes {
    fn note(&mut self, record: &Record<'_>) {
        let Some(id) = record.reference.as_deref() else {
            return;
        };
        match record.op {
            Op::Cancel => {
                let sum: &mut u64 = self.cancelled.entry(id.to_owned()).or_default();
                *sum = sum.saturating_add(record.quantity.unsigned_abs());
            }
            Op::Confirm => {
                self.confirmed.insert(id.to_owned(), record.at.to_string());
            }
            Op::Rename => {
                let buyer = record.buyer.as_deref().unwrap_or_default();
                self.renamed.insert(id.to_owned(), buyer.to_owned());
            }
            _ => {}
        }
    }
}

fn sold<'a>(record: &'a Record<'_>, changes: &'a Changes) -> Sold<'a> {
    let id = record.id.as_deref().unwrap_or_default();
    let quantity = record.quantity.unsigned_abs();
    let cancelled = changes.cancelled.get(id).copied().unwrap_or_default();
    let buyer = changes.renamed.get(id).map(String::as_str);
    let confirmed = changes.confirmed.get(id).map(String::as_str);
    Sold {
        id,
        at: confirmed.unwrap_or(&record.at),
        buyer: buyer.or(record.buyer.as_deref()).unwrap_or_default(),
        quantity,
        cancelled,
        valid: quantity.saturating_sub(cancelled),
        key: record.key.as_deref(),
        note: record.note.as_deref(),
        rush: record.rush.as_deref(),
        was: buyer.and(record.buyer.as_deref()),
    }
}
