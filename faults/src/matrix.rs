//! The table of rows.

use crate::row::Row;
use crate::rows;

/// A row of the matrix.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Its number.
    pub number: u8,
    /// Its name on the command line.
    pub name: &'static str,
    /// The fault.
    pub fault: &'static str,
    /// Whether its cases may run at the same time.
    pub(crate) shared: bool,
    /// What strikes.
    pub(crate) strike: fn(&mut Row),
}

/// All rows, in the order in which they are run.
pub const ROWS: &[Plan] = &[
    row(
        1,
        "killed",
        "kill -9 before every system call",
        rows::killed::strike,
    ),
    row(
        2,
        "paused",
        "stopped at every system call while others go on",
        rows::paused::strike,
    ),
    row(
        3,
        "refused",
        "every system call fails, once or for good",
        rows::refused::strike,
    ),
    row(
        4,
        "cut-short",
        "a write ends at every byte",
        rows::cut_short::strike,
    ),
    row(5, "full", "no space, no inodes", rows::full::strike),
    row(
        6,
        "replay",
        "power cut: every state that a weak disk may keep",
        rows::replay::strike,
    ),
    row(
        6,
        "cuts",
        "power cut under eight buyers on real file systems",
        rows::cuts::strike,
    )
    .alone(),
    row(
        7,
        "relay",
        "one killed or refused, another answered, power cut",
        rows::relay::strike,
    ),
    row(
        7,
        "write-back",
        "a new block is not written back, others are answered, on real file systems",
        rows::write_back::strike,
    )
    .alone(),
    row(
        8,
        "damaged",
        "every byte flipped, zeroed, cut; lines swapped, lost",
        rows::damaged::strike,
    ),
    row(
        9,
        "queue",
        "a crowd waits, 40 % are killed, the holder stopped or killed",
        rows::queue::strike,
    )
    .alone(),
    row(
        10,
        "delayed",
        "a delay at every system call while seven others buy",
        rows::delayed::strike,
    ),
    row(
        11,
        "lock-file",
        "the lock file deleted, replaced, none; no locks",
        rows::lock_file::strike,
    ),
    row(
        12,
        "people",
        "tickets.json is edited while eight buyers buy",
        rows::people::strike,
    ),
    row(
        13,
        "hostile",
        "hostile files, in 64 MiB",
        rows::hostile::strike,
    ),
    row(
        14,
        "clock",
        "the clock ten years fast or slow",
        rows::clock::strike,
    ),
    row(
        15,
        "ended",
        "signals at every system call; nobody hears the answer",
        rows::ended::strike,
    ),
    row(
        16,
        "ordered",
        "no answer or count before its sync, in every trace",
        rows::ordered::strike,
    ),
    row(
        18,
        "names",
        "two sellers reach one ledger by two names, one of them delayed",
        rows::names::strike,
    ),
    row(
        19,
        "edits",
        "tickets.json is edited at every system call of a sale",
        rows::edits::strike,
    ),
    row(
        20,
        "access",
        "owners, groups, lists and umasks; killed before every system call",
        rows::access::strike,
    ),
    row(
        21,
        "losses",
        "a file is missing, empty, garbage, older or the neighbour's; copies killed",
        rows::losses::strike,
    ),
    row(
        22,
        "scenarios",
        "commands that can race meet in every schedule of the lab",
        rows::scenarios::strike,
    ),
    row(
        23,
        "drained",
        "a service is told to end at any moment under load",
        rows::drained::strike,
    ),
    row(
        24,
        "served",
        "a service is killed, ended or refused at every system call of a sale",
        rows::served::strike,
    ),
    row(
        25,
        "beside",
        "beside a service the event changes, its lock is held, clients stop",
        rows::beside::strike,
    ),
    row(
        26,
        "cluster",
        "nodes of a cluster are killed, stopped, cut off, filled; answers are lost",
        rows::cluster::strike,
    )
    .alone(),
];

const fn row(number: u8, name: &'static str, fault: &'static str, strike: fn(&mut Row)) -> Plan {
    Plan {
        number,
        name,
        fault,
        shared: true,
        strike,
    }
}

impl Plan {
    /// The same, with nothing else going on.
    const fn alone(mut self) -> Self {
        self.shared = false;
        self
    }
}

/// The row of this name or number.
#[must_use]
pub fn find(name: &str) -> Option<&'static Plan> {
    ROWS.iter()
        .find(|row| row.name == name || row.number.to_string() == name)
}
