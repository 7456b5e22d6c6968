//! Operations that waited for one another at one time: each for a lock that the next one held.

use std::collections::HashMap;

use super::waits::{kept_until, own_at, waited_until};
use crate::check::evidence::{Evidence, LockHold, NONE, UNSAID};

/// The longest cycle that is looked for.
const LONGEST: usize = 16;
/// So many steps are taken from one operation at most.
const STEPS: u32 = 10_000;
/// So many cycles of one wait are told apart.
const MANY: usize = 16;

/// All holds by their lock.
pub(in crate::check::history) struct Cycles<'a> {
    evidence: &'a Evidence,
    by_lock: HashMap<u32, Vec<&'a LockHold>>,
    /// Whether those wait for others who hold a lock shared of whom it is not said whether they would have shared it.
    supposes: bool,
}

/// Those who waited for one another, and from when to when all of them did.
pub(super) struct Cycle<'a> {
    pub(super) waits: Vec<&'a LockHold>,
    pub(super) window: (u64, u64),
}

/// A search from one operation.
struct Search<'a> {
    /// Those who waited for one another so far, and for what.
    path: Vec<&'a LockHold>,
    /// Who is to hold what the first waits for, where that is said.
    next: Option<u32>,
    steps: u32,
    found: Vec<Cycle<'a>>,
    /// So many are looked for.
    most: usize,
}

impl Search<'_> {
    fn is_over(&self) -> bool {
        self.found.len() >= self.most || self.steps > STEPS
    }
}

impl<'a> Cycles<'a> {
    pub(in crate::check::history) fn among(evidence: &'a Evidence) -> Self {
        let mut by_lock: HashMap<u32, Vec<&LockHold>> = HashMap::new();
        let got = evidence.holds.iter();
        for hold in got.filter(|hold| hold.got != UNSAID && hold.lock != NONE) {
            by_lock.entry(hold.lock).or_default().push(hold);
        }
        Self {
            evidence,
            by_lock,
            supposes: false,
        }
    }

    /// The same, and who does not say whether it would have shared a lock is supposed to have wanted it alone.
    pub(in crate::check::history) fn supposing(self) -> Self {
        Self {
            supposes: true,
            ..self
        }
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
        let mut cycles = waits.flat_map(|wait| self.search(wait, next, 1));
        cycles.next().map(|cycle| cycle.waits).unwrap_or_default()
    }

    /// All that begin with one wait, the shortest first.
    pub(super) fn of(&self, wait: &'a LockHold) -> Vec<Cycle<'a>> {
        let mut all = self.search(wait, None, MANY);
        all.sort_by_key(|cycle| cycle.waits.len());
        all
    }

    fn search(&self, wait: &'a LockHold, next: Option<u32>, most: usize) -> Vec<Cycle<'a>> {
        let mut search = Search {
            path: vec![wait],
            next,
            steps: 0,
            found: Vec::new(),
            most,
        };
        let did = self.evidence.operation(wait.operation);
        let until = did.map(|did| waited_until(self.evidence, did, wait));
        let window = (wait.wanted, until.unwrap_or(wait.wanted));
        if wait.lock != NONE && wait.wanted != UNSAID {
            self.go_on(&mut search, wait, window);
        }
        search.found
    }

    /// Whether who holds a lock so keeps out who waits for it.
    fn keeps_out(&self, hold: &LockHold, wait: &LockHold) -> bool {
        if !hold.shared {
            return true;
        }
        if wait.got != UNSAID {
            return !wait.shared;
        }
        // Who holds a lock together with others asks for it again to have it alone.
        let has_it = || own_at(self.evidence, wait).any(|own| own.shared);
        wait.wants_shared
            .map_or_else(|| self.supposes || has_it(), |shared| !shared)
    }

    /// Takes down where who held what was waited for within this time waited for another, and so on, back to the first of the
    /// path.
    fn go_on(&self, search: &mut Search<'a>, wait: &'a LockHold, (from, until): (u64, u64)) {
        let first = search.path.first().map_or(NONE, |wait| wait.operation);
        for hold in self.by_lock.get(&wait.lock).into_iter().flatten() {
            search.steps += 1;
            if search.is_over() {
                return;
            }
            let Some(holder) = self.evidence.operation(hold.operation) else {
                continue;
            };
            let from = from.max(hold.got);
            let until = until.min(kept_until(holder, hold));
            let is_first = search.path.len() == 1;
            let other = search
                .next
                .is_some_and(|next| is_first && next != hold.operation);
            let is_own = hold.operation == wait.operation;
            if is_own || from >= until || other || !self.keeps_out(hold, wait) {
                continue;
            }
            if hold.operation == first {
                search.found.push(Cycle {
                    waits: search.path.clone(),
                    window: (from, until),
                });
                continue;
            }
            let mut path = search.path.iter();
            if path.any(|wait| wait.operation == hold.operation) || search.path.len() == LONGEST {
                continue;
            }
            for wait in self.evidence.holds_of(holder) {
                let end = waited_until(self.evidence, holder, wait).min(until);
                let from = from.max(wait.wanted);
                if wait.lock != NONE && wait.wanted != UNSAID && from < end {
                    search.path.push(wait);
                    self.go_on(search, wait, (from, end));
                    search.path.pop();
                }
            }
        }
    }
}
