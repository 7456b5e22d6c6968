//! The page in English.

use super::{Plural, Words};

pub(in crate::serve::page) static ENGLISH: Words = Words {
    lang: "en",
    tickets: "Tickets",
    events: "Events",

    left: Plural("{} ticket left", "{} tickets left"),
    sold_out: (
        "Sold out",
        "A ticket that somebody gives back is sold here again.",
    ),
    some_held: Plural(
        "{} ticket is held for somebody, and may come back.",
        "{} tickets are held for somebody, and may come back.",
    ),
    closed: ("The sale is closed", "No tickets are sold here just now."),
    over: ("The sale is over", "No more tickets are sold here."),
    not_yet: (
        "On sale from {}",
        "Come back then: this page will sell them.",
    ),
    overtaken: "What is on sale has changed since this page was made.",
    reload: "Show it as it is now",

    name: "Your name",
    name_hint: "It stands on the list at the door.",
    how_many: "How many tickets",
    at_most: Plural("At most {}.", "At most {}."),
    buy: "Buy",
    hold: "Hold for {}",
    hold_hint: "Held tickets are nobody else’s until you buy them, give them back, or the time is over.",

    no_name: "Write your name.",
    name_lines: "Write your name in one line, without tabs.",
    name_too_long: "This name is too long: only its first {} letters have room.",
    wrong_quantity: Plural("Only {} can be bought.", "Write a number from 1 to {}."),
    too_few: Plural("Only {} ticket is left.", "Only {} tickets are left."),
    per_sale: Plural(
        "At most {} ticket can be bought at once.",
        "At most {} tickets can be bought at once.",
    ),
    per_name: Plural(
        "One name can have at most {} ticket.",
        "One name can have at most {} tickets.",
    ),
    per_buyer: Plural(
        "One name can have at most {} ticket, and this one has some.",
        "One name can have at most {} tickets, and this one has some.",
    ),
    gone_meanwhile: "Somebody was faster. You have bought nothing.",
    bought_nothing: "You have bought nothing.",

    bought: Plural("You have {} ticket", "You have {} tickets"),
    receipt_hint: "This page is your receipt. Keep its address, and keep it to yourself: whoever has it can use it.",
    label_name: "Name",
    label_quantity: "Tickets",
    label_id: "Number",
    label_at: "Ordered",
    label_cancelled: "Cancelled",
    cancel: "Cancel…",
    cancel_hint: "What is cancelled goes back on sale. This cannot be undone.",
    cancel_now: Plural("Cancel {} ticket", "Cancel {} tickets"),
    cancel_too_late: "Tickets can be cancelled here only as long as the sale goes on.",
    cancelled: (
        "Cancelled",
        "This order is cancelled. Nothing of it is yours any more.",
    ),

    held: Plural("{} ticket is held for you", "{} tickets are held for you"),
    held_until: "Until {}. Nothing is bought yet.",
    time_left: "Time left",
    held_over: "The time is over. You can still buy as long as nobody else does.",
    confirm: Plural("Buy {} ticket", "Buy {} tickets"),
    release: "Give back",
    released: (
        "Given back",
        "What was held is on sale again. You have bought nothing.",
    ),
    expired: (
        "The time is over",
        "Somebody else has got what was held. You have bought nothing.",
    ),
    to_the_event: "Back to the tickets",

    overloaded: (
        "Very many are buying just now",
        "Nothing was sold to you yet. Try again: your order is done once, however often you send it.",
    ),
    draining: (
        "The service starts anew",
        "Nothing was sold to you yet. Try again: your order is done once, however often you send it.",
    ),
    busy: (
        "Others are being served just now",
        "Nothing was sold to you yet. Try again: your order is done once, however often you send it.",
    ),
    too_many: (
        "Too many tries",
        "Too many came from your address. Wait a little, and try again.",
    ),
    unknown: (
        "Nobody knows yet whether that worked",
        "Send it again: your order is done once, however often you send it.",
    ),
    broken: (
        "Something does not work here",
        "Nothing was sold to you. Whoever runs this service finds in its log what is wrong.",
    ),
    used_key: (
        "This form was used already",
        "An order was made with it, and each form makes one. Nothing was sold now.",
    ),
    see_order: "See that order",
    no_receipt: (
        "There is no such receipt",
        "Is the address whole? If it is, the event was perhaps begun anew: ask those who run it.",
    ),
    not_found: ("There is nothing here", "The address leads nowhere."),
    not_allowed: (
        "This cannot be done here",
        "The address takes no such request.",
    ),
    bad_request: (
        "That could not be read",
        "Nothing was sold. Go back, and fill in the form again.",
    ),
    foreign: (
        "This came from another site",
        "Nothing was done, for orders are taken from this service’s own pages only.",
    ),
    compared: "Compared: {} came, {} was expected.",
    try_again: "Try again",
    trying_in: "The next try is in {} s, by itself.",
    trying_now: "Trying…",

    units: [
        Plural("{} day", "{} days"),
        Plural("{} hour", "{} hours"),
        Plural("{} minute", "{} minutes"),
        Plural("{} second", "{} seconds"),
    ],
};
