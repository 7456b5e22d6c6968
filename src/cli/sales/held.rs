//! Open holds, as a table, JSON or CSV.

use std::io::{self, Write};
use std::ops::ControlFlow;

use comfy_table::{CellAlignment, Table, presets};

use super::super::args::{Format, SalesArgs};
use super::super::clock::{here, is_past};
use super::super::json;
use super::csv::{Sheet, text};
use crate::office::OpenHold;
use crate::plural::count;
use crate::{BoxOffice, Result, shown};

const COLUMNS: [&str; 7] = ["id", "at", "until", "quantity", "buyer", "key", "note"];

/// Opens the one document.
const OPENING: &[u8] = b"{\"ok\":true,\"command\":\"sales\",\"holds\":[";

/// Writes them; returns how many there are.
pub(super) fn write(
    office: &BoxOffice,
    (arguments, format): (&SalesArgs, Format),
    (out, quiet): (&mut dyn Write, bool),
) -> Result<io::Result<u64>> {
    let buyer = arguments.name.as_deref();
    match format {
        Format::Table => as_table(office, buyer, (out, quiet)),
        Format::Json => as_json(office, buyer, out),
        Format::Jsonl => each(office, buyer, &mut |hold| {
            json::write(&mut *out, hold)?;
            out.write_all(b"\n")
        }),
        Format::Csv => as_csv(office, arguments, out),
    }
}

/// Each of them, as far as they can be written; returns how many there are.
fn each(
    office: &BoxOffice,
    buyer: Option<&str>,
    write: &mut dyn FnMut(&OpenHold<'_>) -> io::Result<()>,
) -> Result<io::Result<u64>> {
    let (mut written, mut holds) = (Ok(()), 0);
    office.open_holds(buyer, &mut |hold| {
        holds += 1;
        written = write(hold);
        go_on(&written)
    })?;
    Ok(written.map(|()| holds))
}

fn as_csv(
    office: &BoxOffice,
    arguments: &SalesArgs,
    out: &mut dyn Write,
) -> Result<io::Result<u64>> {
    let mut sheet = Sheet::of(&COLUMNS, out, arguments);
    let written = each(office, arguments.name.as_deref(), &mut |hold| {
        sheet.row(&[
            text(hold.id, arguments),
            text(hold.at, arguments),
            text(hold.until, arguments),
            hold.quantity.to_string(),
            text(hold.buyer, arguments),
            text(hold.key.unwrap_or_default(), arguments),
            text(hold.note.unwrap_or_default(), arguments),
        ])
    })?;
    Ok(written.and_then(|holds| sheet.end().map(|()| holds)))
}

/// How many there are. `{"ok":true,"command":"sales","holds":[…],"total":{"holds":1,"quantity":2}}`
fn as_json(
    office: &BoxOffice,
    buyer: Option<&str>,
    out: &mut dyn Write,
) -> Result<io::Result<u64>> {
    let (mut written, mut total) = (Ok(()), HeldTotal::default());
    let mut before = OPENING;
    office.open_holds(buyer, &mut |hold| {
        total.add(hold.quantity);
        written = out
            .write_all(std::mem::replace(&mut before, b","))
            .and_then(|()| json::write(&mut *out, hold));
        go_on(&written)
    })?;
    let opening = if before == OPENING { OPENING } else { b"" };
    Ok(written.and_then(|()| {
        out.write_all(opening)?;
        let HeldTotal { holds, quantity } = total;
        writeln!(
            out,
            "],\"total\":{{\"holds\":{holds},\"quantity\":{quantity}}}}}"
        )?;
        Ok(holds)
    }))
}

/// How many there are.
fn as_table(
    office: &BoxOffice,
    buyer: Option<&str>,
    (out, quiet): (&mut dyn Write, bool),
) -> Result<io::Result<u64>> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["id", "until", "quantity", "buyer", "note"]);
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut total = HeldTotal::default();
    office.open_holds(buyer, &mut |hold| {
        total.add(hold.quantity);
        table.add_row([
            shown(hold.id),
            until(hold.until),
            hold.quantity.to_string(),
            shown(hold.buyer),
            shown(hold.note.unwrap_or_default()),
        ]);
        ControlFlow::Continue(())
    })?;
    let mut write = || {
        if total.holds == 0 {
            return writeln!(out, "nothing is held");
        }
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        if quiet {
            return Ok(());
        }
        let (holds, tickets) = (count(total.holds, "hold"), count(total.quantity, "ticket"));
        writeln!(out, "{holds}: {tickets}")
    };
    Ok(write().map(|()| total.holds))
}

/// Past that time it ends when somebody needs its tickets.
fn until(at: &str) -> String {
    let due = if is_past(at) { ", due" } else { "" };
    here(at) + due
}

#[derive(Default)]
struct HeldTotal {
    holds: u64,
    quantity: u64,
}

impl HeldTotal {
    fn add(&mut self, quantity: u64) {
        self.holds += 1;
        self.quantity = self.quantity.saturating_add(quantity);
    }
}

fn go_on(written: &io::Result<()>) -> ControlFlow<()> {
    match written {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    }
}
