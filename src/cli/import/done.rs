//! What an import came to, and how that is told.

use std::io::{self, Write};

use serde::Serialize;

use super::super::left::on_hand;
use super::super::screen::{BAD, GOOD, Screen};
use super::passed_over::Heading;
use super::row::{BadRow, Read, Row};
use crate::plural::count;
use crate::{Error, Kind, shown};

/// So many refusals are told to people.
pub(super) const TOLD: usize = 20;

/// What an import came to.
#[derive(Default)]
pub(super) struct ImportOutcome {
    /// Which rows were sold, by their place in the list, in its order.
    pub(super) sold: Vec<usize>,
    /// Which rows were sold before, by their place in the list.
    pub(super) replayed: Vec<usize>,
    /// The same of those that were taken for sold, where that was asked for.
    pub(super) skipped: Option<Vec<usize>>,
    /// The same of those that were refused.
    pub(super) refused: Vec<(usize, Error)>,
    pub(super) left: u64,
    pub(super) held: u64,
    /// Why the refused rows could not be written down.
    pub(super) unwritten: Option<Error>,
}

impl ImportOutcome {
    /// Notes that a row was refused. The key that was made for one is not told: nobody has given it.
    pub(super) fn refuse(&mut self, at: usize, error: Error, row: Option<&Row>) {
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
    pub(super) fn broken_off(&self, error: Error) -> Error {
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

    /// Whether the row in this place was taken for sold.
    pub(super) fn has_skipped(&self, place: usize) -> bool {
        let skipped = self.skipped.as_deref().unwrap_or_default();
        skipped.binary_search(&place).is_ok()
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
    pub(super) fn tell(&self, list: &Read, screen: &Screen) -> u8 {
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
            skipped: self.skipped.as_ref().map(Vec::len),
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
    if let Some(skipped @ 1..) = done.skipped {
        write!(out, ", {skipped} skipped as sold")?;
    }
    if !done.refused.is_empty() {
        write!(out, ", {} refused", done.refused.len())?;
    }
    writeln!(out, "\n{}", on_hand(done.left, held))
}

#[derive(Serialize)]
struct ImportDocument<'a> {
    ok: bool,
    command: &'static str,
    rows: usize,
    sold: usize,
    replayed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<usize>,
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
