//! What was changed, with the reasons.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::ops::ControlFlow;

use comfy_table::{CellAlignment, ColumnConstraint, Table, presets};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;

use super::super::args::{Format, SalesArgs};
use super::super::clock::local;
use super::super::json;
use super::super::screen::Screen;
use super::super::settings::changes_in_words;
use super::csv::Sheet;
use crate::office::{Changed, EventSettings};
use crate::plural::count;
use crate::{BoxOffice, Result, shown};

/// The names of the columns, in CSV and JSON too.
const COLUMNS: [&str; 9] = [
    "at", "change", "quantity", "left", "sale", "buyer", "reason", "by", "what",
];

/// The last of them: what was set, or which name it was. It is in a table only where it says something.
const WHAT: usize = 8;

/// What all changes that are asked for come to, also those that a limit leaves out.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct ChangeTotal {
    changes: u64,
    cancelled: u64,
    adjusted: i64,
}

#[derive(Serialize)]
struct ChangesDocument<'a> {
    ok: bool,
    command: &'static str,
    changes: &'a VecDeque<KeptChange>,
    total: ChangeTotal,
}

/// A change that is shown when all are read.
#[derive(Serialize)]
struct KeptChange {
    at: String,
    change: &'static str,
    quantity: i64,
    left: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<String>,
    /// The settings that were changed, as they were from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<serde_json::Map<String, Value>>,
    /// The same for people.
    #[serde(skip)]
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

pub(super) fn write(
    office: &BoxOffice,
    arguments: &SalesArgs,
    format: Format,
    screen: &Screen,
) -> Result<()> {
    let (changes, total) = wanted(office, arguments)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = match format {
        Format::Table => as_table(&changes, &total, &mut out, screen.quiet),
        Format::Json => {
            let document = ChangesDocument {
                ok: true,
                command: "sales",
                changes: &changes,
                total,
            };
            json::write(&mut out, &document).and_then(|()| out.write_all(b"\n"))
        }
        Format::Jsonl => changes.iter().try_for_each(|change| {
            json::write(&mut out, change)?;
            out.write_all(b"\n")
        }),
        Format::Csv => as_csv(&changes, &mut out, arguments),
    };
    screen.written(written.and_then(|()| out.flush()));
    Ok(())
}

/// Those since then, and of more than the limit the last.
fn wanted(
    office: &BoxOffice,
    arguments: &SalesArgs,
) -> Result<(VecDeque<KeptChange>, ChangeTotal)> {
    let limit = arguments.limit.map_or(usize::MAX, |limit| limit as usize);
    let mut kept = VecDeque::new();
    let mut total = ChangeTotal::default();
    office.changes(&mut |change| {
        let at = || change.at.parse::<Timestamp>();
        let is_old = |since| at().is_ok_and(|at| at < since);
        if arguments.since.is_some_and(is_old) {
            return ControlFlow::Continue(());
        }
        total.changes += 1;
        if change.sale.is_some() {
            let cancelled = change.quantity.unsigned_abs();
            total.cancelled = total.cancelled.saturating_add(cancelled);
        } else {
            total.adjusted = total.adjusted.saturating_add(change.quantity);
        }
        kept.push_back(KeptChange::of(change));
        if kept.len() > limit {
            kept.pop_front();
        }
        ControlFlow::Continue(())
    })?;
    Ok((kept, total))
}

impl KeptChange {
    fn of(change: &Changed<'_>) -> Self {
        Self {
            at: change.at.to_owned(),
            change: change.change,
            quantity: change.quantity,
            left: change.left,
            sale: change.sale.map(str::to_owned),
            buyer: change.buyer.map(str::to_owned),
            was: change.was.map(str::to_owned),
            set: change.settings.map(set),
            what: match (change.was, change.settings) {
                (Some(was), _) => format!("was {was}"),
                (None, Some(settings)) => changes_in_words(settings),
                (None, None) => String::new(),
            },
            reason: change.reason.map(str::to_owned),
            by: change.by.map(str::to_owned),
        }
    }

    /// `+5`, `-10`; of a cancellation the number alone; nothing where no ticket moves.
    fn signed(&self) -> String {
        match (&self.sale, self.quantity) {
            (_, 0) => String::new(),
            (Some(_), cancelled) => cancelled.to_string(),
            (None, moved) => format!("{moved:+}"),
        }
    }
}

/// The members that were changed, as they are afterwards.
fn set([before, after]: [&EventSettings; 2]) -> serde_json::Map<String, Value> {
    let members = |settings: &EventSettings| match serde_json::to_value(settings) {
        Ok(Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    };
    let was = members(before);
    let mut set = members(after);
    set.retain(|name, value| was.get(name) != Some(value));
    set
}

fn as_table(
    changes: &VecDeque<KeptChange>,
    total: &ChangeTotal,
    out: &mut dyn Write,
    quiet: bool,
) -> io::Result<()> {
    if total.changes == 0 {
        return writeln!(out, "no changes");
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(COLUMNS);
    for column in [2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let zone = TimeZone::system();
    for change in changes {
        let text = |text: &Option<String>| shown(text.as_deref().unwrap_or_default());
        table.add_row([
            local(&change.at, &zone),
            change.change.to_owned(),
            change.signed(),
            change.left.to_string(),
            text(&change.sale),
            text(&change.buyer),
            text(&change.reason),
            text(&change.by),
            shown(&change.what),
        ]);
    }
    let is_told = changes.iter().any(|change| !change.what.is_empty());
    if let (Some(what), false) = (table.column_mut(WHAT), is_told) {
        what.set_constraint(ColumnConstraint::Hidden);
    }
    for line in table.lines().filter(|_| !changes.is_empty()) {
        writeln!(out, "{}", line.trim_end())?;
    }
    if quiet {
        return Ok(());
    }
    let last = shown_of(changes.len() as u64, total.changes);
    writeln!(
        out,
        "{}: {} cancelled, the stock adjusted by {:+}{last}",
        count(total.changes, "change"),
        count(total.cancelled, "ticket"),
        total.adjusted
    )
}

/// How many of all are shown, where that is not all of them.
fn shown_of(shown: u64, all: u64) -> String {
    match shown {
        _ if shown == all => String::new(),
        0 => "; none is shown".to_owned(),
        1 => "; the last one is shown".to_owned(),
        _ => format!("; the last {shown} are shown"),
    }
}

fn as_csv(
    changes: &VecDeque<KeptChange>,
    out: &mut dyn Write,
    arguments: &SalesArgs,
) -> io::Result<()> {
    let mut sheet = Sheet::of(&COLUMNS, out, arguments);
    for change in changes {
        let text = |text: &Option<String>| sheet_text(text.as_deref(), arguments);
        sheet.row(&[
            change.at.clone(),
            change.change.to_owned(),
            change.quantity.to_string(),
            change.left.to_string(),
            text(&change.sale),
            text(&change.buyer),
            text(&change.reason),
            text(&change.by),
            sheet_text(Some(&change.what), arguments),
        ])?;
    }
    sheet.end()
}

fn sheet_text(text: Option<&str>, arguments: &SalesArgs) -> String {
    super::csv::text(text.unwrap_or_default(), arguments)
}
