//! What is said beside the list of one buyer: what that list leaves out, and who was perhaps meant.

use std::ops::ControlFlow;

use super::super::hint::quoted;
use super::super::name_for_id::past;
use super::super::screen::Screen;
use crate::office::searchable;
use crate::plural::{are, count};
use crate::{BoxOffice, Result};

/// So many names are told at most, where none is found.
const TOLD: usize = 5;

/// What was listed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    Sales,
    Holds,
    Changes,
}

/// Says it, where so many were found.
pub(super) fn notes(
    office: &BoxOffice,
    name: &str,
    (found, listed): (u64, Listed),
    screen: &Screen,
) -> Result<()> {
    if screen.quiet {
        return Ok(());
    }
    let mut notes = match listed {
        Listed::Changes => Vec::new(),
        listed => what_else(office, name, listed, screen)?,
    };
    if found == 0 {
        match past(office, name) {
            Some((bookings, id)) => {
                let show = screen.command(&format!("show {id}"));
                notes.push(format!("{bookings}: {show}"));
            }
            None if notes.is_empty() => {
                notes = who_was_meant(office, name)?;
                if listed == Listed::Sales {
                    notes.extend(in_notes(office, name, screen)?);
                }
            }
            None => {}
        }
    }
    screen.notes(&notes);
    Ok(())
}

/// Holds of that name beside sales; sales beside holds, where there are no holds.
fn what_else(
    office: &BoxOffice,
    name: &str,
    listed: Listed,
    screen: &Screen,
) -> Result<Vec<String>> {
    let mut found = 0;
    let words = match listed {
        Listed::Sales | Listed::Changes => {
            office.open_holds(Some(name), &mut |_| {
                found += 1;
                ControlFlow::Continue(())
            })?;
            "sales --held --name"
        }
        Listed::Holds => {
            office.sales(Some(name), &mut |_| {
                found += 1;
                ControlFlow::Continue(())
            })?;
            "sales --name"
        }
    };
    if found == 0 {
        return Ok(Vec::new());
    }
    let what = match listed {
        Listed::Sales | Listed::Changes => "hold",
        Listed::Holds => "sale",
    };
    let lists = screen.command(&format!("{words} {}", quoted(name.as_ref())));
    let (many, are) = (count(found, what), are(found));
    Ok(vec![format!("{many} {are} of that name: {lists}")])
}

/// How many sales have it in their notes, in words; `None`: none.
fn in_notes(office: &BoxOffice, text: &str, screen: &Screen) -> Result<Option<String>> {
    let text = searchable(text);
    let mut found = 0;
    office.sales(None, &mut |sale| {
        let note = searchable(sale.note.unwrap_or_default());
        found += u64::from(note.contains(&text));
        ControlFlow::Continue(())
    })?;
    let (sales, lists) = (count(found, "sale"), screen.command("sales"));
    let have = if found == 1 { "has" } else { "have" };
    Ok((found > 0).then(|| format!("{sales} {have} that in the note: {lists} lists notes, too")))
}

/// Names that were perhaps meant, in words; nothing where there are none.
fn who_was_meant(office: &BoxOffice, name: &str) -> Result<Vec<String>> {
    let mut names = office.buyers_like(name, TOLD + 1)?;
    let more = names.len() > TOLD;
    names.truncate(TOLD);
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let more = if more { " and others" } else { "" };
    let names = names.join(", ");
    Ok(vec![format!(
        "--name finds a whole name; these are like it: {names}{more}"
    )])
}
