//! The rows that were refused, written down to be corrected and imported again.

use std::io::Write;
use std::path::Path;

use super::super::args::ImportArgs;
use super::corrected;
use super::list::key_of_refused;
use super::row::{BadRow, COLUMNS, Read, Row, RowText};
use super::text::is_stdin;
use crate::guest_list::MARK;
use crate::{Contents, Output, OutputMark, Result};

const REJECTS: Contents = Contents {
    name: "a list of refused rows",
    is_own: |head| begins_as_csv(head) || head.starts_with(b"{\"buyer\":"),
};

/// What was refused of a list.
pub(super) enum Refused<'r> {
    /// By the event.
    Row(&'r Row),
    /// For it makes no sense.
    Bad(&'r BadRow),
}

impl Refused<'_> {
    /// In which line of the list it stands.
    pub(super) fn line(&self) -> u64 {
        match self {
            Self::Row(row) => row.line,
            Self::Bad(row) => row.line,
        }
    }
}

/// Whether it has the header of such a list, whatever separates its cells, and whatever says so.
fn begins_as_csv(head: &[u8]) -> bool {
    let head = head.strip_prefix(MARK.as_bytes()).unwrap_or(head);
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = lines.find(|line| !line.starts_with(b"sep="));
    let cells = line.map(|line| line.split(|byte| b",;\t".contains(byte)));
    cells.is_some_and(|cells| cells.eq(COLUMNS.map(str::as_bytes)))
}

/// The file for them, where one is wanted: claimed before anything is sold; neither the event's nor the list itself.
/// What somebody has corrected in it is not overwritten.
pub(super) fn claim(
    arguments: &ImportArgs,
    (read, batch): (&Read, &str),
    event: &Path,
) -> Result<Option<Output>> {
    let Some(path) = &arguments.rejects else {
        return Ok(None);
    };
    let output = Output::claim_of(event, path, REJECTS)?;
    if !is_stdin(&arguments.list) {
        let message = "cannot hold both the list and what was refused of it";
        output.keep_apart(&arguments.list, message)?;
    }
    corrected::refuse(&output, (read, batch), (arguments, event))?;
    Ok(Some(output))
}

/// Writes them as the list was written, in the order of its lines: CSV with its separator, or JSON lines. A row that
/// had no key of its own gets none, for it is another one when it is corrected; but one before which equal rows stand gets one by
/// which it is told from those.
pub(super) fn write(
    output: &mut Output,
    (list, batch): (&Read, &str),
    mut rows: Vec<Refused<'_>>,
) -> Result<()> {
    rows.sort_by_key(Refused::line);
    let mut text = list.before_header.clone().into_bytes();
    let written = match list.separator {
        Some(separator) => as_csv(&mut text, separator, &rows),
        None => as_json_lines(&mut text, &rows),
    };
    debug_assert!(written.is_ok(), "writing to a Vec");
    output.write(&text)?;
    OutputMark::give(output.handle(), batch, &text);
    Ok(())
}

/// The key that a refused row has there.
fn key(row: &Row) -> Option<String> {
    let key = row.key.as_deref()?;
    match (row.has_key, row.before) {
        (true, _) => Some(key.to_owned()),
        (false, 0) => None,
        (false, before) => Some(key_of_refused(key, before)),
    }
}

fn as_csv(text: &mut Vec<u8>, separator: u8, rows: &[Refused<'_>]) -> std::io::Result<()> {
    let mut csv = csv::WriterBuilder::new()
        .delimiter(separator)
        .from_writer(text);
    csv.write_record(COLUMNS)?;
    for row in rows {
        match row {
            Refused::Row(row) => {
                let (buyer, quantity, _, note) = row.cells();
                csv.write_record([
                    buyer,
                    &quantity.to_string(),
                    &key(row).unwrap_or_default(),
                    note.unwrap_or_default(),
                ])?;
            }
            Refused::Bad(row) => match &row.written {
                RowText::Cells(cells) => csv.write_record(cells)?,
                RowText::Line(line) => csv.write_record([line])?,
            },
        }
    }
    csv.flush()
}

fn as_json_lines(text: &mut Vec<u8>, rows: &[Refused<'_>]) -> std::io::Result<()> {
    for row in rows {
        match row {
            Refused::Row(row) => {
                let row = Row {
                    key: key(row),
                    ..(*row).clone()
                };
                serde_json::to_writer(&mut *text, &row)?;
            }
            Refused::Bad(row) => match &row.written {
                RowText::Line(line) => text.write_all(line.as_bytes())?,
                RowText::Cells(cells) => serde_json::to_writer(&mut *text, cells)?,
            },
        }
        text.write_all(b"\n")?;
    }
    Ok(())
}
