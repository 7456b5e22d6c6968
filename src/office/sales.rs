//! The list of sales.

use std::collections::HashMap;
use std::ops::ControlFlow;

use serde::Serialize;

use super::BoxOffice;
use crate::error::{Error, Result};
use crate::ledger::{Line, Op, Record};
use crate::store::file::files::Access;
use crate::store::file::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::lines::{Stretches, line_starting};
use crate::store::file::reading::Rest;
use crate::store::file::search::{Mark, search};

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
    /// How many of these were given back.
    pub cancelled: u64,
    /// The idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<&'a str>,
    /// The run of the rush that bought; a real sale has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rush: Option<&'a str>,
}

impl BoxOffice {
    /// Shows every sale to `see`, in the order of the ledger; with a `buyer`, only that one's. `see`
    /// may break the list off.
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
        let Some(ledger) = open_ledger(&self.files, Access::Read)? else {
            // Whether it is missing rightly.
            return self.query().map(|_| ());
        };
        let reading = self.reread(|reading| reading.sound(&self.files))?;
        // A last line without its newline is counted, as in a query.
        let end = match &reading.rest {
            Rest::Unterminated { with_it } => with_it.bytes,
            _ => reading.tally.bytes,
        };
        let cancelled = self.cancelled(&ledger, end)?;
        let problem = |e| Error::io("read", &self.files.ledger, e);
        let mut stretches = Stretches::new(&ledger.file, 0);
        while let Some(stretch) = stretches.next().map_err(problem)? {
            if stretch.end > end {
                break;
            }
            let Ok(Line { record, .. }) = Line::parse(stretch.bytes, None) else {
                break;
            };
            let wanted = buyer.is_none_or(|buyer| record.buyer.as_deref() == Some(buyer));
            if record.op == Op::Sell && wanted && see(&sold(&record, &cancelled)).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// How many were given back of each sale, by its id. Verifies the ledger on the way.
    fn cancelled(&self, ledger: &LedgerFile, end: u64) -> Result<HashMap<String, u64>> {
        let mut cancelled = HashMap::new();
        let mut see = |line: &Line<'_>, _| {
            if let (Op::Cancel, Some(id)) = (line.record.op, line.record.reference.as_deref()) {
                let sum: &mut u64 = cancelled.entry(id.to_owned()).or_default();
                *sum = sum.saturating_add(line.record.quantity.unsigned_abs());
            }
            None
        };
        let text = "\"op\":\"cancel\"";
        let mut mark = Mark::default();
        search(&self.files, ledger, &mut mark, end, text, &mut see)?;
        if mark.bytes < end {
            let last = line_starting(&ledger.file, mark.bytes);
            let last = last.map_err(|e| Error::io("read", &self.files.ledger, e))?;
            if let Ok(line) = Line::parse(&last, None) {
                see(&line, end);
            }
        }
        Ok(cancelled)
    }
}

fn sold<'a>(record: &'a Record<'_>, cancelled: &HashMap<String, u64>) -> Sold<'a> {
    let id = record.id.as_deref().unwrap_or_default();
    Sold {
        id,
        at: &record.at,
        buyer: record.buyer.as_deref().unwrap_or_default(),
        quantity: record.quantity.unsigned_abs(),
        cancelled: cancelled.get(id).copied().unwrap_or_default(),
        key: record.key.as_deref(),
        rush: record.rush.as_deref(),
    }
}
