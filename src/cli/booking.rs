//! `tickets book`, `cancel` and `adjust`: what sellers do.

use std::path::Path;

use serde::Serialize;

use super::args::{AdjustArgs, BookArgs, CancelArgs};
use super::document::{SaleMember, by};
use super::held_too;
use super::hint::quoted;
use super::left::on_hand;
use super::name_for_id;
use super::overdue::{SaleProgress, watched};
use super::screen::{GOOD, Screen};
use crate::office::{Change, Order};
use crate::plural::count;
use crate::{BoxOffice, Error, Kind, Result, shown};

pub(super) fn book(file: &Path, arguments: &BookArgs, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(file)?;
    let wait = arguments.wait.limit;
    let order = Order::new(&arguments.name, arguments.quantity)
        .key(arguments.key.as_deref())
        .note(arguments.note.as_deref())
        .wait(wait)
        .durability(arguments.durability.into());
    let mut progress = SaleProgress::default();
    let sale = watched(("book", wait), &progress.clone(), screen, || {
        office.purchase(&order, &mut progress)
    });
    screen.notes(&office.notes());
    let sale = sale.map_err(|error| how_to_retry(error, arguments, screen))?;
    let document = BookDocument {
        ok: true,
        command: "book",
        sale: SaleMember {
            id: &sale.id,
            buyer: &sale.buyer,
            quantity: sale.quantity,
        },
        left: sale.left,
        replayed: sale.replayed,
        warning: sale.unpublished.as_ref().map(Error::to_string),
    };
    screen.answer(&document, |out| {
        if screen.quiet {
            return writeln!(out, "{}", shown(&sale.id));
        }
        let (name, quantity) = (shown(&sale.buyer), count(sale.quantity, "ticket"));
        let again = as_before(sale.replayed);
        writeln!(
            out,
            "{GOOD}booked{GOOD:#}  {quantity} for {name}, sale {}{again}",
            shown(&sale.id)
        )?;
        writeln!(out, "{}", on_hand(sale.left, sale.held))
    });
    screen.unpublished(sale.unpublished.as_ref());
    held_too::told(&office, &sale, screen);
    Ok(0)
}

fn how_to_retry(error: Error, arguments: &BookArgs, screen: &Screen) -> Error {
    if error.kind() != Kind::OutcomeUnknown {
        return error;
    }
    match &arguments.key {
        Some(key) => error.hint(format!(
            "the outcome is unknown: try again with the same --key {}; it is never sold twice",
            quoted(key.as_ref())
        )),
        None => error.hint(format!(
            "the outcome is unknown: see {} before you try again; with --key a second try would be safe",
            screen.command(&format!("sales --name {}", quoted(arguments.name.as_ref())))
        )),
    }
}

pub(super) fn cancel(file: &Path, arguments: &CancelArgs, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(file)?;
    let wait = arguments.wait.limit;
    let by = by();
    let change = Change::new()
        .reason(arguments.reason.as_deref())
        .key(arguments.key.as_deref())
        .by(by.as_deref())
        .wait(wait);
    let done = watched(("cancel", wait), &SaleProgress::unknown(), screen, || {
        office.cancel(&arguments.id, arguments.quantity, &change)
    });
    screen.notes(&office.notes());
    let done = done.map_err(|error| name_for_id::told(error, &office, &arguments.id, "cancel"))?;
    let document = CancelDocument {
        ok: true,
        command: "cancel",
        cancelled: SaleMember {
            id: &done.id,
            buyer: &done.buyer,
            quantity: done.quantity,
        },
        kept: done.kept,
        left: done.left,
        replayed: done.replayed,
        warning: done.unpublished.as_ref().map(Error::to_string),
    };
    screen.answer(&document, |out| {
        if screen.quiet {
            return writeln!(out, "{}", shown(&done.id));
        }
        let (name, quantity) = (shown(&done.buyer), count(done.quantity, "ticket"));
        write!(
            out,
            "{GOOD}cancelled{GOOD:#}  {quantity} of {name}, sale {}",
            shown(&done.id)
        )?;
        match done.kept {
            0 => {}
            kept => write!(out, "; {kept} kept")?,
        }
        writeln!(out, "{}", as_before(done.replayed))?;
        writeln!(out, "{}", on_hand(done.left, done.held))
    });
    screen.unpublished(done.unpublished.as_ref());
    Ok(0)
}

pub(super) fn adjust(file: &Path, arguments: &AdjustArgs, screen: &Screen) -> Result<u8> {
    let mut office = BoxOffice::at(file)?;
    let wait = arguments.wait.limit;
    let by = by();
    let change = Change::new()
        .reason(arguments.reason.as_str())
        .key(arguments.key.as_deref())
        .by(by.as_deref())
        .wait(wait);
    let done = watched(("adjust", wait), &SaleProgress::unknown(), screen, || {
        office.adjust(arguments.quantity, &change)
    });
    screen.notes(&office.notes());
    let done = done?;
    let document = AdjustDocument {
        ok: true,
        command: "adjust",
        quantity: done.quantity,
        left: done.left,
        replayed: done.replayed,
        warning: done.unpublished.as_ref().map(Error::to_string),
    };
    screen.answer(&document, |out| {
        if screen.quiet {
            return writeln!(out, "{}", done.left);
        }
        writeln!(
            out,
            "{GOOD}adjusted{GOOD:#}  the stock by {:+}{}",
            done.quantity,
            as_before(done.replayed)
        )?;
        writeln!(out, "{}", on_hand(done.left, done.held))
    });
    screen.unpublished(done.unpublished.as_ref());
    Ok(0)
}

/// What is said of an answer that was given before.
fn as_before(replayed: bool) -> &'static str {
    if replayed {
        ", as before: the key is known"
    } else {
        ""
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_first(replayed: &bool) -> bool {
    !replayed
}

#[derive(Serialize)]
struct BookDocument<'a> {
    ok: bool,
    command: &'static str,
    sale: SaleMember<'a>,
    left: u64,
    replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

#[derive(Serialize)]
struct CancelDocument<'a> {
    ok: bool,
    command: &'static str,
    cancelled: SaleMember<'a>,
    kept: u64,
    left: u64,
    #[serde(skip_serializing_if = "is_first")]
    replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

#[derive(Serialize)]
struct AdjustDocument {
    ok: bool,
    command: &'static str,
    quantity: i64,
    left: u64,
    #[serde(skip_serializing_if = "is_first")]
    replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}
