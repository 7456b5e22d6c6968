//! `tickets set`, `close`, `reopen`, `rename`: the life of an event.

use std::path::Path;

use serde::Serialize;

use super::args::{RenameArgs, SetArgs, TurnArgs};
use super::document::{SaleMember, by};
use super::name_for_id;
use super::overdue::{SaleProgress, watched};
use super::screen::{GOOD, Screen};
use super::settings::{changed, in_words, past_end};
use crate::office::{Change, EventSettings, OnSale, Turned};
use crate::plural::{are, count};
use crate::{BoxOffice, Error, Result, free_event, shown};

pub(super) fn set(file: &Path, arguments: &SetArgs, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(file)?;
    if arguments.settings.is_empty() {
        return show(&office, screen);
    }
    let (wait, by) = (arguments.wait.limit, by());
    let change = Change::new().by(by.as_deref()).wait(wait);
    let practised = office.settings().is_ok_and(|settings| settings.is_none());
    let done = watched(("set", wait), &SaleProgress::unknown(), screen, || {
        office.set(&change, &mut |before| {
            Ok(changed(before, &arguments.settings))
        })
    });
    screen.notes(&office.notes());
    let done = done?;
    let over = arguments.settings.until.is_some();
    let over = over.then(|| past_end(&done.settings, screen)).flatten();
    let real = practised.then(|| for_real(file, screen));
    let unpublished = done.unpublished.as_ref().map(Error::to_string);
    let warning = unpublished.or_else(|| over.clone());
    let document = SetDocument {
        ok: true,
        command: "set",
        event: &done.settings,
        warning: warning.or_else(|| real.clone()),
    };
    screen.answer(&document, |out| {
        if screen.quiet {
            return Ok(());
        }
        writeln!(out, "{GOOD}set{GOOD:#}  {}", in_words(&done.settings))
    });
    screen.unpublished(done.unpublished.as_ref());
    screen.warned(over.as_deref());
    if !screen.json {
        screen.notes(real.as_slice());
    }
    Ok(0)
}

/// What somebody should know who has set something of an event that was made to practise on.
fn for_real(file: &Path, screen: &Screen) -> String {
    let (file, buy) = (file.display(), screen.command("buy"));
    let other = free_event("practice");
    format!(
        "by that {file} is an event for real, and stays one after a reset, too: {buy} wants --force there; to practise on: \
         echo '{{\"ticket\": 2}}' > {other}, then say -f {other}"
    )
}

/// `tickets set` alone: what is set, and whether that, or anything else, keeps it from being sold. Writes nothing.
fn show(office: &BoxOffice, screen: &Screen) -> Result<u8> {
    let settings = office.settings()?.unwrap_or_default();
    let document = SetDocument {
        ok: true,
        command: "set",
        event: &settings,
        warning: None,
    };
    let on_sale = match office.state()?.on_sale {
        OnSale::Open => String::new(),
        other => format!("; {}", told(other)),
    };
    screen.result(&document, |out| {
        writeln!(out, "{}{on_sale}", in_words(&settings))
    });
    Ok(0)
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
    let over = match done.on_sale {
        OnSale::Over => office.settings()?.and_then(|it| past_end(&it, screen)),
        _ => None,
    };
    // Whose hold stands, or is due, can buy by it while nothing else is sold.
    let held = match (done.on_sale, office.state()) {
        (OnSale::Closed, Ok(state)) => state.held.saturating_add(state.due),
        _ => 0,
    };
    let unpublished = done.unpublished.as_ref().map(Error::to_string);
    let document = TurnDocument {
        ok: true,
        command,
        on_sale: done.on_sale,
        warning: unpublished.or_else(|| over.clone()),
    };
    screen.answer(&document, |out| {
        if screen.quiet {
            return Ok(());
        }
        writeln!(out, "{GOOD}{}{GOOD:#}", told(done.on_sale))?;
        if held > 0 {
            let (tickets, are) = (count(held, "ticket"), are(held));
            writeln!(out, "{tickets} {are} held and can still be bought")?;
        }
        Ok(())
    });
    screen.unpublished(done.unpublished.as_ref());
    screen.warned(over.as_deref());
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
    let sale = done.map_err(|error| name_for_id::told(error, &office, &arguments.id, "rename"))?;
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
            "{GOOD}renamed{GOOD:#}  {} for {name}, {} {id}",
            count(sale.quantity, "ticket"),
            if sale.is_held { "hold" } else { "sale" }
        )
    });
    screen.unpublished(sale.unpublished.as_ref());
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
