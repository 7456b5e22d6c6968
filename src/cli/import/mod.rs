//! `tickets import`: sells to all of a list.
//!
//! Knows lists, their rows and what became of each; knows nothing of locks and ledger lines.

mod again;
mod batch;
mod cell_count;
mod column_names;
mod corrected;
mod csv_rows;
mod header;
mod json_rows;
mod list;
mod nonsense;
mod not_valid;
mod notes;
mod own_list;
mod passed_over;
mod quotes;
mod rejects;
mod resold;
mod row;
mod separator;
mod sold_here;
mod text;
mod title;
mod twice;

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::args::ImportArgs;
use super::left::on_hand;
use super::screen::{BAD, GOOD, Screen};
use crate::office::{Order, Outcome};
use crate::plural::count;
use crate::{BoxOffice, Error, Kind, Result, shown};
use passed_over::Heading;
use rejects::Refused;
use row::{BadRow, Read, Row};

/// So many refusals are told to people.
const TOLD: usize = 20;

pub(super) fn import(file: &Path, arguments: &ImportArgs, screen: &Screen) -> Result<u8> {
    let batch = batch::of(arguments)?;
    let mut list = list::read(arguments, &batch, screen)?;
    sold_here::refuse(&mut list, file)?;
    if !list.flaws.is_empty() || (!list.bad.is_empty() && arguments.rejects.is_none()) {
        return Ok(nonsense::tell(&list, &arguments.list, screen));
    }
    corrected::refuse_sold(&list, &batch, (arguments, file))?;
    resold::refuse(&list, &batch, (arguments, file))?;
    let rejects = rejects::claim(arguments, (&list, &batch), file)?;
    let orders: Vec<Order<'_>> = list.rows.iter().map(Row::order).collect();
    let progress = progress(orders.len(), screen);
    let mut office = BoxOffice::at(file)?;
    let mut done = Done::default();
    let remaining = office.purchase_all(&orders, arguments.wait.limit, &mut |at, outcome| {
        progress.inc(1);
        match outcome {
            Outcome::Sold { .. } => done.sold.push(at),
            Outcome::Replayed { .. } => done.replayed.push(at),
            Outcome::Refused(error) => done.refuse(at, error, list.rows.get(at)),
        }
    });
    progress.finish_and_clear();
    screen.notes(&office.notes());
    let remaining = remaining.map_err(|error| done.broken_off(error))?;
    (done.left, done.held) = (remaining.left, remaining.held);
    if let Some(mut output) = rejects {
        let refused = done.refused.iter().filter_map(|(at, _)| list.rows.get(*at));
        let bad = list.bad.iter().map(Refused::Bad);
        let refused = refused.map(Refused::Row).chain(bad).collect();
        let written = rejects::write(&mut output, (&list, &batch), refused);
        done.unwritten = written.err();
    }
    if done.refused.is_empty() && list.bad.is_empty() {
        corrected::mark_sold(arguments, &batch);
    }
    let code = done.tell(&list, screen);
    let notes = notes::of(&done, &list, (arguments, &batch), code);
    let twice = twice::told(&office, (&list, &batch), &done.sold);
    let notes = notes.chain(twice.or_else(|| resold::told(&office, (&list, &batch), &done.sold)));
    screen.notes(&notes.map(|note| screen.hint(&note)).collect::<Vec<_>>());
    Ok(code)
}

/// What an import came to.
#[derive(Default)]
struct Done {
    /// Which rows were sold, by their place in the list.
    sold: Vec<usize>,
    /// Which rows were sold before, by their place in the list.
    replayed: Vec<usize>,
    /// The same of those that were refused.
    refused: Vec<(usize, Error)>,
    left: u64,
    held: u64,
    /// Why the refused rows could not be written down.
    unwritten: Option<Error>,
}

impl Done {
    /// Notes that a row was refused. The key that was made for one is not told: nobody has given it.
    fn refuse(&mut self, at: usize, error: Error, row: Option<&Row>) {
        let made = row.filter(|row| !row.has_key);
        let made = made.and_then(|row| row.key.as_deref());
        let told = made.and_then(|key| {
            let told = format!("the key {key:?} belongs to ");
            error.message().strip_prefix(&told).map(str::to_owned)
        });
        let error = match told {
            Some(sale) => error.with_message(format!("it is {sale}")),
            None => error,
        };
        self.refused.push((at, error));
    }

