//! The locks of a recorded run, as they are drawn: from when to when each was waited for, and held.

use std::collections::{HashMap, HashSet};

use crate::check::evidence::{Evidence, LockHold, NONE, Operation, OperationOutcome, UNSAID};
use crate::check::{Anomaly, HistoryVerdict, clashing, deadlock_over};
use crate::timeline::{Doing, LockFacts, Span, Spot};

/// What is known of all locks of a run.
pub(super) struct DrawnLocks<'a> {
    evidence: &'a Evidence,
    /// Where the lines end of what never ended.
    end: u64,
    /// The waits of deadlocks, as indexes of the evidence's holds, and when the deadlock was over.
    stuck: HashMap<u32, u64>,
    /// The locks that were got, where they are several.
    several: HashSet<u64>,
    /// Of locks that leases hold: when somebody else got one, by the index of the hold before.
    ended: HashMap<u32, u64>,
    /// Of each service that gives leases, which file stands for its lock.
    services: HashMap<u64, u32>,
}

impl<'a> DrawnLocks<'a> {
    pub(super) fn of(evidence: &'a Evidence, verdict: &HistoryVerdict) -> Self {
        let found = verdict.findings.iter();
        let found = found.filter(|found| found.kind == Anomaly::Deadlock);
        let waits = found.flat_map(|found| {
            let waits = clashing(evidence, found);
            let over = deadlock_over(evidence, &waits);
            waits.into_iter().map(move |wait| (wait, over))
        });
        let stuck = waits.filter_map(|(wait, over)| {
            let did = evidence.operation(wait.operation)?;
            let mut own = holds(evidence, did);
            own.find(|(_, hold)| std::ptr::eq(*hold, wait))
                .map(|(at, _)| (at, over))
        });
        let is_open = |hold: &LockHold| {
            let did = evidence.operation(hold.operation);
            let is_open = did.is_some_and(|did| did.outcome == OperationOutcome::Open);
            is_open && hold.got == UNSAID && hold.wanted != UNSAID
        };
        let (begin, end) = (evidence.clock().zero, evidence.end());
        // A wait that begins with the last step is to be seen.
        let room = if evidence.holds.iter().any(is_open) {
            (end.saturating_sub(begin) / 16).max(1)
        } else {
            0
        };
        let mut locks = Self {
            evidence,
            end: end.saturating_add(room),
            stuck: HashMap::new(),
            several: HashSet::new(),
            ended: HashMap::new(),
            services: HashMap::new(),
        };
        // Of several the last to be over.
        for (wait, over) in stuck {
            let until = locks.stuck.entry(wait).or_default();
            *until = over.max(*until);
        }
        locks.leases();
        let got = evidence.holds.iter().filter(|hold| hold.got != UNSAID);
        locks.several = got.map(|hold| locks.number(hold)).collect();
        if locks.several.len() < 2 {
            locks.several.clear();
        }
        locks
    }

    /// A lease that somebody else got has ended.
    fn leases(&mut self) {
        let file = |hold: &LockHold| self.evidence.files.get(hold.lock as usize);
        let holds = (0..).zip(&self.evidence.holds);
        let leased = holds.filter(|(_, hold)| hold.leased && hold.got != UNSAID);
        let mut leased: Vec<(u64, u64, u64, u32, u32)> = leased
            .filter_map(|(at, hold)| {
                let file = file(hold)?;
                Some((file.device, file.inode, hold.got, at, hold.lock))
            })
            .collect();
        leased.sort_unstable();
        let mut next: Option<(u64, u64)> = None;
        for (device, _, got, at, lock) in leased.into_iter().rev() {
            let later = next.filter(|(of, _)| *of == device);
            if let Some((_, by)) = later.filter(|(_, by)| *by > got) {
                self.ended.insert(at, by);
            }
            let first = later.map_or(got, |(_, by)| by.min(got));
            next = Some((device, first));
            self.services.insert(device, lock);
        }
    }

