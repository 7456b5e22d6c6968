//! Checks a finding against the evidence, by nothing but the operations that it names and plain sums.
//!
//! Independent of [`super::judge`], but for the words: it keeps no chain, goes through all of the evidence
//! again for every finding, and so is slow. A finding that it refuses is a fault of this program.

use super::evidence::{CommittedLine, Evidence, Hold, NONE, Operation, OperationOutcome, UNSAID};
use super::final_state::Anomaly;
use super::history::{HistoryFinding, sentence};

/// Accepts a finding, or says why the evidence does not bear it out.
pub fn accept(evidence: &Evidence, finding: &HistoryFinding) -> Result<(), String> {
    let found = finding.operations.iter();
    let found: Vec<&Operation> = found.filter_map(|at| evidence.operation(*at)).collect();
    if found.len() != finding.operations.len() || found.len() > 2 {
        return Err("it names operations that there are not".to_owned());
    }
    let names = found.iter().map(|did| evidence.names.name(did.buyer));
    if !names.eq(finding.buyers.iter().map(String::as_str)) {
        return Err("its buyers are not those of its operations".to_owned());
    }
    if finding.text != sentence(evidence, finding) {
        return Err("its sentence is not that of its operations".to_owned());
    }
    let case = Case {
        evidence,
        version: finding.version,
    };
    let holds = match found.as_slice() {
        [] => case.nobody(finding.kind),
        [one] => case.one(finding.kind, one),
        [one, other, ..] => !std::ptr::eq(*one, *other) && case.two(finding.kind, one, other),
    };
    if holds {
        Ok(())
    } else {
        Err(format!("the evidence does not show {:?}", finding.kind))
    }
}

struct Case<'a> {
    evidence: &'a Evidence,
    version: Option<u64>,
}

