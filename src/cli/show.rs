//! `tickets show`: one sale or hold, and all that happened to it.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::value::RawValue;

use super::args::ShowArgs;
use super::clock::{here, is_past};
use super::name_for_id;
use super::screen::Screen;
use crate::office::{Happened, History, State};
use crate::plural::count;
use crate::{BoxOffice, Result, shown};

pub(super) fn show(file: &Path, arguments: &ShowArgs, screen: &Screen) -> Result<u8> {
    let office = BoxOffice::at(file)?;
    let history = office.history(&arguments.id);
    let history =
        history.map_err(|error| name_for_id::told(error, &office, &arguments.id, "show"))?;
    let document = ShowDocument {
        ok: true,
        command: "show",
        sale: ShowMember {
            id: &history.id,
            buyer: &history.buyer,
            quantity: history.quantity,
            cancelled: history.cancelled,
            state: history.state,
        },
        lines: &history.lines,
    };
    screen.result(&document, |out| in_words(&history, out));
    Ok(0)
}

fn in_words(history: &History, out: &mut dyn Write) -> io::Result<()> {
    let (id, buyer) = (shown(&history.id), shown(&history.buyer));
    let tickets = count(history.quantity, "ticket");
    let state = state_in_words(history);
    writeln!(out, "{id}  {tickets} for {buyer}, {state}")?;
    let mut before: Option<&Happened> = None;
    for happened in &history.events {
        writeln!(out, "  {}  {}", here(&happened.at), what(happened, before))?;
        before = Some(happened);
    }
    Ok(())
}

fn state_in_words(history: &History) -> String {
    match history.state {
        State::Valid => "valid".to_owned(),
        State::Part => {
            let kept = history.quantity.saturating_sub(history.cancelled);
            format!("{} cancelled, {kept} valid", history.cancelled)
        }
        State::Cancelled => "cancelled".to_owned(),
        State::Held => {
            let until = history.events.iter().find_map(|it| it.until.as_deref());
            let due = until.is_some_and(is_past);
            if due { "held still, but due" } else { "held" }.to_owned()
        }
        State::Released => "released".to_owned(),
        State::Expired => "expired".to_owned(),
    }
}

/// One thing that happened, in a line: `cancelled 1 ticket; reason: ill; by carol`.
fn what(happened: &Happened, before: Option<&Happened>) -> String {
    let buyer = shown(&happened.buyer);
    let tickets = count(happened.quantity, "ticket");
    let words = match happened.what {
        "sell" => format!("booked {tickets} for {buyer}"),
        "hold" => {
            let until = here(happened.until.as_deref().unwrap_or_default());
            format!("held {tickets} for {buyer} until {until}")
        }
        "confirm" => format!("confirmed {tickets}"),
        "release" => format!("released {tickets}"),
        "expire" => format!("ended: {tickets} given to who needed them"),
        "cancel" => format!("cancelled {tickets}"),
        "rename" => {
            let was = before.map_or_else(String::new, |before| shown(&before.buyer));
            format!("renamed from {was} to {buyer}")
        }
        other => format!("{other} {tickets}"),
    };
    let more = [
        ("; key", &happened.key),
        ("; note:", &happened.note),
        ("; reason:", &happened.reason),
        ("; by", &happened.by),
    ];
    let told = more.into_iter().filter_map(|(name, text)| {
        let text = shown(text.as_deref()?);
        Some(format!("{name} {text}"))
    });
    words + &told.collect::<String>()
}

#[derive(Serialize)]
struct ShowDocument<'a> {
    ok: bool,
    command: &'static str,
    sale: ShowMember<'a>,
    lines: &'a [Box<RawValue>],
}

#[derive(Serialize)]
struct ShowMember<'a> {
    id: &'a str,
    buyer: &'a str,
    quantity: u64,
    cancelled: u64,
    state: State,
}