    /// The waits and the holds of an operation, in their order; `end`: the last time that is known of it.
    pub(super) fn spans(&self, did: &'a Operation, end: u64) -> Vec<Span> {
        let mut spans = Vec::new();
        let end = match did.outcome {
            OperationOutcome::Open => self.end,
            _ => end,
        };
        let mut own: Vec<(u32, &'a LockHold)> = holds(self.evidence, did).collect();
        own.reverse();
        for (at, hold) in own {
            let lock = self.number(hold);
            if let Some(wanted) = known(hold.wanted) {
                let until = known(hold.got).or_else(|| self.next(did, hold));
                let until = until.unwrap_or(end);
                let over = self.stuck.get(&at).copied();
                let free = over.map_or(wanted, |over| over.min(until).max(wanted));
                if over.is_some() {
                    spans.push(Span::new(Doing::Stuck(lock), wanted, free));
                }
                if over.is_none() || free < until {
                    let doing = if hold.wished && self.several.contains(&lock) {
                        Doing::WaitFor(lock)
                    } else {
                        Doing::Wait
                    };
                    spans.push(Span::new(doing, free, until));
                }
            }
            // Who gets a lock again in the mode in which it holds it holds it on.
            let is_same = |first: &LockHold| first.shared == hold.shared;
            if self.converted(hold).is_some_and(is_same) {
                continue;
            }
            if let Some(got) = known(hold.got) {
                let hold = self.last_of_mode(hold);
                let released = known(hold.released).unwrap_or(end);
                let ended = self.ended.get(&at).copied().unwrap_or(UNSAID);
                let until = released.min(ended).max(got);
                let holds = if hold.shared {
                    Doing::Share(lock)
                } else {
                    Doing::Hold(lock)
                };
                spans.push(Span::new(holds, got, until));
            }
        }
        spans
    }

    /// The hold that this one converts.
    fn converted(&self, hold: &LockHold) -> Option<&'a LockHold> {
        self.evidence.holds.get(hold.converts as usize)
    }

    /// The last hold that goes on a hold in its mode.
    fn last_of_mode(&self, hold: &'a LockHold) -> &'a LockHold {
        let next = |one: &&'a LockHold| {
            let next = self.evidence.held_on(one);
            next.filter(|next| next.shared == hold.shared)
        };
        std::iter::successors(Some(hold), next)
            .last()
            .unwrap_or(hold)
    }

    /// What is known of the locks besides; `place`: where each operation is drawn.
    pub(super) fn facts(&self, place: impl Fn(u32) -> Option<Spot>) -> LockFacts {
        let mut facts = LockFacts::default();
        for (at, hold) in (0..).zip(&self.evidence.holds) {
            let Some(got) = known(hold.got) else { continue };
            if hold.leased {
                facts.leased.insert(self.number(hold));
            }
            let Some(place) = place(hold.operation) else {
                continue;
            };
            if hold.is_dead() {
                facts.nameless.insert((place, got));
            }
            let released = known(hold.released).unwrap_or(u64::MAX);
            if self.ended.get(&at).is_some_and(|ended| *ended < released) {
                facts.ended.insert((place, got));
            }
        }
        facts
    }

    /// The next thing that an operation did after it had asked for a lock that it did not get.
    fn next(&self, did: &Operation, wait: &LockHold) -> Option<u64> {
        let locks = self.evidence.holds_of(did);
        let locks = locks.flat_map(|hold| [hold.wanted, hold.got, hold.released]);
        let own = [did.read_at, did.intend, did.wrote, did.returned, did.killed];
        let all = locks.chain(own).filter(|at| *at != UNSAID);
        all.filter(|at| *at > wait.wanted).min()
    }

    /// Files are told apart by their numbers in the evidence: two devices may have one inode. A lock that leases hold is one,
    /// whoever holds it.
    fn number(&self, hold: &LockHold) -> u64 {
        let file = self.evidence.files.get(hold.lock as usize);
        let service = file.filter(|_| hold.leased);
        let service = service.and_then(|file| self.services.get(&file.device));
        service.copied().unwrap_or(hold.lock).into()
    }
}

/// The locks of an operation with their indexes, the last first.
fn holds<'a>(evidence: &'a Evidence, did: &Operation) -> impl Iterator<Item = (u32, &'a LockHold)> {
    let at = move |index: u32| Some((index, evidence.holds.get(index as usize)?));
    std::iter::successors(
        at(did.hold).filter(|_| did.hold != NONE),
        move |(_, hold)| at(hold.previous),
    )
}

/// A time, if it was said.
fn known(at: u64) -> Option<u64> {
    (at != UNSAID).then_some(at)
}
