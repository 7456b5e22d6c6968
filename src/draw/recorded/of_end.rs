//! What the count misses that stands in the end.

use crate::check::evidence::{Evidence, UNSAID};
use crate::check::{Anomaly, HistoryFinding};

/// Whether a sale is missed by the count that stands in the end, which is of an older version.
pub(super) fn is_of_end(evidence: &Evidence, found: &HistoryFinding) -> bool {
    let newer = |index: &u32| {
        let sale = evidence.operation(*index);
        let last = evidence.last.as_ref();
        sale.zip(last)
            .is_some_and(|(sale, last)| sale.write != UNSAID && sale.write > last.seq)
    };
    let is_lost = found.kind == Anomaly::LostSale && found.version.is_none();
    is_lost && found.operations.iter().all(newer)
}
