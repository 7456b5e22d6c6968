//! The order of the versions agrees with time.

use super::chain::Chain;
use super::findings::Findings;
use super::reads::Readers;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, NONE, Operation, UNSAID};
use crate::check::write_order::WriteOrder;

/// One walk in the order of the versions, with the operation that began last so far: nobody behind it may have been
/// over before that. Who read a version that several wrote is held beside the others: what it read may have been put back
/// after a later one, and is the newest count then.
pub(super) fn check(
    evidence: &Evidence,
    chain: &Chain,
    readers: &[Readers],
    findings: &mut Findings<'_>,
) {
    let nobody = Latest {
        index: NONE,
        invoke: 0,
    };
    let mut walk = Walk {
        evidence,
        chain,
        order: None,
        alone: nobody,
        forked: nobody,
    };
    for (version, readers) in (chain.first..).zip(readers) {
        if let Some(writer) = chain.writer(version) {
            let did = evidence.operation(writer);
            // What failed may have come about behind the answer.
            if !did.is_some_and(|did| did.is_denied() && did.wrote == UNSAID) {
                walk.before(writer, version, findings);
            }
            walk.or(writer);
        }
        walk.before(readers.first_over, version, findings);
        walk.or(readers.last_begun);
    }
}

/// Who began last of all that stand before.
struct Walk<'a> {
    evidence: &'a Evidence,
    chain: &'a Chain,
    /// Made where it is asked for.
    order: Option<WriteOrder<'a>>,
    /// Of those who read what one alone wrote, and of the others.
    alone: Latest,
    forked: Latest,
}

#[derive(Clone, Copy)]
struct Latest {
    index: u32,
    invoke: u64,
}

impl Walk<'_> {
    fn before(&mut self, index: u32, version: u64, findings: &mut Findings<'_>) {
        let over = self.evidence.operation(index).map(Operation::over);
        let is_late = |latest: Latest| over.is_some_and(|over| over < latest.invoke);
        let (alone, forked) = (self.alone, self.forked);
        let is_stale = is_late(forked) && !self.is_put_back(forked.index, index);
        let late = if is_stale && forked.invoke > alone.invoke {
            forked
        } else if is_late(alone) {
            alone
        } else if is_stale {
            forked
        } else {
            return;
        };
        findings.add(Anomaly::StaleRead, &[late.index, index], version);
    }

    /// Whether what somebody read may have been written again after `early` had read or written a later version.
    fn is_put_back(&mut self, late: u32, early: u32) -> bool {
        let Some(did) = self.evidence.operation(late) else {
            return false;
        };
        let evidence = self.evidence;
        let order = self.order.get_or_insert_with(|| WriteOrder::of(evidence));
        order.may_be_put_back(read_of(did), early, did.read_by())
    }

    fn or(&mut self, index: u32) {
        let Some(operation) = self.evidence.operation(index) else {
            return;
        };
        let is_forked = self.chain.forks.contains_key(&read_of(operation));
        let latest = if is_forked {
            &mut self.forked
        } else {
            &mut self.alone
        };
        if operation.invoke > latest.invoke || latest.index == NONE {
            (latest.index, latest.invoke) = (index, operation.invoke);
        }
    }
}

/// The version that an operation read, as it says or as what it wrote tells.
fn read_of(did: &Operation) -> u64 {
    match did.read {
        UNSAID => did.write.saturating_sub(1),
        read => read,
    }
}
