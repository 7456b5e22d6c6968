//! Words: all that the page says, in each of its languages.
//!
//! `{}` stands for a number, a name or a time. Of a [`Plural`] the first is said of one.

mod chinese;
mod english;
mod german;
mod traditional_chinese;

use std::time::Duration;

use crate::serve::problem::ProblemResponse;

pub(super) use chinese::CHINESE;
pub(super) use english::ENGLISH;
pub(super) use german::GERMAN;
pub(super) use traditional_chinese::TRADITIONAL_CHINESE;

/// What is said of one, and of another number.
#[derive(Debug, Clone, Copy)]
pub(in crate::serve) struct Plural(
    pub(in crate::serve) &'static str,
    pub(in crate::serve) &'static str,
);

impl Plural {
    pub(in crate::serve) fn of(self, number: u64) -> String {
        let text = if number == 1 { self.0 } else { self.1 };
        fill(text, &number.to_string())
    }
}

/// The text with this in its place.
pub(in crate::serve) fn fill(text: &str, with: &str) -> String {
    text.replacen("{}", with, 1)
}

/// A heading, and what is said below it.
pub(in crate::serve) type Told = (&'static str, &'static str);

/// What the page says in one language.
#[derive(Debug)]
pub(in crate::serve) struct Words {
    /// The language, as in `lang`.
    pub(in crate::serve) lang: &'static str,
    pub(super) tickets: &'static str,
    pub(super) events: &'static str,
    /// What stands between two sentences of one line.
    pub(super) full_stop: &'static str,

    pub(super) left: Plural,
    pub(super) sold_out: Told,
    /// What is said below it where some are held.
    pub(super) some_held: Plural,
    pub(super) closed: Told,
    pub(super) over: Told,
    /// With the time.
    pub(super) not_yet: Told,
    /// What a page says that was overtaken while it was filled in.
    pub(super) overtaken: &'static str,
    pub(super) reload: &'static str,
    /// What an open page says that hears nothing of the service.
    pub(super) lost: &'static str,
    /// What an open page says while the service cannot sell.
    pub(super) halted: &'static str,

    pub(super) name: &'static str,
    pub(super) name_hint: &'static str,
    pub(super) how_many: &'static str,
    pub(super) at_most: Plural,
    pub(super) buy: &'static str,
    /// With for how long.
    pub(super) hold: &'static str,
    pub(super) hold_hint: &'static str,
    /// What the form says to who comes back to it from a receipt.
    pub(super) already: Plural,
    /// The same of tickets that are held.
    pub(super) already_held: Plural,
    pub(super) see_receipt: &'static str,

    pub(super) no_name: &'static str,
    pub(super) name_lines: &'static str,
    /// With how many of its letters have room.
    pub(super) name_too_long: &'static str,
    /// What is said of a quantity that is none, where 1 can be bought; of [`Self::wrong_quantity`] only the plural asks for
    /// a number.
    pub(super) whole_number: &'static str,
    pub(super) wrong_quantity: Plural,
    pub(super) too_few: Plural,
    pub(super) per_sale: Plural,
    /// What one name can have at most.
    pub(super) per_name: Plural,
    /// The same of a name that has some.
    pub(super) per_buyer: Plural,
    pub(super) gone_meanwhile: &'static str,
    pub(super) bought_nothing: &'static str,
    /// What is said to who wants to hold some where none are held.
    pub(super) no_holds: &'static str,

    pub(super) bought: Plural,
    pub(super) receipt_hint: &'static str,
    pub(super) copy_link: &'static str,
    pub(super) copied: &'static str,
    pub(super) label_name: &'static str,
    pub(super) label_quantity: &'static str,
    pub(super) label_id: &'static str,
    pub(super) label_at: &'static str,
    pub(super) label_cancelled: &'static str,
    pub(super) cancel: &'static str,
    pub(super) cancel_hint: &'static str,
    pub(super) cancel_now: Plural,
    pub(super) cancel_too_late: &'static str,
    /// What is said to who cancels what is held.
    pub(super) cancelled_nothing: &'static str,
    pub(super) cancelled: Told,

    pub(super) held: Plural,
    pub(super) held_until: &'static str,
    pub(super) time_left: &'static str,
    pub(super) held_over: &'static str,
    pub(super) confirm: Plural,
    pub(super) release: &'static str,
    /// What is said to who gives back what is bought.
    pub(super) released_nothing: &'static str,
    pub(super) released: Told,
    pub(super) expired: Told,
    pub(in crate::serve) to_the_event: &'static str,

    pub(super) overloaded: Told,
    pub(super) draining: Told,
    pub(super) busy: Told,
    /// What keeps the event cannot be reached.
    pub(super) unreachable: Told,
    pub(super) too_many: Told,
    pub(super) unknown: Told,
    pub(super) broken: Told,
    pub(super) used_key: Told,
    pub(super) see_order: &'static str,
    pub(super) no_receipt: Told,
    pub(super) not_found: Told,
    pub(super) not_allowed: Told,
    pub(super) bad_request: Told,
    pub(super) foreign: Told,
    /// What was compared: what came, with what was expected.
    pub(super) compared: &'static str,
    /// What stands before a command line for those who run the service.
    pub(super) for_operators: &'static str,
    pub(super) try_again: &'static str,
    /// With the seconds.
    pub(super) trying_in: &'static str,
    pub(super) trying_now: &'static str,

    pub(super) units: [Plural; 4],
}

impl Words {
    /// A span of time, in the largest unit that needs no fraction.
    pub(super) fn span(&self, time: Duration) -> String {
        let seconds = time.as_secs();
        let [days, hours, minutes, plain] = self.units;
        let (length, unit) = match seconds {
            s if s >= 86_400 && s % 86_400 == 0 => (86_400, days),
            s if s >= 3600 && s % 3600 == 0 => (3600, hours),
            s if s >= 60 && s % 60 == 0 => (60, minutes),
            _ => (1, plain),
        };
        unit.of(seconds / length)
    }

    /// What is said of a problem that has no page of its own.
    pub(in crate::serve) fn problem(&self, problem: &ProblemResponse) -> Told {
        match problem.code() {
            "overloaded" => self.overloaded,
            "draining" => self.draining,
            "busy" | "interrupted" => self.busy,
            "unreachable" => self.unreachable,
            "too_many_requests" => self.too_many,
            "outcome_unknown" => self.unknown,
            "not_found" => self.not_found,
            "method_not_allowed" => self.not_allowed,
            "closed" => self.closed,
            "expired" => self.expired,
            "cancelled" => self.cancelled,
            "refused" if problem.status().as_u16() == 404 => self.no_receipt,
            "refused" | "bad_request" | "usage" | "limit" => self.bad_request,
            _ => self.broken,
        }
    }
}
