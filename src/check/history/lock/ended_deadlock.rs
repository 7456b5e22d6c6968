//! Deadlocks that ended: operations that waited for one another until one of them was killed, or gave up.
//!
//! A wait that lies in several, one after another, is told of each.

use std::collections::{HashMap, HashSet};

use super::cycle::{Cycle, Cycles};
use super::waits::is_given_up;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, LockHold};
use crate::check::history::findings::Findings;

pub(super) fn check(evidence: &Evidence, findings: &mut Findings<'_>) {
    let given_up = evidence.holds.iter().filter(|hold| {
        let did = evidence.operation(hold.operation);
        did.is_some_and(|did| is_given_up(evidence, did, hold))
    });
    let mut given_up = given_up.peekable();
    if given_up.peek().is_none() {
        return;
    }
    let cycles = Cycles::among(evidence);
    let mut told = Told::default();
    let mut others = Vec::new();
    for hold in given_up {
        let own = cycles.of(hold);
        if own.is_empty() {
            others.push(hold);
        }
        for cycle in own {
            if let Some((one, other)) = told.tell(&cycles, &cycle) {
                findings.add(Anomaly::Deadlock, &[one, other], None);
            }
        }
    }
    if evidence.holds.iter().any(|hold| hold.shared) {
        let cycles = cycles.supposing();
        let perhaps = others
            .into_iter()
            .filter(|hold| !cycles.of(hold).is_empty());
        findings.verdict.unsaid_wishes = perhaps.count() as u64;
    }
}

/// What tells one wait from all others: whose it is, and since when.
type WaitKey = (u32, u64);

fn key(wait: &LockHold) -> WaitKey {
    (wait.operation, wait.wanted)
}

/// From when to when each wait lay in deadlocks that are told.
#[derive(Default)]
struct Told(HashMap<WaitKey, Vec<(u64, u64)>>);

impl Told {
    /// The operations that name a deadlock, unless all who are in it are told to have been in one at that time.
    fn tell(&mut self, cycles: &Cycles<'_>, cycle: &Cycle<'_>) -> Option<(u32, u32)> {
        let (from, until) = cycle.window;
        let meets = |(one, end): &(u64, u64)| from < *end && *one < until;
        let is_told = |wait: &&LockHold| {
            let told = self.0.get(&key(wait));
            told.is_some_and(|told| told.iter().any(meets))
        };
        if cycle.waits.iter().all(is_told) {
            return None;
        }
        let named = named(cycles, cycle)?;
        for wait in &cycle.waits {
            self.0.entry(key(wait)).or_default().push(cycle.window);
        }
        Some(named)
    }
}

/// Two of a cycle, one behind the other, who tell it from all others.
fn named(cycles: &Cycles<'_>, cycle: &Cycle<'_>) -> Option<(u32, u32)> {
    let waits: HashSet<WaitKey> = cycle.waits.iter().map(|wait| key(wait)).collect();
    let next = cycle.waits.iter().cycle().skip(1);
    let mut pairs = cycle.waits.iter().zip(next);
    let pair = pairs.find(|(one, other)| {
        let found = cycles.from(one.operation, Some(other.operation));
        found
            .iter()
            .map(|wait| key(wait))
            .collect::<HashSet<WaitKey>>()
            == waits
    });
    pair.map(|(one, other)| (one.operation, other.operation))
}
