//! The list of what was changed beside sales: cancellations, new names, the stock, the event, with the reasons.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use serde::Serialize;

use super::BoxOffice;
use super::name::WantedName;
use crate::error::Result;
use crate::ledger::{EventSettings, Line, Op, Record};
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
    /// Of a new name, the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<&'a str>,
    /// Of a change of the settings, those before and those from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<[&'a EventSettings; 2]>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<&'a str>,
}

impl BoxOffice {
    /// Shows every change to `see`, in the order of the ledger; with a `buyer`, only those of sales that are in that name,
    /// as [`BoxOffice::sales`] has it, or were before that change. `see` may break the list off.
    ///
    /// The ledger is read twice, in constant memory but for the sales that were changed, and verified before the first change
    /// is shown. Takes no lock.
    ///
    /// # Errors
    /// As for [`BoxOffice::sales`].
    pub fn changes(
        &self,
        buyer: Option<&str>,
        see: &mut dyn FnMut(&Changed<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        let wanted = buyer.map(WantedName::named);
        let mut past = Past {
            changed: self.changed_ids()?,
            ..Past::default()
        };
        self.store.scan(Scan::All, &mut |Line { record, .. }| {
            let is_change = matches!(
                record.op,
                Op::Cancel | Op::Rename | Op::Adjust | Op::Set | Op::Close | Op::Reopen
            );
            // The settings that an event is made with are no change.
            let is_first = record.op == Op::Set && record.seq == 2;
            let mut goes_on = ControlFlow::Continue(());
            if is_change && !is_first {
                let change = past.change(record);
                let mut names = change.buyer.iter().chain(&change.was);
                let is_of = |wanted: &WantedName| names.any(|name| wanted.is(name));
                if wanted.as_ref().is_none_or(is_of) {
                    goes_on = see(&change);
                }
            }
            past.note(record);
            goes_on
        })
    }

    /// The sales of which something was cancelled, or that have another name. Verifies the ledger on the way.
    fn changed_ids(&self) -> Result<HashSet<String>> {
        let mut ids = HashSet::new();
        for op in [Op::Cancel, Op::Rename] {
            self.store
                .scan(Scan::Only(op), &mut |Line { record, .. }| {
                    ids.extend(record.reference.as_deref().map(str::to_owned));
                    ControlFlow::Continue(())
                })?;
        }
        Ok(ids)
    }
}

/// What a change has to be told with, as it was before.
#[derive(Default)]
struct Past {
    /// The sales whose buyers are noted.
    changed: HashSet<String>,
    buyers: HashMap<String, String>,
    settings: EventSettings,
}

impl Past {
    fn note(&mut self, record: &Record<'_>) {
        let id = record.id.as_deref().or(record.reference.as_deref());
        match (record.op, record.buyer.as_deref(), id) {
            (Op::Sell | Op::Hold | Op::Rename, Some(buyer), Some(id))
                if self.changed.contains(id) =>
            {
                self.buyers.insert(id.to_owned(), buyer.to_owned());
            }
            (Op::Set, ..) => {
                if let Some(settings) = &record.event {
                    self.settings.clone_from(settings);
                }
            }
            _ => {}
        }
    }

    fn change<'a>(&'a self, record: &'a Record<'_>) -> Changed<'a> {
        let sale = record.reference.as_deref();
        let before = sale.and_then(|id| self.buyers.get(id).map(String::as_str));
        Changed {
            at: &record.at,
            change: record.op.name(),
            quantity: record.quantity,
            left: record.left,
            sale,
            buyer: record.buyer.as_deref().or(before),
            was: before.filter(|_| record.op == Op::Rename),
            settings: record.event.as_deref().map(|event| [&self.settings, event]),
            reason: record.reason.as_deref(),
            by: record.by.as_deref(),
        }
    }
}
