//! The list of what was changed beside sales: cancellations, new names, the stock, the event, with the reasons.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use serde::Serialize;

use super::BoxOffice;
use crate::error::Result;
use crate::ledger::{Line, Op, Record};
use crate::store::Scan;

/// A change as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed<'a> {
    /// When it was written, RFC 3339 in UTC. For people; the order is that of the list.
    pub at: &'a str,
    /// Which: `cancel`, `rename`, `adjust`, `set`, `close` or `reopen`.
    pub change: &'static str,
    /// How many were cancelled, or by how many the stock was adjusted: less than 0 where some were taken away, and 0
    /// where none were moved.
    pub quantity: i64,
    /// How many were left then.
    pub left: u64,
    /// The id of the sale that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale: Option<&'a str>,
    /// Who had bought it; of a new name, that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer: Option<&'a str>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<&'a str>,
}

impl BoxOffice {
    /// Shows every change to `see`, in the order of the ledger. `see` may break the list off.
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
                Op::Sell | Op::Hold => {
                    let id = record.id.as_deref().unwrap_or_default();
                    if cancelled.contains(id) {
                        let buyer = record.buyer.as_deref().unwrap_or_default();
                        buyers.insert(id.to_owned(), buyer.to_owned());
                    }
                }
                // The settings that an event is made with are no change.
                Op::Set if record.seq == 2 => {}
                Op::Rename => {
                    let id = record.reference.as_deref().unwrap_or_default();
                    if let (Some(buyer), Some(name)) = (buyers.get_mut(id), record.buyer.as_deref())
                    {
                        name.clone_into(buyer);
                    }
                    return see(&changed(record, &buyers));
                }
                Op::Cancel | Op::Adjust | Op::Set | Op::Close | Op::Reopen => {
                    return see(&changed(record, &buyers));
                }
                Op::Open | Op::Confirm | Op::Release | Op::Expire => {}
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

fn changed<'a>(record: &'a Record<'_>, buyers: &'a HashMap<String, String>) -> Changed<'a> {
    let sale = record.reference.as_deref();
    Changed {
        at: &record.at,
        change: record.op.name(),
        quantity: record.quantity,
        left: record.left,
        sale,
        buyer: record
            .buyer
            .as_deref()
            .or_else(|| buyers.get(sale?).map(String::as_str)),
        reason: record.reason.as_deref(),
        by: record.by.as_deref(),
    }
}
