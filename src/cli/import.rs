//! `tickets import`: sells to all of a list.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Read, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::args::ImportArgs;
use super::screen::{BAD, GOOD, Screen};
use crate::office::{Order, Outcome};
use crate::{BoxOffice, Error, Kind, Result, shown};

/// The largest list, in bytes.
const LARGEST: u64 = 256 << 20;

/// So many refusals are told to people.
const TOLD: usize = 20;

/// A row as its file has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    buyer: String,
    #[serde(default = "one")]
    quantity: u64,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    note: Option<String>,
    /// In which line of the file it stands.
    #[serde(skip)]
    line: u64,
}

fn one() -> u64 {
    1
}

pub(super) fn import(file: &Path, arguments: &ImportArgs, screen: &Screen) -> Result<u8> {
    let is_stdin = arguments.list.as_os_str() == "-";
    let batch = match (&arguments.batch, is_stdin) {
        (Some(batch), _) => batch.clone(),
        (None, true) => {
            let message = "rows from standard input belong to no file: say to which batch";
            return Err(Error::new(Kind::Usage, message).hint("add --batch NAME"));
        }
        (None, false) => {
            let name = arguments.list.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        }
    };
    let text = read(&arguments.list, is_stdin)?;
    let is_csv = !is_stdin
        && arguments
            .list
            .extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("csv"))
        || !text.trim_start().starts_with('{');
    let mut rows = if is_csv {
        of_csv(&text)
    } else {
        of_json_lines(&text)
    }
    .map_err(|(line, why)| {
        let error = Error::new(Kind::Usage, why).at(&arguments.list, line, 0);
        error.hint(
            "nothing was sold; a row has buyer, quantity, key and note: 'tickets import --help'",
        )
    })?;
    let has_key = name_keys(&batch, &mut rows);
    let orders: Vec<Order<'_>> = rows
        .iter()
        .map(|row| {
            Order::new(&row.buyer, row.quantity)
                .key(row.key.as_deref())
                .note(row.note.as_deref())
        })
        .collect();
    let progress = progress(orders.len(), screen);
    let mut office = BoxOffice::at(file)?;
    let (mut sold, mut replayed, mut refused) = (0, 0, Vec::new());
    let mut tell = |at: usize, outcome: Outcome| {
        progress.inc(1);
        match outcome {
            Outcome::Sold { .. } => sold += 1,
            Outcome::Replayed { .. } => replayed += 1,
            Outcome::Refused(error) => refused.push((at, error)),
        }
    };
    let done = office.purchase_all(&orders, arguments.wait.limit, &mut tell);
    progress.finish_and_clear();
    screen.notes(&office.notes());
    let left = done?;
    if let Some(path) = &arguments.rejects {
        let rejects = refused
            .iter()
            .filter_map(|(at, _)| Some((rows.get(*at)?, *has_key.get(*at)?)));
        write_rejects(path, is_csv, rejects)?;
    }
    let done = Done {
        rows: &rows,
        sold,
        replayed,
        refused,
        left,
    };
    Ok(done.tell(screen))
}

/// What an import came to.
struct Done<'a> {
    rows: &'a [Row],
    sold: usize,
    replayed: usize,
    /// Which rows, by their place in the list.
    refused: Vec<(usize, Error)>,
    left: u64,
}

impl Done<'_> {
    /// Says so; returns the exit code.
    fn tell(&self, screen: &Screen) -> u8 {
        let Self {
            rows,
            sold,
            replayed,
            refused,
            left,
        } = self;
        let is_sold_out =
            |(_, error): &(usize, Error)| matches!(error.kind(), Kind::SoldOut { .. });
        let code = if refused.is_empty() {
            0
        } else if refused.iter().all(is_sold_out) {
            3
        } else {
            4
        };
        let line = |at: usize| rows.get(at).map_or(0, |row| row.line);
        let document = ImportDocument {
            ok: code == 0,
            command: "import",
            rows: rows.len(),
            sold: *sold,
            replayed: *replayed,
            refused: refused
                .iter()
                .map(|(at, error)| RefusedRow {
                    row: line(*at),
                    code: error.kind().code(),
                    message: error.message(),
                })
                .collect(),
            left: *left,
        };
        screen.answer(&document, |out| {
            for (at, error) in refused.iter().take(TOLD) {
                writeln!(
                    out,
                    "{BAD}refused{BAD:#}  row {}: {}",
                    line(*at),
                    shown(error.message())
                )?;
            }
            if refused.len() > TOLD {
                writeln!(
                    out,
                    "and {} more: --rejects FILE writes them down",
                    refused.len() - TOLD
                )?;
            }
            writeln!(
                out,
                "{GOOD}imported{GOOD:#}  {} rows: {sold} sold, {replayed} sold before, {} refused",
                rows.len(),
                refused.len()
            )?;
            writeln!(out, "{left} left")
        });
        code
    }
}

