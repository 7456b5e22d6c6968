//! A name that stands where an id belongs: what is of that name is told, with its id.

use super::again;
use super::hint::quoted;
use crate::office::{Booking, PastBooking, State};
use crate::plural::count;
use crate::{BoxOffice, Error, Kind};

/// So many ids are told at most.
const TOLD: usize = 5;

/// The same error of a command that wants an id, with what is of that name where it is no id.
pub(super) fn told(error: Error, office: &BoxOffice, id: &str, command: &str) -> Error {
    if error.kind() != Kind::Refused || is_id(id) {
        return error;
    }
    // An event that does not add up was told as such already.
    let Ok(mut found) = office.bookings_of(id, TOLD + 1) else {
        return error;
    };
    let more = if found.len() > TOLD {
        " and others"
    } else {
        ""
    };
    found.truncate(TOLD);
    let bookings: Vec<String> = found.iter().map(in_words).collect();
    let bookings = bookings.join(", ");
    // Who is called exactly so is meant, and not one whose name is like it.
    let words =
        |name: &str| -> Vec<String> { name.split_whitespace().map(str::to_lowercase).collect() };
    let is_so = |booking: &Booking| words(&booking.buyer) == words(id);
    if !found.iter().any(is_so)
        && let Some((bookings, example)) = past(office, id)
    {
        let example = quoted(example.as_ref());
        return error.hint(format!(
            "that is a name; {bookings}: 'tickets show {example}'"
        ));
    }
    let hint = match found.as_slice() {
        [] => "an id is as in 7-k3v9xq, and nobody is called so: 'tickets sales' and 'tickets sales --held' list all"
            .to_owned(),
        [one] if fits(one, command) => {
            let words = again::with_id(command, id, &one.id);
            format!("that is a name; {bookings}: 'tickets {words}'")
        }
        _ => format!("that is a name, and an id is asked for: {bookings}{more}"),
    };
    error.hint(hint)
}

/// What somebody of this name had and has no more, in words, and the id of the last of it; `None`: nothing.
pub(super) fn past(office: &BoxOffice, name: &str) -> Option<(String, String)> {
    let mut found = office.past_bookings_of(name, TOLD + 1).ok()?;
    let more = if found.len() > TOLD {
        " and others"
    } else {
        ""
    };
    found.truncate(TOLD);
    let last = found.last()?.id.clone();
    let words: Vec<String> = found.iter().map(what_became).collect();
    Some((format!("{}{more}", words.join(", ")), last))
}

fn what_became(past: &PastBooking) -> String {
    let (id, tickets) = (&past.id, count(past.quantity, "ticket"));
    let (what, became) = match past.state {
        State::Released => ("hold", "was released"),
        State::Expired => ("hold", "has ended"),
        _ => ("sale", "is cancelled"),
    };
    format!("{what} {id} of {tickets} for {:?} {became}", past.buyer)
}

/// Whether it is written as ids are: a number, and what stands behind its line.
fn is_id(text: &str) -> bool {
    let number = text.trim().split('-').next().unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn in_words(booking: &Booking) -> String {
    let what = if booking.is_held { "hold" } else { "sale" };
    let tickets = count(booking.quantity, "ticket");
    format!(
        "{what} {} has {tickets} for {:?}",
        booking.id, booking.buyer
    )
}

/// Whether the command does something to such a booking.
fn fits(booking: &Booking, command: &str) -> bool {
    match command {
        "confirm" | "release" => booking.is_held,
        "cancel" => !booking.is_held,
        _ => true,
    }
}
