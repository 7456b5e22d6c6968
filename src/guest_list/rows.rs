//! The guest list as CSV.

use std::io;
use std::path::Path;

use super::cell::cell;
use crate::office::Guest;
use crate::{Error, Result};

/// The names of its columns, which programs go by.
const COLUMNS: [&str; 4] = ["buyer", "quantity", "ids", "note"];

/// The whole list: a guest a row, below the names of the columns, with this letter between cells. `raw`: also what a spreadsheet would take for a formula
/// stands there as it is.
pub(crate) fn csv(guests: &[Guest], separator: u8, raw: bool) -> Result<Vec<u8>> {
    let cell = |text: &str| if raw { text.to_owned() } else { cell(text) };
    let mut csv = csv::WriterBuilder::new()
        .delimiter(separator)
        .from_writer(Vec::new());
    let mut write = |row: [String; 4]| csv.write_record(row);
    let mut done = write(COLUMNS.map(str::to_owned));
    for guest in guests {
        let row = [
            cell(&guest.buyer),
            guest.quantity.to_string(),
            cell(&guest.ids.join(" ")),
            cell(&guest.noted().join("; ")),
        ];
        done = done.and_then(|()| write(row));
    }
    done.map_err(io::Error::from)
        .and_then(|()| {
            csv.into_inner()
                .map_err(|error| io::Error::other(error.to_string()))
        })
        .map_err(|error| Error::io("write", Path::new("the list"), error))
}
