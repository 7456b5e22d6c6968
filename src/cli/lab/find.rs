//! `tickets race find`: is there a schedule that a condition holds for.

use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::path::Path;

use serde::Serialize;

use super::super::args::FindArgs;
use super::super::screen::{BAD, FAINT, GOOD, Screen};
use super::advice;
use super::document::Shown;
use super::progress::SearchProgress;
use super::run::{self, Pictured};
use super::words::{conditions, tickets, way, writes};
use crate::lab::Trial;
use crate::lab::condition::{Condition, Fact, Problem};
use crate::lab::find;
use crate::office::Writes;
use crate::plural::count;
use crate::{Error, Result, shown};

/// Runs it; returns the exit code.
pub(super) fn find(arguments: &FindArgs, event: &Path, screen: &Screen) -> Result<u8> {
    let condition: Condition = match arguments.condition.parse() {
        Ok(condition) => condition,
        Err(problem) => return Err(pointed_at(&arguments.condition, problem, screen)),
    };
    let trial = arguments.how.trial(arguments.users, event)?;
    let stocks = match arguments.how.stock {
        Some(stock) => stock..=stock,
        None => 1..=trial.users as u64,
    };
    let mut picture = arguments.how.claim_picture(event)?;
    let mut progress = SearchProgress::of_all("race find", screen, trial.users)?;
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
            tell_none(out, &condition, (&trial, &stocks), schedules)?;
            let tried = Trial {
                stock: *stocks.end(),
                ..trial.clone()
            };
            cannot_be(out, &condition, &trial)?;
            advice::too_few(out, &tried, arguments.how.stock)?;
            return run::undrawn(out, picture.as_ref());
        };
        tell(out, &condition, smallest)?;
        run::drawn(out, picture.as_ref())
    });
    Ok(if smallest.is_some() { 0 } else { NONE })
}

fn tell(out: &mut dyn Write, condition: &Condition, smallest: &Pictured) -> io::Result<()> {
    run::wrapped(out, &conditions(&smallest.trial), 0)?;
    writeln!(out)?;
    run::labelled(out, "found", GOOD, &condition.to_string())?;
    smallest.introduce(out, "the smallest")?;
    smallest.draw(out)?;
    run::found_in(out, &smallest.run.verdict.findings)?;
    run::behind(out, smallest)?;
    if !smallest.run.verdict.is_safe() {
        writeln!(out)?;
    }
    advice::again(out, &smallest.trial, &smallest.run)
}

fn tell_none(
    out: &mut dyn Write,
    condition: &Condition,
    (trial, stocks): (&Trial, &RangeInclusive<u64>),
    schedules: u64,
) -> io::Result<()> {
    let buyers = match trial.users {
        1 => "1 buyer".to_owned(),
        users => format!("1 to {users} buyers"),
    };
    let tickets = tickets(*stocks.start(), *stocks.end());
    let text = format!("{buyers}, {tickets}, {}", way(trial));
    run::wrapped(out, &text, 0)?;
    writeln!(out)?;
    let text = format!(
        "of all {} is as asked for: {condition}",
        count(schedules, "schedule")
    );
    run::labelled(out, "none", BAD, &text)
}

/// What is asked for and cannot be met by any schedule that was tried, with the option that makes it possible.
fn cannot_be(out: &mut dyn Write, condition: &Condition, trial: &Trial) -> io::Result<()> {
    let in_place = trial.writes == Writes::InPlace;
    for (fact, can_be, text) in [
        (
            Fact::Crashes,
            trial.crashes,
            "crashes is 0 in all of them: nobody is killed without --crashes",
        ),
        (
            Fact::TornReads,
            in_place,
            "torn_reads is 0 in all of them: a count that is replaced in one step is never torn; try --writes in-place",
        ),
        (
            Fact::Failed,
            in_place,
            "failed is 0 in all of them: a buyer fails of a torn count, and one that is replaced in one step is never torn; \
             try --writes in-place",
        ),
    ] {
        if condition.asks_for(fact) && !can_be {
            run::labelled(out, "hint", FAINT, text)?;
        }
    }
    Ok(())
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
