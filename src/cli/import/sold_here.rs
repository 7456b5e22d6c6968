//! Rows that name sales of this very ledger in a column that is passed over: a list of sales, or of who may come in, has the
//! ids of its sales, and its rows would be sold once more.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use super::row::{BadRow, Read, Row, RowText};
use crate::{BoxOffice, Result};

/// How such a row is sold all the same.
const WAY_OUT: &str = "such a list is for another event; take the row out, or what stands in that cell to sell it once more";

/// The ids in a cell of a column, or in a member, of this name; none where it is not called so.
pub(super) fn ids(name: &str, cell: &str) -> Vec<String> {
    let is_called_so = ["id", "ids"].map(|it| name.eq_ignore_ascii_case(it));
    if !is_called_so.contains(&true) {
        return Vec::new();
    }
    let words = cell.split(|c: char| !c.is_alphanumeric() && c != '-');
    let ids = words.filter(|word| word.contains('-'));
    ids.map(str::to_owned).collect()
}

/// Takes the rows for none that name a sale which stands on the ledger. One with a key of its own is known by that.
///
/// # Errors
/// The ledger cannot be read, or does not add up.
pub(super) fn refuse(list: &mut Read, event: &Path) -> Result<()> {
    let named = list.rows.iter().filter(|row| !row.has_key);
    let named: HashSet<String> = named.flat_map(|row| row.sale_ids.clone()).collect();
    if named.is_empty() {
        return Ok(());
    }
    let mut stand = HashSet::new();
    BoxOffice::at(event)?.sales(None, &mut |sale| {
        if sale.valid > 0 && named.contains(sale.id) {
            stand.insert(sale.id.to_owned());
        }
        ControlFlow::Continue(())
    })?;
    let (is_csv, rows) = (list.separator.is_some(), std::mem::take(&mut list.rows));
    for row in rows {
        let mut ids = row.sale_ids.iter().filter(|_| !row.has_key);
        match ids.find(|id| stand.contains(*id)) {
            Some(id) => list.bad.push(bad(&row, id, is_csv)),
            None => list.rows.push(row),
        }
    }
    Ok(())
}

/// Such a row, written down so that it is refused until it is corrected.
fn bad(row: &Row, id: &str, is_csv: bool) -> BadRow {
    let (buyer, quantity) = (
        row.buyer.as_str(),
        format!("{} (sold as {id})", row.quantity),
    );
    let note = row.note.as_deref().unwrap_or_default();
    let written = if is_csv {
        RowText::Cells([buyer, &quantity, "", note].map(str::to_owned))
    } else {
        let object = serde_json::json!({"buyer": buyer, "note": row.note, "quantity": quantity});
        RowText::Line(object.to_string())
    };
    BadRow {
        line: row.line,
        why: format!("it is sale {id} of this event, sold already: {WAY_OUT}"),
        written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stand_in_a_column_that_is_called_so() {
        assert_eq!(ids("IDs", "3-054fdx 6-6e6taw"), ["3-054fdx", "6-6e6taw"]);
        assert_eq!(ids("id", "[\"3-054fdx\"]"), ["3-054fdx"]);
        assert_eq!(ids("id", "17"), [""; 0]);
        assert_eq!(ids("note", "3-054fdx"), [""; 0]);
    }
}
