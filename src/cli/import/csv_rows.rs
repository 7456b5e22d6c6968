//! Rows of CSV: below a header that names the columns, between commas, semicolons or tabs.

use super::cell_count::wrong_cells;
use super::column_names::says_how_many;
use super::header::{BadHeader, Columns};
use super::not_valid::not_valid;
use super::own_list::{as_sold, may_be_one, names_sales};
use super::passed_over::{self, Heading, PassedOver};
use super::quotes::{Unclosed, unclosed};
use super::row::{Read, Row, RowFlaw, RowText, one};
use super::separator::{known, separator, stated};
use super::sold_here::ids;
use super::title::of_another_line;

/// Reads them all: rows, rows with a cell that makes no sense, and lines that are no rows. `ignore`: columns of other
/// names are passed over.
///
/// # Errors
/// In which line the header makes no sense, and so nothing behind it does.
pub(super) fn read(text: &str, ignore: bool) -> Result<Read, (u64, BadHeader)> {
    let (stated, text) = stated(text).map_or((None, text), |(stated, text)| (Some(stated), text));
    let separator = match stated {
        Some(stated) => known(stated).ok_or_else(|| (1, unknown(stated)))?,
        None => separator(text),
    };
    let open = unclosed(text, separator);
    // What stands behind such a quote is read as nothing.
    let sound = open.as_ref().map_or(text.len(), |open| open.row);
    let text = text.get(..sound).unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let bad = |line, why: String| {
        let hint = "the first line names the columns".to_owned();
        (line, BadHeader { why, hint })
    };
    if let Some(open) = open.as_ref().filter(|_| text.trim().is_empty()) {
        return Err(bad(open.line, never_closed()));
    }
    if stated.is_none() && text.trim().is_empty() {
        return Err(bad(1, "is empty: it has no header, and no row".to_owned()));
    }
    let header = reader.headers();
    let header = header.map_err(|error| bad(1, error.to_string()))?;
    let first = place(text, header.position()).0.max(1);
    let columns = Columns::of(header, separator, ignore);
    let columns = columns.map_err(|bad| (first, of_another_line(bad, text, first)))?;
    let mut passed = Passed::of(&columns, header);
    let mut read = Read {
        separator: Some(separator),
        before_header: stated.map_or_else(String::new, |stated| format!("sep={stated}\n")),
        ..Read::default()
    };
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {
                passed.see(&record);
                add(&mut read, (&record, &columns), &passed, text);
            }
            Ok(false) => break,
            Err(error) => {
                let (line, why) = (reader.position().line(), error.to_string());
                read.flaws.push(RowFlaw { line, why });
                break;
            }
        }
    }
    if let Some(Unclosed { line, .. }) = open {
        let why = never_closed();
        read.flaws.push(RowFlaw { line, why });
    }
    read.passed_over = passed.columns.headings();
    read.has_quantity = columns.has_quantity();
    match passed.columns.perhaps_quantity() {
        Some(column) if !columns.has_quantity() => {
            Err((first, passed_over::refused("column", column)))
        }
        _ => Ok(read),
    }
}

/// What is wrong with a list that says it has this between its cells.
fn unknown(stated: &str) -> BadHeader {
    BadHeader {
        why: format!("says by \"sep=\" that {stated:?} stands between cells"),
        hint: "cells stand between commas, semicolons or tabs: save it so".to_owned(),
    }
}

/// The columns that are passed over, each with its place and its name.
struct Passed {
    places: Vec<(usize, Heading)>,
    columns: PassedOver,
    may_be_own_list: bool,
}

impl Passed {
    fn of(columns: &Columns, header: &csv::StringRecord) -> Self {
        let ignored = columns.ignored().iter();
        let places = ignored.map(|at| (*at, Heading::of(header, *at)));
        let mut passed = Self {
            places: places.collect(),
            columns: PassedOver::default(),
            may_be_own_list: may_be_one(header),
        };
        for (_, heading) in &passed.places {
            passed.columns.name(heading);
        }
        passed
    }

    fn see(&mut self, record: &csv::StringRecord) {
        for (at, heading) in &self.places {
            let cell = record.get(*at).unwrap_or_default();
            self.columns.see(heading, cell);
        }
    }

