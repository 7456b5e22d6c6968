//! Sales for people.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ColumnConstraint, Table, presets};
use jiff::tz::TimeZone;

use super::super::clock::local;
use super::list::{SaleList, Total};
use crate::office::Sold;
use crate::plural::count;
use crate::{Result, shown};

/// The column that is there only where a sale has a note.
const NOTE: usize = 6;

pub(super) fn write(
    list: &SaleList<'_>,
    out: &mut dyn Write,
    quiet: bool,
) -> Result<io::Result<Total>> {
    let mut table = table();
    let zone = TimeZone::system();
    let mut has_note = false;
    let shown = list.show(&mut |sale| {
        has_note |= sale.note.is_some();
        table.add_row(row(sale, &zone));
        Ok(())
    })?;
    if let (Some(notes), false) = (table.column_mut(NOTE), has_note) {
        notes.set_constraint(ColumnConstraint::Hidden);
    }
    Ok(shown.and_then(|total| {
        if total.sales == 0 {
            writeln!(out, "no sales")?;
            return Ok(total);
        }
        for line in table.lines().filter(|_| total.shown > 0) {
            writeln!(out, "{}", line.trim_end())?;
        }
        if !quiet {
            writeln!(out, "{}", in_words(&total))?;
        }
        Ok(total)
    }))
}

/// What they come to: `2 sales: 3 tickets, 1 cancelled, 2 valid`.
fn in_words(total: &Total) -> String {
    let sales = count(total.sales, "sale");
    let tickets = count(total.quantity, "ticket");
    let cancelled = match total.cancelled {
        0 => String::new(),
        cancelled => format!(", {cancelled} cancelled, {} valid", total.valid),
    };
    let shown = match total.shown {
        all if all == total.sales => String::new(),
        0 => "; none is shown".to_owned(),
        1 => "; the last one is shown".to_owned(),
        last => format!("; the last {last} are shown"),
    };
    format!("{sales}: {tickets}{cancelled}{shown}")
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["id", "at", "quantity", "cancelled", "buyer", "key", "note"]);
    for column in [2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn row(sale: &Sold<'_>, zone: &TimeZone) -> [String; 7] {
    let buyer = match sale.rush {
        Some(rush) => format!("{} (rush {})", shown(sale.buyer), shown(rush)),
        None => shown(sale.buyer),
    };
    [
        shown(sale.id),
        local(sale.at, zone),
        sale.quantity.to_string(),
        match sale.cancelled {
            0 => String::new(),
            cancelled => cancelled.to_string(),
        },
        buyer,
        shown(sale.key.unwrap_or_default()),
        shown(sale.note.unwrap_or_default()),
    ]
}
