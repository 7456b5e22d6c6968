//! What the buyers of the lab are to try: from what the command line says, and in words.

use std::path::Path;

use super::super::args::TrialArgs;
use super::super::picture;
use super::super::process::program;
use crate::lab::Trial;
use crate::office::Writes;
use crate::{Error, Kind, LockKind, Output, Result};

impl TrialArgs {
    /// What is to be tried.
    pub(super) fn trial(&self, users: u8) -> Result<Trial> {
        let lock = self.lock.map_or(LockKind::None, LockKind::from);
        if lock == LockKind::Mutex {
            let message =
                "a mutex is nothing between processes, and the lab's buyers are processes";
            return Err(Error::new(Kind::Usage, message)
                .hint("'tickets buy --users 8 --threads --lock=mutex' shows it"));
        }
        Ok(Trial {
            users: users.into(),
            stock: self.stock.unwrap_or(1),
            lock,
            writes: self.writes.into(),
            query: self.query,
            crashes: self.crashes,
            second_name: self.second_name,
            scenario: None,
            place: self.place.clone(),
            program: program()?,
        })
    }

    /// The file for the picture, where one is wanted.
    pub(super) fn claim_picture(&self, event: &Path) -> Result<Option<Output>> {
        picture::claim(self.timeline.as_deref(), event)
    }
}

/// How the count is written, as it is named in JSON.
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
        Writes::Replace => "the count is replaced in one step",
        Writes::InPlace => "the count is written in place",
    };
    let query = if trial.query {
        ", query outside the lock"
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
    format!("{lock}, {count}{query}{names}{crashes}")
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