    /// The cells of this record that are passed over, each with the name of its column.
    fn cells<'r>(
        &'r self,
        record: &'r csv::StringRecord,
    ) -> impl Iterator<Item = (&'r str, &'r str)> {
        let cells = self.places.iter();
        cells.map(|(at, heading)| (heading.name(), record.get(*at).unwrap_or_default()))
    }

    /// The first of them whose name says how many, and that has something in this record: with what it has.
    fn how_many<'r>(&'r self, record: &'r csv::StringRecord) -> Option<(&'r str, &'r str)> {
        self.cells(record)
            .find(|(name, cell)| !cell.is_empty() && says_how_many(name))
    }
}

/// Adds what stands in this record of the text: a row, what is none, or nothing. What is passed over may say that it is none.
fn add(
    read: &mut Read,
    (record, columns): (&csv::StringRecord, &Columns),
    passed: &Passed,
    text: &str,
) {
    let (line, start) = place(text, record.position());
    if is_empty(record, text.get(start..).unwrap_or_default()) {
        return;
    }
    let more = || perhaps_open(record);
    if let Some(why) = wrong_cells(record, columns, read.separator) {
        let why = format!("{why}{}", more());
        read.flaws.push(RowFlaw { line, why });
        return;
    }
    let cells = columns.cells(record);
    let named = passed.cells(record);
    let sale_ids: Vec<String> = named.flat_map(|(name, cell)| ids(name, cell)).collect();
    let read_back = if passed.may_be_own_list && names_sales(&sale_ids) {
        as_sold(cells)
    } else {
        cells.map(str::to_owned)
    };
    let cells = read_back.each_ref().map(String::as_str);
    let [buyer, quantity, key, note] = cells;
    if let Some((said, why)) = not_valid("column", quantity, passed.cells(record)) {
        // Written down so that it is refused until it is corrected.
        let quantity = if quantity.is_empty() { "1" } else { quantity };
        let written = [buyer, &format!("{quantity} ({said})"), key, note].map(str::to_owned);
        return read.add(line, Err(why), || RowText::Cells(written));
    }
    let other = passed.how_many(record);
    if let Some((name, many)) = other.filter(|(_, many)| quantity.is_empty() && *many != "1") {
        // Written down so that it is refused until it is corrected: without that column it would be one ticket.
        let written = [buyer, &format!("{many}?"), key, note].map(str::to_owned);
        let why = passed_over::says_otherwise("column", name, many);
        return read.add(line, Err(why), || RowText::Cells(written));
    }
    let row = row(cells, line).map(|row| Row { sale_ids, ..row });
    let row = row.map_err(|why| format!("{why}{}", more()));
    read.add(line, row, || RowText::Cells(cells.map(str::to_owned)));
}

fn never_closed() -> String {
    "a double quote opens a cell here, and none closes it: what stands behind it cannot be told apart".to_owned()
}

/// Whether nothing stands in any cell, so that it is an empty line. A single cell of quotes is none.
fn is_empty(record: &csv::StringRecord, text: &str) -> bool {
    let is_quoted = || text.lines().next().is_some_and(|line| line.contains('"'));
    record.iter().all(str::is_empty) && (record.len() > 1 || !is_quoted())
}

/// What is said besides of a row that makes no sense, where a cell of it goes on in the next line.
fn perhaps_open(record: &csv::StringRecord) -> String {
    let mut cells = record.iter().enumerate();
    let long = cells.find(|(_, cell)| cell.contains(['\n', '\r']));
    long.map_or_else(String::new, |(at, cell)| {
        let lines = cell.lines().count();
        let at = at + 1;
        format!("; between double quotes its cell {at} goes on over {lines} lines: is one of them missing?")
    })
}

/// The row of these cells. The error says which of them makes no sense.
fn row([buyer, quantity, key, note]: [&str; 4], line: u64) -> Result<Row, String> {
    let text = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
    let quantity = match quantity {
        "" => one(),
        text => text
            .parse()
            .map_err(|_| format!("its quantity is {text:?}, not a whole number from 1 on"))?,
    };
    let row = Row {
        buyer: buyer.to_owned(),
        quantity,
        key: text(key),
        note: text(note),
        line,
        before: 0,
        has_key: false,
        sale_ids: Vec::new(),
    };
    row.check()?;
    Ok(row)
}

/// In which line a record begins, and at which byte: its position is that of the blank lines before it, which are
/// passed over.
fn place(text: &str, position: Option<&csv::Position>) -> (u64, usize) {
    let Some(position) = position else {
        return (0, 0);
    };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| b"\r\n".contains(byte));
    let newlines = blank.clone().filter(|byte| **byte == b'\n').count();
    (position.line() + newlines as u64, start + blank.count())
}
