//! Rows of JSON: an object a line.

use serde_json::{Map, Value};

use super::row::{COLUMNS, Read, Row, RowFlaw, RowText};
use crate::json_words::in_words;

/// Reads them all: rows, objects that are no row that makes sense, and lines that are no objects. `ignore`: members of
/// other names are passed over.
pub(super) fn read(text: &str, ignore: bool) -> Read {
    let mut read = Read::default();
    for (at, text) in text.lines().enumerate() {
        let line = at as u64 + 1;
        if text.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Map<String, Value>>(text) {
            Ok(members) if ignore => {
                let known = known(members.clone());
                let row = row(&known, line);
                read.add(line, row, || RowText::Line(with_buyer_first(members)));
            }
            Ok(members) => {
                let row = row(text, line).map_err(|why| way_out(why, &members));
                read.add(line, row, || RowText::Line(with_buyer_first(members)));
            }
            Err(error) => read.flaws.push(RowFlaw {
                line,
                why: in_words(&error),
            }),
        }
    }
    read
}

/// An object of those members alone that a row has.
fn known(mut members: Map<String, Value>) -> String {
    members.retain(|name, _| COLUMNS.contains(&&**name));
    Value::Object(members).to_string()
}

/// Why it is no row; how members of other names are passed over, where it has such.
fn way_out(why: String, members: &Map<String, Value>) -> String {
    if members.keys().all(|name| COLUMNS.contains(&&**name)) {
        return why;
    }
    format!("{why}; --ignore-columns passes over others")
}

/// The row of this object. The error says what makes no sense.
fn row(text: &str, line: u64) -> Result<Row, String> {
    let row: Row = serde_json::from_str(text).map_err(|error| in_words(&error))?;
    row.check()?;
    Ok(Row { line, ..row })
}

/// The same object on one line, with the buyer first, by which a list of refused rows is known.
fn with_buyer_first(mut members: Map<String, Value>) -> String {
    let buyer = members.remove("buyer").unwrap_or_else(|| "".into());
    let more = members.iter().map(|(name, value)| {
        let name = Value::from(name.as_str());
        format!(",{name}:{value}")
    });
    format!("{{\"buyer\":{buyer}{}}}", more.collect::<String>())
}
