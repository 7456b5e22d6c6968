//! Rows that were sold now, and whose buyers have tickets of the same list already: perhaps a row was corrected since; or which
//! equal sales of a list of another name: perhaps it is the same one.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::list::{IMPORTED, key_of};
use super::notes::named;
use super::row::{Read, Row};
use crate::office::Sold;
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
    let sold = sold.iter().filter_map(|at| list.rows.get(*at));
    let sold: Vec<&Row> = sold.collect();
    let rows = sold.iter().map(|row| (name(&row.buyer), *row));
    let rows: HashMap<String, &Row> = rows.collect();
    if rows.is_empty() {
        return None;
    }
    let keys = list.rows.iter().filter_map(|row| row.key.as_deref());
    let keys: HashSet<&str> = keys.collect();
    let mut found = Vec::new();
    let mut elsewhere = Elsewhere::of(&sold);
    let read = office.sales(None, &mut |sale| {
        elsewhere.take(sale, &keys);
        let key = sale.key.filter(|key| !keys.contains(key));
        let is_of_it = |key| {
            let cells = (sale.buyer, sale.quantity, sale.note);
            (0..EQUAL).any(|before| key_of(batch, cells, before) == key)
        };
        if sale.valid > 0
            && let Some(row) = rows.get(&name(sale.buyer))
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
    read.ok()?;
    if found.is_empty() {
        return elsewhere.told();
    }
    Some(in_words(&found, list))
}

/// The rows that were sold now, and sales that equal them of lists of other names.
struct Elsewhere<'a> {
    rows: &'a [&'a Row],
    /// The rows that equal no such sale so far, by a key of their cells.
    open: HashMap<String, Vec<&'a Row>>,
    equal: Vec<&'a Row>,
    /// What was sold now, by the keys of the rows.
    sold_now: HashMap<String, String>,
}

impl<'a> Elsewhere<'a> {
    fn of(rows: &'a [&'a Row]) -> Self {
        let mut open: HashMap<_, Vec<&'a Row>> = HashMap::new();
        for row in rows.iter().filter(|row| !row.has_key) {
            let cells = (&*row.buyer, row.quantity, row.note.as_deref());
            open.entry(key_of("", cells, 0)).or_default().push(*row);
        }
        let (equal, sold_now) = (Vec::new(), HashMap::new());
        Self {
            rows,
            open,
            equal,
            sold_now,
        }
    }

    fn take(&mut self, sale: &Sold<'_>, keys: &HashSet<&str>) {
        let Some(key) = sale.key else { return };
        if keys.contains(key) {
            self.sold_now.insert(key.to_owned(), sale.id.to_owned());
        } else if key.starts_with(IMPORTED) && sale.valid > 0 {
            let cells = (sale.buyer, sale.quantity, sale.note);
            let open = self.open.get_mut(&key_of("", cells, 0));
            self.equal.extend(open.and_then(Vec::pop));
        }
    }

    /// Where they are most of the rows: it is another list that has some of the same guests.
    fn told(&self) -> Option<String> {
        let (equal, all) = (self.equal.len(), self.rows.len());
        if equal * 2 <= all {
            return None;
        }
        let mut rows = self.equal.clone();
        rows.sort_by_key(|row| row.line);
        let id = |row: &&Row| self.sold_now.get(row.key.as_deref()?).cloned();
        let ids: Vec<String> = rows.iter().take(TOLD).filter_map(id).collect();
        let more = if equal > TOLD { " ..." } else { "" };
        Some(format!(
            "{equal} of these {} equal sales of a list of another name: {}; if it is that list once more, 'tickets cancel ID' \
             takes back what was sold now: {}{more}",
            count(all as u64, "row"),
            named(&rows),
            ids.join(" "),
        ))
    }
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

/// A name as people compare names.
fn name(buyer: &str) -> String {
    let words: Vec<&str> = buyer.split_whitespace().collect();
    words.join(" ").to_lowercase()
}
