//! `tickets sales`: who has bought, as a table, JSON or CSV.

mod csv;
mod held;
mod list;
mod table;

use std::io::{self, Write};
use std::path::Path;

use super::args::{Format, SalesArgs};
use super::json;
use super::screen::Screen;
use crate::{BoxOffice, Error, Kind, Result};
use list::{SaleList, Total};

pub(super) fn sales(file: &Path, arguments: &SalesArgs, screen: &Screen) -> Result<u8> {
    let format = if screen.json {
        Format::Json
    } else {
        arguments.format
    };
    refuse_unused(arguments, format)?;
    let office = BoxOffice::at(file)?;
    if arguments.held {
        return held(&office, screen);
    }
    let list = SaleList::of(&office, arguments);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = match format {
        Format::Table => table::write(&list, &mut out, screen.quiet),
        Format::Json => as_json(&list, &mut out),
        Format::Jsonl => list
            .show(&mut |sale| {
                json::write(&mut out, sale)?;
                out.write_all(b"\n")
            })
            .map(|shown| shown.map(drop)),
        Format::Csv => csv::write(&list, &mut out, arguments),
    }?;
    screen.written(written.and_then(|()| out.flush()));
    Ok(0)
}

fn held(office: &BoxOffice, screen: &Screen) -> Result<u8> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = if screen.json {
        held::as_json(office, &mut out)
    } else {
        held::as_table(office, &mut out, screen.quiet)
    }?;
    screen.written(written.and_then(|()| out.flush()));
    Ok(0)
}

/// What is for spreadsheets alone is not ignored elsewhere.
fn refuse_unused(arguments: &SalesArgs, format: Format) -> Result<()> {
    let option = match (arguments.raw, arguments.bom) {
        _ if matches!(format, Format::Csv) => return Ok(()),
        (true, _) => "--raw",
        (_, true) => "--bom",
        (false, false) => return Ok(()),
    };
    let message = format!("{option} is for --format csv");
    Err(Error::new(Kind::Usage, message).hint("see 'tickets sales --help'"))
}

/// `{"ok":true,"command":"sales","sales":[…],"total":{…}}`, a sale at a time.
fn as_json(list: &SaleList<'_>, out: &mut dyn Write) -> Result<io::Result<()>> {
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
        out.write_all(b"}\n")
    }))
}
