//! What a forced restore or repair gave up: told whatever else is not.

use super::screen::Screen;
use crate::office::GivenUp;
use crate::plural::count;
use crate::shown;

/// So many sales and holds are told to people.
const TOLD: usize = 20;

/// Says it to people; nothing in JSON, which says so itself.
pub(super) fn tell(given_up: &GivenUp, screen: &Screen) {
    if given_up.is_empty() {
        return;
    }
    screen.warned(Some(&in_words(given_up)));
    for booking in given_up.bookings.iter().take(TOLD) {
        screen.warned(Some(&format!("given up: {booking}")));
    }
    let more = given_up.bookings.len().saturating_sub(TOLD) as u64;
    if let (more @ 1.., file) = (more.saturating_add(given_up.more), &given_up.file) {
        let file = shown(file.as_deref().unwrap_or_default());
        screen.warned(Some(&format!("given up: {more} more, in {file}")));
    }
    for undone in given_up.undone.iter().take(TOLD) {
        screen.warned(Some(&undone.to_string()));
    }
    if let Some(more @ 1..) = given_up.undone.len().checked_sub(TOLD) {
        screen.warned(Some(&format!("{more} more sales and holds are as before")));
    }
}

/// `given up: 2 sales and 1 hold (5 tickets), 1 change (cancel): only data/gala.ledger.….jsonl has that`
fn in_words(given_up: &GivenUp) -> String {
    let mut parts = Vec::from_iter(bookings_in_words(given_up));
    let others: u64 = given_up.others.values().sum();
    if others > 0 {
        let what: Vec<&str> = given_up.others.keys().copied().collect();
        parts.push(format!("{} ({})", count(others, "change"), what.join(", ")));
    }
    if parts.is_empty() && given_up.lines > 0 {
        parts.push(format!(
            "{} of sales and holds of which nothing was left",
            count(given_up.lines, "line")
        ));
    }
    if given_up.unreadable > 0 {
        let lines = count(given_up.unreadable, "line");
        parts.push(format!("{lines} that cannot be read"));
    }
    if given_up.lost > 0 {
        let lines = count(given_up.lost, "line");
        let said = given_up
            .count
            .map_or_else(String::new, |count| format!(" (it said {count})"));
        parts.push(format!(
            "at least {lines} that the count included and the ledger lacks{said}"
        ));
    }
    let file = match (&given_up.file, given_up.lost) {
        (Some(file), 0) => format!(": only {} has that", shown(file)),
        (Some(file), _) => format!(": only {} says how many were sold", shown(file)),
        (None, _) => String::new(),
    };
    format!("given up: {}{file}", parts.join(", "))
}

/// `2 sales and 1 hold (5 tickets)`; `None`: there is none, but perhaps a part of one, on a line that is lost.
fn bookings_in_words(given_up: &GivenUp) -> Option<String> {
    if given_up.lines == 0 {
        return None;
    }
    let held = given_up.bookings.iter().filter(|it| it.held).count() as u64;
    let sold = (given_up.bookings.len() as u64).saturating_sub(held);
    let kinds = [(sold, "sale"), (held, "hold")].into_iter();
    let kinds = kinds.filter(|(many, _)| *many > 0);
    let mut words: Vec<String> = kinds.map(|(many, what)| count(many, what)).collect();
    if given_up.more > 0 {
        words.push(format!("{} more", given_up.more));
    }
    if words.is_empty() {
        return None;
    }
    let tickets = match given_up.tickets() {
        0 => String::new(),
        tickets => format!(" ({})", count(tickets, "ticket")),
    };
    Some(format!("{}{tickets}", words.join(" and ")))
}
