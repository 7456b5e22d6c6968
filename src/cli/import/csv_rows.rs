//! Rows of CSV: below a header that names the columns, between commas, semicolons or tabs.

use crate::plural::count;

use super::row::{COLUMNS, Flaw, Read, Row, Written, one};

/// What may stand between two cells.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Reads them all: rows, rows with a cell that makes no sense, and lines that are no rows.
///
/// # Errors
/// The header makes no sense, and so nothing behind it does.
pub(super) fn read(text: &str) -> Result<Read, Flaw> {
    let separator = separator(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let at = |line, why| Flaw { line, why };
    let header = reader.headers().map_err(|error| at(1, error.to_string()))?;
    let columns = columns(header).map_err(|why| at(1, why))?;
    let mut read = Read {
        separator: Some(separator),
        ..Read::default()
    };
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = line_of(text, record.position());
                let cells = columns.map(|at| at.and_then(|at| record.get(at)).unwrap_or_default());
                let written = || Written::Cells(cells.map(str::to_owned));
                read.add(line, row(cells, line), written);
            }
            Err(error) => {
                let line = line_of(text, error.position());
                read.flaws.push(at(line, in_words(&error, separator)));
            }
        }
    }
    Ok(read)
}

/// The separator by which the header names the buyer's column, and most of the others; where it names none, the one
/// that it has most of.
fn separator(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty());
    let header = header.unwrap_or_default();
    let score = |separator: u8| {
        let names = header.split(char::from(separator));
        let names = names.map(|name| name.trim().trim_matches('"').trim());
        let known: Vec<usize> = names.clone().filter_map(place).collect();
        (known.contains(&0), known.len(), names.count())
    };
    // Of equal ones the first.
    let best = SEPARATORS.into_iter().rev().max_by_key(|it| score(*it));
    best.unwrap_or(b',')
}

/// Which of [`COLUMNS`] is called so.
fn place(name: &str) -> Option<usize> {
    let mut known = COLUMNS.iter();
    known.position(|known| known.eq_ignore_ascii_case(name))
}

/// Where each of [`COLUMNS`] stands. The error says what is wrong with the header.
fn columns(header: &csv::StringRecord) -> Result<[Option<usize>; 4], String> {
    let mut columns = [None; COLUMNS.len()];
    for (at, name) in header.iter().enumerate() {
        match place(name).and_then(|place| columns.get_mut(place)) {
            Some(column @ None) => *column = Some(at),
            Some(Some(_)) => return Err(format!("has the column {name:?} twice")),
            None => {
                let known = COLUMNS.join(", ");
                return Err(format!(
                    "has a column {name:?}, which is none of {known}: the first line names the columns; call it one of these, or take it out"
                ));
            }
        }
    }
    match columns {
        [None, ..] => {
            Err("has no column \"buyer\": the first line must name the columns".to_owned())
        }
        columns => Ok(columns),
    }
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
        has_key: false,
    };
    row.check()?;
    Ok(row)
}

/// In which line a record begins: its position is that of the blank lines before it, which are passed over.
fn line_of(text: &str, position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 0 };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| b"\r\n".contains(byte));
    position.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

/// Why a line is no row.
fn in_words(error: &csv::Error, separator: u8) -> String {
    let csv::ErrorKind::UnequalLengths {
        expected_len, len, ..
    } = error.kind()
    else {
        return error.to_string();
    };
    let separator = match separator {
        b';' => "semicolon",
        b'\t' => "tab",
        _ => "comma",
    };
    format!(
        "it has {}, and the header {expected_len}: a cell with a {separator} in it stands between two double quotes",
        count(*len, "cell")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_what_separates_cells() {
        for (header, is) in [
            ("buyer", b','),
            ("buyer,note", b','),
            ("\"buyer\";\"quantity\"", b';'),
            ("Quantity\tBUYER", b'\t'),
            ("buyer;quantity,note", b';'),
            ("name;seats", b';'),
            ("name", b','),
            ("", b','),
        ] {
            assert_eq!(separator(header), is, "{header}");
        }
    }
}
