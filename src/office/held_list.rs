//! The list of open holds.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use serde::Serialize;

use super::BoxOffice;
use super::name::WantedName;
use crate::error::Result;
use crate::ledger::Op;
use crate::store::Scan;

/// A hold that is open, as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenHold<'a> {
    /// Its id.
    pub id: &'a str,
    /// When it was written, RFC 3339 in UTC.
    pub at: &'a str,
    /// For whom, by the name of today.
    pub buyer: &'a str,
    /// How many.
    pub quantity: u64,
    /// Until when, RFC 3339 in UTC. Past that, it ends when somebody needs its tickets.
    pub until: &'a str,
    /// The idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<&'a str>,
    /// What the seller noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'a str>,
}

impl BoxOffice {
    /// Shows every open hold to `see`, in the order of the ledger; with a `buyer`, only that one's, as
    /// [`BoxOffice::sales`] does. Takes no lock.
    ///
    /// # Errors
    /// [`Kind::Integrity`](crate::Kind::Integrity) when the count and the ledger do not add up: then none is shown.
    pub fn open_holds(
        &self,
        buyer: Option<&str>,
        see: &mut dyn FnMut(&OpenHold<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        let wanted = buyer.map(WantedName::named);
        let (mut ended, mut renamed) = (HashSet::new(), HashMap::new());
        for op in [Op::Confirm, Op::Release, Op::Expire, Op::Rename] {
            self.store.scan(Scan::Only(op), &mut |line| {
                let id = line.record.reference.as_deref().unwrap_or_default();
                match (op, line.record.buyer.as_deref()) {
                    (Op::Rename, Some(buyer)) => {
                        renamed.insert(id.to_owned(), buyer.to_owned());
                    }
                    _ => drop(ended.insert(id.to_owned())),
                }
                ControlFlow::Continue(())
            })?;
        }
        self.store.scan(Scan::Only(Op::Hold), &mut |line| {
            let record = &line.record;
            let id = record.id.as_deref().unwrap_or_default();
            if ended.contains(id) {
                return ControlFlow::Continue(());
            }
            let today = renamed.get(id).map(String::as_str);
            let buyer = today.or(record.buyer.as_deref()).unwrap_or_default();
            if wanted.as_ref().is_some_and(|wanted| !wanted.is(buyer)) {
                return ControlFlow::Continue(());
            }
            see(&OpenHold {
                id,
                at: &record.at,
                buyer,
                quantity: record.quantity.unsigned_abs(),
                until: record.until.as_deref().unwrap_or_default(),
                key: record.key.as_deref(),
                note: record.note.as_deref(),
            })
        })
    }
}
