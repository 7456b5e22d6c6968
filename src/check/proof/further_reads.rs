//! What operations read beside what they acted by; and until when a lock was held, which goes by what was read under it.

use super::case::Case;
use crate::check::evidence::{FurtherRead, LockHold, Operation, OperationOutcome, UNSAID};

impl Case<'_> {
    pub(super) fn further(&self, did: &Operation) -> impl Iterator<Item = &FurtherRead> {
        let mut all = self.evidence.operations.iter();
        let index = all.position(|one| std::ptr::eq(one, did));
        let reads = self.evidence.further_reads.iter();
        reads.filter(move |read| index == Some(read.operation as usize))
    }

    pub(super) fn has_read(&self, did: &Operation, version: u64) -> bool {
        did.read == version || self.further(did).any(|read| read.version == version)
    }

    /// Whether it read a version beside what it acted by, and saw what that does not hold.
    pub(super) fn read_another_besides(&self, did: &Operation, version: u64) -> bool {
        let mut reads = self.further(did).filter(|read| read.version == version);
        reads.any(|read| {
            let sums = self.sums_of(version);
            let is_other = |sum: u64| !sums.is_empty() && !sums.contains(&sum);
            let seen = read.seen.cast_signed();
            read.seen != UNSAID && self.differs(version, seen) || read.sum.is_some_and(is_other)
        })
    }

    /// Whether it read a version beside what it acted by that nobody meant to write.
    pub(super) fn read_nobodys(&self, did: &Operation, version: u64) -> bool {
        let evidence = self.evidence;
        let mut meant = evidence.operations.iter().map(|one| one.write);
        let mut earlier = evidence.earlier_intents.iter().map(|intent| intent.write);
        let mut lines = evidence.ledger.iter().flatten().map(|line| line.seq);
        let is_meant = meant.any(|write| write == version)
            || earlier.any(|write| write == version)
            || lines.any(|write| write == version);
        let is_nobodys = version != evidence.first && !is_meant && !self.is_open(version);
        self.further(did).any(|read| read.version == version)
            && (version < evidence.first || is_nobodys)
    }

    /// Whether it read or wrote this version, and read an older one after that.
    pub(super) fn went_backwards(&self, did: &Operation, newer: u64) -> bool {
        let before: Vec<u64> = self
            .further(did)
            .filter(|read| !read.is_after)
            .map(|it| it.version)
            .collect();
        let after: Vec<u64> = self
            .further(did)
            .filter(|read| read.is_after)
            .map(|it| it.version)
            .collect();
        let wrote = did.wrote != UNSAID && did.write == newer;
        let wrote = wrote && !did.is_denied() && self.has_written(did);
        let at = before.iter().position(|version| *version == newer);
        let later = at.and_then(|at| before.get(at..)).unwrap_or_default();
        let older = |all: &[u64]| all.iter().any(|version| *version < newer);
        // What it acted by is between the two.
        let then = older(later) || did.read < newer || older(&after);
        let first = after.iter().position(|version| *version == newer);
        let last = first.and_then(|at| after.get(at..)).unwrap_or_default();
        at.is_some() && then || (did.read == newer || wrote) && older(&after) || older(last)
    }

    /// Until when a lock was held for sure.
    pub(super) fn until(&self, did: &Operation, hold: &LockHold) -> u64 {
        if hold.released != UNSAID {
            return hold.released;
        }
        let further = self.further(did).map(|read| read.read_at);
        let acted = [did.read_at, did.intend, did.wrote].into_iter();
        let acted = acted.chain(further).filter(|at| *at != UNSAID);
        acted.max().unwrap_or(hold.got).max(hold.got)
    }

    /// Whether it did all that it did at other times than those at which it held this lock.
    pub(super) fn is_idle(&self, did: &Operation, hold: &LockHold) -> bool {
        let mut acts: Vec<(u64, u64)> = self
            .further(did)
            .map(|read| (read.read_at, read.read_at))
            .collect();
        if did.read != UNSAID && did.read_at != UNSAID {
            acts.push((did.read_at, did.read_at));
        } else if did.read != UNSAID {
            acts.push((did.invoke, did.over()));
        }
        if did.write != UNSAID {
            let begun = [did.intend, did.read_at, did.invoke];
            let begun = begun.into_iter().find(|at| *at != UNSAID).unwrap_or(0);
            let done = if did.wrote == UNSAID {
                did.over()
            } else {
                did.wrote
            };
            acts.push((begun, done));
        }
        if acts.is_empty() {
            let answered = [
                OperationOutcome::Sold,
                OperationOutcome::SoldOut,
                OperationOutcome::Query,
            ];
            let mut all = self.evidence.operations.iter();
            let says = all.any(|one| (one.read, one.write) != (UNSAID, UNSAID));
            return says && !did.torn && !answered.contains(&did.outcome);
        }
        let mut own = self.got(did).filter(|one| one.lock == hold.lock);
        let acted = own.any(|one| {
            let until = self.until(did, one);
            acts.iter()
                .any(|(from, to)| *from <= until && one.got <= *to)
        });
        !acted && !did.torn
    }
}
