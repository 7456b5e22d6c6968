//! `tickets race locks`: the scoreboard.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::super::args::LocksArgs;
use super::super::screen::{BAD, FAINT, GOOD, Screen};
use super::super::width::columns;
use super::document::Stopped;
use super::locks_rows::{LocksRow, TUTORIAL, scoreboard};
use super::progress::SearchProgress;
use super::run::{self, labelled};
use super::words::buyers;
use crate::Result;

/// Runs it; returns the exit code.
pub(super) fn locks(arguments: &LocksArgs, event: &Path, screen: &Screen) -> Result<u8> {
    let mut progress = SearchProgress::new("race locks", screen)?;
    let mut told = |schedules| progress.tell(schedules);
    let mut rows = Vec::new();
    let done = scoreboard(arguments, event, &mut told, &mut rows);
    let stopped = progress.ended(done)?;
    let document = LocksDocument {
        ok: stopped.is_none(),
        command: "race locks",
        error: stopped.as_ref().map(|(error, _)| Stopped::of(error)),
        rows,
    };
    screen.result(&document, |out| board(out, arguments, &document.rows));
    Ok(stopped.map_or(0, |(error, code)| {
        screen.stopped(&error);
        code
    }))
}

fn board(out: &mut dyn Write, arguments: &LocksArgs, rows: &[LocksRow]) -> io::Result<()> {
    let stock = match arguments.stock {
        Some(stock) => format!("{stock} in stock"),
        None => "one ticket fewer than buyers".to_owned(),
    };
    writeln!(out, "bad schedules of all, {stock}\n")?;
    let (from, to) = arguments.users;
    let numbers = usize::from(to - from) + 1;
    let wide = rows
        .chunks(numbers)
        .map(|row| NAMES + NUMBER * numbers + 2 + grants(row).len());
    if wide.max().unwrap_or(0) <= columns() {
        table(out, arguments, rows)?;
    } else {
        list(out, rows, numbers)?;
    }
    if rows.iter().any(|row| row.query) {
        let text = "tutorial is the tutorial chapter's own repaired program, with a query outside the lock: \
                    --lock=exclusive --writes in-place --query";
        writeln!(out)?;
        labelled(out, "note", FAINT, text)?;
    }
    again(out, rows, numbers)
}

/// How to see each race again. A replay has one ticket unless it is told: where that is not the stock of the race, its
/// command is written out.
fn again(out: &mut dyn Write, rows: &[LocksRow], numbers: usize) -> io::Result<()> {
    let text = "'tickets race replay' shows each of them, with the same --lock and --writes";
    let races = rows.chunks(numbers).filter_map(smallest_of);
    let more: Vec<&str> = races
        .filter(|cell| cell.stock != 1)
        .filter_map(|cell| cell.again.as_deref())
        .collect();
    if more.is_empty() {
        return labelled(out, "hint", FAINT, text);
    }
    let text = format!("{text}, and with --stock where that is not 1:");
    labelled(out, "hint", FAINT, &text)?;
    let mut more = more.into_iter();
    more.try_for_each(|line| run::command(out, "again", line))
}

/// How wide the names of a row are, and each of its numbers.
const NAMES: usize = 21;
const NUMBER: usize = 15;

/// A row a kind of lock, a column a number of buyers.
fn table(out: &mut dyn Write, arguments: &LocksArgs, rows: &[LocksRow]) -> io::Result<()> {
    let (from, to) = arguments.users;
    write!(out, "{FAINT}{:<11} {:<9}", "lock", "writes")?;
    for users in from..=to {
        write!(out, " {:>14}", buyers(users.into()))?;
    }
    writeln!(out, "  smallest race{FAINT:#}")?;
    for row in rows.chunks(usize::from(to - from) + 1) {
        let Some(first) = row.first() else { continue };
        write!(out, "{:<11} {:<9}", first.lock(), first.writes)?;
        for cell in row {
            write!(out, " ")?;
            cell.number(out)?;
        }
        writeln!(out, "  {}", grants(row))?;
    }
    Ok(())
}

/// A line a kind of lock and number of buyers, and below those of one kind its smallest race.
fn list(out: &mut dyn Write, rows: &[LocksRow], numbers: usize) -> io::Result<()> {
    let head = format!(
        "{:<11} {:<9} {:>6} {:>14}",
        "lock", "writes", "buyers", "bad"
    );
    writeln!(out, "{FAINT}{head}{FAINT:#}")?;
    for kind in rows.chunks(numbers) {
        for row in kind {
            write!(
                out,
                "{:<11} {:<9} {:>6} ",
                row.lock(),
                row.writes,
                row.users
            )?;
            row.number(out)?;
            writeln!(out)?;
        }
        labelled(out, "  smallest race", FAINT, grants(kind))?;
    }
    Ok(())
}

/// The smallest race of a kind of lock.
fn grants(row: &[LocksRow]) -> &str {
    let smallest = smallest_of(row).and_then(|cell| cell.smallest.as_ref());
    smallest.map_or("none", |shown| &shown.grants)
}

/// The cell of a row that its smallest race is of.
fn smallest_of(row: &[LocksRow]) -> Option<&LocksRow> {
    row.iter().find(|cell| cell.smallest.is_some())
}

#[derive(Serialize)]
struct LocksDocument {
    ok: bool,
    command: &'static str,
    /// Why the rest of the rows is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Stopped>,
    rows: Vec<LocksRow>,
}

impl LocksRow {
    fn lock(&self) -> &str {
        if self.query { TUTORIAL } else { self.lock }
    }

    fn number(&self, out: &mut dyn Write) -> io::Result<()> {
        let text = format!("{:>14}", format!("{} of {}", self.bad, self.schedules));
        let style = if self.bad == 0 { GOOD } else { BAD };
        write!(out, "{style}{text}{style:#}")
    }
}
