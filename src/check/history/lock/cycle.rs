//! Operations that waited for one another at one time: each for a lock that the next one held.

use std::collections::HashMap;

use crate::check::evidence::{Evidence, LockHold, NONE, Operation, OperationOutcome, UNSAID};

/// The longest cycle that is looked for.
const LONGEST: usize = 16;
/// So many steps are taken from one operation at most.
const STEPS: u32 = 10_000;

/// All holds by their lock.
pub(in crate::check::history) struct Cycles<'a> {
    evidence: &'a Evidence,
    by_lock: HashMap<u32, Vec<&'a LockHold>>,
}

/// A search from one operation.
struct Search<'a> {
    /// Those who waited for one another so far, and for what.
    path: Vec<&'a LockHold>,
    steps: u32,
}

impl<'a> Cycles<'a> {
    pub(in crate::check::history) fn among(evidence: &'a Evidence) -> Self {
        let mut by_lock: HashMap<u32, Vec<&LockHold>> = HashMap::new();
        let got = evidence.holds.iter();
        let got = got.filter(|hold| hold.got != UNSAID && hold.lock != NONE && !hold.shared);
        for hold in got {
            by_lock.entry(hold.lock).or_default().push(hold);
        }
        Self { evidence, by_lock }
    }

    /// What an operation waited for, and what those did who waited for one another at one time with it, beginning with who held
    /// that: `next`, where that is said. Empty where there are none.
    pub(in crate::check::history) fn from(
        &self,
        start: u32,
        next: Option<u32>,
    ) -> Vec<&'a LockHold> {
        let did = self.evidence.operation(start);
        let waits = did.into_iter().flat_map(|did| self.evidence.holds_of(did));
        let mut cycles = waits.map(|wait| self.of(wait, next));
        cycles.find(|cycle| !cycle.is_empty()).unwrap_or_default()
    }

    /// The same of one wait.
    pub(super) fn of(&self, wait: &'a LockHold, next: Option<u32>) -> Vec<&'a LockHold> {
        let mut search = Search {
            path: vec![wait],
            steps: 0,
        };
        let did = self.evidence.operation(wait.operation);
        let until = did.map(|did| waited_until(self.evidence, did, wait));
        let window = (wait.wanted, until.unwrap_or(wait.wanted));
        if wait.lock != NONE && self.leads_back(&mut search, wait.lock, window, next) {
            return search.path;
        }
        Vec::new()
    }

    /// Whether who held this lock within this time waited for another, and so on, back to the first of the path.
    fn leads_back(
        &self,
        search: &mut Search<'a>,
        lock: u32,
        (from, until): (u64, u64),
        next: Option<u32>,
    ) -> bool {
        let of = |wait: Option<&&LockHold>| wait.map_or(NONE, |wait| wait.operation);
        let (first, waiter) = (of(search.path.first()), of(search.path.last()));
        for hold in self.by_lock.get(&lock).into_iter().flatten() {
            search.steps += 1;
            if search.steps > STEPS {
                return false;
            }
            let Some(holder) = self.evidence.operation(hold.operation) else {
                continue;
            };
            let from = from.max(hold.got);
            let until = until.min(kept_until(holder, hold));
            let other = next.is_some_and(|next| next != hold.operation);
            if hold.operation == waiter || from >= until || other {
                continue;
            }
            if hold.operation == first {
                return true;
            }
            let mut path = search.path.iter();
            if path.any(|wait| wait.operation == hold.operation) || search.path.len() == LONGEST {
                continue;
            }
            for wait in self.evidence.holds_of(holder) {
                let end = waited_until(self.evidence, holder, wait).min(until);
                let from = from.max(wait.wanted);
                let is_wait = wait.lock != NONE && wait.wanted != UNSAID && from < end;
                if !is_wait {
                    continue;
                }
                search.path.push(wait);
                if self.leads_back(search, wait.lock, (from, end), None) {
                    return true;
                }
                search.path.pop();
            }
        }
        false
    }
}

/// Until when an operation waited for a lock: until it got it, or did the next thing that is known of it; [`UNSAID`] for ever.
pub(in crate::check::history) fn waited_until(
    evidence: &Evidence,
    did: &Operation,
    hold: &LockHold,
) -> u64 {
    if hold.got != UNSAID || hold.wanted == UNSAID {
        return hold.got;
    }
    let others = evidence
        .holds_of(did)
        .filter(|other| !std::ptr::eq(*other, hold));
    let others = others.flat_map(|other| [other.wanted, other.got, other.released]);
    let own = [did.read_at, did.intend, did.wrote, did.returned, did.killed];
    let next = others.chain(own).filter(|at| *at >= hold.wanted).min();
    match next.unwrap_or(UNSAID) {
        // Nobody knows when it died.
        UNSAID if did.outcome == OperationOutcome::Killed => hold.wanted,
        next => next,
    }
}

/// Until when a lock was kept, for all that is known.
fn kept_until(did: &Operation, hold: &LockHold) -> u64 {
    hold.released.min(did.returned).min(did.killed)
}

/// Whether an operation asked for a lock that it held itself and kept from others.
pub(in crate::check::history) fn is_own(
    evidence: &Evidence,
    did: &Operation,
    wait: &LockHold,
) -> bool {
    let mut holds = evidence.holds_of(did);
    let is_asked = wait.got == UNSAID && wait.wanted != UNSAID && wait.lock != NONE;
    is_asked
        && holds.any(|hold| {
            let is_held = hold.got <= wait.wanted && kept_until(did, hold) > wait.wanted;
            hold.lock == wait.lock && !hold.shared && hold.got != UNSAID && is_held
        })
}

/// Whether an operation ended waiting for this lock: it was killed, or gave up.
pub(super) fn is_given_up(evidence: &Evidence, did: &Operation, hold: &LockHold) -> bool {
    use OperationOutcome::{Failed, Killed, Unknown};
    let last = evidence.holds_of(did).next();
    let acted = [did.read_at, did.intend, did.wrote];
    let acted = acted
        .into_iter()
        .any(|at| at != UNSAID && at >= hold.wanted);
    let waited = hold.got == UNSAID && hold.wanted != UNSAID && hold.lock != NONE;
    waited
        && !acted
        && last.is_some_and(|last| std::ptr::eq(last, hold))
        && matches!(did.outcome, Failed | Killed | Unknown)
}
