//! What a finding is held against, and what its operations locked, wrote and sold.

use crate::check::evidence::{
    CommittedLine, Evidence, LockHold, NONE, Operation, OperationOutcome, UNSAID,
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
            Some(_) if !self.is_cut_before(did.write) => self.on_ledger(did),
            _ => did.wrote != UNSAID,
        }
    }

    /// Whether the ledger ends before this version, and no final count says that it had no more lines.
    pub(super) fn is_cut_before(&self, version: u64) -> bool {
        let last = |lines: &Vec<CommittedLine>| lines.iter().map(|line| line.seq).max();
        let behind = |last: Option<u64>| last.is_none_or(|last| last < version);
        let is_unended = self.evidence.last.is_none() && version != UNSAID;
        is_unended && self.evidence.ledger.as_ref().map(last).is_some_and(behind)
    }

    /// Whether nobody says what the ledger has of this version.
    pub(super) fn is_untold(&self, version: u64) -> bool {
        self.evidence.ledger.is_none() || self.is_cut_before(version)
    }

    /// Whether a line of the ledger says what the operation wanted.
    pub(super) fn as_wanted(&self, did: &Operation) -> bool {
        let Some(ledger) = &self.evidence.ledger else {
            return true;
        };
        if self.is_cut_before(did.write) {
            return true;
        }
        let mut lines = ledger.iter();
        lines.any(|line: &CommittedLine| line.is_of(did) && line.agrees_with(did))
    }

    /// Whether it sold: it was told so, or was told nothing and wrote.
    pub(super) fn is_sale(&self, did: &Operation) -> bool {
        let is_of_run = || !did.is_timeless(self.evidence.names.name(did.buyer));
        let wrote = did.is_pending() && self.has_written(did);
        did.outcome == OperationOutcome::Sold || wrote && is_of_run()
    }

    /// Whether the sales that were written before this one, for all that is known, and this one are more than the stock.
    pub(super) fn exceeds(&self, did: &Operation) -> bool {
        let all = self.evidence.operations.iter();
        let sold = all.filter(|one| self.is_sale(one));
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

    /// Whether it asked for a lock that it held itself, and did nothing else from then on until it was over.
    pub(super) fn waits_for_itself(&self, did: &Operation) -> bool {
        let is_sole = |hold: &&LockHold| !hold.shared && hold.got != UNSAID;
        let over = did.returned.min(did.killed);
        let acted = [did.read_moment(), did.intend_moment(), did.wrote_moment()];
        let is_later = |wait: &LockHold| {
            let holds = self.evidence.holds.iter();
            let holds = holds.flat_map(|hold| [hold.wanted, hold.got, hold.released]);
            let dids = self.evidence.operations.iter();
            let dids = dids.flat_map(|one| {
                let done = [one.invoke, one.read_at, one.intend, one.wrote];
                done.into_iter().chain([one.returned, one.killed])
            });
            let mut all = holds.chain(dids).filter(|at| *at != UNSAID);
            self.evidence.last.is_some() || all.any(|at| at > wait.wanted)
        };
        // Its last one.
        self.evidence.holds_of(did).take(1).any(|wait| {
            let mut holds = self.evidence.holds_of(did).filter(is_sole);
            let wanted = wait.wanted_moment();
            let own = holds.any(|hold| {
                let held = hold.got_moment()..hold.released_moment();
                hold.lock == wait.lock && held.contains(&wanted) && wait.wanted < over
            });
            let ends = match did.outcome {
                OperationOutcome::Open => is_later(wait),
                OperationOutcome::Killed | OperationOutcome::Failed | OperationOutcome::Unknown => {
                    !acted.iter().any(|act| act.is_said() && *act >= wanted)
                }
                _ => false,
            };
            let is_wait = wait.got == UNSAID && wait.wanted != UNSAID && wait.lock != NONE;
            is_wait && own && ends
        })
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
                [hold.wanted_moment(), hold.released_moment()]
                    .into_iter()
                    .filter(move |_| !std::ptr::eq(hold, wait))
                    .chain([hold.got_moment()])
            });
            let own = [one.read_moment(), one.intend_moment(), one.wrote_moment()];
            let next = locks
                .chain(own)
                .filter(|next| *next >= wait.wanted_moment());
            let ends = [one.returned, one.killed].into_iter();
            let ends = ends.filter(|at| *at >= wait.wanted);
            let next = next.map(|next| next.at).chain(ends);
            let until = next.min().unwrap_or(UNSAID);
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
