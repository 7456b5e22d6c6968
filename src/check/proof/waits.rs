//! Who waits for whom.

use super::case::Case;
use crate::check::evidence::{Operation, OperationOutcome, UNSAID};

impl Case<'_> {
    pub(super) fn waits_for(&self, one: &Operation, other: &Operation) -> bool {
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
