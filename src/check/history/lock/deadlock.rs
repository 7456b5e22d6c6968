//! Deadlock: operations that wait for one another, or one for what it holds itself: for ever, or until one of them is killed or
//! gives up.
//!
//! An operation that waits for a file that nobody else holds for ever gets it in the end, and then lets go of what it
//! holds. When all who can go on are put aside, one after another, those who are left wait for one
//! another: each of them for somebody who is left.

use std::collections::HashSet;

use super::waits::{is_given_up, is_own};
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, LockHold, NONE, Operation, OperationOutcome, UNSAID};
use crate::check::history::findings::Findings;

pub(super) fn check(evidence: &Evidence, findings: &mut Findings<'_>) {
    let mut stuck = Stuck::of(evidence);
    for file in 0..evidence.files.len() {
        stuck.put_aside_from(file);
    }
    // The walk, from 1, that came by each operation.
    let mut walks = vec![0_u32; evidence.operations.len()];
    let waiting = evidence.holds.iter().filter(|hold| hold.got == UNSAID);
    for (walk, hold) in (1..).zip(waiting) {
        let mut at = hold.operation;
        while let Some(seen) = walks.get_mut(at as usize).filter(|seen| **seen == 0) {
            *seen = walk;
            let Some(holder) = stuck.waits_for(at) else {
                break;
            };
            if walks.get(holder as usize) == Some(&walk) {
                findings.add(Anomaly::Deadlock, &[at, holder], None);
                break;
            }
            at = holder;
        }
    }
}

/// Those who asked for a lock that they held themselves, and did nothing more until they were killed or gave up; or for ever,
/// where something tells that time went on.
pub(super) fn with_itself(evidence: &Evidence, findings: &mut Findings<'_>) {
    let mut end = None;
    let mut told: HashSet<u32> = HashSet::new();
    for hold in evidence.holds.iter().filter(|hold| hold.got == UNSAID) {
        let Some(did) = evidence.operation(hold.operation) else {
            continue;
        };
        if !is_own(evidence, hold) || told.contains(&hold.operation) {
            continue;
        }
        let is_last = evidence
            .holds_of(did)
            .next()
            .is_some_and(|last| std::ptr::eq(last, hold));
        let mut goes_on = || *end.get_or_insert_with(|| evidence.end()) > hold.wanted;
        let is_open = did.outcome == OperationOutcome::Open && is_last;
        if is_given_up(evidence, did, hold) || is_open && (evidence.last.is_some() || goes_on()) {
            told.insert(hold.operation);
            findings.add(Anomaly::Deadlock, &[hold.operation], None);
        }
    }
}

/// The operations that wait, for all that is known.
struct Stuck<'a> {
    evidence: &'a Evidence,
    /// Who holds each file and waits for one: what is at the end is put aside.
    holders: Vec<Vec<u32>>,
    /// Who waits for each file.
    waiters: Vec<Vec<u32>>,
    /// Who is put aside, by operation.
    aside: Vec<bool>,
}

impl<'a> Stuck<'a> {
    fn of(evidence: &'a Evidence) -> Self {
        let mut stuck = Self {
            evidence,
            holders: vec![Vec::new(); evidence.files.len()],
            waiters: vec![Vec::new(); evidence.files.len()],
            aside: vec![false; evidence.operations.len()],
        };
        for (index, operation) in (0..).zip(&evidence.operations) {
            let Some(wanted) = wanted(evidence, operation) else {
                continue;
            };
            if let Some(waiters) = stuck.waiters.get_mut(wanted as usize) {
                waiters.push(index);
            }
            for hold in held(evidence, operation) {
                let holders = stuck.holders.get_mut(hold.lock as usize);
                if let Some(holders) = holders.filter(|all| all.last() != Some(&index)) {
                    holders.push(index);
                }
            }
        }
        stuck
    }

    /// Puts aside the operations that get this file in the end, and those that get another because of that.
    fn put_aside_from(&mut self, file: usize) {
        let mut files = vec![file];
        while let Some(file) = files.pop() {
            self.forget(file);
            // With two left that hold it, nobody gets it.
            let holders = self.holders.get(file).map_or(&[][..], Vec::as_slice);
            let only = match holders {
                [] => None,
                [one] => Some(*one),
                _ => continue,
            };
            let waiters = self.waiters.get_mut(file).map(std::mem::take);
            let (free, rest) = waiters
                .unwrap_or_default()
                .into_iter()
                .partition::<Vec<_>, _>(|waiter| only.is_none_or(|only| only == *waiter));
            if let Some(waiters) = self.waiters.get_mut(file) {
                *waiters = rest;
            }
            for waiter in free {
                if let Some(aside) = self.aside.get_mut(waiter as usize) {
                    *aside = true;
                }
                if let Some(operation) = self.evidence.operation(waiter) {
                    let held = held(self.evidence, operation);
                    files.extend(held.map(|hold| hold.lock as usize));
                }
            }
        }
    }

    /// Forgets those who are put aside, down to the last two who are not.
    fn forget(&mut self, file: usize) {
        let Some(holders) = self.holders.get_mut(file) else {
            return;
        };
        let aside = |index: &u32| self.aside.get(*index as usize) == Some(&true);
        while holders.last().is_some_and(aside) {
            holders.pop();
        }
        while let [.., last_but_one, _] = holders.as_slice()
            && aside(last_but_one)
        {
            holders.swap_remove(holders.len() - 2);
        }
    }

    /// Somebody else who is left and holds what this one waits for.
    fn waits_for(&self, index: u32) -> Option<u32> {
        if self.aside.get(index as usize) != Some(&false) {
            return None;
        }
        let wanted = wanted(self.evidence, self.evidence.operation(index)?)?;
        let mut holders = self.holders.get(wanted as usize)?.iter().rev().copied();
        holders.find(|other| *other != index)
    }
}

/// The file that it waits for, when the evidence ends.
fn wanted(evidence: &Evidence, operation: &Operation) -> Option<u32> {
    let last = evidence.holds_of(operation).next()?;
    let waits =
        operation.outcome == OperationOutcome::Open && last.got == UNSAID && last.lock != NONE;
    waits.then_some(last.lock)
}

/// What it got and never let go.
fn held<'a>(evidence: &'a Evidence, operation: &Operation) -> impl Iterator<Item = &'a LockHold> {
    let holds = evidence.holds_of(operation);
    holds.filter(|hold| hold.got != UNSAID && hold.released == UNSAID)
}
