//! The lock, judged apart from what was done under it. Knows nothing of tickets and of the ledger.

pub(super) mod cycle;
mod deadlock;
mod ended_deadlock;
mod lease;
mod seen_outside;
mod split;
pub(super) mod waits;

use self::seen_outside::Sightings;
use super::findings::Findings;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, LockHold, NONE, Operation, OperationOutcome, UNSAID};

/// Gives how many locks were got.
pub(super) fn check(evidence: &Evidence, findings: &mut Findings<'_>) -> u64 {
    let unsaid = evidence.operations.iter().filter(|did| {
        let mut holds = evidence.holds_of(did);
        holds.any(|hold| hold.is_untimed() || is_unreleased(did, hold))
    });
    findings.verdict.untimed_locks = unsaid.count() as u64;
    let unnamed = evidence.operations.iter().filter(|did| {
        let mut holds = evidence.holds_of(did);
        holds.any(|hold| is_unnamed(evidence, hold))
    });
    findings.verdict.unnamed_locks = unnamed.count() as u64;
    let got = evidence.holds.iter().filter(|hold| hold.got != UNSAID);
    let locked = got.clone().count() as u64;
    let dead = got.filter(|hold| hold.is_dead());
    let mut dead: Vec<(u64, u32)> = dead.map(|hold| (hold.got, hold.operation)).collect();
    dead.sort_unstable();
    for (_, operation) in dead {
        findings.add(Anomaly::DeadInodeLock, &[operation], None);
    }
    if locked > 0 {
        overlaps(evidence, findings);
        split::check(evidence, findings);
        lease::check(evidence, findings);
        unlocked(evidence, findings);
    }
    // Only an operation that still waits for a lock can be in a deadlock, and only with one that got a lock.
    if (1..evidence.holds.len() as u64).contains(&locked) {
        deadlock::check(evidence, findings);
        ended_deadlock::check(evidence, findings);
        deadlock::with_itself(evidence, findings);
    }
    locked
}

/// Whether its holder was answered, and does not say when it let go of this lock.
fn is_unreleased(did: &Operation, hold: &LockHold) -> bool {
    hold.got != UNSAID && hold.released == UNSAID && did.returned != UNSAID
}

/// Whether it is the lock of a file of which is not said what its name meant by then. What is no file has no name.
fn is_unnamed(evidence: &Evidence, hold: &LockHold) -> bool {
    let file = evidence.files.get(hold.lock as usize);
    let is_file = file.is_some_and(|file| !file.is_none());
    hold.path == NONE && is_file && !hold.leased && (hold.got != UNSAID || hold.is_untimed())
}

/// Two at once, in one walk over the holds in the order in which they were got. That is mostly the order
/// in which they stand; where not, they are sorted first.
fn overlaps(evidence: &Evidence, findings: &mut Findings<'_>) {
    let got = evidence.holds.iter().filter(|hold| hold.got != UNSAID);
    let order = |hold: &&LockHold| (hold.lock, hold.got, hold.operation);
    let mut pairs = if got.clone().is_sorted_by_key(|hold| order(&hold)) {
        overlaps_of(evidence, got)
    } else {
        let mut got: Vec<&LockHold> = got.collect();
        got.sort_by_key(order);
        overlaps_of(evidence, got.into_iter())
    };
    // By time, and not by which lock was named first.
    pairs.sort_unstable();
    for (_, pair) in pairs {
        findings.add(Anomaly::BrokenLock, &pair, None);
    }
}

/// Those who held one lock at once, by when the second got it.
fn overlaps_of<'a>(
    evidence: &'a Evidence,
    got: impl Iterator<Item = &'a LockHold>,
) -> Vec<(u64, [u32; 2])> {
    let mut pairs = Vec::new();
    // Who holds it longest so far: of all, and of those who let nobody else have it.
    let (mut any, mut sole): (Option<&LockHold>, Option<&LockHold>) = (None, None);
    for hold in got {
        let against = if hold.shared { sole } else { any };
        if let Some(other) = against
            && other.lock == hold.lock
            && other.operation != hold.operation
            && evidence.held_until(other) > hold.got
            && evidence.held_until(hold) > other.got
        {
            pairs.push((hold.got, [other.operation, hold.operation]));
        }
        let longer = |than: Option<&LockHold>| {
            than.is_none_or(|than| {
                than.lock != hold.lock || evidence.held_until(than) < evidence.held_until(hold)
            })
        };
        if longer(any) {
            any = Some(hold);
        }
        if !hold.shared && longer(sole) {
            sole = Some(hold);
        }
    }
    pairs
}

