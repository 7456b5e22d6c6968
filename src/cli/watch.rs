//! `tickets watch`: the count and the last sales, live.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::json;
use super::process::Stop;
use super::screen::Screen;
use crate::office::EventState;
use crate::{BoxOffice, Result, shown};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_millis(250);

/// So many sales are shown.
const LAST: usize = 10;

pub(super) fn watch(file: &Path, screen: &Screen) -> Result<u8> {
    let office = BoxOffice::at(file)?;
    let stop = Stop::on_signals()?;
    let is_terminal = io::stdout().is_terminal() && !screen.json;
    let mut before: Option<EventState> = None;
    loop {
        let state = office.state()?;
        if before.as_ref() != Some(&state) {
            let told = if screen.json {
                as_json(&state)
            } else if is_terminal {
                draw(&office, &state)?
            } else {
                as_line(&state)
            };
            // A reader that has seen enough ends it.
            if told.is_err() {
                screen.written(told);
                return Ok(0);
            }
            before = Some(state);
        }
        if stop.wait(EVERY) {
            return Ok(stop.exit_code());
        }
    }
}

fn as_json(state: &EventState) -> io::Result<()> {
    let mut out = io::stdout().lock();
    json::write(&mut out, &WatchDocument::of(state))?;
    out.write_all(b"\n")?;
    out.flush()
}

fn as_line(state: &EventState) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} left, {} sold, {} held",
        state.left, state.sold, state.held
    )?;
    out.flush()
}

fn draw(office: &BoxOffice, state: &EventState) -> Result<io::Result<()>> {
    let mut last: VecDeque<String> = VecDeque::new();
    office.sales(None, &mut |sale| {
        if last.len() == LAST {
            last.pop_front();
        }
        let kept = sale.quantity.saturating_sub(sale.cancelled);
        last.push_back(format!(
            "{}  {kept} for {}",
            shown(sale.id),
            shown(sale.buyer)
        ));
        ControlFlow::Continue(())
    })?;
    let write = || {
        let mut out = io::stdout().lock();
        // Home, then each line and what was below it anew.
        write!(out, "\x1b[H\x1b[J")?;
        if let Some(title) = &state.title {
            writeln!(out, "{}", shown(title))?;
        }
        writeln!(
            out,
            "{} left, {} sold, {} held\n",
            state.left, state.sold, state.held
        )?;
        for sale in last.iter().rev() {
            writeln!(out, "{sale}")?;
        }
        out.flush()
    };
    Ok(write())
}

#[derive(Serialize)]
struct WatchDocument<'a> {
    left: u64,
    sold: u64,
    held: u64,
    on_sale: crate::office::OnSale,
    title: Option<&'a str>,
}

impl<'a> WatchDocument<'a> {
    fn of(state: &'a EventState) -> Self {
        Self {
            left: state.left,
            sold: state.sold,
            held: state.held,
            on_sale: state.on_sale,
            title: state.title.as_deref(),
        }
    }
}