impl Case<'_> {
    fn nobody(&self, kind: Anomaly) -> bool {
        let lines = || self.evidence.ledger.iter().flatten();
        match (kind, self.version, self.evidence.last) {
            (Anomaly::Conservation, None, Some(last)) => {
                self.left(last.seq) != Some(last.left.cast_signed())
            }
            (Anomaly::Phantom, Some(version), _) => {
                let there = lines().filter(|line| line.seq == version).count();
                let meant = self.evidence.operations.iter();
                let meant = meant.filter(|did| did.write == version && self.on_ledger(did));
                there > meant.count()
            }
            (Anomaly::Gap, Some(version), _) => {
                let mut before = self.evidence.first;
                let leaps = lines().any(|line| {
                    let leaps = line.seq == version && line.seq != before + 1;
                    before = line.seq;
                    leaps
                });
                let missing = version > self.evidence.first && self.writer(version, None).is_none();
                leaps || missing && self.is_followed(version)
            }
            (Anomaly::Conservation, Some(version), _) => self.ledger_differs(version),
            _ => false,
        }
    }

    fn one(&self, kind: Anomaly, did: &Operation) -> bool {
        let said = self.version.filter(|version| *version != UNSAID);
        let read = said == Some(did.read);
        let wrote = said == Some(did.write);
        let sold = did.outcome == OperationOutcome::Sold;
        match kind {
            Anomaly::TornRead => {
                self.version.is_none() && did.torn || read && self.saw_another(did)
            }
            Anomaly::DirtyRead => {
                read && did.read != self.evidence.first
                    && (did.read < self.evidence.first
                        || self.writer(did.read, None).is_none()
                        || self.too_far(did.read))
            }
            Anomaly::FalseSoldOut => {
                read && did.outcome == OperationOutcome::SoldOut
                    && self.left(did.read) >= Some(i64::from(did.quantity))
            }
            Anomaly::Conservation => {
                read && self.told_another(did) || wrote && self.ledger_differs(did.write)
            }
            Anomaly::Phantom if self.version.is_none() => {
                let leaps = did.read != UNSAID && did.read.checked_add(1) != Some(did.write);
                did.write != UNSAID
                    && (sold || did.is_pending() && self.on_ledger(did))
                    && (leaps || did.write <= self.evidence.first)
            }
            Anomaly::Phantom => {
                let failed = !sold && !did.is_pending();
                wrote && self.on_ledger(did) && (failed || !self.as_wanted(did))
            }
            Anomaly::Gap => {
                let known = self.evidence.ledger.is_some();
                let sure = sold && !known || (sold || did.is_pending()) && self.on_ledger(did);
                wrote && sure && self.too_far(did.write)
            }
            Anomaly::Oversold if self.version.is_none() => sold && self.exceeds(did),
            Anomaly::Oversold => wrote && self.left(did.write).is_some_and(|left| left < 0),
            Anomaly::LostSale if wrote => {
                sold && self.evidence.ledger.is_some() && !self.on_ledger(did)
            }
            Anomaly::LostSale => {
                let last = self.evidence.last;
                sold && self.version.is_none() && last.is_some_and(|last| last.seq < did.write)
            }
            Anomaly::DeadInodeLock => {
                let mut got = self.got(did);
                let dead = got.any(|hold| hold.path != NONE && hold.path != hold.lock);
                self.version.is_none() && dead
            }
            Anomaly::UnlockedWrite if self.version.is_none() => {
                let mut holds = self.evidence.holds.iter();
                let locks = holds.any(|hold| hold.got != UNSAID);
                let wrote = sold || did.wrote != UNSAID;
                locks
                    && wrote
                    && !self.got(did).any(|hold| {
                        let outside = did.wrote < hold.got
                            || did.intend != UNSAID && did.intend > hold.released;
                        !hold.shared && !outside
                    })
            }
            _ => false,
        }
    }

    fn two(&self, kind: Anomaly, one: &Operation, other: &Operation) -> bool {
        match (kind, self.version) {
            (Anomaly::LostUpdate, Some(version)) => [one, other].iter().all(|did| {
                let read = did.read == version || did.read == UNSAID;
                read && version.checked_add(1) == Some(did.write)
                    && (did.outcome == OperationOutcome::Sold || self.on_ledger(did))
            }),
            (Anomaly::StaleRead, Some(version)) => {
                let wrote = other.outcome == OperationOutcome::Sold && other.write == version;
                let newest = other.read == version && oldest(one) < (version, true)
                    || wrote && oldest(one) < (version, false);
                one.invoke > other.over() && newest
            }
            (_, None) => self.two_locks(kind, one, other),
            _ => false,
        }
    }

    fn two_locks(&self, kind: Anomaly, one: &Operation, other: &Operation) -> bool {
        match kind {
            Anomaly::BrokenLock => self.got(one).any(|hold| {
                self.got(other).any(|second| {
                    let both = !(hold.shared && second.shared) && hold.lock == second.lock;
                    both && hold.got < until(other, second) && second.got < until(one, hold)
                })
            }),
            Anomaly::SplitLock => {
                let mut all = self
                    .got(one)
                    .flat_map(|hold| self.got(other).map(move |second| hold.lock != second.lock));
                self.got(one).next().is_some()
                    && self.got(other).next().is_some()
                    && all.all(|differ| differ)
            }
            Anomaly::Deadlock => self.waits_for(one, other) && self.leads_to(other, one),
            _ => false,
        }
    }

    fn got(&self, did: &Operation) -> impl Iterator<Item = &Hold> {
        let holds = self.evidence.holds_of(did);
        holds.filter(|hold| hold.got != UNSAID)
    }

    fn on_ledger(&self, did: &Operation) -> bool {
        let mut lines = self.evidence.ledger.iter().flatten();
        lines.any(|line: &CommittedLine| line.is_of(did))
    }

    /// Whether a line of it says what the operation wanted.
    fn as_wanted(&self, did: &Operation) -> bool {
        let mut lines = self.evidence.ledger.iter().flatten();
        lines.any(|line: &CommittedLine| line.is_of(did) && line.agrees_with(did))
    }

    /// Those who may have written a version.
    fn writers(&self, version: u64) -> impl Iterator<Item = &Operation> + Clone {
        let all = self.evidence.operations.iter();
        let known = self.evidence.ledger.is_some();
        all.filter(move |did| did.write == version)
            .filter(move |did| {
                let may = did.outcome == OperationOutcome::Sold || did.is_pending();
                may && (!known || self.on_ledger(did))
            })
    }

    /// Who wrote it: somebody who was told so, else somebody who may have, and who fits what is said of it.
    fn writer(&self, version: u64, before: Option<i64>) -> Option<&Operation> {
        let follows = |did: &&Operation| did.read == UNSAID || did.read + 1 == did.write;
        let known = |did: &&Operation| {
            did.outcome == OperationOutcome::Sold || self.evidence.ledger.is_some()
        };
        let told = self.writers(version).filter(known);
        let told = told.clone().find(follows).or_else(|| told.clone().next());
        told.or_else(|| {
            let all = self.writers(version).filter(follows);
            let fits = |did: &&Operation| {
                let saw = (did.seen != UNSAID).then_some(did.seen.cast_signed());
                let Some(saw) = saw.or(before) else {
                    return true;
                };
                let after = saw - i64::from(did.quantity);
                let is_other = |left: u64| left != UNSAID && left.cast_signed() != after;
                let mut readers = self.evidence.operations.iter();
                let last = self.evidence.last.filter(|last| last.seq == version);
                after >= 0
                    && !last.is_some_and(|last| is_other(last.left))
                    && !readers
                        .any(|reader| reader.read == version && is_other(reader.left_at_read()))
            };
            let fitting = all.clone().filter(fits).min_by_key(|did| did.invoke);
            fitting.or_else(|| all.min_by_key(|did| did.invoke))
        })
    }

    /// How many were left at a version: the stock less what was sold up to it. Behind a missing version,
    /// what the next writer saw.
    fn left(&self, version: u64) -> Option<i64> {
        let first = self.evidence.first;
        if version < first || self.too_far(version) {
            return None;
        }
        let mut left = self.evidence.stock.cast_signed();
        let mut missing = false;
        for at in first + 1..=version {
            let writer = self.writer(at, (!missing).then_some(left));
            match writer.map(|did| did.seen) {
                Some(seen) if missing && seen != UNSAID => left = seen.cast_signed(),
                _ => {}
            }
            left -= writer.map_or(0, |did| i64::from(did.quantity));
            missing = writer.is_none();
        }
        (!missing).then_some(left)
    }

    /// More versions than anybody meant to write: one before it is missing.
    fn too_far(&self, version: u64) -> bool {
        let writes = self.evidence.operations.len() as u64;
        let lines = self.evidence.ledger.iter().flatten().count() as u64;
        version.saturating_sub(self.evidence.first) > writes + lines
    }

    /// Whether a later version was written, for all that is known.
    fn is_followed(&self, version: u64) -> bool {
        let known = self.evidence.ledger.is_some();
        let seen = |write: u64| {
            let mut all = self.evidence.operations.iter();
            let last = self.evidence.last;
            last.is_some_and(|last| last.seq >= write)
                || all.any(|did| did.read != UNSAID && did.read >= write)
        };
        let mut all = self.evidence.operations.iter();
        all.any(|did| {
            let mut writers = self.writers(did.write);
            let sure = did.outcome == OperationOutcome::Sold || known || seen(did.write);
            did.write > version && sure && writers.any(|writer| std::ptr::eq(writer, did))
        })
    }

    fn saw_another(&self, did: &Operation) -> bool {
        let left = self.left(did.read);
        if did.seen != UNSAID && left.is_some_and(|left| left != did.seen.cast_signed()) {
            return true;
        }
        let index = self
            .evidence
            .operations
            .iter()
            .position(|one| std::ptr::eq(one, did));
        let sum = index.and_then(|index| self.evidence.sum_of(index as u32));
        let lines = (0..).zip(self.evidence.ledger.iter().flatten());
        let lines = lines.filter(|(_, line)| line.seq == did.read);
        // Of a version that stands there more than once, any may have been read.
        let its = lines.filter_map(|(at, _)| {
            let mut sums = self.evidence.ledger_sums.iter();
            sums.find(|(line, _): &&(u32, u64)| *line == at)
        });
        let its: Vec<u64> = its.map(|(_, sum)| *sum).collect();
        sum.is_some_and(|sum| !its.is_empty() && !its.contains(&sum))
    }

    fn told_another(&self, did: &Operation) -> bool {
        let Some(left) = self.left(did.read) else {
            return false;
        };
        let sold = match did.outcome {
            OperationOutcome::Sold => i64::from(did.quantity),
            _ => 0,
        };
        did.left != UNSAID && did.left.cast_signed() != left - sold
    }

    fn ledger_differs(&self, version: u64) -> bool {
        let left = self.left(version);
        let mut lines = self.evidence.ledger.iter().flatten();
        lines.any(|line| {
            line.seq == version && left.is_some_and(|left| left != line.left.cast_signed())
        })
    }

    /// Whether this is the first acknowledged sale beyond the stock.
    fn exceeds(&self, did: &Operation) -> bool {
        let all = self.evidence.operations.iter();
        let before = all.take_while(|one| !std::ptr::eq(*one, did));
        let before = before.filter(|one| one.outcome == OperationOutcome::Sold);
        let before = before.fold(0_u64, |sum, one| {
            sum.saturating_add(u64::from(one.quantity))
        });
        let stock = self.evidence.stock;
        before <= stock && before.saturating_add(u64::from(did.quantity)) > stock
    }

    fn waits_for(&self, one: &Operation, other: &Operation) -> bool {
        let wanted = self.evidence.holds_of(one).find(|hold| hold.got == UNSAID);
        let held = |lock| {
            self.got(other)
                .any(|hold| hold.lock == lock && hold.released == UNSAID)
        };
        let ended =
            one.outcome != OperationOutcome::Open || other.outcome != OperationOutcome::Open;
        !ended && wanted.is_some_and(|hold| held(hold.lock))
    }

    /// Whether each waits for the next, from one to the other.
    fn leads_to(&self, one: &Operation, end: &Operation) -> bool {
        let mut reached = vec![one];
        let mut at = 0;
        while let Some(from) = reached.get(at).copied() {
            if self.waits_for(from, end) {
                return true;
            }
            for next in &self.evidence.operations {
                if self.waits_for(from, next) && !reached.iter().any(|one| std::ptr::eq(*one, next))
                {
                    reached.push(next);
                }
            }
            at += 1;
        }
        false
    }
}

/// Until when a lock was held for sure.
fn until(did: &Operation, hold: &Hold) -> u64 {
    if hold.released != UNSAID {
        return hold.released;
    }
    let acted = [did.intend, did.wrote]
        .into_iter()
        .filter(|at| *at != UNSAID);
    acted.max().unwrap_or(hold.got).max(hold.got)
}

/// The oldest thing that an operation touched: a version is older than the reading of it.
fn oldest(did: &Operation) -> (u64, bool) {
    (did.read, true).min((did.write, false))
}
