//! Sales for spreadsheets.

use std::io::{self, Write};

use super::super::args::SalesArgs;
use super::super::cell::cell;
use super::list::SaleList;
use crate::Result;

const COLUMNS: [&str; 8] = [
    "id",
    "at",
    "buyer",
    "quantity",
    "cancelled",
    "valid",
    "key",
    "rush",
];

/// The mark by which some spreadsheets know UTF-8.
const MARK: &str = "\u{feff}";

pub(super) fn write(
    list: &SaleList<'_>,
    out: &mut dyn Write,
    arguments: &SalesArgs,
) -> Result<io::Result<()>> {
    let text = |text: &str| {
        if arguments.raw {
            text.to_owned()
        } else {
            cell(text)
        }
    };
    // Nothing is written where the sales cannot be read.
    let mark = if arguments.bom { MARK } else { "" };
    let mut opening = Some(mark);
    let mut csv = csv::Writer::from_writer(out);
    let shown = list.show(&mut |sale| {
        open(&mut csv, &mut opening)?;
        csv.write_record([
            text(sale.id),
            text(sale.at),
            text(sale.buyer),
            sale.quantity.to_string(),
            sale.cancelled.to_string(),
            sale.valid.to_string(),
            text(sale.key.unwrap_or_default()),
            text(sale.rush.unwrap_or_default()),
        ])
        .map_err(plain)
    })?;
    Ok(shown.and_then(|_| {
        open(&mut csv, &mut opening)?;
        csv.flush()
    }))
}

/// The mark, if there is to be one, and the names of the columns.
fn open(csv: &mut csv::Writer<&mut dyn Write>, opening: &mut Option<&str>) -> io::Result<()> {
    let Some(mark) = opening.take() else {
        return Ok(());
    };
    let [first, rest @ ..] = COLUMNS;
    csv.write_field(format!("{mark}{first}")).map_err(plain)?;
    for column in rest {
        csv.write_field(column).map_err(plain)?;
    }
    csv.write_record(None::<&[u8]>).map_err(plain)
}

/// What the operating system said, so that a closed pipe is known as one.
fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
