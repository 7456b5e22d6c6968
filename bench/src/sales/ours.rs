//! The library itself, as any program would use it.

use std::fs;
use std::path::{Path, PathBuf};

use tickets::BoxOffice;
use tickets::office::{Durability, Order, Unobserved};

use super::store::{BUYER, Books, OpenStore, Promise, STOCK};
use crate::Result;

/// What begins a sale's line on the ledger, or stands in it.
const SALE: &str = r#""op":"sell""#;

/// The order that is given again and again: the one place that knows how a promise is asked for.
pub(crate) fn order(promise: Promise) -> Order<'static> {
    let durable = Order::new(BUYER, 1);
    match promise {
        Promise::Durable => durable,
        Promise::Process => durable.durability(Durability::Process),
    }
}

/// An office and what is ordered there.
pub(crate) struct Ours {
    office: BoxOffice,
    order: Order<'static>,
}

impl Ours {
    /// Opens the event in the given directory.
    pub(crate) fn open(directory: &Path, promise: Promise) -> Result<Self> {
        Ok(Self {
            office: BoxOffice::at(count(directory)).map_err(|error| problem(&error))?,
            order: order(promise),
        })
    }
}

impl OpenStore for Ours {
    fn sell(&mut self) -> Result<()> {
        let sale = self.office.purchase(&self.order, &mut Unobserved);
        match sale.map_err(|error| problem(&error))?.unpublished {
            None => Ok(()),
            Some(error) => Err(format!("a sale is not published: {error}")),
        }
    }
}

/// A new event with the stock.
pub(crate) fn create(directory: &Path) -> Result<()> {
    write_event(&count(directory), STOCK)
}

/// What the event says, and how many sales its ledger holds: the one must not be had from the other.
pub(crate) fn books(directory: &Path) -> Result<Books> {
    let path = count(directory);
    let office = BoxOffice::at(&path).map_err(|error| problem(&error))?;
    let count = office.query().map_err(|error| problem(&error))?;
    let path = path.with_extension("ledger.jsonl");
    let ledger = fs::read_to_string(&path)
        .map_err(|error| format!("could not read {}: {error}", path.display()))?;
    let recorded = ledger.lines().filter(|line| line.contains(SALE)).count() as u64;
    if recorded != count.sold {
        let sold = count.sold;
        return Err(format!("{sold} sold, but {recorded} on the ledger"));
    }
    Ok(Books {
        recorded,
        left: count.left,
    })
}

/// Writes the file of an event that nothing was sold of yet.
pub(crate) fn write_event(path: &Path, stock: u64) -> Result<()> {
    fs::write(path, format!("{{\"ticket\": {stock}}}\n"))
        .map_err(|error| format!("could not write {}: {error}", path.display()))
}

fn count(directory: &Path) -> PathBuf {
    directory.join("tickets.json")
}

/// What the library says, in one line.
pub(crate) fn problem(error: &tickets::Error) -> String {
    format!("tickets: {error}")
}
