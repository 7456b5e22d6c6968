//! `tickets race locks`: the scoreboard.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::super::args::LocksArgs;
use super::super::process::program;
use super::super::screen::{BAD, FAINT, GOOD, Screen};
use super::super::width::columns;
use super::document::{Shown, Stopped};
use super::progress::SearchProgress;
use super::run::{self, labelled};
use super::trial::place;
use super::words::{buyers, writes};
use crate::lab::Trial;
use crate::lab::explore::{self, Search, smallest};
use crate::office::Writes;
use crate::store::place::is_address;
use crate::{LockKind, Result};

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

/// Tries each kind of lock, and adds what came of it: so what was done stands when the rest is stopped.
fn scoreboard(
    arguments: &LocksArgs,
    event: &Path,
    told: &mut dyn FnMut(u64) -> bool,
    rows: &mut Vec<LocksRow>,
) -> Result<()> {
    let kinds = LockKind::ALL
        .into_iter()
        .filter(|kind| *kind != LockKind::Mutex);
    let place = place(arguments.place.as_deref(), event);
    let cluster = place.clone().filter(|place| is_address(place));
    let files = place.filter(|_| cluster.is_none());
    let both = [Writes::Replace, Writes::InPlace];
    let mut ways: Vec<_> = kinds
        .flat_map(|lock| both.map(|writes| (lock, writes, false, files.clone())))
        .collect();
    // The chapter's own repaired program.
    ways.push((LockKind::Exclusive, Writes::InPlace, true, files));
    // And the same event on a cluster, where one is named.
    let there = cluster.into_iter().flat_map(|cluster| {
        LockKind::ON_CLUSTER.map(|lock| (lock, Writes::Replace, false, Some(cluster.clone())))
    });
    ways.extend(there);
    for (lock, writes_as, query, place) in ways {
        for users in arguments.users.0..=arguments.users.1 {
            let trial = Trial {
                users: users.into(),
                stock: arguments.stock.unwrap_or(u64::from(users.max(2)) - 1),
                lock,
                writes: writes_as,
                query,
                crashes: false,
                second_name: false,
                scenario: None,
                place: place.clone(),
                program: program()?,
            };
            rows.push(row(&trial, told)?);
        }
    }
    Ok(())
}

/// How the count is written, in a word.
fn how(trial: &Trial) -> &'static str {
    if trial.is_on_cluster() {
        "cluster"
    } else {
        writes(trial)
    }
}

/// What comes of all schedules of a trial.
fn row(trial: &Trial, told: &mut dyn FnMut(u64) -> bool) -> Result<LocksRow> {
    let found = explore::explore(trial, Search::Reduced, told)?;
    let first = match found.bad {
        0 => None,
        _ => smallest(trial, told)?,
    };
    Ok(LocksRow {
        name: if trial.query {
            TUTORIAL.to_owned()
        } else {
            format!("{}, {}", trial.lock.name(), how(trial))
        },
        stock: trial.stock,
        lock: trial.lock.name(),
        writes: how(trial),
        query: trial.query,
        users: trial.users,
        bad: found.bad,
        schedules: found.schedules,
        oversold: found.oversold,
        again: first
            .as_ref()
            .map(|run| super::command_line::replay(trial, run)),
        smallest: first
            .as_ref()
            .map(|run| Shown::of(&trial.with_users(run.ends.len()), run, None)),
    })
}

/// What the tutorial chapter's own repaired program is called among the kinds of lock.
const TUTORIAL: &str = "tutorial";

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

#[derive(Serialize)]
struct LocksDocument {
    ok: bool,
    command: &'static str,
    /// Why the rest of the rows is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Stopped>,
    rows: Vec<LocksRow>,
}

#[derive(Serialize)]
struct LocksRow {
    /// What the row is called: no other has this name.
    name: String,
    stock: u64,
    lock: &'static str,
    writes: &'static str,
    query: bool,
    users: usize,
    bad: u64,
    schedules: u64,
    oversold: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    smallest: Option<Shown>,
    /// The command that shows its smallest race.
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<String>,
}
