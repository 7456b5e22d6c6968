//! Row 25: what happens beside a service that sells: the event is reset, put back from a backup, edited, taken away; its lock is
//! held by others; clients stop half way; a clerk hangs; and a long time goes by.

mod clients;
mod event;
mod judge;
mod soak;

use crate::attached::Attached;
use crate::event::{Prepared, Variant};
use crate::holder::Holder;
use crate::row::Row;
use crate::rows::beside::clients::{clerk_hangs, gone, half_way, lock_held};
use crate::rows::beside::event::{edited, reset, restored, taken_away};
use crate::rows::beside::soak::{SOAKS, soak};
use crate::rows::{jumps, looks};
use crate::service::Service;

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = Service::missing(row.program()) {
        return row.cannot(reason);
    }
    let prepared = Prepared::new(row.program(), Variant::Plain);
    row.run("the event", "reset", true, || reset(&prepared));
    row.run("the event", "restored", true, || restored(&prepared));
    row.run("the event", "edited", true, || edited(&prepared));
    row.run("the event", "taken away", true, || taken_away(&prepared));
    row.run("clients", "half way", true, || half_way(&prepared));
    if Holder::missing() {
        row.cannot("no flock(1)");
    } else {
        row.run("the lock", "held", true, || lock_held(&prepared));
        row.run("clients", "gone while they wait", true, || gone(&prepared));
    }
    if let Some(reason) = Attached::missing() {
        row.cannot(reason);
    } else {
        row.run("a clerk", "hangs", false, || clerk_hangs(&prepared));
        looks::strike(row, &prepared);
    }
    jumps::strike(row);
    for (name, sales, in_slice) in SOAKS {
        row.run("time", name, in_slice, || soak(&prepared, sales));
    }
}
