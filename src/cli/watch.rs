//! `tickets watch`: the count and the last sales, live.

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::event_life::told;
use super::json;
use super::left;
use super::process::Stop;
use super::screen::Screen;
use crate::office::{EventState, LatestSale, LatestSales, OnSale};
use crate::store::place;
use crate::{BoxOffice, Result, shown};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_millis(250);

/// How often an event is looked at that tells of its changes, whether it has told of one or not.
const AT_LEAST: Duration = Duration::from_secs(2);

/// How often it is asked whether it has.
const GLANCE: Duration = Duration::from_millis(50);

/// So many sales are shown, where there is room.
const LAST: usize = 10;

/// So many lines of a terminal are for what is not a sale.
const OTHER_LINES: usize = 4;

pub(super) fn watch(file: &Path, screen: &Screen) -> Result<u8> {
    let office = BoxOffice::at(file)?;
    let stop = Stop::on_signals()?;
    let is_terminal = io::stdout().is_terminal() && !screen.json;
    let mut latest = LatestSales::new(LAST);
    let mut before: Option<(EventState, Vec<LatestSale>)> = None;
    let changed = Arc::new(AtomicBool::new(false));
    let tells = Arc::clone(&changed);
    let watch = place::watch(file, Box::new(move || tells.store(true, Ordering::Relaxed)))?;
    let told_of = watch.as_ref().map(|_| &*changed);
    loop {
        let state = office.state()?;
        office.look_for_latest(&mut latest)?;
        // A sale that got another name changes no number.
        let now = (state, latest.sales().cloned().collect());
        if before.as_ref() != Some(&now) {
            let state = &now.0;
            let told = if screen.json {
                as_json(state, &latest)
            } else if is_terminal {
                draw(state, &latest)
            } else {
                as_line(state, &latest)
            };
            if told.is_err() {
                screen.written(told);
                return Ok(0);
            }
            before = Some(now);
        }
        if waited(&stop, told_of) {
            // A reader that has seen enough ends it too.
            let code = if stop.was_told() { stop.exit_code() } else { 0 };
            return Ok(code);
        }
    }
}

/// Waits until there may be something new, or it is to end: `true`. `told_of`: whether the event has told of a change.
fn waited(stop: &Stop, told_of: Option<&AtomicBool>) -> bool {
    let Some(told_of) = told_of else {
        return stop.wait(EVERY);
    };
    let begin = Instant::now();
    while begin.elapsed() < AT_LEAST && !told_of.swap(false, Ordering::Relaxed) {
        if stop.wait(GLANCE) {
            return true;
        }
    }
    false
}

fn as_json(state: &EventState, latest: &LatestSales) -> io::Result<()> {
    let mut out = io::stdout().lock();
    json::write(&mut out, &WatchDocument::of(state, latest))?;
    out.write_all(b"\n")?;
    out.flush()
}

fn in_words(state: &EventState) -> String {
    let on_sale = match state.on_sale {
        OnSale::Open => String::new(),
        other => format!("; {}", told(other)),
    };
    format!("{}{on_sale}", left::in_words(state))
}

fn sale_in_words(sale: &LatestSale) -> String {
    let (id, buyer) = (shown(&sale.id), shown(&sale.buyer));
    format!("{id}  {} for {buyer}", sale.quantity)
}

fn as_line(state: &EventState, latest: &LatestSales) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "{}", in_words(state))?;
    if let Some(sale) = latest.sales().next() {
        write!(out, "; last sale {}", sale_in_words(sale))?;
    }
    writeln!(out)?;
    out.flush()
}

fn draw(state: &EventState, latest: &LatestSales) -> io::Result<()> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok();
    let rows = size.map_or(0, |size| usize::from(size.ws_row));
    let most = match rows {
        0 => LAST,
        rows => rows.saturating_sub(OTHER_LINES),
    };
    let mut out = io::stdout().lock();
    // Home, then each line and what was below it anew.
    write!(out, "\x1b[H\x1b[J")?;
    if let Some(title) = &state.title {
        writeln!(out, "{}", shown(title))?;
    }
    writeln!(out, "{}\n", in_words(state))?;
    for sale in latest.sales().take(most) {
        writeln!(out, "{}", sale_in_words(sale))?;
    }
    out.flush()
}

#[derive(Serialize)]
struct WatchDocument<'a> {
    ok: bool,
    command: &'static str,
    left: u64,
    sold: u64,
    held: u64,
    on_sale: OnSale,
    title: Option<&'a str>,
    /// The last one first.
    last: Vec<LastMember<'a>>,
}

#[derive(Serialize)]
struct LastMember<'a> {
    id: &'a str,
    buyer: &'a str,
    quantity: u64,
}

impl<'a> WatchDocument<'a> {
    fn of(state: &'a EventState, latest: &'a LatestSales) -> Self {
        Self {
            ok: true,
            command: "watch",
            left: state.left,
            sold: state.sold,
            held: state.held,
            on_sale: state.on_sale,
            title: state.title.as_deref(),
            last: latest
                .sales()
                .map(|sale| LastMember {
                    id: &sale.id,
                    buyer: &sale.buyer,
                    quantity: sale.quantity,
                })
                .collect(),
        }
    }
}
