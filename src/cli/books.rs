//! `tickets sales` and `tickets audit`: what the ledger says.

use std::io::{self, Write};
use std::ops::ControlFlow;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::args::{Audit as AuditArguments, Cli, Format, Sales};
use super::cell::cell;
use super::json;
use super::screen::{BAD, FAINT, GOOD, Screen};
use tickets::office::{Audit, Sold};
use tickets::{BoxOffice, Kind, Result, shown};

pub(super) fn sales(cli: &Cli, arguments: &Sales, screen: &Screen) -> Result<u8> {
    let office = BoxOffice::at(&cli.file)?;
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

#[derive(Serialize)]
struct AuditDocument<'a> {
    ok: bool,
    command: &'static str,
    #[serde(flatten)]
    audit: &'a Audit,
}

pub(super) fn audit(cli: &Cli, arguments: &AuditArguments, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(&cli.file)?;
    let audit = if arguments.repair {
        office.repair(arguments.wait.limit, arguments.force)?
    } else {
        office.audit()?
    };
    let ok = audit.findings.is_empty();
    let document = AuditDocument {
        ok,
        command: "audit",
        audit: &audit,
    };
    screen.result(&document, |out| {
        for done in &audit.repaired {
            writeln!(out, "{GOOD}repaired{GOOD:#}  {}", shown(done))?;
        }
        for finding in &audit.findings {
            let line = match finding.line {
                0 => String::new(),
                line => format!(":{line}"),
            };
            writeln!(
                out,
                "{BAD}found{BAD:#}  {}{line}: {}",
                shown(&finding.file),
                shown(&finding.text)
            )?;
        }
        for note in &audit.notes {
            writeln!(out, "{FAINT}note{FAINT:#}  {}", shown(note))?;
        }
        if !ok {
            return writeln!(out, "{}", screen.hint(advice(&audit)));
        }
        writeln!(
            out,
            "{GOOD}sound{GOOD:#}  {} lines: every checksum, number, key and cancellation adds up",
            audit.records
        )?;
        writeln!(
            out,
            "{} in all, {} sold, {} left",
            audit.capacity, audit.sold, audit.left
        )
    });
    Ok(if ok { 0 } else { Kind::Integrity.exit_code() })
}

fn advice(audit: &Audit) -> &'static str {
    if audit.is_repairable() {
        "'tickets audit --repair' goes by the ledger and puts this right"
    } else if audit.is_repairable_by_force() {
        "this cannot be repaired without guessing: put the right ledger back, as 'tickets restore DIR' does from a \
         backup; 'tickets audit --repair --force' goes on with what the ledger has, and keeps the count beside"
    } else {
        "this cannot be repaired without guessing: put the right file back, as 'tickets restore DIR' does from a \
         backup, or start afresh with 'tickets reset N --force', which keeps what is there"
    }
}
