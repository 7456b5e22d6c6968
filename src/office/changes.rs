//! The list of what was changed beside sales: cancellations and adjustments, with their reasons.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use serde::Serialize;

use super::BoxOffice;
use crate::error::Result;
use crate::ledger::{Line, Op, Record};
use crate::store::Scan;

/// A cancellation or an adjustment as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed<'a> {
    /// When it was written, RFC 3339 in UTC. For people; the order is that of the list.
    pub at: &'a str,
    /// Which of the two: `cancel` or `adjust`.
    pub change: &'static str,
    /// How many were cancelled, or by how many the stock was adjusted: less than 0 where some were taken away.
    pub quantity: i64,
    /// How many were left then.
    pub left: u64,
    /// The id of the sale that was cancelled, or a part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale: Option<&'a str>,
    /// Who had bought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer: Option<&'a str>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
}

impl BoxOffice {
    /// Shows every cancellation and adjustment to `see`, in the order of the ledger. `see` may break the list off.
    ///
    /// The ledger is read twice, in constant memory but for the cancelled sales, and verified before the first change
    /// is shown. Takes no lock.
    ///
    /// # Errors
    /// As for [`BoxOffice::sales`].
    pub fn changes(&self, see: &mut dyn FnMut(&Changed<'_>) -> ControlFlow<()>) -> Result<()> {
        let cancelled = self.cancelled_ids()?;
        let mut buyers: HashMap<String, String> = HashMap::new();
        self.store.scan(Scan::All, &mut |Line { record, .. }| {
            match record.op {
                Op::Sell => {
                    let id = record.id.as_deref().unwrap_or_default();
                    if cancelled.contains(id) {
                        let buyer = record.buyer.as_deref().unwrap_or_default();
                        buyers.insert(id.to_owned(), buyer.to_owned());
                    }
                }
                Op::Cancel => return see(&changed("cancel", record, &buyers)),
                Op::Adjust => return see(&changed("adjust", record, &buyers)),
                Op::Open | Op::Set => {}
            }
            ControlFlow::Continue(())
        })
    }

    /// The sales of which something was cancelled. Verifies the ledger on the way.
    fn cancelled_ids(&self) -> Result<HashSet<String>> {
        let mut ids = HashSet::new();
        self.store
            .scan(Scan::Only(Op::Cancel), &mut |Line { record, .. }| {
                ids.extend(record.reference.as_deref().map(str::to_owned));
                ControlFlow::Continue(())
            })?;
        Ok(ids)
    }
}

fn changed<'a>(
    change: &'static str,
    record: &'a Record<'_>,
    buyers: &'a HashMap<String, String>,
) -> Changed<'a> {
    let sale = record.reference.as_deref();
    Changed {
        at: &record.at,
        change,
        quantity: record.quantity,
        left: record.left,
        sale,
        buyer: sale.and_then(|id| buyers.get(id)).map(String::as_str),
        reason: record.reason.as_deref(),
    }
}
