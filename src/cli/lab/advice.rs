//! What to say of a run that went wrong: why, how to see it again, and what helps.

use std::io::{self, Write};

use serde::Serialize;

use super::super::args::MAX_EXHAUSTIVE;
use super::super::screen::{BAD, FAINT};
use super::command_line::{flags, place, replay};
use super::progress::is_too_many;
use super::run::{self, Pictured};
use super::words::{buyers, tickets};
use crate::LockKind;
use crate::check::Anomaly;
use crate::lab::sample::MOST_DEPTH;
use crate::lab::{Point, Run, Trial};
use crate::office::Writes;

/// Why it went wrong, how to see it again, and what helps.
pub(super) fn advice(out: &mut dyn Write, shown: &Pictured, users: u8) -> io::Result<()> {
    let trial = &shown.trial;
    if let Some(why) = why(trial, &shown.run) {
        run::labelled(out, "why", FAINT, why)?;
    }
    writeln!(out)?;
    again(out, trial, &shown.run)?;
    if trial.lock == LockKind::Exclusive && trial.writes == Writes::Replace {
        return Ok(());
    }
    cure(out, trial, users)
}

/// The proof that the same goes well under the lock, with the count replaced in one step.
fn cure(out: &mut dyn Write, trial: &Trial, users: u8) -> io::Result<()> {
    let cured = Trial {
        users: users.into(),
        lock: LockKind::Exclusive,
        writes: Writes::Replace,
        second_name: false,
        ..trial.clone()
    };
    let too_many = is_too_many(&cured);
    let many = cured.users > MAX_EXHAUSTIVE;
    let stock = match trial.stock {
        stock if too_many || many && (stock == 1 || cured.crashes) => " --stock 1".to_owned(),
        1 => String::new(),
        stock => format!(" --stock {stock}"),
    };
    let query = if trial.query { " --query" } else { "" };
    let crashes = if trial.crashes { " --crashes" } else { "" };
    let place = place(trial).unwrap_or_default();
    let line = format!("tickets race prove --users {users} --lock{stock}{query}{crashes}{place}");
    run::command(out, "cure", &line)?;
    if !too_many {
        return Ok(());
    }
    let text = format!(
        "with {} so many buyers meet in too many ways to run them all under the lock, so that the cure is shown with one; \
         the same with --stock {} --samples 1000 draws some",
        tickets(trial.stock, trial.stock),
        trial.stock
    );
    run::labelled(out, "note", FAINT, &text)
}

/// What is wrong with a way of selling, and what helps: of a run, by what went wrong in it.
fn why(trial: &Trial, run: &Run) -> Option<&'static str> {
    let found = |wanted: &[Anomaly]| {
        let mut findings = run.verdict.findings.iter();
        findings.any(|finding| wanted.contains(&finding.kind))
    };
    let overwritten = found(&[Anomaly::LostUpdate, Anomaly::Oversold]);
    if trial.writes == Writes::InPlace && !overwritten {
        if run.moves.iter().any(|step| step.killed) {
            return Some(KILLED_BETWEEN);
        }
        if found(&[Anomaly::TornRead]) {
            let kept_out = [LockKind::Exclusive, LockKind::DataFile].contains(&trial.lock);
            // A query takes no lock, whichever the buyers take.
            let mut moves = run.moves.iter();
            let is_query = moves.any(|step| step.point == Point::Query && step.looked.is_none());
            return Some(if kept_out || is_query {
                READS_OUTSIDE
            } else {
                READS_BETWEEN
            });
        }
    }
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
        (LockKind::Lease, _) => {
            "a lease ends by itself, and who holds the lock by it is not told: a process that is stopped meanwhile goes on as if \
             nothing had been. Whoever writes must let the cluster compare that the lock is held still, as exclusive does, or \
             that nothing has changed, as cas does."
        }
        _ => return None,
    })
}

const READS_OUTSIDE: &str = "the count is cut to nothing before it is filled, and whoever looks in between, without the \
                             lock, finds it empty. Readers must take the lock too, or the count be replaced in one step.";

const READS_BETWEEN: &str = "the count is cut to nothing before it is filled, and whoever reads in between finds it empty. \
                             Under an exclusive lock nobody reads then; replaced in one step, the count is never empty.";

const KILLED_BETWEEN: &str = "the count is cut to nothing before it is filled, and who is killed in between leaves it empty: \
                              a lock keeps others out, but finishes nothing. The count must be replaced in one step.";

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
    run::labelled(out, "but", BAD, &text)?;
    if trial.lock != LockKind::DataFile {
        return Ok(());
    }
    let text = "judged is what is left in the end. That somebody had the lock of a file that was replaced is no harm before \
                a third locks the new one; 'tickets race check' of a recorded run tells it in any case (dead-inode lock)";
    run::labelled(out, "note", FAINT, text)
}

/// That what is known to go wrong was not met by the schedules that were drawn: which would. `depth`: of those drawn.
pub(super) fn not_met(out: &mut dyn Write, trial: &Trial, depth: u32) -> io::Result<()> {
    let Some((users, stock)) = trial.breaks_with() else {
        return Ok(());
    };
    if FailsWith::beyond(trial).is_some() {
        return Ok(());
    }
    let deeper = if depth < MOST_DEPTH {
        format!("a greater --depth, up to {MOST_DEPTH}, and more --samples look")
    } else {
        "more --samples look".to_owned()
    };
    let text = format!(
        "{} with {} are known to break this, so that those drawn have only missed it: {deeper} for more, and without \
         --samples all are run",
        buyers(users),
        tickets(stock, stock)
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

/// How to see a run again.
pub(super) fn again(out: &mut dyn Write, trial: &Trial, played: &Run) -> io::Result<()> {
    run::command(out, "again", &replay(trial, played))
}