fn progress(rows: usize, screen: &Screen) -> ProgressBar {
    let target = if screen.json || screen.quiet || !io::stderr().is_terminal() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(Some(rows as u64), target);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos} of {len} rows") {
        bar.set_style(style);
    }
    bar
}

fn read(path: &Path, is_stdin: bool) -> Result<String> {
    let problem = |e| Error::io("read", path, e);
    let mut bytes = Vec::new();
    let read = if is_stdin {
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
    let header = reader
        .headers()
        .map_err(|error| (1, error.to_string()))?
        .clone();
    let mut columns = [None; 4];
    for (at, name) in header.iter().enumerate() {
        let known = ["buyer", "quantity", "key", "note"];
        let Some(column) = known
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))
        else {
            return Err((
                1,
                format!(
                    "has a column {name:?}, which is none of {}",
                    known.join(", ")
                ),
            ));
        };
        let place: Option<&mut Option<usize>> = columns.get_mut(column);
        if place.is_some_and(|place| place.replace(at).is_some()) {
            return Err((1, format!("has the column {name:?} twice")));
        }
    }
    if columns.first().copied().flatten().is_none() {
        return Err((
            1,
            "has no column \"buyer\": the first line must name the columns".to_owned(),
        ));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            (line, error.to_string())
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |column: usize| {
            let at = columns.get(column).copied().flatten();
            at.and_then(|at| record.get(at))
                .filter(|text| !text.is_empty())
        };
        let quantity = match cell(1) {
            None => 1,
            Some(text) => text.parse().map_err(|_| {
                (
                    line,
                    format!("its quantity is {text:?}, not a whole number"),
                )
            })?,
        };
        rows.push(Row {
            buyer: cell(0).unwrap_or_default().to_owned(),
            quantity,
            key: cell(2).map(str::to_owned),
            note: cell(3).map(str::to_owned),
            line,
        });
    }
    check(rows)
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
    check(rows)
}

/// Rows that no sale can be made of are found before anything is sold.
fn check(rows: Vec<Row>) -> Rows {
    for row in &rows {
        if row.buyer.trim().is_empty() {
            return Err((row.line, "it names no buyer".to_owned()));
        }
        if !(1..=crate::MAX_STOCK).contains(&row.quantity) {
            return Err((row.line, format!("its quantity is {}", row.quantity)));
        }
    }
    Ok(rows)
}

/// Gives a key to each row that has none: of the batch, its cells, and how many equal rows come before it. Returns which
/// had one.
fn name_keys(batch: &str, rows: &mut [Row]) -> Vec<bool> {
    let mut seen: HashMap<(String, u64, Option<String>), u64> = HashMap::new();
    let mut had = Vec::with_capacity(rows.len());
    for row in rows {
        had.push(row.key.is_some());
        if row.key.is_some() {
            continue;
        }
        let cells = (row.buyer.clone(), row.quantity, row.note.clone());
        let before = seen.entry(cells).or_insert(0);
        let text = serde_json::to_vec(&(batch, &row.buyer, row.quantity, &row.note, *before));
        *before += 1;
        row.key = Some(format!(
            "import-{:032x}",
            xxh3_128(&text.unwrap_or_default())
        ));
    }
    had
}

fn write_rejects<'r>(
    path: &Path,
    is_csv: bool,
    rows: impl Iterator<Item = (&'r Row, bool)>,
) -> Result<()> {
    let problem = |e| Error::io("write", path, e);
    let mut out = io::BufWriter::new(File::create(path).map_err(problem)?);
    let write = || -> io::Result<()> {
        if is_csv {
            let mut csv = csv::Writer::from_writer(&mut out);
            csv.write_record(["buyer", "quantity", "key", "note"])?;
            for (row, has_key) in rows {
                let key = row.key.as_deref().filter(|_| has_key).unwrap_or_default();
                let note = row.note.as_deref().unwrap_or_default();
                csv.write_record([&row.buyer, &row.quantity.to_string(), key, note])?;
            }
            csv.flush()?;
        } else {
            for (row, has_key) in rows {
                let key = row.key.clone().filter(|_| has_key);
                let row = Row { key, ..row.clone() };
                serde_json::to_writer(&mut out, &row)?;
                out.write_all(b"\n")?;
            }
        }
        out.flush()
    };
    write().map_err(problem)
}

#[derive(Serialize)]
struct ImportDocument<'a> {
    ok: bool,
    command: &'static str,
    rows: usize,
    sold: usize,
    replayed: usize,
    refused: Vec<RefusedRow<'a>>,
    left: u64,
}

#[derive(Serialize)]
struct RefusedRow<'a> {
    row: u64,
    code: &'static str,
    message: &'a str,
}
