//! How many are left, in words.
//!
//! After a change that is what is on hand: held tickets are not, due or not. At a look it is what can be had: tickets
//! whose hold is due, too. Both say what makes the difference.

use crate::office::EventState;
use crate::plural::are;

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
    let due = match state.due {
        0 => String::new(),
        due => format!("; {due} of those left {} held still, but due", are(due)),
    };
    format!("{} left, {} sold{held}{due}", state.left, state.sold)
}
