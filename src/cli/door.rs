//! `tickets door`: who may come in, to look at, to print, or for a spreadsheet.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::args::{DoorArgs, DoorFormat};
use super::cell::cell;
use super::document::tickets;
use super::screen::Screen;
use crate::office::Guest;
use crate::{BoxOffice, Result, shown};

pub(super) fn door(file: &Path, arguments: &DoorArgs, screen: &Screen) -> Result<u8> {
    let office = BoxOffice::at(file)?;
    let guests = office.guests()?;
    let total = guests.iter().map(|guest| guest.quantity).sum();
    let document = DoorDocument {
        ok: true,
        command: "door",
        guests: &guests,
        total,
    };
    if screen.json || arguments.format == DoorFormat::Table {
        screen.result(&document, |out| as_table(out, &guests, total));
        return Ok(0);
    }
    let text = if arguments.format == DoorFormat::Csv {
        as_csv(&guests)?
    } else {
        let title = office.settings()?.and_then(|settings| settings.title);
        as_html(title.as_deref().unwrap_or("Guest list"), &guests, total).into_bytes()
    };
    screen.bytes(&text);
    Ok(0)
}

fn as_table(out: &mut dyn Write, guests: &[Guest], total: u64) -> io::Result<()> {
    if guests.is_empty() {
        return writeln!(out, "nobody has bought yet");
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["buyer", "tickets", "sales"]);
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for guest in guests {
        let ids = shown(&guest.ids.join(" "));
        table.add_row([shown(&guest.buyer), guest.quantity.to_string(), ids]);
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    let names = match guests.len() {
        1 => "1 name".to_owned(),
        many => format!("{many} names"),
    };
    writeln!(out, "{} in all, {names}", tickets(total))
}

fn as_csv(guests: &[Guest]) -> Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut write = |row: [String; 3]| csv.write_record(row);
    let mut done = write(["buyer", "quantity", "ids"].map(str::to_owned));
    for guest in guests {
        let row = [
            cell(&guest.buyer),
            guest.quantity.to_string(),
            cell(&guest.ids.join(" ")),
        ];
        done = done.and_then(|()| write(row));
    }
    done.map_err(io::Error::from)
        .and_then(|()| {
            csv.into_inner()
                .map_err(|error| io::Error::other(error.to_string()))
        })
        .map_err(|error| crate::Error::io("write", Path::new("the list"), error))
}

/// A page for A4: a box to tick, the name, how many.
fn as_html(title: &str, guests: &[Guest], total: u64) -> String {
    let title = escaped(title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         <h1>{title}</h1>\n<table>\n<thead><tr><th></th><th>Name</th><th class=\"n\">Tickets</th><th>Sale</th></tr></thead>\n<tbody>\n"
    );
    for guest in guests {
        let (name, ids) = (escaped(&guest.buyer), escaped(&guest.ids.join(" ")));
        let quantity = guest.quantity;
        let _ = writeln!(
            page,
            "<tr><td class=\"b\"></td><td>{name}</td><td class=\"n\">{quantity}</td><td class=\"i\">{ids}</td></tr>"
        );
    }
    let _ = write!(
        page,
        "</tbody>\n</table>\n<p>{} in all, {} {}</p>\n</html>\n",
        tickets(total),
        guests.len(),
        if guests.len() == 1 { "name" } else { "names" }
    );
    page
}

const STYLE: &str = "@page{size:A4;margin:15mm}body{font:11pt/1.4 sans-serif;margin:1em;color:#000;background:#fff}\
h1{font-size:16pt;margin:0 0 .5em}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;padding:3pt 6pt;border-bottom:.5pt solid #999;overflow-wrap:anywhere}tr{break-inside:avoid}\
thead{display:table-header-group}.n{text-align:right;white-space:nowrap}.b{width:12pt;min-width:12pt;border:1pt solid #000}\
.i{color:#555;font-size:8pt}";

/// A text as HTML has it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter if crate::steers(letter) => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[derive(Serialize)]
struct DoorDocument<'a> {
    ok: bool,
    command: &'static str,
    guests: &'a [Guest],
    total: u64,
}