    /// What ended it before its end, with what was done until then.
    fn broken_off(&self, error: Error) -> Error {
        if self.sold.len() + self.replayed.len() == 0 {
            return error;
        }
        let sold = count(self.sold.len() as u64, "row");
        let hint = format!("{sold} had been sold; run it again: none is sold twice");
        match error.hint_text().map(str::to_owned) {
            Some(own) => {
                // Of the rows that come behind those.
                let own = own.trim_start_matches("nothing was sold; ");
                let own = own.trim_start_matches("nothing more was sold; ");
                error.hint(format!("{hint}; {own}"))
            }
            None => error.hint(hint),
        }
    }

    fn exit_code(&self, bad: &[BadRow]) -> u8 {
        let is_sold_out =
            |(_, error): &(usize, Error)| matches!(error.kind(), Kind::SoldOut { .. });
        match &self.unwritten {
            _ if !bad.is_empty() || !self.refused.iter().all(is_sold_out) => {
                Kind::Refused.exit_code()
            }
            _ if !self.refused.is_empty() => Kind::SoldOut { left: 0 }.exit_code(),
            Some(error) => error.kind().exit_code(),
            None => 0,
        }
    }

    /// Says so; returns the exit code.
    fn tell(&self, list: &Read, screen: &Screen) -> u8 {
        let mut refused: Vec<RefusedRow<'_>> = self
            .refused
            .iter()
            .map(|(at, error)| RefusedRow {
                row: list.rows.get(*at).map_or(0, |row| row.line),
                code: error.kind().code(),
                message: error.message(),
            })
            .chain(list.bad.iter().map(RefusedRow::bad))
            .collect();
        refused.sort_by_key(|refused| refused.row);
        let document = ImportDocument {
            ok: true,
            command: "import",
            rows: list.rows.len() + list.bad.len(),
            sold: self.sold.len(),
            replayed: self.replayed.len(),
            refused,
            left: self.left,
            passed_over: &list.passed_over,
            warning: self.unwritten.as_ref().map(Error::to_string),
        };
        screen.answer(&document, |out| {
            in_words(&document, self.held, out, screen.quiet)
        });
        if let Some(error) = &self.unwritten {
            let told = format!("the refused rows are not written down: {error}");
            Screen::warning(&shown(&told));
        }
        self.exit_code(&list.bad)
    }
}

fn in_words(
    done: &ImportDocument<'_>,
    held: u64,
    out: &mut dyn Write,
    quiet: bool,
) -> io::Result<()> {
    for refused in done.refused.iter().take(TOLD) {
        let (row, message) = (refused.row, shown(refused.message));
        writeln!(out, "{BAD}refused{BAD:#}  row {row}: {message}")?;
    }
    if let Some(more @ 1..) = done.refused.len().checked_sub(TOLD) {
        writeln!(out, "and {more} more: --rejects FILE writes them down")?;
    }
    let (sold, replayed) = (done.sold, done.replayed);
    if quiet {
        return writeln!(out, "{sold}");
    }
    let rows = count(done.rows as u64, "row");
    write!(out, "{GOOD}imported{GOOD:#}  {rows}: {sold} sold")?;
    if replayed > 0 {
        write!(out, ", {replayed} sold before")?;
    }
    if !done.refused.is_empty() {
        write!(out, ", {} refused", done.refused.len())?;
    }
    writeln!(out, "\n{}", on_hand(done.left, held))
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

#[derive(Serialize)]
struct ImportDocument<'a> {
    ok: bool,
    command: &'static str,
    rows: usize,
    sold: usize,
    replayed: usize,
    refused: Vec<RefusedRow<'a>>,
    left: u64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    passed_over: &'a [Heading],
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

#[derive(Serialize)]
struct RefusedRow<'a> {
    row: u64,
    code: &'static str,
    message: &'a str,
}

impl<'a> RefusedRow<'a> {
    fn bad(row: &'a BadRow) -> Self {
        Self {
            row: row.line,
            code: Kind::Usage.code(),
            message: &row.why,
        }
    }
}
