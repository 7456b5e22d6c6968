//! Words that are no commands.

/// Words that people try, and the command that each means.
pub(super) const MEANT: [(&str, &str); 63] = [
    ("sell", "book NAME"),
    ("order", "book NAME"),
    ("reserve", "hold NAME"),
    ("keep", "hold NAME"),
    ("accept", "confirm ID"),
    ("free", "release ID"),
    ("unhold", "release ID"),
    ("transfer", "rename ID NAME"),
    ("limit", "set --max-per-sale N"),
    ("changes", "sales --changes"),
    ("stop", "close"),
    ("pause", "close"),
    ("open", "reopen"),
    ("resume", "reopen"),
    ("guests", "door"),
    ("settings", "set"),
    ("config", "set"),
    ("info", "query"),
    ("report", "sales"),
    ("buyers", "sales"),
    ("sold", "sales"),
    ("stats", "query"),
    ("names", "door"),
    ("print", "door --format html"),
    ("end", "close"),
    ("follow", "watch"),
    ("live", "watch"),
    ("list", "sales"),
    ("find", "sales --name WHO"),
    ("search", "sales --name WHO"),
    ("lookup", "sales --name WHO"),
    ("holds", "sales --held"),
    ("held", "sales --held"),
    ("ls", "sales"),
    ("export", "sales --format csv"),
    ("log", "sales --changes"),
    ("history", "sales --changes"),
    ("new", "init N"),
    ("create", "init N"),
    ("make", "init N"),
    ("unclose", "reopen"),
    ("status", "query"),
    ("count", "query"),
    ("left", "query"),
    ("refund", "cancel ID"),
    ("storno", "cancel ID"),
    ("delete", "cancel ID"),
    ("remove", "cancel ID"),
    ("rm", "cancel ID"),
    ("add", "adjust +N --reason TEXT"),
    ("verify", "audit"),
    ("check", "audit"),
    ("repair", "audit --repair"),
    ("fix", "audit --repair"),
    ("save", "backup DIR"),
    ("rush", "buy --users 8"),
    ("prove", "race prove"),
    ("replay", "race replay SCHEDULE"),
    ("locks", "race locks"),
    ("scenarios", "race scenarios"),
    ("selfcheck", "race selfcheck"),
    ("test", "doctor"),
    ("version", "--version"),
];

/// How those are noted who have come.
const WHO_HAS_COME: &str = "who has come is ticked on paper: 'tickets door --format html' prints the list with a box for each";

/// Words that no one command is meant by, and what there is instead.
pub(super) const NO_COMMAND: [(&str, &str); 24] = [
    ("checkin", WHO_HAS_COME),
    ("check-in", WHO_HAS_COME),
    ("arrived", WHO_HAS_COME),
    ("arrive", WHO_HAS_COME),
    ("admit", WHO_HAS_COME),
    ("enter", WHO_HAS_COME),
    ("edit", CHANGES),
    ("change", CHANGES),
    (
        "undo",
        "'tickets cancel ID' takes a sale back, 'tickets release ID' a hold; what was cancelled is booked again",
    ),
    (
        "start",
        "'tickets init N' makes an event; 'tickets reopen' sells again where one was closed",
    ),
    (
        "load",
        "'tickets restore DIR' puts a backup back; 'tickets import FILE' sells to all of a list",
    ),
    (
        "uncancel",
        "what was cancelled is booked again: 'tickets book NAME'",
    ),
    (
        "return",
        "'tickets cancel ID' takes a sale back, 'tickets release ID' a hold",
    ),
    (
        "who",
        "'tickets sales' lists who has bought, 'tickets show ID' says all of one sale",
    ),
    (
        "expire",
        "a hold that is due ends by itself: what it held is sold to the next; 'tickets release ID' ends one at once",
    ),
    ("renew", NOT_RENEWED),
    ("extend", NOT_RENEWED),
    (
        "price",
        "tickets have no price here; '--note TEXT' keeps what was paid",
    ),
    ("note", A_NOTE_STAYS),
    ("pay", PAID),
    ("payment", PAID),
    ("paid", WHO_HAS_PAID),
    ("unpaid", WHO_HAS_PAID),
    (
        "event",
        "'tickets set' shows what the event is sold by, 'tickets query' how many are left",
    ),
];

/// No command makes a hold last longer.
const NOT_RENEWED: &str = "a hold is not renewed: release it, and hold again";

/// No command changes a note.
pub(super) const A_NOTE_STAYS: &str = "a note stays as it was written, by 'tickets book NAME --note TEXT' or 'tickets hold'; \
     what comes later goes into the name: 'tickets rename ID \"Ann (paid)\"'";

/// A payment is nothing of its own.
const PAID: &str = "a payment is a note: 'tickets book NAME --note paid', and of an earlier sale 'tickets rename ID \"Ann (paid)\"'; \
     'tickets confirm ID' sells what is held";

/// No list goes by notes.
pub(super) const WHO_HAS_PAID: &str = "a payment is a note, as of 'tickets book NAME --note paid': 'tickets sales' lists all with their \
     notes, 'tickets sales --format csv' for a spreadsheet, which can filter them";

/// A program that was built without the service.
pub(super) const NO_SERVICE: &str = "this program was built without the service: 'cargo install --path . --features serve' \
                                     in its sources builds it with that; see docs/service.md";

const CHANGES: &str = "'tickets rename' corrects a name, 'tickets cancel ID --quantity N' takes a part of a sale back, \
                       'tickets set' changes the event";
