//! `tickets set`, `close`, `reopen`, `rename`, `show`: the life of an event, and of a sale.

use std::path::Path;

use serde::Serialize;
use serde_json::value::RawValue;

use super::args::{RenameArgs, SetArgs, SettingsArgs, ShowArgs, TurnArgs};
use super::clock::here;
use super::document::{SaleMember, by};
use super::overdue::{SaleProgress, watched};
use super::screen::{GOOD, Screen};
use crate::office::{Change, EventSettings, OnSale, State, Turned};
use crate::plural::count;
use crate::{BoxOffice, Error, Result, shown};

/// The settings with what the command line changes of them.
pub(super) fn changed(mut settings: EventSettings, by: &SettingsArgs) -> EventSettings {
    let text = |text: &String| (!text.is_empty()).then(|| text.clone());
    let limit = |limit: u64| (limit > 0).then_some(limit);
    if let Some(title) = &by.title {
        settings.title = text(title);
    }
    if let Some(date) = &by.date {
        settings.date = text(date);
    }
    if let Some(most) = by.max_per_sale {
        settings.max_per_sale = limit(most);
    }
    if let Some(most) = by.max_per_buyer {
        settings.max_per_buyer = limit(most);
    }
    if let Some(time) = by.hold {
        settings.hold = humantime::format_duration(time)
            .to_string()
            .replace(' ', "");
    }
    if let Some(from) = &by.from {
        settings.from = text(from);
    }
    if let Some(until) = &by.until {
        settings.until = text(until);
    }
    settings
}

pub(super) fn set(file: &Path, arguments: &SetArgs, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(file)?;
    let (wait, by) = (arguments.wait.limit, by());
    let change = Change::new().by(by.as_deref()).wait(wait);
    let done = watched(("set", wait), &SaleProgress::unknown(), screen, || {
        office.set(&change, &mut |before| {
            Ok(changed(before, &arguments.settings))
        })
    });
    screen.notes(&office.notes());
    let done = done?;
    let document = SetDocument {
        ok: true,
        command: "set",
        event: &done.settings,
        warning: done.unpublished.as_ref().map(Error::to_string),
    };
    screen.answer(&document, |out| {
        writeln!(out, "{GOOD}set{GOOD:#}  {}", in_words(&done.settings))
    });
    screen.unpublished(done.unpublished.as_ref());
    Ok(0)
}

/// What an event is sold by, for people.
pub(super) fn in_words(event: &EventSettings) -> String {
    let mut words = Vec::new();
    let mut add = |what: &str, text: Option<String>| {
        if let Some(text) = text {
            words.push(format!("{what} {}", shown(&text)));
        }
    };
    add("title", event.title.clone());
    add("date", event.date.clone());
    add(
        "at most a sale",
        event.max_per_sale.map(|most| most.to_string()),
    );
    add(
        "at most a buyer",
        event.max_per_buyer.map(|most| most.to_string()),
    );
    add("holds for", Some(event.hold.clone()));
    add("on sale from", event.from.as_deref().map(here));
    add("on sale until", event.until.as_deref().map(here));
    words.join(", ")
}

pub(super) fn close(file: &Path, arguments: &TurnArgs, screen: &Screen) -> Result<u8> {
    turn("close", file, arguments, screen, BoxOffice::close)
}

pub(super) fn reopen(file: &Path, arguments: &TurnArgs, screen: &Screen) -> Result<u8> {
    turn("reopen", file, arguments, screen, BoxOffice::reopen)
}

type Turn = fn(&mut BoxOffice, &Change<'_>) -> Result<Turned>;

fn turn(
    command: &'static str,
    file: &Path,
    arguments: &TurnArgs,
    screen: &Screen,
    turn: Turn,
) -> Result<u8> {
    let mut office = BoxOffice::at(file)?;
    let (wait, by) = (arguments.wait.limit, by());
    let change = Change::new()
        .reason(arguments.reason.as_deref())
        .by(by.as_deref())
        .wait(wait);
    let done = watched((command, wait), &SaleProgress::unknown(), screen, || {
        turn(&mut office, &change)
    });
    screen.notes(&office.notes());
    let done = done?;
    let document = TurnDocument {
        ok: true,
        command,
        on_sale: done.on_sale,
        warning: done.unpublished.as_ref().map(Error::to_string),
    };
    screen.answer(&document, |out| {
        writeln!(out, "{GOOD}{}{GOOD:#}", told(done.on_sale))
    });
    screen.unpublished(done.unpublished.as_ref());
    Ok(0)
}

pub(super) fn rename(file: &Path, arguments: &RenameArgs, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(file)?;
    let (wait, by) = (arguments.wait.limit, by());
    let change = Change::new()
        .reason(arguments.reason.as_deref())
        .by(by.as_deref())
        .wait(wait);
    let done = watched(("rename", wait), &SaleProgress::unknown(), screen, || {
        office.rename(&arguments.id, &arguments.name, &change)
    });
    screen.notes(&office.notes());
    let sale = done?;
    let document = RenameDocument {
        ok: true,
        command: "rename",
        sale: SaleMember {
            id: &sale.id,
            buyer: &sale.buyer,
            quantity: sale.quantity,
        },
        warning: sale.unpublished.as_ref().map(Error::to_string),
    };
    screen.answer(&document, |out| {
        let (name, id) = (shown(&sale.buyer), shown(&sale.id));
        if screen.quiet {
            return writeln!(out, "{id}");
        }
        writeln!(
            out,
            "{GOOD}renamed{GOOD:#}  {} for {name}, sale {id}",
            count(sale.quantity, "ticket")
        )
    });
    screen.unpublished(sale.unpublished.as_ref());
    Ok(0)
}

pub(super) fn show(file: &Path, arguments: &ShowArgs, screen: &Screen) -> Result<u8> {
    let office = BoxOffice::at(file)?;
    let history = office.history(&arguments.id)?;
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
    screen.result(&document, |out| {
        let state = serde_json::to_string(&history.state).unwrap_or_default();
        writeln!(
            out,
            "{}  {} for {}, {}",
            shown(&history.id),
            count(history.quantity, "ticket"),
            shown(&history.buyer),
            state.trim_matches('"')
        )?;
        for line in &history.lines {
            writeln!(out, "  {}", shown(line.get()))?;
        }
        Ok(())
    });
    Ok(0)
}

/// Whether an event is on sale, for people.
pub(super) fn told(on_sale: OnSale) -> &'static str {
    match on_sale {
        OnSale::Open => "on sale",
        OnSale::Closed => "the sale is closed",
        OnSale::NotYet => "not on sale yet",
        OnSale::Over => "the sale is over",
        OnSale::SoldOut => "sold out",
    }
}

#[derive(Serialize)]
struct SetDocument<'a> {
    ok: bool,
    command: &'static str,
    event: &'a EventSettings,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

#[derive(Serialize)]
struct TurnDocument {
    ok: bool,
    command: &'static str,
    on_sale: OnSale,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

#[derive(Serialize)]
struct RenameDocument<'a> {
    ok: bool,
    command: &'static str,
    sale: SaleMember<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
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
