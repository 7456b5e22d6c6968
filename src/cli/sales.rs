//! `tickets sales`: who has bought, as a table, JSON or CSV.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};

use super::args::{Format, SalesArgs};
use super::cell::cell;
use super::json;
use super::screen::Screen;
use crate::office::Sold;
use crate::{BoxOffice, Result, shown};

pub(super) fn sales(file: &Path, arguments: &SalesArgs, screen: &Screen) -> Result<u8> {
    let office = BoxOffice::at(file)?;
    let name = arguments.name.as_deref();
    let format = if screen.json {
        Format::Json
    } else {
        arguments.format
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut list = |see: &mut dyn FnMut(&Sold<'_>) -> io::Result<()>| {
        let mut written = Ok(());
        office.sales(name, &mut |sale| {
            written = see(sale);
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
        Ok(written)
    };
    let written = match format {
        Format::Table => as_table(&mut list, &mut out),
        Format::Json => as_json(&mut list, &mut out),
        Format::Jsonl => list(&mut |sale| {
            json::write(&mut out, sale)?;
            out.write_all(b"\n")
        }),
        Format::Csv => as_csv(&mut list, &mut out),
    }?;
    screen.written(written.and_then(|()| out.flush()));
    Ok(0)
}

/// Lists the sales: the outer error is that they cannot be read, the inner one that they cannot be
/// written.
type List<'a> =
    dyn FnMut(&mut dyn FnMut(&Sold<'_>) -> io::Result<()>) -> Result<io::Result<()>> + 'a;

fn as_table(list: &mut List<'_>, out: &mut dyn Write) -> Result<io::Result<()>> {
    let mut table = table();
    list(&mut |sale| {
        table.add_row(row(sale));
        Ok(())
    })
    .map(|listed| listed.and_then(|()| print_table(out, &table)))
}

/// `{"ok":true,"command":"sales","sales":[…]}`, a sale at a time.
fn as_json(list: &mut List<'_>, out: &mut dyn Write) -> Result<io::Result<()>> {
    const OPENING: &[u8] = b"{\"ok\":true,\"command\":\"sales\",\"sales\":[";
    let mut before = OPENING;
    let listed = list(&mut |sale| {
        out.write_all(std::mem::replace(&mut before, b","))?;
        json::write(&mut *out, sale)
    })?;
    let opening = if before == OPENING { OPENING } else { b"" };
    Ok(listed.and_then(|()| {
        out.write_all(opening)?;
        out.write_all(b"]}\n")
    }))
}

fn as_csv(list: &mut List<'_>, out: &mut dyn Write) -> Result<io::Result<()>> {
    let mut csv = csv::Writer::from_writer(out);
    let columns = ["id", "at", "buyer", "quantity", "cancelled", "key", "rush"];
    let mut header = Some(columns);
    let listed = list(&mut |sale| {
        if let Some(header) = header.take() {
            csv.write_record(header).map_err(plain)?;
        }
        csv.write_record([
            cell(sale.id),
            cell(sale.at),
            cell(sale.buyer),
            sale.quantity.to_string(),
            sale.cancelled.to_string(),
            cell(sale.key.unwrap_or_default()),
            cell(sale.rush.unwrap_or_default()),
        ])
        .map_err(plain)
    })?;
    Ok(listed.and_then(|()| {
        if let Some(header) = header {
            csv.write_record(header).map_err(plain)?;
        }
        csv.flush()
    }))
}

/// What the operating system said, so that a closed pipe is known as one.
fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["sale", "at", "tickets", "given back", "buyer", "key"]);
    for column in [2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn row(sale: &Sold<'_>) -> [String; 6] {
    let buyer = match sale.rush {
        Some(rush) => format!("{} (rush {})", shown(sale.buyer), shown(rush)),
        None => shown(sale.buyer),
    };
    [
        shown(sale.id),
        shown(sale.at),
        sale.quantity.to_string(),
        match sale.cancelled {
            0 => String::new(),
            cancelled => cancelled.to_string(),
        },
        buyer,
        shown(sale.key.unwrap_or_default()),
    ]
}

fn print_table(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    if table.is_empty() {
        return writeln!(out, "no sales");
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
