//! The page in English.

use super::{Plural, Words};

/// What is said where an order was not begun, and may be sent again.
const NOT_YET_SOLD: &str = "Nothing has been sold to you yet. Try again: your order counts once, however often you send it.";

pub(in crate::serve::page) static ENGLISH: Words = Words {
    lang: "en",
    tickets: "Tickets",
    events: "Events",
    full_stop: ". ",

    left: Plural("{} ticket left", "{} tickets left"),
    sold_out: (
        "Sold out",
        "If somebody gives a ticket back, it goes on sale here again.",
    ),
    some_held: Plural(
        "{} ticket is on hold for somebody and may come back.",
        "{} tickets are on hold for somebody and may come back.",
    ),
    closed: (
        "Sales are closed",
        "No tickets are on sale here at the moment.",
    ),
    over: ("Sales have ended", "No more tickets are sold here."),
    not_yet: (
        "On sale from {}",
        "From then on you can buy tickets on this page.",
    ),
    overtaken: "Ticket sales have changed since this page was loaded.",
    reload: "Refresh this page",
    lost: "Not connected, trying again. This may be out of date.",
    halted: "Tickets cannot be sold right now. This page keeps checking.",

    name: "Your name",
    name_hint: "Your name will be on the list at the door.",
    how_many: "How many tickets",
    at_most: Plural("At most {}.", "At most {}."),
    buy: "Buy",
    hold: "Hold for {}",
    hold_hint: "Nobody else can buy the tickets you hold, until you give them back or the time runs out.",
    already: Plural(
        "You have already bought {} ticket here.",
        "You have already bought {} tickets here.",
    ),
    already_held: Plural(
        "{} ticket is already on hold for you.",
        "{} tickets are already on hold for you.",
    ),
    see_receipt: "Show the order",

    no_name: "Please enter your name.",
    name_lines: "Please enter your name on one line, without tabs.",
    name_too_long: "This name is too long: only the first {} letters fit.",
    whole_number: "Please enter a whole number: you can buy 1.",
    wrong_quantity: Plural(
        "You can buy only {}.",
        "Please enter a number from 1 to {}.",
    ),
    too_few: Plural("Only {} ticket is left.", "Only {} tickets are left."),
    per_sale: Plural(
        "You can buy at most {} ticket at a time.",
        "You can buy at most {} tickets at a time.",
    ),
    per_name: Plural(
        "Each name can have at most {} ticket.",
        "Each name can have at most {} tickets.",
    ),
    per_buyer: Plural(
        "Each name can have at most {} ticket, and this name already has some.",
        "Each name can have at most {} tickets, and this name already has some.",
    ),
    gone_meanwhile: "Somebody else was faster. You have not bought anything.",
    bought_nothing: "You have not bought anything.",
    no_holds: "Tickets cannot be put on hold here any more. You have not bought anything.",

    bought: Plural("You have {} ticket", "You have {} tickets"),
    receipt_hint: "This page is your receipt. Save its link, and keep it to yourself: anyone who has it can cancel your tickets.",
    copy_link: "Copy the link",
    copied: "Copied",
    label_name: "Name",
    label_quantity: "Tickets",
    label_id: "Order number",
    label_at: "Ordered",
    label_cancelled: "Cancelled",
    cancel: "Cancel tickets…",
    cancel_hint: "Cancelled tickets go back on sale. This cannot be undone.",
    cancel_now: Plural("Cancel {} ticket", "Cancel {} tickets"),
    cancel_too_late: "Tickets can be cancelled here only while sales are open.",
    cancelled_nothing: "Nothing was cancelled: these tickets are on hold, not bought. You can give them back below.",
    cancelled: (
        "Cancelled",
        "This order has been cancelled. The tickets are no longer yours.",
    ),

    held: Plural(
        "{} ticket is on hold for you",
        "{} tickets are on hold for you",
    ),
    held_until: "Until {}. You have not bought anything yet.",
    time_left: "Time left",
    held_over: "The time is up. You can still buy as long as nobody else does.",
    confirm: Plural("Buy {} ticket", "Buy {} tickets"),
    release: "Give back",
    released_nothing: "Nothing was given back: you have bought these tickets.",
    released: (
        "Given back",
        "The tickets are on sale again. You have not bought anything.",
    ),
    expired: (
        "The time is up",
        "Somebody else has got the tickets that were on hold for you. You have not bought anything.",
    ),
    to_the_event: "Back to the tickets",

    overloaded: ("Many people are buying right now", NOT_YET_SOLD),
    draining: ("The service is restarting", NOT_YET_SOLD),
    busy: ("Other orders are being processed", NOT_YET_SOLD),
    unreachable: ("Tickets cannot be sold right now", NOT_YET_SOLD),
    too_many: (
        "Too many attempts",
        "Too many requests came from your network. Please wait a moment, then try again.",
    ),
    unknown: (
        "We do not know yet whether that worked",
        "Send it again: your order counts once, however often you send it.",
    ),
    broken: (
        "Something went wrong",
        "Nothing was sold and nothing was changed. Please try again later. The log of this service says what is wrong.",
    ),
    used_key: (
        "This form has already been used",
        "It has made an order, and each form makes only one. Nothing was sold this time.",
    ),
    see_order: "Show that order",
    no_receipt: (
        "Receipt not found",
        "Please check that the link is complete. If it is, the event may have been started over: ask the organisers.",
    ),
    not_found: ("Page not found", "This address leads nowhere."),
    not_allowed: (
        "That cannot be done here",
        "This address does not accept such a request.",
    ),
    bad_request: (
        "We could not read that",
        "Nothing was sold. Please go back and fill in the form again.",
    ),
    foreign: (
        "This request came from another site",
        "Nothing was done: orders are accepted only from this service’s own pages.",
    ),
    compared: "Received: {}. Expected: {}.",
    for_operators: "If you run this service, start it with",
    try_again: "Try again",
    trying_in: "Trying again in {} s.",
    trying_now: "Trying…",

    units: [
        Plural("{} day", "{} days"),
        Plural("{} hour", "{} hours"),
        Plural("{} minute", "{} minutes"),
        Plural("{} second", "{} seconds"),
    ],
};
