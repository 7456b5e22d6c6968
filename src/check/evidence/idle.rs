//! Locks under which their holders neither read nor wrote.

use super::model::Evidence;
use super::operation::{LockHold, Operation, UNSAID};

impl Evidence {
    /// Whether it is known of the holder of a lock that it read, and wrote, at other times than those at which it held that lock.
    pub(crate) fn is_idle(&self, hold: &LockHold) -> bool {
        let Some(did) = self.operation(hold.operation) else {
            return false;
        };
        let reads = self.further_reads_of(hold.operation);
        let reads = reads.map(|read| (read.read_at, read.read_at));
        let acts: Vec<(u64, u64)> = acts(did).chain(reads).collect();
        // Of several holds of one lock it acted under one.
        let mut holds = self.holds_of(did).filter(|one| one.lock == hold.lock);
        let is_idle = |one: &LockHold| {
            let (got, until) = (one.got, self.held_until(one));
            let mut acts = acts.iter();
            one.got == UNSAID || acts.all(|(from, to)| *to < got || *from > until)
        };
        !did.torn && !acts.is_empty() && holds.all(is_idle)
    }
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
