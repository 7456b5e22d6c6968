//! What was changed, with the reasons.

use std::collections::VecDeque;
use std::io::{self, Write};

use comfy_table::{CellAlignment, ColumnConstraint, Table, presets};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::super::args::{Format, SalesArgs};
use super::super::clock::local;
use super::super::json;
use super::super::screen::Screen;
use super::change_list::{ChangeTotal, KeptChange, wanted};
use super::csv::Sheet;
use crate::plural::count;
use crate::{BoxOffice, Result, shown};

/// The names of the columns, in CSV and JSON too.
const COLUMNS: [&str; 9] = [
    "at", "change", "quantity", "left", "sale", "buyer", "reason", "by", "what",
];

/// The last of them: what was set, or which name it was. It is in a table only where it says something.
const WHAT: usize = 8;

#[derive(Serialize)]
struct ChangesDocument<'a> {
    ok: bool,
    command: &'static str,
    changes: &'a VecDeque<KeptChange>,
    total: ChangeTotal,
}

/// Writes them; returns how many there are.
pub(super) fn write(
    office: &BoxOffice,
    arguments: &SalesArgs,
    format: Format,
    screen: &Screen,
) -> Result<u64> {
    let (changes, total) = wanted(office, arguments)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = match format {
        Format::Table => as_table(&changes, &total, &mut out, screen.quiet),
        Format::Json => {
            let document = ChangesDocument {
                ok: true,
                command: "sales",
                changes: &changes,
                total,
            };
            json::write(&mut out, &document).and_then(|()| out.write_all(b"\n"))
        }
        Format::Jsonl => changes.iter().try_for_each(|change| {
            json::write(&mut out, change)?;
            out.write_all(b"\n")
        }),
        Format::Csv => as_csv(&changes, &mut out, arguments),
    };
    screen.written(written.and_then(|()| out.flush()));
    Ok(total.changes)
}

fn as_table(
    changes: &VecDeque<KeptChange>,
    total: &ChangeTotal,
    out: &mut dyn Write,
    quiet: bool,
) -> io::Result<()> {
    if total.changes == 0 {
        return writeln!(out, "no changes");
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(COLUMNS);
    for column in [2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let zone = TimeZone::system();
    for change in changes {
        let text = |text: &Option<String>| shown(text.as_deref().unwrap_or_default());
        table.add_row([
            local(&change.at, &zone),
            change.change.to_owned(),
            change.signed(),
            change.left.to_string(),
            text(&change.sale),
            text(&change.buyer),
            text(&change.reason),
            text(&change.by),
            shown(&change.what),
        ]);
    }
    let is_told = changes.iter().any(|change| !change.what.is_empty());
    if let (Some(what), false) = (table.column_mut(WHAT), is_told) {
        what.set_constraint(ColumnConstraint::Hidden);
    }
    for line in table.lines().filter(|_| !changes.is_empty()) {
        writeln!(out, "{}", line.trim_end())?;
    }
    if quiet {
        return Ok(());
    }
    sum(changes, total, out)
}

/// What they come to: `2 changes: 1 ticket cancelled, the stock adjusted by +5`.
fn sum(changes: &VecDeque<KeptChange>, total: &ChangeTotal, out: &mut dyn Write) -> io::Result<()> {
    let last = shown_of(changes.len() as u64, total.changes);
    writeln!(
        out,
        "{}: {} cancelled, the stock adjusted by {:+}{last}",
        count(total.changes, "change"),
        count(total.cancelled, "ticket"),
        total.adjusted
    )
}

/// How many of all are shown, where that is not all of them.
fn shown_of(shown: u64, all: u64) -> String {
    match shown {
        _ if shown == all => String::new(),
        0 => "; none is shown".to_owned(),
        1 => "; the last one is shown".to_owned(),
        _ => format!("; the last {shown} are shown"),
    }
}

fn as_csv(
    changes: &VecDeque<KeptChange>,
    out: &mut dyn Write,
    arguments: &SalesArgs,
) -> io::Result<()> {
    let mut sheet = Sheet::of(&COLUMNS, out, arguments);
    for change in changes {
        let text = |text: &Option<String>| sheet_text(text.as_deref(), arguments);
        sheet.row(&[
            change.at.clone(),
            change.change.to_owned(),
            change.quantity.to_string(),
            change.left.to_string(),
            text(&change.sale),
            text(&change.buyer),
            text(&change.reason),
            text(&change.by),
            sheet_text(Some(&change.what), arguments),
        ])?;
    }
    sheet.end()
}

fn sheet_text(text: Option<&str>, arguments: &SalesArgs) -> String {
    super::csv::text(text.unwrap_or_default(), arguments)
}
