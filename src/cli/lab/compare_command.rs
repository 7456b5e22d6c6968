//! Command lines behind two runs that were compared.

use super::command_line::{flags, place};
use super::compared::Compared;
use super::words::writes;
use crate::lab::Trial;
use crate::office::Writes;

/// The command that shows two runs beside each other again.
pub(super) fn compare(compared: &Compared) -> String {
    let [first, second] = [&compared.first, &compared.second];
    let [one, other] = [&first.trial, &second.trial];
    let steps = first.run.steps();
    let most = first.run.moves.iter().map(|step| step.buyer + 1).max();
    let users = (most != Some(one.users)).then(|| format!(" --users {}", one.users));
    let stock = (one.stock != 1).then(|| format!(" --stock {}", one.stock));
    let lock = format!(" --lock {},{}", one.lock.name(), other.lock.name());
    let [before, after] = [writes(one), writes(other)];
    let writes = match (one.writes, other.writes) {
        (Writes::Replace, Writes::Replace) => None,
        (own, same) if own == same => Some(format!(" --writes {before}")),
        _ => Some(format!(" --writes {before},{after}")),
    };
    let query = one.query.then(|| " --query".to_owned());
    let all = [users, stock, Some(lock), writes, query, place(one)];
    let all: String = all.into_iter().flatten().collect();
    format!("tickets race compare '{steps}'{all}")
}

/// The command that runs every schedule of a trial.
pub(super) fn prove(trial: &Trial) -> String {
    format!("tickets race prove --users {}{}", trial.users, flags(trial))
}
