//! How the buyers of a trial sell, in words.

use crate::LockKind;
use crate::lab::Trial;
use crate::office::Writes;

/// How the count is written, by its name.
pub(super) fn writes(trial: &Trial) -> &'static str {
    match trial.writes {
        Writes::Replace => "replace",
        Writes::InPlace => "in-place",
    }
}

/// How the buyers of a trial sell, in words.
pub(super) fn way(trial: &Trial) -> String {
    let lock = match trial.lock {
        LockKind::None => "no lock".to_owned(),
        kind => format!("lock {}", kind.name()),
    };
    let count = match trial.writes {
        _ if trial.is_on_cluster() => "on a cluster",
        Writes::Replace => "the count is replaced in one step",
        Writes::InPlace => "the count is written in place",
    };
    let query = if trial.query {
        ", query outside the lock"
    } else {
        ""
    };
    let leases = if trial.has_leases() {
        ", the lease of one may end"
    } else {
        ""
    };
    let names = if trial.second_name {
        ", every second buyer by another name of the ledger"
    } else {
        ""
    };
    let crashes = if trial.crashes {
        ", any may be killed"
    } else {
        ""
    };
    format!("{lock}, {count}{query}{leases}{names}{crashes}")
}

/// The tickets of a trial, and how its buyers sell, in words.
pub(super) fn conditions(trial: &Trial) -> String {
    format!("{}, {}", tickets(trial.stock, trial.stock), way(trial))
}

/// So many buyers.
pub(super) fn buyers(many: usize) -> String {
    match many {
        1 => "1 buyer".to_owned(),
        many => format!("{many} buyers"),
    }
}

/// One number of tickets, or several.
pub(super) fn tickets(from: u64, to: u64) -> String {
    match (from, to) {
        (1, 1) => "1 ticket".to_owned(),
        (from, to) if from == to => format!("{to} tickets"),
        (from, to) => format!("{from} to {to} tickets"),
    }
}
