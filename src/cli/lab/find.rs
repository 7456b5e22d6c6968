//! `tickets race find`: is there a schedule that a condition holds for.

use std::io::Write as _;
use std::path::Path;

use serde::Serialize;

use super::super::screen::{BAD, GOOD, Screen};
use super::arguments::Find;
use super::document::Shown;
use super::progress::Progress;
use super::run::{self, Pictured, tickets, way, writes};
use tickets::lab::Trial;
use tickets::lab::condition::{Condition, Problem};
use tickets::lab::find;
use tickets::{Error, Result, shown};

pub(super) const HELP: &str = "\
Examples:
  tickets race find oversold                      the smallest that oversells
  tickets race find 'oversold && switches <= 2'
  tickets race find 'lost_updates >= 2 && !oversold'
  tickets race find oversold --lock=data-file     is there one at all
  tickets race find oversold --lock               there is none: exits 3
  tickets race find 'sold == 0 && left == 1' --lock --crashes --users 2
  tickets race find torn_reads --lock --writes in-place --query

A condition compares numbers (== != < <= > >=) and joins what it compares by && and ||, ! and \
parentheses. A number alone holds if it is not 0. The numbers of a run:
  oversold      tickets sold that did not exist
  lost_updates  sales overwritten by another that had read the same version
  torn_reads    buyers that read a count that made no sense
  torn_writes   1 if the ledger has bytes that are no line
  conservation  1 if what was sold and what is left do not add up to the stock
  deadlock      buyers that wait for one another without end
  bad           1 if anything was found
  sold          tickets sold, by the ledger
  left          tickets left, by tickets.json; no number if it cannot be read
  refused       buyers that found none left
  failed        buyers that failed
  crashes       buyers that were killed
  buyers, stock of the run
  switches      how often another buyer goes on than the one before

Each number of buyers up to --users is tried, with one ticket to one for each buyer unless --stock says \
how many. The smallest schedule is that of the fewest tickets, then of the fewest buyers, then of the \
fewest switches, then the first in order.

Exits 0 when there is one, 3 when there is none.";

/// Runs it; returns the exit code.
pub(super) fn find(arguments: &Find, event: &Path, screen: &Screen) -> Result<u8> {
    let condition: Condition = match arguments.condition.parse() {
        Ok(condition) => condition,
        Err(problem) => return Err(pointed_at(&arguments.condition, problem, screen)),
    };
    let trial = arguments.how.trial(arguments.users)?;
    let stocks = match arguments.how.stock {
        Some(stock) => stock..=stock,
        None => 1..=trial.users as u64,
    };
    let mut picture = arguments.how.picture(event)?;
    let mut progress = Progress::of_all("race find", screen, trial.users)?;
    let mut told = |schedules| progress.tell(schedules);
    let done = find::find(&trial, stocks.clone(), &condition, &mut told).and_then(|answer| {
        let smallest = answer.smallest;
        let smallest = smallest.map(|(trial, run)| Pictured::of(&trial, run, &mut told));
        Ok((answer.schedules, smallest.transpose()?))
    });
    let (schedules, smallest) = match progress.done(done)? {
        Ok(done) => done,
        Err(code) => return Ok(code),
    };
    if let Some(smallest) = &smallest {
        smallest.save(picture.as_mut())?;
    }
    let document = FindDocument::of(&condition, &trial, schedules, smallest.as_ref());
    screen.result(&document, |out| {
        let Some(smallest) = &smallest else {
            let buyers = match trial.users {
                1 => "1 buyer".to_owned(),
                users => format!("1 to {users} buyers"),
            };
            let tickets = tickets(*stocks.start(), *stocks.end());
            writeln!(out, "{buyers}, {tickets}, {}\n", way(&trial))?;
            let text = format!("of all {schedules} schedules is as asked for: {condition}");
            run::labelled(out, "none", BAD, &text)?;
            return run::undrawn(out, picture.as_ref());
        };
        let tickets = tickets(smallest.trial.stock, smallest.trial.stock);
        let (name, way) = (smallest.name(), way(&smallest.trial));
        writeln!(out, "{tickets}, {way}\n")?;
        writeln!(out, "{GOOD}found{GOOD:#}  {condition}")?;
        writeln!(out, "\nthe smallest: {name}\n")?;
        smallest.draw(out)?;
        run::found_in(out, &smallest.run.verdict.findings)?;
        if !smallest.run.verdict.is_safe() {
            writeln!(out)?;
        }
        run::again(out, &smallest.trial, &smallest.run)?;
        run::drawn(out, picture.as_ref())
    });
    Ok(if smallest.is_some() { 0 } else { NONE })
}

/// The exit code when there is none.
const NONE: u8 = 3;

/// The error, and for people the condition with a mark under the place.
fn pointed_at(condition: &str, problem: Problem, screen: &Screen) -> Error {
    const ROOM: usize = 76;
    let before = problem.column - 1;
    if !screen.json {
        // Of a long one the part around the place.
        let from = before.saturating_sub(ROOM / 2);
        let part: String = condition.chars().skip(from).take(ROOM).collect();
        let head: String = part.chars().take(before - from).collect();
        let mut err = anstream::stderr().lock();
        let _ = writeln!(err, "  {}", shown(&part));
        let indent = shown(&head).chars().count();
        let _ = writeln!(err, "  {:indent$}{BAD}^{BAD:#}", "");
    }
    problem.into()
}

#[derive(Serialize)]
struct FindDocument {
    ok: bool,
    command: &'static str,
    condition: String,
    found: bool,
    /// The most that were tried, or those of the smallest.
    users: usize,
    stock: Option<u64>,
    lock: &'static str,
    writes: &'static str,
    query: bool,
    /// How many were run, one of each class.
    schedules: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    smallest: Option<Shown>,
}

impl FindDocument {
    fn of(
        condition: &Condition,
        trial: &Trial,
        schedules: u64,
        smallest: Option<&Pictured>,
    ) -> Self {
        Self {
            ok: smallest.is_some(),
            command: "race find",
            condition: condition.to_string(),
            found: smallest.is_some(),
            users: smallest.map_or(trial.users, |smallest| smallest.trial.users),
            stock: smallest.map(|smallest| smallest.trial.stock),
            lock: trial.lock.name(),
            writes: writes(trial),
            query: trial.query,
            schedules,
            smallest: smallest.map(Pictured::shown),
        }
    }
}
