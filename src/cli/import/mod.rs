//! `tickets import`: sells to all of a list.
//!
//! Knows lists, their rows and what became of each; knows nothing of locks and ledger lines.

mod again;
mod batch;
mod cell_count;
mod column_names;
mod corrected;
mod csv_rows;
mod done;
mod equal_sales;
mod header;
mod json_rows;
mod list;
mod list_names;
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
mod skip;
mod sold_here;
mod text;
mod title;
mod twice;

use std::io::{self, IsTerminal as _};
use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::ImportArgs;
use super::screen::Screen;
use crate::office::{Order, Outcome};
use crate::{BoxOffice, Result};
use done::ImportOutcome;
use rejects::Refused;

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
    let mut done = ImportOutcome::default();
    if arguments.skip_sold {
        done.skipped = Some(skip::sold(&list, file)?);
    }
    let rows = list.rows.iter().enumerate();
    let rows = rows.filter(|(place, _)| !done.has_skipped(*place));
    let (places, orders): (Vec<usize>, Vec<Order<'_>>) =
        rows.map(|(place, row)| (place, row.order())).unzip();
    let progress = progress(orders.len(), screen);
    let mut office = BoxOffice::at(file)?;
    let remaining = office.purchase_all(&orders, arguments.wait.limit, &mut |at, outcome| {
        progress.inc(1);
        let Some(place) = places.get(at).copied() else {
            return;
        };
        match outcome {
            Outcome::Sold { .. } => done.sold.push(place),
            Outcome::Replayed { .. } => done.replayed.push(place),
            Outcome::Refused(error) => done.refuse(place, error, list.rows.get(place)),
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
    let is_all_sold = done.refused.is_empty() && list.bad.is_empty();
    if is_all_sold && done.skipped.iter().flatten().next().is_none() {
        corrected::mark_sold(arguments, &batch);
    }
    let code = done.tell(&list, screen);
    let notes = notes::of(&done, &list, (arguments, &batch), code);
    let twice = twice::told(&office, (&list, &batch), &done.sold);
    let is_told = done.skipped.is_none();
    let resold = is_told.then(|| resold::told(&office, (&list, &batch), &done.sold));
    let notes = notes.chain(twice).chain(resold.flatten());
    screen.notes(&notes.map(|note| screen.hint(&note)).collect::<Vec<_>>());
    Ok(code)
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
