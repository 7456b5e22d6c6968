//! What a finding is held against, and what its operations locked, wrote and sold.

use std::collections::BTreeSet;

use crate::check::evidence::{
    CommittedLine, Evidence, LockHold, Operation, OperationOutcome, UNSAID,
};

/// The evidence, and the version that the finding is about.
pub(super) struct Case<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) version: Option<u64>,
}

impl Case<'_> {
    pub(super) fn got(&self, did: &Operation) -> impl Iterator<Item = &LockHold> {
        let holds = self.evidence.holds_of(did);
        holds.filter(|hold| hold.got != UNSAID)
    }

    pub(super) fn on_ledger(&self, did: &Operation) -> bool {
        let mut lines = self.evidence.ledger.iter().flatten();
        lines.any(|line: &CommittedLine| line.is_of(did))
    }

    /// Whether it wrote, whatever it was told: the ledger has it, or it says so itself where there is no ledger.
    pub(super) fn has_written(&self, did: &Operation) -> bool {
        match &self.evidence.ledger {
            Some(_) => self.on_ledger(did),
            None => did.wrote != UNSAID,
        }
    }

    /// Whether it alone can have written a version that there was, though neither it nor a ledger says so.
    fn must_have_written(&self, did: &Operation) -> bool {
        let all = || self.evidence.operations.iter();
        let has_sold = |one: &Operation| one.outcome == OperationOutcome::Sold;
        let alike = all().filter(|one| one.write == did.write);
        let alone = alike
            .filter(|one| has_sold(one) || one.is_pending())
            .count()
            == 1;
        let was_there = |one: &Operation| {
            let wrote = has_sold(one) || one.is_pending() && self.has_written(one);
            let read = one.read != UNSAID && one.read >= did.write;
            read || one.write != UNSAID && one.write > did.write && wrote
        };
        let last = self.evidence.last.map(|last| last.seq);
        let there = last >= Some(did.write) || all().any(was_there);
        let follows = did.read == UNSAID || did.read.wrapping_add(1) == did.write;
        let any = all().any(|one| has_sold(one) && one.write == UNSAID);
        let silent = did.is_pending() && self.evidence.ledger.is_none() && !any;
        silent && alone && there && follows && did.write > self.evidence.first
    }

    /// Whether two sales wrote one version, and all sales together do not leave what is left.
    pub(super) fn is_short_of_sales(&self, left: u64) -> bool {
        let written: Vec<(u64, u32)> = if let Some(lines) = &self.evidence.ledger {
            lines.iter().map(|line| (line.seq, line.quantity)).collect()
        } else {
            let all = self.evidence.operations.iter();
            let sold = |did: &&Operation| {
                let sold = did.outcome == OperationOutcome::Sold;
                let wrote = self.has_written(did) || self.must_have_written(did);
                did.write != UNSAID && (sold || did.is_pending() && wrote)
            };
            all.filter(sold)
                .map(|did| (did.write, did.quantity))
                .collect()
        };
        let versions: BTreeSet<u64> = written.iter().map(|sale| sale.0).collect();
        let sold: u128 = written.iter().map(|sale| u128::from(sale.1)).sum();
        let silent = self.evidence.operations.iter().filter(|did| {
            let silent = did.outcome == OperationOutcome::Sold && did.write == UNSAID;
            silent && self.evidence.ledger.is_none()
        });
        let sold = sold + silent.map(|did| u128::from(did.quantity)).sum::<u128>();
        versions.len() < written.len() && sold + u128::from(left) != self.evidence.stock.into()
    }

    /// Whether a line of the ledger says what the operation wanted.
    pub(super) fn as_wanted(&self, did: &Operation) -> bool {
        let Some(ledger) = &self.evidence.ledger else {
            return true;
        };
        let mut lines = ledger.iter();
        lines.any(|line: &CommittedLine| line.is_of(did) && line.agrees_with(did))
    }

    /// Whether the acknowledged sales that were written before this one, for all that is known, and this one are more
    /// than the stock.
    pub(super) fn exceeds(&self, did: &Operation) -> bool {
        let all = self.evidence.operations.iter();
        let sold = all.filter(|one| one.outcome == OperationOutcome::Sold);
        let before = sold.filter(|one| std::ptr::eq(*one, did) || !self.is_later(one, did));
        let before = before.fold(0_u64, |sum, one| {
            sum.saturating_add(u64::from(one.quantity))
        });
        before > self.evidence.stock
    }

    /// Whether one wrote after another for sure: by their lines of the ledger, else by their times.
    fn is_later(&self, one: &Operation, other: &Operation) -> bool {
        let line = |did: &Operation| {
            let mut lines = self.evidence.ledger.iter().flatten();
            lines.position(|line: &CommittedLine| line.is_of(did))
        };
        if let (Some(own), Some(before)) = (line(one), line(other)) {
            return own > before;
        }
        let from = [one.intend, one.read_at, one.invoke];
        let from = from.into_iter().find(|at| *at != UNSAID);
        let until = [other.wrote, other.returned];
        let until = until.into_iter().find(|at| *at != UNSAID);
        from.zip(until).is_some_and(|(from, until)| until < from)
    }

    pub(super) fn waits_for(&self, one: &Operation, other: &Operation) -> bool {
        let wanted = self.evidence.holds_of(one).find(|hold| hold.got == UNSAID);
        let held = |lock| {
            self.got(other)
                .any(|hold| hold.lock == lock && hold.released == UNSAID)
        };
        let ended =
            one.outcome != OperationOutcome::Open || other.outcome != OperationOutcome::Open;
        !ended && wanted.is_some_and(|hold| held(hold.lock)) || self.waited_for(one, other)
    }

    /// Whether one waited for a lock at a time at which the other held it: it did nothing else from then on until it got it or
    /// was over.
    fn waited_for(&self, one: &Operation, other: &Operation) -> bool {
        self.evidence.holds_of(one).any(|wait| {
            let locks = self.evidence.holds_of(one).flat_map(|hold| {
                [hold.wanted, hold.released]
                    .into_iter()
                    .filter(move |_| !std::ptr::eq(hold, wait))
                    .chain([hold.got])
            });
            let own = [one.read_at, one.intend, one.wrote, one.returned, one.killed];
            let until = locks.chain(own).filter(|at| *at >= wait.wanted).min();
            let until = until.unwrap_or(UNSAID);
            let is_timed = until != UNSAID || one.outcome == OperationOutcome::Open;
            let held = self.got(other).any(|hold| {
                let kept = hold.released.min(other.returned).min(other.killed);
                hold.lock == wait.lock && hold.got.max(wait.wanted) < kept.min(until)
            });
            wait.wanted != UNSAID && is_timed && held
        })
    }

    /// Whether each waits for the next, from one to the other.
    pub(super) fn leads_to(&self, one: &Operation, end: &Operation) -> bool {
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
pub(super) fn until(did: &Operation, hold: &LockHold) -> u64 {
    if hold.released != UNSAID {
        return hold.released;
    }
    let acted = [did.read_at, did.intend, did.wrote]
        .into_iter()
        .filter(|at| *at != UNSAID);
    acted.max().unwrap_or(hold.got).max(hold.got)
}
