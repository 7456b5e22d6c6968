//! Two runs in one order of turns, for people: side by side, or one below the other where there is no room.

use std::io::{self, Write};

use anstyle::Style;

use super::super::screen::{BAD, FAINT, GOOD};
use super::super::width::columns;
use super::advice;
use super::compare_command;
use super::compare_words::{name, outcome};
use super::compared::{Compared, SecondTurn, TurnRow};
use super::run::{self, Pictured};
use super::words::{buyers, tickets, way};
use crate::Output;
use crate::lab::Trial;

/// Where the column of the first run begins.
const LEFT: usize = 16;

/// The widest that a column is.
const WIDEST: usize = 30;

/// Both, what differed, and how to see it again.
pub(super) fn tell(out: &mut dyn Write, compared: &Compared, difference: &str) -> io::Result<()> {
    let Compared { first, second, .. } = compared;
    let names = names(compared);
    let trial = &first.trial;
    let query = if trial.query {
        ", query outside the lock"
    } else {
        ""
    };
    let text = format!(
        "{}, {}{query}: {}, and {}, in one order of turns",
        buyers(trial.users),
        tickets(trial.stock, trial.stock),
        names[0],
        names[1]
    );
    run::wrapped(out, &text, 0)?;
    writeln!(out)?;
    match SideTable::by_side(compared) {
        Some(table) => table.draw(out)?,
        None => below(out, compared)?,
    }
    writeln!(out)?;
    // Under the first lock each turn is a step; under the second some pass.
    first.draw_odds(out, &format!("{}: ", names[0]), |step| {
        format!("turn {step}")
    })?;
    second.draw_odds(out, &format!("{}: ", names[1]), |step| {
        format!("turn {}", compared.turn_of(step.saturating_sub(1)))
    })?;
    for (one, name) in [first, second].into_iter().zip(&names) {
        ended(out, one, name)?;
    }
    writeln!(out)?;
    run::labelled(out, "differs", FAINT, difference)?;
    let text = "the order of turns is the same: each makes its next step in its turn, whatever that is, and passes where it \
                waits for the lock or is done; behind the last turn the rest goes on, the lowest number first";
    run::labelled(out, "turns", FAINT, text)?;
    writeln!(out)?;
    run::command(out, "again", &compare_command::compare(compared))?;
    if second.run.is_bad() {
        return Ok(());
    }
    run::command(out, "proof", &compare_command::prove(&second.trial))
}

/// That nothing goes wrong under the first lock.
pub(super) fn none(
    out: &mut dyn Write,
    trial: &Trial,
    stock: Option<u64>,
    picture: Option<&Output>,
) -> io::Result<()> {
    let most = stock.unwrap_or(trial.users as u64);
    let text = format!(
        "nothing to compare: no schedule of {} with {} goes wrong, {}",
        buyers(trial.users),
        tickets(stock.unwrap_or(1), most),
        way(trial)
    );
    run::labelled(out, "none", GOOD, &text)?;
    let tried = Trial {
        stock: most,
        ..trial.clone()
    };
    advice::too_few(out, &tried, stock)?;
    run::undrawn(out, picture)
}

/// What both are called.
pub(super) fn names(compared: &Compared) -> [String; 2] {
    let [first, second] = [&compared.first.trial, &compared.second.trial];
    [name(first, second), name(second, first)]
}

/// How a run ended.
fn ended(out: &mut dyn Write, one: &Pictured, name: &str) -> io::Result<()> {
    match one.run.verdict.findings.first() {
        Some(found) => run::labelled(out, "race", BAD, &format!("{name}: {}", found.text)),
        None => run::labelled(out, "safe", GOOD, &format!("{name}: {}", outcome(one))),
    }
}

/// One run below the other, a line a step.
fn below(out: &mut dyn Write, compared: &Compared) -> io::Result<()> {
    let [first, second] = names(compared);
    writeln!(out, "{first}")?;
    compared.first.list(out)?;
    writeln!(out, "\n{second}")?;
    let rows = compared.rows();
    writeln!(out, "{FAINT}  turn  buyer{FAINT:#}")?;
    for (at, row) in rows.iter().enumerate() {
        let room = columns().saturating_sub(LEFT + 1);
        let [long, short] = came(compared, row);
        let text = if long.len() <= room { long } else { short };
        let style = style(row);
        let who = format!("user-{}", row.buyer + 1);
        writeln!(out, "  {:>4}  {who:<8} {style}{text}{style:#}", at + 1)?;
    }
    Ok(())
}

/// The table, with what stands in each row.
struct SideTable {
    room: usize,
    heads: [String; 2],
    rows: Vec<(String, [String; 2], Style)>,
}

impl SideTable {
    /// `None`: there is no room for one beside the other.
    fn by_side(compared: &Compared) -> Option<Self> {
        let room = ((columns() - LEFT - 1) / 2).min(WIDEST);
        let heads = names(compared);
        let fits = |text: &String| text.chars().count() <= room;
        if !heads.iter().all(fits) {
            return None;
        }
        let rows = compared.rows().into_iter().map(|row| {
            let left = match row
                .first
                .and_then(|at| Some((at, compared.first.run.moves.get(at)?)))
            {
                Some((at, step)) => compared.first.words(at, step).into_iter().find(fits)?,
                None => String::new(),
            };
            let right = came(compared, &row).into_iter().find(fits)?;
            let who = format!("user-{}", row.buyer + 1);
            Some((who, [left, right], style(&row)))
        });
        Some(Self {
            room,
            heads,
            rows: rows.collect::<Option<_>>()?,
        })
    }

    fn draw(&self, out: &mut dyn Write) -> io::Result<()> {
        let room = self.room;
        let [first, second] = &self.heads;
        writeln!(
            out,
            "{FAINT}  turn  buyer   {first:<room$} {second}{FAINT:#}"
        )?;
        for (at, (who, [left, right], style)) in self.rows.iter().enumerate() {
            let line = format!(
                "  {:>4}  {who:<7} {left:<room$} {style}{right}{style:#}",
                at + 1
            );
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// What came of a turn under the second lock, and shorter.
fn came(compared: &Compared, row: &TurnRow) -> [String; 2] {
    let second = &compared.second;
    match row.second {
        SecondTurn::Waits => ["passes: it waits", "waits"].map(str::to_owned),
        SecondTurn::Done => ["passes: it is done", "is done"].map(str::to_owned),
        SecondTurn::Step(at) => match second.run.moves.get(at) {
            Some(step) => second.words(at, step),
            None => Default::default(),
        },
    }
}

fn style(row: &TurnRow) -> Style {
    match row.second {
        SecondTurn::Step(_) => Style::new(),
        SecondTurn::Waits | SecondTurn::Done => FAINT,
    }
}
