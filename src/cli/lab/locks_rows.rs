//! The rows of `tickets race locks`: each kind of lock, tried with some numbers of buyers.

use std::path::Path;

use serde::Serialize;

use super::super::args::LocksArgs;
use super::super::process::program;
use super::document::Shown;
use super::trial::place;
use super::words::writes;
use crate::lab::Trial;
use crate::lab::explore::{self, Search, smallest};
use crate::office::Writes;
use crate::store::place::is_address;
use crate::{LockKind, Result};

/// What the tutorial chapter's own repaired program is called among the kinds of lock.
pub(super) const TUTORIAL: &str = "tutorial";

/// Tries each kind of lock, and adds what came of it: so what was done stands when the rest is stopped.
pub(super) fn scoreboard(
    arguments: &LocksArgs,
    event: &Path,
    told: &mut dyn FnMut(u64) -> bool,
    rows: &mut Vec<LocksRow>,
) -> Result<()> {
    let kinds = LockKind::ALL
        .into_iter()
        .filter(|kind| *kind != LockKind::Mutex);
    let place = place(arguments.place.as_deref(), event);
    let cluster = place.clone().filter(|place| is_address(place));
    let files = place.filter(|_| cluster.is_none());
    let both = [Writes::Replace, Writes::InPlace];
    let mut ways: Vec<_> = kinds
        .flat_map(|lock| both.map(|writes| (lock, writes, false, files.clone())))
        .collect();
    // The chapter's own repaired program.
    ways.push((LockKind::Exclusive, Writes::InPlace, true, files));
    // And the same event on a cluster, where one is named.
    let there = cluster.into_iter().flat_map(|cluster| {
        LockKind::ON_CLUSTER.map(|lock| (lock, Writes::Replace, false, Some(cluster.clone())))
    });
    ways.extend(there);
    for (lock, writes_as, query, place) in ways {
        for users in arguments.users.0..=arguments.users.1 {
            let trial = Trial {
                users: users.into(),
                stock: arguments.stock.unwrap_or(u64::from(users.max(2)) - 1),
                lock,
                writes: writes_as,
                query,
                crashes: false,
                second_name: false,
                scenario: None,
                place: place.clone(),
                program: program()?,
            };
            rows.push(row(&trial, told)?);
        }
    }
    Ok(())
}

/// How the count is written, in a word.
fn how(trial: &Trial) -> &'static str {
    if trial.is_on_cluster() {
        "cluster"
    } else {
        writes(trial)
    }
}

/// What comes of all schedules of a trial.
fn row(trial: &Trial, told: &mut dyn FnMut(u64) -> bool) -> Result<LocksRow> {
    let found = explore::explore(trial, Search::Reduced, told)?;
    let first = match found.bad {
        0 => None,
        _ => smallest(trial, told)?,
    };
    Ok(LocksRow {
        name: if trial.query {
            TUTORIAL.to_owned()
        } else {
            format!("{}, {}", trial.lock.name(), how(trial))
        },
        stock: trial.stock,
        lock: trial.lock.name(),
        writes: how(trial),
        query: trial.query,
        users: trial.users,
        bad: found.bad,
        schedules: found.schedules,
        oversold: found.oversold,
        again: first
            .as_ref()
            .map(|run| super::command_line::replay(trial, run)),
        smallest: first
            .as_ref()
            .map(|run| Shown::of(&trial.with_users(run.ends.len()), run, None)),
    })
}

#[derive(Serialize)]
pub(super) struct LocksRow {
    /// What the row is called: no other has this name.
    pub(super) name: String,
    pub(super) stock: u64,
    pub(super) lock: &'static str,
    pub(super) writes: &'static str,
    pub(super) query: bool,
    pub(super) users: usize,
    pub(super) bad: u64,
    pub(super) schedules: u64,
    pub(super) oversold: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) smallest: Option<Shown>,
    /// The command that shows its smallest race.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) again: Option<String>,
}
