//! Rows that are taken for sold: they equal sales of lists.

use std::path::Path;

use super::equal_sales::{EqualSales, compared};
use super::row::Read;
use crate::{BoxOffice, Result};

/// Which rows, by their place in the list, in its order. They are looked up before the lock is taken: who imports an equal row at the
/// same time sells it, too.
///
/// # Errors
/// The ledger cannot be read, or does not add up.
pub(super) fn sold(list: &Read, event: &Path) -> Result<Vec<usize>> {
    let rows = compared(list);
    let sales = EqualSales::read(&BoxOffice::at(event)?, &rows, None)?;
    let equal = sales.of(&rows, |row| sales.is_new(row));
    Ok(equal.into_iter().map(|(place, ..)| place).collect())
}
