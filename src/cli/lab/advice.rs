//! What to say of a run that went wrong: why, how to see it again, and what helps.

use std::io::{self, Write};

use serde::Serialize;

use super::super::args::MAX_EXHAUSTIVE;
use super::super::screen::{BAD, FAINT};
use super::run::{self, Pictured};
use super::trial::{buyers, tickets};
use crate::LockKind;
use crate::check::Anomaly;
use crate::lab::{Run, Trial};
use crate::office::Writes;

/// Why it went wrong, how to see it again, and what helps.
pub(super) fn advice(out: &mut dyn Write, shown: &Pictured, users: u8) -> io::Result<()> {
    let trial = &shown.trial;
    if let Some(why) = why(trial) {
        run::labelled(out, "why", FAINT, why)?;
    }
    writeln!(out)?;
    again(out, trial, &shown.run)?;
    if trial.lock != LockKind::Exclusive || trial.writes != Writes::Replace {
        let stock = match trial.stock {
            1 => String::new(),
            stock => format!(" --stock {stock}"),
        };
        let samples = if usize::from(users) > MAX_EXHAUSTIVE {
            " --samples 1000"
        } else {
            ""
        };
        let line = format!("tickets race prove --users {users} --lock{stock}{samples}");
        run::command(out, "cure", &line)?;
    }
    Ok(())
}

/// What is wrong with a way of selling, and what helps.
fn why(trial: &Trial) -> Option<&'static str> {
    Some(match (trial.lock, trial.writes) {
        (LockKind::None, _) => {
            "each writes what it has read, less one. Whoever reads before another has written does \
             not know of that sale, and writes over it. Under a lock nobody reads until whoever holds \
             it has written."
        }
        (LockKind::Shared, _) => {
            "a shared lock is given to all who want it, at one time, so that it keeps nobody from \
             writing. Only an exclusive one does."
        }
        (LockKind::DataFile, Writes::Replace) => {
            "the lock is on the file that is replaced. Whoever opened the old one gets the lock of a \
             file that means nothing any more, while another locks the new one. The lock must be on a \
             file that stays."
        }
        (LockKind::WriteOnly, _) => {
            "the lock is taken to write only. What was read before it may be old by then. It must be \
             held from the read to the write."
        }
        (_, Writes::InPlace) => {
            "the count is cut to nothing before it is filled, and whoever looks in between, without \
             the lock, finds it empty. Readers must take the lock too, or the count be replaced in \
             one step."
        }
        _ => return None,
    })
}

/// That a way of selling is known to go wrong with more than was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct FailsWith {
    users: usize,
    stock: u64,
}

impl FailsWith {
    /// What is needed for it, where a trial has less.
    pub(super) fn beyond(trial: &Trial) -> Option<Self> {
        let (users, stock) = trial.breaks_with()?;
        let less = trial.users < users || trial.stock < stock;
        less.then_some(Self { users, stock })
    }
}

/// That nothing was found because too little was tried, with the most tickets that were. `stock`: those that were
/// asked for.
pub(super) fn too_few(out: &mut dyn Write, trial: &Trial, stock: Option<u64>) -> io::Result<()> {
    let Some(needs) = FailsWith::beyond(trial) else {
        return Ok(());
    };
    let users = (trial.users < needs.users).then(|| format!("--users {}", needs.users));
    let more = stock.filter(|stock| *stock < needs.stock);
    let more = more.map(|_| format!("--stock {}", needs.stock));
    let options: Vec<_> = users.into_iter().chain(more).collect();
    let text = format!(
        "nothing is proven of more, and {} with {} are known to break this: try {}",
        buyers(needs.users),
        tickets(needs.stock, needs.stock),
        options.join(" ")
    );
    run::labelled(out, "but", BAD, &text)
}

/// Where the smallest bad schedule of those that oversell too does not: how to see the smallest that does.
pub(super) fn oversells(out: &mut dyn Write, trial: &Trial, smallest: &Run) -> io::Result<()> {
    let mut found = smallest.verdict.findings.iter();
    if found.any(|finding| finding.kind == Anomaly::Oversold) {
        return Ok(());
    }
    let crashes = if trial.crashes { " --crashes" } else { "" };
    let text = format!(
        "it does not oversell; the smallest that does: 'tickets race find oversold --users {}{}{crashes}'",
        trial.users,
        flags(trial)
    );
    run::labelled(out, "note", FAINT, &text)?;
    writeln!(out)
}

/// The arguments that make the same trial again.
fn flags(trial: &Trial) -> String {
    let second_name = trial.second_name.then(|| " --second-name".to_owned());
    if let Some(scenario) = trial.scenario {
        return format!(
            " --scenario {}{}",
            scenario.name(),
            second_name.unwrap_or_default()
        );
    }
    let stock = (trial.stock != 1).then(|| format!(" --stock {}", trial.stock));
    let lock = (trial.lock != LockKind::None).then(|| format!(" --lock={}", trial.lock.name()));
    let writes = (trial.writes == Writes::InPlace).then(|| " --writes in-place".to_owned());
    let query = trial.query.then(|| " --query".to_owned());
    let all = [stock, lock, writes, query, second_name];
    all.into_iter().flatten().collect()
}

/// How to see a run again.
pub(super) fn again(out: &mut dyn Write, trial: &Trial, played: &Run) -> io::Result<()> {
    run::command(out, "again", &replay(trial, played))
}

/// The command that shows a run again, whose trial may have more buyers.
pub(super) fn replay(trial: &Trial, played: &Run) -> String {
    let (steps, flags) = (played.steps(), flags(trial));
    let most = played.moves.iter().map(|step| step.buyer + 1).max();
    // A buyer that makes no step is not named by the steps.
    let users = played.ends.len();
    let users = if most == Some(users) {
        String::new()
    } else {
        format!(" --users {users}")
    };
    format!("tickets race replay '{steps}'{users}{flags}")
}
