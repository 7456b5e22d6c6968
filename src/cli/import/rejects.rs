//! The rows that were refused, written down to be corrected and imported again.

use std::io::Write;
use std::path::Path;

use super::rows::{COLUMNS, Row, is_stdin};
use crate::{Contents, Output, Result};

const REJECTS: Contents = Contents {
    name: "a list of refused rows",
    is_own: |head| head.starts_with(HEADER) || head.starts_with(b"{\"buyer\":"),
};

/// What the list begins with in CSV.
const HEADER: &[u8] = b"buyer,quantity,key,note\n";

/// The file for them, where one is wanted: claimed before anything is sold; neither the event's nor the list itself.
pub(super) fn claim(path: Option<&Path>, list: &Path, event: &Path) -> Result<Option<Output>> {
    let Some(path) = path else { return Ok(None) };
    let output = Output::claim_of(event, path, REJECTS)?;
    if !is_stdin(list) {
        output.keep_apart(list, "cannot hold both the list and what was refused of it")?;
    }
    Ok(Some(output))
}

/// Writes them as the list was written. A row that had no key of its own gets none: it is another one when it is
/// corrected.
pub(super) fn write<'r>(
    output: &mut Output,
    is_csv: bool,
    rows: impl Iterator<Item = &'r Row>,
) -> Result<()> {
    let mut text = Vec::new();
    let written = if is_csv {
        as_csv(&mut text, rows)
    } else {
        as_json_lines(&mut text, rows)
    };
    debug_assert!(written.is_ok(), "writing to a Vec");
    output.write(&text)
}

fn own_key(row: &Row) -> Option<&str> {
    row.key.as_deref().filter(|_| row.has_key)
}

fn as_csv<'r>(text: &mut Vec<u8>, rows: impl Iterator<Item = &'r Row>) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(text);
    csv.write_record(COLUMNS)?;
    for row in rows {
        let (key, note) = (own_key(row), row.note.as_deref());
        let quantity = row.quantity.to_string();
        csv.write_record([
            row.buyer.as_str(),
            &quantity,
            key.unwrap_or_default(),
            note.unwrap_or_default(),
        ])?;
    }
    csv.flush()
}

fn as_json_lines<'r>(
    text: &mut Vec<u8>,
    rows: impl Iterator<Item = &'r Row>,
) -> std::io::Result<()> {
    for row in rows {
        let key = own_key(row).map(str::to_owned);
        serde_json::to_writer(&mut *text, &Row { key, ..row.clone() })?;
        text.write_all(b"\n")?;
    }
    Ok(())
}
