//! Waits for locks: until when each lasted, and whether its operation ended with it.

use crate::check::evidence::{Evidence, LockHold, NONE, Operation, OperationOutcome, UNSAID};

/// Until when an operation waited for a lock: until it got it, or did the next thing that is known of it; [`UNSAID`] for ever.
pub(in crate::check::history) fn waited_until(
    evidence: &Evidence,
    did: &Operation,
    hold: &LockHold,
) -> u64 {
    if hold.got != UNSAID || hold.wanted == UNSAID {
        return hold.got;
    }
    let wanted = hold.wanted_moment();
    let others = evidence
        .holds_of(did)
        .filter(|other| !std::ptr::eq(*other, hold));
    let others = others.flat_map(|other| {
        [
            other.wanted_moment(),
            other.got_moment(),
            other.released_moment(),
        ]
    });
    let own = [did.read_moment(), did.intend_moment(), did.wrote_moment()];
    let next = others.chain(own).filter(|moment| *moment >= wanted);
    let ends = [did.returned, did.killed];
    let ends = ends.into_iter().filter(|at| *at >= hold.wanted);
    let next = next.map(|moment| moment.at).chain(ends).min();
    match next.unwrap_or(UNSAID) {
        // Nobody knows when it died.
        UNSAID if did.outcome == OperationOutcome::Killed => hold.wanted,
        next => next,
    }
}

/// Until when a lock was kept, for all that is known.
pub(super) fn kept_until(did: &Operation, hold: &LockHold) -> u64 {
    hold.released.min(did.returned).min(did.killed)
}

/// The holds of a lock that an operation had itself when it asked for it again.
pub(super) fn own_at<'a>(
    evidence: &'a Evidence,
    wait: &'a LockHold,
) -> impl Iterator<Item = &'a LockHold> {
    let did = evidence.operation(wait.operation).into_iter();
    did.flat_map(move |did| {
        let holds = evidence.holds_of(did);
        holds.filter(move |hold| {
            let ended = did.returned.min(did.killed) <= wait.wanted;
            let is_kept = hold.released_moment() > wait.wanted_moment() && !ended;
            let is_held = hold.got_moment() <= wait.wanted_moment() && is_kept;
            hold.lock == wait.lock && hold.got != UNSAID && is_held
        })
    })
}

/// Whether an operation asked for a lock that it held itself and kept from others.
pub(in crate::check::history) fn is_own(evidence: &Evidence, wait: &LockHold) -> bool {
    let is_asked = wait.got == UNSAID && wait.wanted != UNSAID && wait.lock != NONE;
    is_asked && own_at(evidence, wait).any(|hold| !hold.shared)
}

/// Whether an operation ended waiting for this lock: it was killed, or gave up.
pub(super) fn is_given_up(evidence: &Evidence, did: &Operation, hold: &LockHold) -> bool {
    use OperationOutcome::{Failed, Killed, Unknown};
    let last = evidence.holds_of(did).next();
    let acted = [did.read_moment(), did.intend_moment(), did.wrote_moment()];
    let acted = acted
        .into_iter()
        .any(|moment| moment.is_said() && moment >= hold.wanted_moment());
    let waited = hold.got == UNSAID && hold.wanted != UNSAID && hold.lock != NONE;
    waited
        && !acted
        && last.is_some_and(|last| std::ptr::eq(last, hold))
        && matches!(did.outcome, Failed | Killed | Unknown)
}
