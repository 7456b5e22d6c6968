//! How many are left, in words.
//!
//! After a change that is what is on hand: held tickets are not, due or not. At a look it is what can be had: tickets
//! whose hold is due, too. Both say what makes the difference.

use super::screen::Screen;
use crate::office::EventState;
use crate::plural::{are, count};
use crate::{BoxOffice, Result};

/// After a change.
pub(super) fn on_hand(left: u64, held: u64) -> String {
    match held {
        0 => format!("{left} left"),
        held => format!("{left} left, {held} held"),
    }
}

/// At a look.
pub(super) fn in_words(state: &EventState) -> String {
    let held = match state.held {
        0 => String::new(),
        held => format!(", {held} held"),
    };
    let due = still_held(state.due);
    format!("{} left, {} sold{held}{due}", state.left, state.sold)
}

/// Behind what is left, how many of these have a hold that is due.
pub(super) fn still_held(due: u64) -> String {
    match due {
        0 => String::new(),
        due => format!("; {due} of those left {} held still, but due", are(due)),
    }
}

/// What a list of sales leaves out: a note that tickets are held, where some are.
pub(super) fn left_out(office: &BoxOffice, what: &str, screen: &Screen) -> Result<Vec<String>> {
    if screen.quiet {
        return Ok(Vec::new());
    }
    let state = office.state()?;
    Ok(match state.held.saturating_add(state.due) {
        0 => Vec::new(),
        held => {
            let (tickets, are) = (count(held, "ticket"), are(held));
            let list = screen.command("sales --held");
            vec![format!("{what}; {tickets} {are} held besides: {list}")]
        }
    })
}
