//! Open holds: as a table, or as JSON.

use std::io::{self, Write};
use std::ops::ControlFlow;

use comfy_table::{CellAlignment, Table, presets};

use super::super::clock::here;
use super::super::json;
use crate::plural::count;
use crate::{BoxOffice, Result, shown};

/// Opens the one document.
const OPENING: &[u8] = b"{\"ok\":true,\"command\":\"sales\",\"holds\":[";

/// How many there are. `{"ok":true,"command":"sales","holds":[…],"total":{"holds":1,"quantity":2}}`
pub(super) fn as_json(
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
pub(super) fn as_table(
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
            here(hold.until),
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
