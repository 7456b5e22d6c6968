//! `tickets hold`, `confirm`, `release`.

use std::path::Path;

use serde::Serialize;

use super::args::{HoldArgs, HoldEndArgs};
use super::clock::here;
use super::document::{SaleMember, by};
use super::left::on_hand;
use super::name_for_id;
use super::overdue::{SaleProgress, watched};
use super::screen::{GOOD, Screen};
use crate::office::{Change, HoldEnd, Order, State};
use crate::plural::{are, count};
use crate::{BoxOffice, Error, Result, shown};

pub(super) fn hold(file: &Path, arguments: &HoldArgs, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(file)?;
    let wait = arguments.wait.limit;
    let order = Order::new(&arguments.name, arguments.quantity)
        .key(arguments.key.as_deref())
        .note(arguments.note.as_deref())
        .wait(wait);
    let done = watched(("hold", wait), &SaleProgress::unknown(), screen, || {
        office.hold(&order, arguments.time)
    });
    screen.notes(&office.notes());
    let hold = done?;
    let document = HoldDocument {
        ok: true,
        command: "hold",
        hold: HoldMember {
            id: &hold.id,
            buyer: &hold.buyer,
            quantity: hold.quantity,
            until: &hold.until,
            state: Some(hold.state).filter(|state| *state != State::Held),
        },
        left: hold.left,
        held: hold.held,
        replayed: hold.replayed,
        warning: hold.unpublished.as_ref().map(Error::to_string),
    };
    screen.answer(&document, |out| {
        if screen.quiet {
            return writeln!(out, "{}", shown(&hold.id));
        }
        let again = if hold.replayed {
            ", as before: the key is known"
        } else {
            ""
        };
        // A hold that has ended otherwise is refused under its key.
        if hold.state != State::Held {
            writeln!(
                out,
                "{GOOD}sold{GOOD:#}  {} for {}, hold {}, is confirmed by now: the key is known",
                count(hold.quantity, "ticket"),
                shown(&hold.buyer),
                shown(&hold.id)
            )?;
            return writeln!(out, "{}", on_hand(hold.left, hold.held));
        }
        writeln!(
            out,
            "{GOOD}held{GOOD:#}  {} for {} until {}, hold {}{again}",
            count(hold.quantity, "ticket"),
            shown(&hold.buyer),
            here(&hold.until),
            shown(&hold.id)
        )?;
        writeln!(out, "{}", on_hand(hold.left, hold.held))
    });
    screen.unpublished(hold.unpublished.as_ref());
    Ok(0)
}

pub(super) fn confirm(file: &Path, arguments: &HoldEndArgs, screen: &Screen) -> Result<u8> {
    let done = end("confirm", file, arguments, screen, BoxOffice::confirm)?;
    let document = ConfirmDocument {
        ok: true,
        command: "confirm",
        sale: SaleMember {
            id: &done.id,
            buyer: &done.buyer,
            quantity: done.quantity,
        },
        left: done.left,
        replayed: done.replayed,
        warning: done.unpublished.as_ref().map(Error::to_string),
    };
    screen.answer(&document, |out| {
        told(out, ("confirmed", "sale"), &done, screen)
    });
    screen.unpublished(done.unpublished.as_ref());
    Ok(0)
}

pub(super) fn release(file: &Path, arguments: &HoldEndArgs, screen: &Screen) -> Result<u8> {
    let done = end("release", file, arguments, screen, BoxOffice::release)?;
    let document = ReleaseDocument {
        ok: true,
        command: "release",
        released: ReleasedMember {
            id: &done.id,
            quantity: done.quantity,
        },
        left: done.left,
        replayed: done.replayed,
        warning: done.unpublished.as_ref().map(Error::to_string),
    };
    screen.answer(&document, |out| {
        told(out, ("released", "hold"), &done, screen)
    });
    screen.unpublished(done.unpublished.as_ref());
    Ok(0)
}

type End = fn(&mut BoxOffice, &str, &Change<'_>) -> Result<HoldEnd>;

fn end(
    command: &'static str,
    file: &Path,
    arguments: &HoldEndArgs,
    screen: &Screen,
    end: End,
) -> Result<HoldEnd> {
    let mut office = BoxOffice::at(file)?;
    let (wait, by) = (arguments.wait.limit, by());
    let change = Change::new().by(by.as_deref()).wait(wait);
    let done = watched((command, wait), &SaleProgress::unknown(), screen, || {
        end(&mut office, &arguments.id, &change)
    });
    screen.notes(&office.notes());
    done.map_err(|error| name_for_id::told(error, &office, &arguments.id, command))
}

fn told(
    out: &mut dyn std::io::Write,
    (done, what): (&str, &str),
    end: &HoldEnd,
    screen: &Screen,
) -> std::io::Result<()> {
    if screen.quiet {
        return writeln!(out, "{}", shown(&end.id));
    }
    let again = match (end.replayed, end.kept) {
        (false, _) => String::new(),
        (true, kept) if kept < end.quantity => {
            format!(", as before: {kept} of them {} valid by now", are(kept))
        }
        (true, _) => ", as before".to_owned(),
    };
    writeln!(
        out,
        "{GOOD}{done}{GOOD:#}  {} for {}, {what} {}{again}",
        count(end.quantity, "ticket"),
        shown(&end.buyer),
        shown(&end.id)
    )?;
    writeln!(out, "{}", on_hand(end.left, end.held))
}

#[derive(Serialize)]
struct HoldDocument<'a> {
    ok: bool,
    command: &'static str,
    hold: HoldMember<'a>,
    left: u64,
    held: u64,
    replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

#[derive(Serialize)]
struct HoldMember<'a> {
    id: &'a str,
    buyer: &'a str,
    quantity: u64,
    until: &'a str,
    /// What it is by now, where it is a sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
}

#[derive(Serialize)]
struct ConfirmDocument<'a> {
    ok: bool,
    command: &'static str,
    sale: SaleMember<'a>,
    left: u64,
    replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

#[derive(Serialize)]
struct ReleaseDocument<'a> {
    ok: bool,
    command: &'static str,
    released: ReleasedMember<'a>,
    left: u64,
    replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

#[derive(Serialize)]
struct ReleasedMember<'a> {
    id: &'a str,
    quantity: u64,
}
