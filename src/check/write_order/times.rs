//! Between which times an operation wrote.

use crate::check::evidence::{Operation, UNSAID};

/// Whether the one write was over when the other began.
pub(super) fn is_over(one: &Operation, other: &Operation) -> bool {
    end(one) != UNSAID && end(one) <= start(other) && end(other) > start(one)
}

/// When it wrote: not before that, ns.
pub(super) fn start(did: &Operation) -> u64 {
    did.writes_from()
}

/// When it wrote: not after that, ns, or [`UNSAID`].
pub(super) fn end(did: &Operation) -> u64 {
    match did.wrote {
        // What failed may have come about behind the answer.
        UNSAID if did.is_denied() => UNSAID,
        UNSAID => did.over(),
        wrote => wrote,
    }
}
