//! Every schedule of a few buyers, run with real processes; the smallest of them that is bad; and any one
//! again.

use super::divergence::diverges;
use super::harness::Harness;
use super::pool::{self, ProgressBoard, WorkShare};
use super::run::{Run, Trial};
use super::state::LabState;
use super::step::{LabSteps, MAX_BUYERS};
use super::tally::RunTally;
use super::walk::{SHARED_DEPTH, Walk};
use crate::error::{Error, Kind, Result};
use crate::ledger::LockKind;
use crate::office::Writes;

pub use super::tally::{Explored, RunOutcome};
pub use super::walk::Search;

/// Runs every schedule of a trial, on every processor. `progress` is told how many were run, and stops the
/// search by `false`.
///
/// # Errors
/// [`Kind::Io`]: the scratch event or the processes failed; [`Kind::Interrupted`]: it was stopped.
pub fn explore(
    trial: &Trial,
    search: Search,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<Explored> {
    match explore_until(trial, search, progress)? {
        (found, None) => Ok(found),
        (_, Some(stopped)) => Err(stopped),
    }
}

/// The same, and where the search was stopped what it had found until then, with the error that says so.
///
/// # Errors
/// [`Kind::Io`]: the scratch event or the processes failed.
pub fn explore_until(
    trial: &Trial,
    search: Search,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<(Explored, Option<Error>)> {
    // The tree is shared out below the first steps, where no run may have ended; and a few buyers are soon
    // done, unless every schedule is wanted.
    let many = trial.users >= CROWD || search == Search::Full;
    let searchers = if many && trial.fewest_steps() >= SHARED_DEPTH {
        pool::searchers(trial.users)
    } else {
        1
    };
    let shares = pool::share(searchers, progress, |share, board| {
        let mut tally = RunTally::new(trial);
        let ended = each(trial, search, share, board, &mut |run, commits| {
            tally.note(run, commits);
            true
        });
        match ended {
            Ok(_) => Ok((tally, None)),
            Err(error) if error.kind() == Kind::Interrupted => Ok((tally, Some(error))),
            Err(error) => Err(error),
        }
    })?;
    let (tallies, stopped): (Vec<_>, Vec<_>) = shares.into_iter().unzip();
    let stopped = stopped.into_iter().flatten().next();
    Ok((RunTally::sum(trial, tallies), stopped))
}

/// How many schedules [`explore`] runs with [`Search::Reduced`], where that is known without running them; at
/// most `u64::MAX`.
///
/// - Without a lock, with a ticket for each: for each who writes, which version it had read.
/// - Without a lock or with one around the write alone, one ticket: who of the others reads before it is sold.
/// - Under the exclusive lock: a sale may be published before or after each of the steps of later ones.
#[must_use]
pub fn foreseen(trial: &Trial) -> Option<u64> {
    let (users, stock) = (trial.users.min(MAX_BUYERS) as u64, trial.stock);
    if trial.is_on_cluster()
        || trial.crashes
        || trial.second_name
        || trial.query
        || trial.writes != Writes::Replace
    {
        return None;
    }
    let product = |numbers: &mut dyn Iterator<Item = u64>| numbers.fold(1, u64::saturating_mul);
    match trial.lock {
        LockKind::None if stock >= users => Some(product(&mut (1..=users))),
        LockKind::None | LockKind::WriteOnly if stock == 1 => {
            Some(product(&mut (1..users).map(|_| 2)))
        }
        LockKind::Exclusive => Some(product(
            &mut (1..=users.min(stock)).map(|sale| 2 * sale - 1),
        )),
        _ => None,
    }
}

/// So many buyers are worth more than one searcher.
const CROWD: usize = 5;

/// Runs a share of the schedules, until `visit` has seen enough. Returns whether none was left out.
fn each(
    trial: &Trial,
    search: Search,
    share: WorkShare,
    board: &ProgressBoard,
    visit: &mut dyn FnMut(Run, Vec<u64>) -> bool,
) -> Result<bool> {
    let mut harness = Harness::open(trial)?;
    let mut walk = Walk::new(trial, search, share);
    loop {
        if let Some((run, commits)) = walk.run(&mut harness)? {
            board.count();
            if !visit(run, commits) {
                return Ok(false);
            }
        }
        board.go_on()?;
        if !walk.next() {
            return Ok(!walk.cut);
        }
    }
}

/// Every run of a search, one after the other, in the order of their steps, until `visit` has seen enough.
///
/// # Errors
/// As [`explore`].
pub fn visit(trial: &Trial, search: Search, visit: &mut dyn FnMut(Run) -> bool) -> Result<()> {
    let board = ProgressBoard::default();
    each(trial, search, WorkShare::ALL, &board, &mut |run, _| {
        visit(run)
    })?;
    Ok(())
}

/// The first run with so many switches at most that is wanted; and whether there are no more switches to
/// be had.
pub(super) fn first(
    trial: &Trial,
    switches: usize,
    progress: &mut dyn FnMut(u64) -> bool,
    wanted: &(dyn Fn(&Run) -> bool + Sync),
) -> Result<(Option<Run>, bool)> {
    let mut done = pool::share(1, progress, |share, board| {
        let mut found = None;
        let search = Search::Bounded(switches);
        let all = each(trial, search, share, board, &mut |run, _| {
            if wanted(&run) {
                found = Some(run);
            }
            found.is_none()
        })?;
        Ok((found, all))
    })?;
    done.pop()
        .ok_or_else(|| Error::new(Kind::Io, "nobody searched"))
}

/// The smallest bad schedule: of the fewest buyers, then of the fewest switches, then the first in the
/// order of its steps. `None`: there is none up to the trial's number of buyers.
///
/// # Errors
/// As [`explore`].
pub fn smallest(trial: &Trial, progress: &mut dyn FnMut(u64) -> bool) -> Result<Option<Run>> {
    for users in 1..=trial.users {
        let found = smallest_of_all(&trial.with_users(users), progress)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The same of schedules of exactly as many buyers as the trial has.
///
/// # Errors
/// As [`explore`].
pub fn smallest_of_all(
    trial: &Trial,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<Option<Run>> {
    if explore(trial, Search::Reduced, progress)?.bad == 0 {
        return Ok(None);
    }
    for switches in 0.. {
        let (found, all) = first(trial, switches, progress, &Run::is_bad)?;
        if found.is_some() || all {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Runs one schedule. Where it ends, those who can still go on do, in the order of their numbers.
///
/// # Errors
/// [`Kind::Refused`]: a buyer that is to go on cannot; the message says at which step. Else as
/// [`explore`].
pub fn replay(trial: &Trial, steps: &LabSteps) -> Result<Run> {
    follow(&mut Harness::open(trial)?, trial, steps)
}

/// The same, among buyers that live on.
pub(super) fn follow(harness: &mut Harness, trial: &Trial, steps: &LabSteps) -> Result<Run> {
    let mut state = LabState::begin(harness, trial)?;
    for (at, &step) in steps.0.iter().enumerate() {
        if !state.can(step) {
            return Err(diverges(&state, trial, at + 1, step));
        }
        state.step(harness, step)?;
    }
    while let Some(step) = state.next_step() {
        state.step(harness, step)?;
    }
    state.end(harness, trial)
}
