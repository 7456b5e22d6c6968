//! Sales of imported lists that rows of a list equal: in the buyer as people compare names, the quantity and the note.
//!
//! Invariant: each sale stands for one row only.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::list::{is_made, key_of};
use super::row::{Read, Row};
use crate::office::{Sold, without_case};
use crate::{BoxOffice, Result};

/// So many equal rows that a list may have had besides are looked for.
pub(super) const EQUAL: u64 = 8;

/// A valid sale of a row of a list.
#[derive(Debug, Clone)]
pub(super) struct EqualSale {
    pub(super) key: String,
    /// The name that it was sold in.
    pub(super) buyer: String,
    pub(super) quantity: u64,
    pub(super) note: Option<String>,
}

/// By what a sale is found: those that were never corrected are taken first, then those that were given this name, or of which so
/// many are valid since some were cancelled, then those that had this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Found {
    Unchanged,
    Corrected,
    Former,
}

/// What the ledger has of a list's rows.
pub(super) struct EqualSales {
    /// The ids of the sales of these very rows, by their keys.
    own: HashMap<String, String>,
    others: Vec<EqualSale>,
    /// Which of the others have these cells.
    places: HashMap<(String, Found), Vec<usize>>,
}

/// The rows of a list that are known by their cells, each with its place: all but those with a key of their own. One that was refused
/// of another list has none.
pub(super) fn compared(list: &Read) -> Vec<(usize, &Row)> {
    let rows = list.rows.iter().enumerate();
    let is_compared = |row: &Row| !row.has_key || row.key.as_deref().is_some_and(is_made);
    rows.filter(|(_, row)| is_compared(row)).collect()
}

impl EqualSales {
    /// Of these rows. `besides`: sales of this batch are left out, those of rows that it has no more.
    pub(super) fn read(
        office: &BoxOffice,
        rows: &[(usize, &Row)],
        besides: Option<&str>,
    ) -> Result<Self> {
        let own: HashSet<&str> = rows
            .iter()
            .filter_map(|(_, row)| row.key.as_deref())
            .collect();
        let mut wanted: HashMap<String, u64> = HashMap::new();
        for (_, row) in rows {
            let before = wanted.entry(cells_of(row)).or_default();
            *before = row.before.max(*before);
        }
        let mut found = Self {
            own: HashMap::new(),
            others: Vec::new(),
            places: HashMap::new(),
        };
        office.sales(None, &mut |sale| {
            match sale.key {
                Some(key) if own.contains(key) => {
                    found.own.insert(key.to_owned(), sale.id.to_owned());
                }
                Some(key) if is_made(key) && sale.valid > 0 => {
                    found.add((key, sale), &wanted, besides);
                }
                _ => {}
            }
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    fn add(
        &mut self,
        (key, sale): (&str, &Sold<'_>),
        wanted: &HashMap<String, u64>,
        besides: Option<&str>,
    ) {
        let sold = |buyer: &str| cells(buyer, sale.quantity, sale.note);
        let mut places = match sale.was {
            None => vec![(sold(sale.buyer), Found::Unchanged)],
            Some(was) => vec![
                (sold(sale.buyer), Found::Corrected),
                (sold(was), Found::Former),
            ],
        };
        if sale.valid != sale.quantity {
            // As it is since some of it was cancelled.
            let left = |buyer: &str| cells(buyer, sale.valid, sale.note);
            places.push((left(sale.buyer), Found::Corrected));
            places.extend(sale.was.map(|was| (left(was), Found::Former)));
        }
        let before = places.iter().filter_map(|(cells, _)| wanted.get(cells));
        let Some(before) = before.max() else {
            return;
        };
        let buyer = sale.was.unwrap_or(sale.buyer);
        let is_of = |batch: &str| {
            let mut befores = 0..before.saturating_add(EQUAL);
            befores.any(|before| key_of(batch, (buyer, sale.quantity, sale.note), before) == key)
        };
        if besides.is_some_and(is_of) {
            return;
        }
        for place in places {
            self.places
                .entry(place)
                .or_default()
                .push(self.others.len());
        }
        self.others.push(EqualSale {
            key: key.to_owned(),
            buyer: buyer.to_owned(),
            quantity: sale.quantity,
            note: sale.note.map(str::to_owned),
        });
    }

    /// The id of the sale of this very row.
    pub(super) fn id_of(&self, row: &Row) -> Option<&str> {
        self.own.get(row.key.as_deref()?).map(String::as_str)
    }

    /// Whether it is not sold as it is.
    pub(super) fn is_new(&self, row: &Row) -> bool {
        self.id_of(row).is_none()
    }

    /// Those of the rows for which `is_meant` that equal sales of other rows, each with its place and such a sale. Rows of the
    /// batch that stood before a refused one, and do not stand here, account for a sale each: by it they were sold.
    pub(super) fn of<'r>(
        &self,
        rows: &[(usize, &'r Row)],
        is_meant: impl Fn(&Row) -> bool,
    ) -> Vec<(usize, &'r Row, &EqualSale)> {
        let mut asked = Vec::new();
        let mut counted: HashMap<(&str, u64, Option<&str>), u64> = HashMap::new();
        for (place, row) in rows {
            let known = (&*row.buyer, row.quantity, row.note.as_deref());
            let counted = counted.entry(known).or_default();
            let elsewhere = row
                .before
                .saturating_sub(*counted)
                .min(self.others.len() as u64);
            *counted = row.before.saturating_add(1);
            let cells = cells_of(row);
            asked.extend((0..elsewhere).map(|_| (None, cells.clone(), None)));
            if is_meant(row) {
                asked.push((Some((*place, *row)), cells, None));
            }
        }
        let mut places = self.places.clone();
        let mut free = vec![true; self.others.len()];
        let mut take = |place: &(String, Found)| {
            let places = places.get_mut(place)?;
            let at = std::iter::from_fn(|| places.pop()).find(|at| free.get(*at) == Some(&true))?;
            *free.get_mut(at)? = false;
            self.others.get(at)
        };
        for found in [Found::Unchanged, Found::Corrected, Found::Former] {
            for (_, cells, sale) in asked.iter_mut().filter(|(.., sale)| sale.is_none()) {
                *sale = take(&(cells.clone(), found));
            }
        }
        let equal = asked.into_iter().filter_map(|(row, _, sale)| {
            let (place, row) = row?;
            Some((place, row, sale?))
        });
        equal.collect()
    }
}

fn cells_of(row: &Row) -> String {
    cells(&row.buyer, row.quantity, row.note.as_deref())
}

fn cells(buyer: &str, quantity: u64, note: Option<&str>) -> String {
    let note = note.filter(|note| !note.is_empty());
    key_of("", (&without_case(buyer), quantity, note), 0)
}
