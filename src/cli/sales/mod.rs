//! `tickets sales`: who has bought, and what was changed since, as a table, JSON or CSV.
//!
//! Knows sales; knows nothing of ledger lines.

mod change_list;
mod changes;
mod csv;
mod held;
mod list;
mod somebody;
mod table;

use std::io::{self, Write};
use std::path::Path;

use super::args::{Format, SalesArgs};
use super::json;
use super::left::left_out;
use super::screen::Screen;
use crate::{BoxOffice, Error, Kind, Result};
use list::{SaleList, Total};
use somebody::Listed;

pub(super) fn sales(file: &Path, arguments: &SalesArgs, screen: &Screen) -> Result<u8> {
    let format = format(arguments, screen)?;
    let office = BoxOffice::at(file)?;
    if arguments.changes {
        let found = changes::write(&office, arguments, format, screen)?;
        if let Some(name) = &arguments.name {
            somebody::notes(&office, name, (found, Listed::Changes), screen)?;
        }
        return Ok(0);
    }
    if arguments.held {
        return held(&office, (arguments, format), screen);
    }
    let list = SaleList::of(&office, arguments);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = match format {
        Format::Table => table::write(&list, &mut out, screen.quiet),
        Format::Json => as_json(&list, &mut out),
        Format::Jsonl => list.show(&mut |sale| {
            json::write(&mut out, sale)?;
            out.write_all(b"\n")
        }),
        Format::Csv => csv::write(&list, &mut out, arguments),
    }?;
    let found = written.as_ref().map_or(1, |total| total.sales);
    screen.written(written.and_then(|_| out.flush()));
    match &arguments.name {
        Some(name) => somebody::notes(&office, name, (found, Listed::Sales), screen)?,
        None if screen.json => {}
        None => screen.notes(&left_out(&office, "these are sales", screen)?),
    }
    Ok(0)
}

fn held(office: &BoxOffice, what: (&SalesArgs, Format), screen: &Screen) -> Result<u8> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = held::write(office, what, (&mut out, screen.quiet))?;
    let found = *written.as_ref().unwrap_or(&1);
    screen.written(written.and_then(|_| out.flush()));
    if let Some(name) = &what.0.name {
        somebody::notes(office, name, (found, Listed::Holds), screen)?;
    }
    Ok(0)
}

/// How they are written. What means nothing there is not ignored.
fn format(arguments: &SalesArgs, screen: &Screen) -> Result<Format> {
    let format = match (arguments.format, screen.json) {
        (None | Some(Format::Json), true) => Format::Json,
        (Some(_), true) => {
            return Err(usage(
                "--json prints one JSON document: leave --format away",
            ));
        }
        (format, false) => format.unwrap_or(Format::Table),
    };
    let of_csv = [
        ("--raw", arguments.raw),
        ("--bom", arguments.bom),
        ("--separator", arguments.separator.is_some()),
    ];
    match of_csv.iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) if !matches!(format, Format::Csv) => {
            Err(usage(&format!("{option} is for --format csv")))
        }
        _ => Ok(format),
    }
}

fn usage(message: &str) -> Error {
    Error::new(Kind::Usage, message).hint("see 'tickets sales --help'")
}

/// `{"ok":true,"command":"sales","sales":[…],"total":{…}}`, a sale at a time.
fn as_json(list: &SaleList<'_>, out: &mut dyn Write) -> Result<io::Result<Total>> {
    const OPENING: &[u8] = b"{\"ok\":true,\"command\":\"sales\",\"sales\":[";
    let mut before = OPENING;
    let shown = list.show(&mut |sale| {
        out.write_all(std::mem::replace(&mut before, b","))?;
        json::write(&mut *out, sale)
    })?;
    let opening = if before == OPENING { OPENING } else { b"" };
    Ok(shown.and_then(|total: Total| {
        out.write_all(opening)?;
        out.write_all(b"],\"total\":")?;
        json::write(&mut *out, &total)?;
        out.write_all(b"}\n")?;
        Ok(total)
    }))
}
