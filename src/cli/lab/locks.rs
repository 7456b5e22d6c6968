//! `tickets race locks`: the scoreboard.

use std::io::{self, Write};

use serde::Serialize;

use super::super::args::LocksArgs;
use super::super::process::program;
use super::super::screen::{BAD, FAINT, GOOD, Screen};
use super::document::Shown;
use super::progress::SearchProgress;
use super::run::{buyers, writes};
use crate::lab::Trial;
use crate::lab::explore::{self, Search, smallest};
use crate::office::Writes;
use crate::{LockKind, Result};

/// Runs it; returns the exit code.
pub(super) fn locks(arguments: &LocksArgs, screen: &Screen) -> Result<u8> {
    let mut progress = SearchProgress::new("race locks", screen)?;
    let mut told = |schedules| progress.tell(schedules);
    let rows = scoreboard(arguments, &mut told);
    let rows = match progress.done(rows)? {
        Ok(rows) => rows,
        Err(code) => return Ok(code),
    };
    let document = LocksDocument {
        ok: true,
        command: "race locks",
        rows,
    };
    screen.result(&document, |out| table(out, arguments, &document.rows));
    Ok(0)
}

fn scoreboard(arguments: &LocksArgs, told: &mut dyn FnMut(u64) -> bool) -> Result<Vec<LocksRow>> {
    let mut rows = Vec::new();
    let kinds = LockKind::ALL
        .into_iter()
        .filter(|kind| *kind != LockKind::Mutex);
    let mut ways: Vec<_> = kinds
        .flat_map(|lock| [Writes::Replace, Writes::InPlace].map(|writes| (lock, writes, false)))
        .collect();
    // The chapter's own repaired program.
    ways.push((LockKind::Exclusive, Writes::InPlace, true));
    for (lock, writes_as, query) in ways {
        for users in arguments.users.0..=arguments.users.1 {
            let trial = Trial {
                users: users.into(),
                stock: arguments.stock.unwrap_or(u64::from(users.max(2)) - 1),
                lock,
                writes: writes_as,
                query,
                crashes: false,
                second_name: false,
                place: arguments.place.clone(),
                program: program()?,
            };
            let found = explore::explore(&trial, Search::Reduced, told)?;
            let first = match found.bad {
                0 => None,
                _ => smallest(&trial, told)?,
            };
            rows.push(LocksRow {
                stock: trial.stock,
                lock: lock.name(),
                writes: writes(&trial),
                query,
                users: trial.users,
                bad: found.bad,
                schedules: found.schedules,
                oversold: found.oversold,
                smallest: first
                    .as_ref()
                    .map(|run| Shown::of(&trial.with_users(run.ends.len()), run, None)),
            });
        }
    }
    Ok(rows)
}

fn table(out: &mut dyn Write, arguments: &LocksArgs, rows: &[LocksRow]) -> io::Result<()> {
    let (from, to) = arguments.users;
    let stock = match arguments.stock {
        Some(stock) => format!("{stock} in stock"),
        None => "one ticket fewer than buyers".to_owned(),
    };
    writeln!(out, "bad schedules of all, {stock}\n")?;
    write!(out, "{FAINT}{:<11} {:<9}", "lock", "writes")?;
    for users in from..=to {
        write!(out, " {:>14}", buyers(users.into()))?;
    }
    writeln!(out, "  smallest race{FAINT:#}")?;
    for row in rows.chunks(usize::from(to - from) + 1) {
        let Some(first) = row.first() else { continue };
        write!(out, "{:<11} {:<9}", first.lock, first.writes)?;
        for cell in row {
            let text = format!("{:>14}", format!("{} of {}", cell.bad, cell.schedules));
            let style = if cell.bad == 0 { GOOD } else { BAD };
            write!(out, " {style}{text}{style:#}")?;
        }
        let smallest = row.iter().find_map(|cell| cell.smallest.as_ref());
        let query = if first.query {
            "  (query outside the lock: the chapter's program)"
        } else {
            ""
        };
        writeln!(
            out,
            "  {}{query}",
            smallest.map_or("none", |shown| &shown.grants)
        )?;
    }
    writeln!(
        out,
        "\n{FAINT}hint{FAINT:#}  'tickets race replay' shows each of them, with the same --lock and --writes"
    )
}

#[derive(Serialize)]
struct LocksDocument {
    ok: bool,
    command: &'static str,
    rows: Vec<LocksRow>,
}

#[derive(Serialize)]
struct LocksRow {
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
}
