//! Row 21: a file of the event is lost: missing, empty, zeroed, garbage, older, or the neighbour's. Nothing is
//! thrown away without `--force`, each loss is named with a way out, and that way works. And whoever copies the event, or
//! puts a copy back, is killed at every call that changes something.

mod fixture;
mod killed;
mod lost;

use crate::event::Variant;
use crate::row::Row;
use crate::rows::losses::killed::every_kill;
use crate::rows::losses::lost::every_loss;
use crate::strace;

pub(crate) fn strike(row: &mut Row) {
    for variant in [
        Variant::Plain,
        Variant::Foreign,
        Variant::Padded,
        Variant::Held,
    ] {
        every_loss(row, variant);
    }
    if let Some(reason) = strace::missing(row.program()) {
        return row.cannot(reason);
    }
    for variant in [
        Variant::Plain,
        Variant::Foreign,
        Variant::Torn,
        Variant::Padded,
        Variant::Held,
    ] {
        every_kill(row, variant);
    }
}
