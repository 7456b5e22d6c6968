//! Why a schedule cannot be followed any further.

use super::protocol::WorkerEnd;
use super::run::Trial;
use super::state::LabState;
use super::step::LabStep;
use crate::error::{Error, Kind};

/// What ends a schedule for one that has come to its end.
const TOO_LONG: &str =
    "the schedule is too long, or of another --lock, --writes, --stock, --query or --scenario";

/// The error at this step, counted from 1, which its buyer cannot make.
pub(super) fn diverges(state: &LabState, trial: &Trial, at: usize, step: LabStep) -> Error {
    let number = step.buyer() + 1;
    let (what, hint) = why(state, trial, step.buyer());
    let message = format!("the schedule diverges at step {at}: buyer {number} {what}");
    Error::new(Kind::Refused, message).hint(hint)
}

/// What became of the buyer, and what to do.
fn why(state: &LabState, trial: &Trial, buyer: usize) -> (String, String) {
    if state.is_enabled(buyer) {
        return (
            "reads no clock there".to_owned(),
            "leave the t out, or give the --scenario that it is of".to_owned(),
        );
    }
    let mut moves = state.moves.iter();
    let last = moves.rposition(|step| step.buyer == buyer);
    let since = last.map_or_else(String::new, |last| format!(" at step {}", last + 1));
    let found = state.buyers.get(buyer);
    let ended = found.and_then(|buyer| buyer.end.as_ref());
    let hint = TOO_LONG.to_owned();
    match ended {
        _ if found.is_some_and(|buyer| buyer.killed) => (format!("was killed{since}"), hint),
        Some(WorkerEnd::Sold { .. }) => (format!("has sold{since}, and is at its end"), hint),
        Some(WorkerEnd::SoldOut) => (
            format!("found none left{since}, and is at its end"),
            format!(
                "leave this step out, or give more tickets than --stock {}; else {TOO_LONG}",
                trial.stock
            ),
        ),
        Some(WorkerEnd::Answered { .. }) => (format!("has its answer{since}"), hint),
        Some(WorkerEnd::Torn { .. } | WorkerEnd::Failed { .. }) => {
            (format!("has failed{since}, and is at its end"), hint)
        }
        None => waits(state),
    }
}

/// It waits for a lock.
fn waits(state: &LabState) -> (String, String) {
    let holder = state.buyers.iter().position(|other| other.holds);
    let what = match holder {
        Some(holder) => format!("waits for the lock that buyer {} holds", holder + 1),
        None => "waits for a lock".to_owned(),
    };
    let hint = "let whoever holds it go on first; else the schedule is of another --lock, --writes, --stock, --query \
                or --scenario";
    (what, hint.to_owned())
}
