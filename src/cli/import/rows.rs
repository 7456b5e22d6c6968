//! The rows of a list: read from CSV or JSON lines, each checked before anything is sold.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::office::Order;
use crate::{Error, Kind, Result};

/// The largest list, in bytes.
const LARGEST: u64 = 256 << 20;

/// The columns of a list in CSV.
pub(super) const COLUMNS: [&str; 4] = ["buyer", "quantity", "key", "note"];

/// A row as its file has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) buyer: String,
    #[serde(default = "one")]
    pub(super) quantity: u64,
    #[serde(default)]
    pub(super) key: Option<String>,
    #[serde(default)]
    pub(super) note: Option<String>,
    /// In which line of the file it stands.
    #[serde(skip)]
    pub(super) line: u64,
    /// Whether its key is its own.
    #[serde(skip)]
    pub(super) has_key: bool,
}

fn one() -> u64 {
    1
}

/// The rows of a list.
pub(super) struct List {
    pub(super) rows: Vec<Row>,
    pub(super) is_csv: bool,
}

impl List {
    /// Reads a list, and names the keys of its rows by this batch.
    ///
    /// # Errors
    /// [`Kind::Usage`]: it makes no sense, or a row of it does not.
    pub(super) fn read(path: &Path, batch: &str) -> Result<Self> {
        let text = read(path)?;
        let ends_in = |ending: &str| {
            let own = path.extension();
            own.is_some_and(|own| own.eq_ignore_ascii_case(ending))
        };
        let is_json = ends_in("jsonl") || !ends_in("csv") && text.trim_start().starts_with('{');
        let rows = if is_json {
            of_json_lines(&text)
        } else {
            of_csv(&text)
        };
        let mut rows = rows.and_then(check).map_err(|(line, why)| {
            let error = Error::new(Kind::Usage, why).at(path, line, 0);
            error.hint("nothing was sold; see 'tickets import --help' for what a row has")
        })?;
        name_keys(batch, &mut rows);
        Ok(Self {
            rows,
            is_csv: !is_json,
        })
    }
}

/// Standard input is meant.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn read(path: &Path) -> Result<String> {
    let problem = |e| Error::io("read", path, e);
    let mut bytes = Vec::new();
    let read = if is_stdin(path) {
        io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        let file = File::open(path).map_err(problem)?;
        BufReader::new(file)
            .take(LARGEST + 1)
            .read_to_end(&mut bytes)
    };
    if read.map_err(problem)? as u64 > LARGEST {
        let message = format!("is larger than the {} MiB that are read", LARGEST >> 20);
        return Err(Error::new(Kind::Usage, message).at(path, 0, 0));
    }
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| Error::new(Kind::Usage, "is not UTF-8 text").at(path, 0, 0))?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

type Rows = std::result::Result<Vec<Row>, (u64, String)>;

fn of_csv(text: &str) -> Rows {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| (1, error.to_string()))?;
    let columns = columns(header).map_err(|why| (1, why))?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let line = |position: Option<&csv::Position>| line_of(text, position);
        let record = record.map_err(|error| (line(error.position()), error.to_string()))?;
        let line = line(record.position());
        let [buyer, quantity, key, note] = columns.map(|at| {
            let cell = at.and_then(|at| record.get(at));
            cell.filter(|text| !text.is_empty()).map(str::to_owned)
        });
        let quantity = match quantity {
            None => one(),
            Some(text) => text.parse().map_err(|_| {
                let why = format!("its quantity is {text:?}, not a whole number");
                (line, why)
            })?,
        };
        rows.push(Row {
            buyer: buyer.unwrap_or_default(),
            quantity,
            key,
            note,
            line,
            has_key: false,
        });
    }
    Ok(rows)
}

/// In which line a record begins: its position is that of the blank lines before it, which are passed over.
fn line_of(text: &str, position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 0 };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| b"\r\n".contains(byte));
    position.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

/// Where each of [`COLUMNS`] stands. The error says what is wrong with the header.
fn columns(header: &csv::StringRecord) -> std::result::Result<[Option<usize>; 4], String> {
    let mut columns = [None; COLUMNS.len()];
    for (at, name) in header.iter().enumerate() {
        let place = COLUMNS
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name));
        match place.and_then(|place| columns.get_mut(place)) {
            Some(column @ None) => *column = Some(at),
            Some(Some(_)) => return Err(format!("has the column {name:?} twice")),
            None => {
                let known = COLUMNS.join(", ");
                return Err(format!("has a column {name:?}, which is none of {known}"));
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

fn of_json_lines(text: &str) -> Rows {
    let mut rows = Vec::new();
    for (at, line) in text.as_bytes().lines().enumerate() {
        let number = at as u64 + 1;
        let line = line.map_err(|error| (number, error.to_string()))?;
        if line.trim().is_empty() {
            continue;
        }
        let row: Row = serde_json::from_str(&line).map_err(|error| (number, error.to_string()))?;
        rows.push(Row {
            line: number,
            ..row
        });
    }
    Ok(rows)
}

/// Rows that no sale can be made of are found before anything is sold.
fn check(rows: Vec<Row>) -> Rows {
    for row in &rows {
        if row.buyer.trim().is_empty() {
            return Err((row.line, "it names no buyer".to_owned()));
        }
        let sense = row.order().check();
        sense.map_err(|error| (row.line, error.message().to_owned()))?;
    }
    Ok(rows)
}

impl Row {
    /// What it asks for.
    pub(super) fn order(&self) -> Order<'_> {
        Order::new(&self.buyer, self.quantity)
            .key(self.key.as_deref())
            .note(self.note.as_deref())
    }
}

/// Gives a key to each row that has none: of the batch, its cells, and how many equal rows come before it.
fn name_keys(batch: &str, rows: &mut [Row]) {
    let mut seen: HashMap<(String, u64, Option<String>), u64> = HashMap::new();
    for row in rows {
        row.has_key = row.key.is_some();
        if row.has_key {
            continue;
        }
        let cells = (row.buyer.clone(), row.quantity, row.note.clone());
        let before = seen.entry(cells).or_insert(0);
        let text = serde_json::to_vec(&(batch, &row.buyer, row.quantity, &row.note, *before));
        *before += 1;
        let sum = xxh3_128(&text.unwrap_or_default());
        row.key = Some(format!("import-{sum:032x}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_have_keys_of_their_own_and_the_order_of_columns_does_not_matter() {
        let keys = |text: &str| -> Vec<String> {
            let mut rows = of_csv(text).unwrap();
            name_keys("batch", &mut rows);
            rows.into_iter().map(|row| row.key.unwrap()).collect()
        };
        let first = keys("buyer,quantity\nann,1\nbob,2\nann,1\n");
        assert_ne!(first[0], first[2]);
        assert_eq!(
            keys("quantity,buyer,key\n1,ann,\n1,ann,\n2,bob,own\n"),
            [first[0].clone(), first[2].clone(), "own".to_owned()]
        );
    }
}
