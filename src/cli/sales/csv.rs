//! Sales for spreadsheets.

use std::io::{self, Write};

use super::super::args::SalesArgs;
use super::list::{SaleList, Total};
use crate::Result;
use crate::guest_list::{MARK, cell};

const COLUMNS: [&str; 9] = [
    "id",
    "at",
    "buyer",
    "quantity",
    "cancelled",
    "valid",
    "key",
    "rush",
    "note",
];

pub(super) fn write(
    list: &SaleList<'_>,
    out: &mut dyn Write,
    arguments: &SalesArgs,
) -> Result<io::Result<Total>> {
    let mut sheet = Sheet::of(&COLUMNS, out, arguments);
    let shown = list.show(&mut |sale| {
        sheet.row(&[
            text(sale.id, arguments),
            text(sale.at, arguments),
            text(sale.buyer, arguments),
            sale.quantity.to_string(),
            sale.cancelled.to_string(),
            sale.valid.to_string(),
            text(sale.key.unwrap_or_default(), arguments),
            text(sale.rush.unwrap_or_default(), arguments),
            text(sale.note.unwrap_or_default(), arguments),
        ])
    })?;
    Ok(shown.and_then(|total| {
        sheet.end()?;
        Ok(total)
    }))
}

/// A text of somebody else for a cell.
pub(super) fn text(text: &str, arguments: &SalesArgs) -> String {
    if arguments.raw {
        text.to_owned()
    } else {
        cell(text)
    }
}

/// A sheet of rows below the names of its columns. Nothing is written before the first row or the end: where what is
/// to be listed cannot be read, nothing is.
pub(super) struct Sheet<'a> {
    csv: csv::Writer<&'a mut dyn Write>,
    columns: &'static [&'static str],
    mark: &'static str,
    open: bool,
}

impl<'a> Sheet<'a> {
    pub(super) fn of(
        columns: &'static [&'static str],
        out: &'a mut dyn Write,
        arguments: &SalesArgs,
    ) -> Self {
        Self {
            csv: csv::WriterBuilder::new()
                .delimiter(arguments.separator.unwrap_or(b','))
                .from_writer(out),
            columns,
            mark: if arguments.bom { MARK } else { "" },
            open: false,
        }
    }

    pub(super) fn row(&mut self, cells: &[String]) -> io::Result<()> {
        self.open()?;
        self.csv.write_record(cells).map_err(plain)
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        self.open()?;
        self.csv.flush()
    }

    /// The mark, if there is to be one, and the names of the columns.
    fn open(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.open, true) {
            return Ok(());
        }
        let mut mark = self.mark;
        for column in self.columns {
            let mark = std::mem::take(&mut mark);
            self.csv
                .write_field(format!("{mark}{column}"))
                .map_err(plain)?;
        }
        self.csv.write_record(None::<&[u8]>).map_err(plain)
    }
}

/// What the operating system said, so that a closed pipe is known as one.
fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        _ => io::Error::other("a row could not be written"),
    }
}
