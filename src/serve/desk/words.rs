//! Words: all that the desk says, in each of its languages.
//!
//! `{}` stands for a number, a name or a time. Of a [`Plural`] the first is said of one.

mod chinese;
mod english;
mod german;
mod traditional_chinese;

use crate::guest_list::GuestListWords;
use crate::office::{OnSale, State};
use crate::serve::page::{Plural, fill};

/// What the desk says in one language.
#[derive(Debug)]
pub(super) struct DeskWords {
    /// The language, as in `lang`.
    lang: &'static str,
    pub(super) desk: &'static str,
    pub(super) log_in: &'static str,
    pub(super) token: &'static str,
    pub(super) token_hint: &'static str,
    pub(super) wrong_token: &'static str,
    /// With the seconds.
    pub(super) too_many_tokens: Plural,
    /// What is said to who did something with a session that is over.
    pub(super) ended: &'static str,
    /// Where there are no tokens: what stands before the command line.
    pub(super) no_desk: &'static str,
    pub(super) no_desk_how: &'static str,
    /// With the token's name.
    pub(super) logged_in_as: &'static str,
    pub(super) log_out: &'static str,

    pub(super) orders: &'static str,
    pub(super) figures: &'static str,
    pub(super) door_list: &'static str,
    pub(super) door_csv: &'static str,
    pub(super) left: &'static str,
    pub(super) sold: &'static str,
    pub(super) held: &'static str,
    on_sale: [&'static str; 5],
    /// What is said where the list is older than the ledger.
    pub(super) stale: &'static str,
    pub(super) reload: &'static str,

    pub(super) search: &'static str,
    pub(super) search_hint: &'static str,
    pub(super) found: Plural,
    pub(super) tickets_in_all: Plural,
    pub(super) nothing_found: &'static str,
    /// How many older orders are not listed.
    pub(super) left_out: Plural,
    pub(super) name: &'static str,
    pub(super) tickets: &'static str,
    pub(super) status: &'static str,
    pub(super) when: &'static str,
    pub(super) number: &'static str,
    pub(super) note: &'static str,
    pub(super) sort_by: &'static str,
    pub(super) previous: &'static str,
    pub(super) next: &'static str,
    /// With the page, and how many there are.
    pub(super) page_of: &'static str,

    states: [&'static str; 6],
    /// With how many are cancelled, and of how many.
    pub(super) part: &'static str,
    /// With the time.
    pub(super) held_until: &'static str,
    pub(super) held_due: &'static str,
    /// With the name before.
    pub(super) formerly: &'static str,

    pub(super) sell: &'static str,
    pub(super) sell_now: &'static str,
    pub(super) hold: &'static str,
    pub(super) hold_now: &'static str,
    pub(super) time: &'static str,
    pub(super) time_hint: &'static str,
    pub(super) adjust: &'static str,
    pub(super) adjust_by: &'static str,
    pub(super) adjust_hint: &'static str,
    pub(super) adjust_now: &'static str,
    pub(super) close: &'static str,
    pub(super) reopen: &'static str,
    /// What is said where nothing is sold at the door, for sales are closed.
    pub(super) reopen_hint: &'static str,
    /// What is said besides that sales are closed.
    pub(super) held_still: Plural,
    pub(super) reason: &'static str,
    /// Behind the name of a field that may stay empty.
    pub(super) optional: &'static str,

    pub(super) cancel: &'static str,
    pub(super) cancel_hint: &'static str,
    /// The same while nothing is sold.
    pub(super) cancel_hint_unsold: &'static str,
    pub(super) cancel_now: &'static str,
    pub(super) confirm: Plural,
    pub(super) release: &'static str,
    pub(super) history: &'static str,
    happened: [&'static str; 7],
    /// With who did it.
    pub(super) by: &'static str,
    pub(super) back: &'static str,

    done: [&'static str; 8],

    /// With who did it, and when.
    pub(super) cancelled_by: &'static str,
    /// With when.
    pub(super) cancelled_before: &'static str,
    pub(super) fewer_kept: Plural,
    pub(super) hold_ended: &'static str,
    pub(super) hold_sold: &'static str,
    pub(super) is_held: &'static str,
    pub(super) gone: Plural,
    pub(super) fewer_left: Plural,
    /// What is said in place of [`Self::gone`] where none is left, and of [`Self::fewer_left`].
    pub(super) gone_all: &'static str,
    pub(super) none_to_take: &'static str,
    pub(super) due_still: Plural,
    pub(super) not_on_sale: &'static str,
    pub(super) limit: &'static str,
    /// With the limit.
    pub(super) limit_of_sale: Plural,
    pub(super) limit_of_buyer: Plural,
    pub(super) wrong_name: &'static str,
    pub(super) wrong_quantity: &'static str,
    /// Of tickets to add, which are fewer than none where some are taken away.
    pub(super) wrong_change: &'static str,
    pub(super) wrong_time: &'static str,
    pub(super) wrong_reason: &'static str,
    pub(super) used_form: &'static str,
    pub(super) other_form: &'static str,
    pub(super) no_such_order: &'static str,
    pub(super) later: &'static str,
    pub(super) unknown: &'static str,
    pub(super) broken: &'static str,
    /// With the file, and the line.
    pub(super) not_adding_up: &'static str,

    pub(super) over_time: &'static str,
    /// With a time, another one, and how many are sold by then.
    pub(super) over_time_text: &'static str,
    pub(super) nothing_sold: &'static str,
    pub(super) until_then: &'static str,
    pub(super) audit: &'static str,
    pub(super) audit_good: &'static str,
    pub(super) audit_bad: &'static str,
    pub(super) audit_none: &'static str,
    /// With how many lines, and when.
    pub(super) audit_at: &'static str,
    pub(super) audit_now: &'static str,

    pub(super) print: &'static str,
    pub(super) guest_list: GuestListWords,
}

impl DeskWords {
    /// Those in the language of the page.
    pub(super) fn of(lang: &str) -> &'static Self {
        let all = [
            &english::ENGLISH,
            &german::GERMAN,
            &chinese::CHINESE,
            &traditional_chinese::TRADITIONAL_CHINESE,
        ];
        let own = all.into_iter().find(|words| words.lang == lang);
        own.unwrap_or(&english::ENGLISH)
    }

    /// What separates the cells of a list in a spreadsheet of this language: where a comma stands before decimals, a semicolon.
    pub(super) fn separator(&self) -> u8 {
        if self.lang == "de" { b';' } else { b',' }
    }

    /// Whether tickets can be had.
    pub(super) fn on_sale(&self, on_sale: OnSale) -> &'static str {
        let [open, closed, not_yet, over, sold_out] = self.on_sale;
        match on_sale {
            OnSale::Open => open,
            OnSale::Closed => closed,
            OnSale::NotYet => not_yet,
            OnSale::Over => over,
            OnSale::SoldOut => sold_out,
        }
    }

    /// What a sale or a hold is by now; of a part see [`Self::part`].
    pub(super) fn state(&self, state: State) -> &'static str {
        let [valid, part, cancelled, held, released, expired] = self.states;
        match state {
            State::Valid => valid,
            State::Part => part,
            State::Cancelled => cancelled,
            State::Held => held,
            State::Released => released,
            State::Expired => expired,
        }
    }

    /// What happened, by the word that the ledger has for it.
    pub(super) fn happened(&self, what: &str) -> &'static str {
        let [sale, hold, confirm, release, expire, cancel, rename] = self.happened;
        match what {
            "sell" => sale,
            "hold" => hold,
            "confirm" => confirm,
            "release" => release,
            "expire" => expire,
            "cancel" => cancel,
            _ => rename,
        }
    }

    /// What was done, by the word of the address that a form leads to; `None`: nothing of that kind.
    pub(super) fn done(&self, what: &str) -> Option<&'static str> {
        let [
            sold,
            held,
            confirmed,
            released,
            cancelled,
            adjusted,
            closed,
            reopened,
        ] = self.done;
        Some(match what {
            "sold" => sold,
            "held" => held,
            "confirmed" => confirmed,
            "released" => released,
            "cancelled" => cancelled,
            "adjusted" => adjusted,
            "closed" => closed,
            "reopened" => reopened,
            _ => return None,
        })
    }

    /// The text with both of these in their places.
    pub(super) fn with(text: &str, one: &str, other: &str) -> String {
        // What is filled in first may have such signs itself.
        let (before, behind) = text.split_once("{}").unwrap_or((text, ""));
        [before, one, &fill(behind, other)].concat()
    }
}

#[cfg(test)]
mod tests;