/// Writes of sales that no lock covered, where others locked.
fn unlocked(evidence: &Evidence, findings: &mut Findings<'_>) {
    // Made where it is asked for.
    let mut sightings = None;
    for (index, operation) in (0..).zip(&evidence.operations) {
        let wrote = operation.outcome == OperationOutcome::Sold || operation.wrote != UNSAID;
        if !wrote {
            continue;
        }
        // Who does not say when it had its lock may have had it then.
        if evidence.holds_of(operation).any(LockHold::is_untimed) {
            continue;
        }
        if !covering(evidence, operation).any(|_| true) {
            findings.add(Anomaly::UnlockedWrite, &[index], None);
            continue;
        }
        let written = (operation.writes_from(), done_by(operation));
        if !covers(evidence, operation, written) {
            let sightings = sightings.get_or_insert_with(|| Sightings::of(evidence));
            if let Some(reader) = sightings.by_whom(index, operation) {
                findings.add(Anomaly::UnlockedWrite, &[index, reader], None);
                continue;
            }
        }
        if !covers(evidence, operation, said(operation)) {
            findings.verdict.wrote_outside += 1;
        }
        if !covering(evidence, operation).any(|hold| covers_read(evidence, hold, operation)) {
            // No anomaly by itself: it may have looked again in a way that the evidence does not tell.
            findings.verdict.read_outside += 1;
        } else if operation.read_at == UNSAID
            && covering(evidence, operation).all(|hold| hold.got > operation.invoke)
        {
            findings.verdict.read_untimed += 1;
        }
    }
}

/// The locks that kept others out while it may have written.
fn covering<'a>(
    evidence: &'a Evidence,
    operation: &'a Operation,
) -> impl Iterator<Item = &'a LockHold> {
    evidence.holds_of(operation).filter(|hold| {
        let [intend, wrote] = [operation.intend_moment(), operation.wrote_moment()];
        let early = wrote.is_said() && wrote < hold.got_moment();
        let late = intend.is_said() && intend > hold.released_moment();
        hold.got != UNSAID && !hold.shared && !early && !late
    })
}

/// When its write was done, ns: by its own stamp, or before it was told that it sold. What failed may have come about behind the
/// answer.
fn done_by(operation: &Operation) -> u64 {
    match (operation.wrote, operation.outcome) {
        (UNSAID, OperationOutcome::Sold) => operation.returned,
        (wrote, _) => wrote,
    }
}

/// Between which times it wrote, ns, as far as it stamped them: else from the end of time until its beginning, which every lock
/// covers.
fn said(operation: &Operation) -> (u64, u64) {
    let until = match operation.wrote {
        UNSAID => 0,
        wrote => wrote,
    };
    (operation.intend, until)
}

/// Whether one of its locks that kept others out was held from one time until another.
fn covers(evidence: &Evidence, operation: &Operation, (from, until): (u64, u64)) -> bool {
    covering(evidence, operation).any(|hold| {
        let mut last = hold;
        while let Some(next) = evidence.held_on(last).filter(|next| !next.shared) {
            last = next;
        }
        from >= evidence.held_so_from(hold) && until <= last.released
    })
}

/// Whether it may have read while it held this lock, in whatever mode: where the evidence does not say when it read,
/// it may.
fn covers_read(evidence: &Evidence, hold: &LockHold, operation: &Operation) -> bool {
    let from = evidence.held_from(hold);
    operation.read_at == UNSAID || (from..=hold.released).contains(&operation.read_at)
}
