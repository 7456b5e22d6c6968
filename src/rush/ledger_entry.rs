//! A line of the ledger, as the evidence of a rush tells of it.

use crate::check::evidence::WriteNonce;
use crate::ledger::{Line, Op};

/// A line of the ledger, as the evidence tells of it.
#[derive(Debug)]
pub(super) struct LedgerEntry {
    pub(super) seq: u64,
    pub(super) is_sale: bool,
    pub(super) buyer: String,
    pub(super) quantity: u64,
    pub(super) left: u64,
    pub(super) sum: u64,
    /// Where it ends, in bytes.
    pub(super) end: u64,
    /// Tells this sale from others that wrote the same version.
    pub(super) nonce: Option<WriteNonce>,
    /// Whether the rush that is judged wrote it.
    pub(super) own: bool,
}

impl LedgerEntry {
    pub(super) fn of(line: &Line<'_>, end: u64, own: bool) -> Self {
        let record = &line.record;
        // An id is the version and a random part.
        let random = record.id.as_deref().and_then(|id| id.rsplit('-').next());
        Self {
            seq: record.seq,
            is_sale: record.op == Op::Sell,
            buyer: record.buyer.as_deref().unwrap_or_default().to_owned(),
            quantity: record.quantity.unsigned_abs(),
            left: record.left,
            sum: line.sum.number(),
            end,
            nonce: random.and_then(WriteNonce::new),
            own,
        }
    }
}
