//! The order of the versions agrees with time.

use super::chain::Chain;
use super::findings::Findings;
use super::reads::Readers;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, NONE, UNSAID};

/// One walk in the order of the versions, with the operation that began last so far: nobody behind it may have been
/// over before that.
pub(super) fn check(
    evidence: &Evidence,
    chain: &Chain,
    readers: &[Readers],
    findings: &mut Findings<'_>,
) {
    let mut latest = Latest {
        evidence,
        index: NONE,
        invoke: 0,
    };
    for (version, readers) in (chain.first..).zip(readers) {
        if let Some(writer) = chain.writer(version) {
            let did = evidence.operation(writer);
            // What failed may have come about behind the answer.
            if !did.is_some_and(|did| did.is_denied() && did.wrote == UNSAID) {
                latest.before(writer, version, findings);
            }
            latest.or(writer);
        }
        latest.before(readers.first_over, version, findings);
        latest.or(readers.last_begun);
    }
}

/// Who began last of all that stand before.
struct Latest<'a> {
    evidence: &'a Evidence,
    index: u32,
    invoke: u64,
}

impl Latest<'_> {
    fn before(&self, index: u32, version: u64, findings: &mut Findings<'_>) {
        let operation = self.evidence.operation(index);
        if operation.is_some_and(|operation| operation.over() < self.invoke) {
            findings.add(Anomaly::StaleRead, &[self.index, index], version);
        }
    }

    fn or(&mut self, index: u32) {
        if let Some(operation) = self.evidence.operation(index)
            && (operation.invoke > self.invoke || self.index == NONE)
        {
            (self.index, self.invoke) = (index, operation.invoke);
        }
    }
}
