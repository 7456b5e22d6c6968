//! Locks under which their holders neither read nor wrote.

use super::model::Evidence;
use super::operation::{LockHold, Operation, UNSAID};
use super::record::OperationOutcome;

impl Evidence {
    /// Whether operations of it say that they read or wrote: else it is evidence of locks alone.
    pub(crate) fn has_acts(&self) -> bool {
        let mut all = self.operations.iter();
        all.any(|did| did.read != UNSAID || did.write != UNSAID)
    }

    /// Whether it is known of the holder of a lock that it read, and wrote, at other times than those at which it held that lock; or
    /// that it came to do neither. `has_acts`: what [`Self::has_acts`] says.
    pub(crate) fn is_idle(&self, hold: &LockHold, has_acts: bool) -> bool {
        let Some(did) = self.operation(hold.operation) else {
            return false;
        };
        let reads = self.further_reads_of(hold.operation);
        let reads = reads.map(|read| (read.read_at, read.read_at));
        let acts: Vec<(u64, u64)> = acts(did).chain(reads).collect();
        if acts.is_empty() {
            return has_acts && !did.torn && !is_answered(did);
        }
        // Of several holds of one lock it acted under one.
        let mut holds = self.holds_of(did).filter(|one| one.lock == hold.lock);
        let is_idle = |one: &LockHold| {
            let (got, until) = (one.got, self.held_until(one));
            let mut acts = acts.iter();
            one.got == UNSAID || acts.all(|(from, to)| *to < got || *from > until)
        };
        !did.torn && holds.all(is_idle)
    }
}

/// Whether it was told what it asked for: who says nothing of how it came to that may have read and written at any time.
fn is_answered(did: &Operation) -> bool {
    matches!(
        did.outcome,
        OperationOutcome::Sold | OperationOutcome::SoldOut | OperationOutcome::Query
    )
}

/// Between which times an operation read, and between which it wrote, as far as it did.
fn acts(did: &Operation) -> impl Iterator<Item = (u64, u64)> {
    let read = match did.read_at {
        UNSAID => (did.invoke, did.over()),
        at => (at, at),
    };
    let wrote = match did.wrote {
        UNSAID => did.over(),
        at => at,
    };
    let read = (did.read != UNSAID).then_some(read);
    let wrote = (did.write != UNSAID).then_some((did.writes_from(), wrote));
    read.into_iter().chain(wrote)
}
