//! Events with as many sales as are wanted.

use std::fs;
use std::path::{Path, PathBuf};

use tickets::BoxOffice;
use tickets::office::{Order, Unobserved};

use crate::sales::ours::{order, problem, write_event};
use crate::sales::store::{Promise, STOCK};
use crate::scratch::Scratch;
use crate::{Result, note};

/// How many sales there are between two lines that tell how far it is.
const TELL: u64 = 100_000;

/// Three events.
#[derive(Debug)]
pub(crate) struct Events {
    /// One of a single sale: its ledger exists, and that is all.
    pub(crate) empty: PathBuf,
    /// One of a tenth of the sales.
    pub(crate) tenth: PathBuf,
    /// One of all the sales.
    pub(crate) full: PathBuf,
}

impl Events {
    /// Makes them in directories of their own.
    pub(crate) fn grow(scratch: &Scratch, sales: u64) -> Result<Self> {
        let event = |name| -> Result<_> { Ok(scratch.subdirectory(name)?.join("tickets.json")) };
        let events = Self {
            empty: event("empty")?,
            tenth: event("tenth")?,
            full: event("full")?,
        };
        write_event(&events.empty, STOCK)?;
        grow_to(&events.empty, 1)?;
        write_event(&events.full, STOCK)?;
        grow_to(&events.full, sales / 10)?;
        for extension in ["json", "ledger.jsonl"] {
            let from = events.full.with_extension(extension);
            fs::copy(&from, events.tenth.with_extension(extension))
                .map_err(|error| format!("could not copy {}: {error}", from.display()))?;
        }
        grow_to(&events.full, sales)?;
        Ok(events)
    }
}

/// Sells until so many are sold. Only the last sale need be durable: all before it are with it.
pub(crate) fn grow_to(path: &Path, sales: u64) -> Result<()> {
    let durable = order(Promise::Durable);
    let quick = order(Promise::Process);
    let mut office = BoxOffice::at(path).map_err(|error| problem(&error))?;
    let mut sold = sold(path)?;
    while sold < sales {
        sold += 1;
        sell(&mut office, if sold < sales { &quick } else { &durable })?;
        if sold.is_multiple_of(TELL) {
            note(&format!("making a ledger: {sold} of {sales} sales"));
        }
    }
    Ok(())
}

/// One sale.
pub(crate) fn sell(office: &mut BoxOffice, order: &Order<'_>) -> Result<()> {
    let sale = office.purchase(order, &mut Unobserved);
    sale.map(|_| ()).map_err(|error| problem(&error))
}

/// How many are sold.
pub(crate) fn sold(path: &Path) -> Result<u64> {
    let office = BoxOffice::at(path).map_err(|error| problem(&error))?;
    let count = office.query().map_err(|error| problem(&error))?;
    Ok(count.sold)
}

#[cfg(test)]
mod tests {
    use super::{Events, sold};
    use crate::scratch::Scratch;

    #[test]
    fn every_event_has_its_sales() {
        let scratch = Scratch::new().unwrap();
        let events = Events::grow(&scratch, 30).unwrap();
        assert_eq!(sold(&events.empty), Ok(1));
        assert_eq!(sold(&events.tenth), Ok(3));
        assert_eq!(sold(&events.full), Ok(30));
    }
}
