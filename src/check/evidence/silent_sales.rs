//! Sales that do not say which version they wrote: what others say of versions that they may have written proves nothing.

use std::collections::HashMap;

use super::model::{CommittedLine, Evidence};
use super::nonce::WriteNonce;
use super::operation::{Operation, UNSAID};
use super::record::OperationOutcome;

impl Evidence {
    /// The sales that were acknowledged and do not say which version they wrote.
    pub(crate) fn silent_sales(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter().filter(|did| is_silent_sale(did))
    }

    /// From which version on such a sale may have written it: one behind the one that it read; [`UNSAID`] where there is none.
    pub(crate) fn silent_from(&self) -> u64 {
        let from = self.silent_sales().map(|did| self.may_write_from(did));
        from.min().unwrap_or(UNSAID)
    }

    /// The sales that were acknowledged, do not say which version they wrote, and of which the ledger has no line.
    pub(crate) fn unwritten_sales(&self) -> Vec<u32> {
        // Of a ledger that may have been cut nobody knows what it has behind its last line here.
        let Some(lines) = self.ledger.as_ref().filter(|_| self.last.is_some()) else {
            return Vec::new();
        };
        let all = (0..).zip(&self.operations);
        let silent = all.filter(|(_, did)| is_silent_sale(did));
        let mut silent = silent.peekable();
        if silent.peek().is_none() {
            return Vec::new();
        }
        // The last version of each nonce, and of each buyer.
        let mut by_nonce: HashMap<WriteNonce, u64> = HashMap::new();
        let mut by_buyer: HashMap<u32, u64> = HashMap::new();
        for line in lines {
            let of_buyer = by_buyer.entry(line.buyer).or_default();
            *of_buyer = line.seq.max(*of_buyer);
            let of_nonce = by_nonce.entry(line.nonce).or_default();
            *of_nonce = line.seq.max(*of_nonce);
        }
        let is_written = |did: &Operation| {
            let by_nonce = by_nonce.get(&did.nonce);
            let by_nonce = by_nonce.filter(|_| did.nonce != WriteNonce::UNSAID);
            let last = by_buyer.get(&did.buyer).max(by_nonce);
            last.is_some_and(|last| *last >= self.may_write_from(did))
        };
        let lost = silent.filter(|(_, did)| !is_written(did));
        lost.map(|(at, _)| at).collect()
    }

    fn may_write_from(&self, did: &Operation) -> u64 {
        match did.read {
            UNSAID => self.first.saturating_add(1),
            read => read.saturating_add(1),
        }
    }
}

fn is_silent_sale(did: &Operation) -> bool {
    did.outcome == OperationOutcome::Sold && did.write == UNSAID
}

/// Which lines of a ledger sales that do not say what they wrote may have written: by whom, and from which version on.
#[derive(Debug, Default)]
pub(crate) struct SilentClaims {
    by_nonce: HashMap<WriteNonce, u64>,
    /// Of each buyer: of any sale, and of those that say no nonce.
    by_buyer: HashMap<u32, (u64, u64)>,
}

impl SilentClaims {
    pub(crate) fn of(evidence: &Evidence) -> Self {
        let mut claims = Self::default();
        for did in evidence.silent_sales() {
            let from = evidence.may_write_from(did);
            let of_buyer = claims.by_buyer.entry(did.buyer).or_insert((UNSAID, UNSAID));
            of_buyer.0 = of_buyer.0.min(from);
            if did.nonce == WriteNonce::UNSAID {
                of_buyer.1 = of_buyer.1.min(from);
            } else {
                let own = claims.by_nonce.entry(did.nonce).or_insert(from);
                *own = from.min(*own);
            }
        }
        claims
    }

    pub(crate) fn may_be(&self, line: &CommittedLine) -> bool {
        let (any, bare) = self
            .by_buyer
            .get(&line.buyer)
            .copied()
            .unwrap_or((UNSAID, UNSAID));
        let own = self.by_nonce.get(&line.nonce).copied().unwrap_or(UNSAID);
        let from = match line.nonce {
            WriteNonce::UNSAID => any,
            _ => bare.min(own),
        };
        line.seq >= from
    }
}
