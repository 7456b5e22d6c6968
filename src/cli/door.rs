//! `tickets door`: who may come in, to look at, to print, or for a spreadsheet.

use std::io::{self, Write};
use std::path::Path;

use comfy_table::{CellAlignment, ColumnConstraint, Table, presets};
use serde::Serialize;

use super::args::{DoorArgs, DoorFormat};
use super::left::left_out;
use super::screen::Screen;
use crate::guest_list::{self, ENGLISH, GuestListPage, MARK};
use crate::office::Guest;
use crate::plural::count;
use crate::{BoxOffice, Error, Kind, Result, shown};

/// What the list is of.
const LEFT_OUT: &str = "these have bought";

/// The same where there is nobody on it.
const NOBODY: &str = "nobody has bought yet";

pub(super) fn door(file: &Path, arguments: &DoorArgs, screen: &Screen) -> Result<u8> {
    let is_csv = arguments.format == DoorFormat::Csv;
    let of_csv = [
        ("--bom", arguments.bom),
        ("--raw", arguments.raw),
        ("--separator", arguments.separator.is_some()),
    ];
    let given = of_csv.iter().find(|(_, is_given)| *is_given);
    if let Some((option, _)) = given.filter(|_| screen.json || !is_csv) {
        let error = Error::new(Kind::Usage, format!("{option} is for --format csv"));
        return Err(error.hint("see 'tickets door --help'"));
    }
    let office = BoxOffice::at(file)?;
    let guests = office.guests()?;
    let total = guests.iter().map(|guest| guest.quantity).sum();
    let left_out_of = if guests.is_empty() { NOBODY } else { LEFT_OUT };
    let document = DoorDocument {
        ok: true,
        command: "door",
        guests: &guests,
        total,
    };
    if screen.json || arguments.format == DoorFormat::Table {
        screen.result(&document, |out| as_table(out, &guests, total));
        if !screen.json {
            screen.notes(&left_out(&office, left_out_of, screen)?);
        }
        return Ok(0);
    }
    let text = if is_csv {
        let mark = if arguments.bom { MARK } else { "" };
        let separator = arguments.separator.unwrap_or(b',');
        let rows = guest_list::csv(&guests, separator, arguments.raw)?;
        [mark.as_bytes(), &rows].concat()
    } else {
        let settings = office.settings()?.unwrap_or_default();
        let state = office.state()?;
        let page = GuestListPage {
            event: &settings,
            guests: &guests,
            total,
            held: state.held.saturating_add(state.due),
            words: &ENGLISH,
        };
        page.standing_alone().into_bytes()
    };
    screen.bytes(&text);
    screen.notes(&left_out(&office, left_out_of, screen)?);
    Ok(0)
}

fn as_table(out: &mut dyn Write, guests: &[Guest], total: u64) -> io::Result<()> {
    if guests.is_empty() {
        return writeln!(out, "{NOBODY}");
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["buyer", "tickets", "sales", "note"]);
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for guest in guests {
        let ids = shown(&guest.ids.join(" "));
        let (buyer, quantity) = (shown(&guest.buyer), guest.quantity.to_string());
        table.add_row([buyer, quantity, ids, shown(&notes(guest))]);
    }
    let has_note = guests.iter().any(|guest| !guest.notes.is_empty());
    if let (Some(notes), false) = (table.column_mut(3), has_note) {
        notes.set_constraint(ColumnConstraint::Hidden);
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    let (tickets, names) = (count(total, "ticket"), count(guests.len() as u64, "name"));
    writeln!(out, "{tickets} in all, {names}")
}

/// All that was noted of somebody's sales.
fn notes(guest: &Guest) -> String {
    guest.noted().join("; ")
}

#[derive(Serialize)]
struct DoorDocument<'a> {
    ok: bool,
    command: &'static str,
    guests: &'a [Guest],
    total: u64,
}
