//! Between which times an operation wrote.

use crate::check::evidence::{Operation, UNSAID};

/// Whether the one write was over when the other began. Of equal stamps nobody knows which came first, unless one buyer made both.
pub(super) fn is_over(one: &Operation, other: &Operation) -> bool {
    let (end_of_one, begin) = (end(one), start(other));
    let is_own = one.buyer == other.buyer && end(other) > start(one);
    end_of_one != UNSAID && (end_of_one < begin || is_own && end_of_one == begin)
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
