//! Rows that were sold now, and whose buyers have tickets of the same list already: perhaps a row was corrected since.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::list::key_of;
use super::row::{Read, Row};
use crate::office::without_case;
use crate::plural::count;
use crate::{BoxOffice, shown};

/// So many are told at most.
const TOLD: usize = 5;

/// So many equal rows of a list are looked for.
const EQUAL: u64 = 8;

/// A sale of an earlier run of the list, and the row that was sold to the same buyer now.
struct Earlier {
    id: String,
    quantity: u64,
    row: u64,
}

/// What is said of them; `sold`: which rows were sold now. Where it cannot be read, the sales stand all the same, and
/// nothing is said.
pub(super) fn told(
    office: &BoxOffice,
    (list, batch): (&Read, &str),
    sold: &[usize],
) -> Option<String> {
    let rows = sold.iter().filter_map(|at| list.rows.get(*at));
    let rows: HashMap<String, &Row> = rows.map(|row| (without_case(&row.buyer), row)).collect();
    if rows.is_empty() {
        return None;
    }
    let keys = list.rows.iter().filter_map(|row| row.key.as_deref());
    let keys: HashSet<&str> = keys.collect();
    let mut found = Vec::new();
    let read = office.sales(None, &mut |sale| {
        let key = sale.key.filter(|key| !keys.contains(key));
        let is_of_it = |key| {
            // Its key was made with the name that it was sold in.
            let cells = (sale.was.unwrap_or(sale.buyer), sale.quantity, sale.note);
            (0..EQUAL).any(|before| key_of(batch, cells, before) == key)
        };
        if sale.valid > 0
            && let Some(row) = rows.get(&without_case(sale.buyer))
            && key.is_some_and(is_of_it)
        {
            found.push(Earlier {
                id: sale.id.to_owned(),
                quantity: sale.valid,
                row: row.line,
            });
        }
        ControlFlow::Continue(())
    });
    read.ok().filter(|()| !found.is_empty())?;
    Some(in_words(&found, list))
}

fn in_words(found: &[Earlier], list: &Read) -> String {
    let buyer = |line: u64| {
        let row = list.rows.iter().find(|row| row.line == line);
        shown(row.map_or("", |row| &row.buyer))
    };
    let first = found.iter().take(TOLD).map(|it| {
        let tickets = count(it.quantity, "ticket");
        format!(
            "{} (row {}) sale {} of {tickets}",
            buyer(it.row),
            it.row,
            it.id
        )
    });
    let first = first.collect::<Vec<_>>().join(", ");
    let more = match found.len().checked_sub(TOLD) {
        Some(more @ 1..) => format!(" and {more} more"),
        _ => String::new(),
    };
    format!(
        "these had tickets from this list already, and have more now: {first}{more}; where a row was corrected, 'tickets \
         cancel ID' takes the older sale back"
    )
}
