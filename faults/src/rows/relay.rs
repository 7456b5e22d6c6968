//! Row 7: one process is killed at any system call, or a sync of its fails; another goes on and is answered;
//! then the power is cut. What the second was answered rests on what the first left. Or two are killed, and a
//! third is answered.
//!
//! A sync that fails in a new block leaves that block unwritten (see [`crate::disk_model`]). These events are in
//! memory, where there is no map of the blocks: so whoever reads it is told of a hole as long as the model has
//! one there.

mod lacking;
mod points;
mod two;

use crate::event::{Prepared, Variant};
use crate::power_cut::Cuts;
use crate::row::Row;
use crate::rows::relay::lacking::strike_lacking;
use crate::rows::relay::points::{STRIDE, faults};
use crate::rows::relay::two::strike_two;
use crate::strace::{self, Course, Point, course, recorded_with};
use crate::task::Task;
use crate::trace::{Event, parse};
use crate::unsynced::goes_on;

/// Who is struck, who goes on, and on which events. The same order again finds what the first wrote.
type Pair = (&'static str, Task, Task, &'static [Variant]);

const OLD: &[Variant] = &[Variant::Plain, Variant::First, Variant::Padded];
const HELD: &[Variant] = &[Variant::Held];

const PAIRS: [Pair; 9] = [
    ("book, book", Task::Book, Task::Book, OLD),
    ("book, adjust", Task::Book, Task::Adjust, OLD),
    ("cancel, book", Task::Cancel, Task::Book, OLD),
    ("reset, book", Task::Reset, Task::Book, OLD),
    ("hold, book", Task::Hold, Task::Book, HELD),
    ("expire, expire", Task::Expire, Task::Expire, HELD),
    ("import, import", Task::Import, Task::Import, HELD),
    ("confirm, set", Task::Confirm, Task::Set, HELD),
    ("close, release", Task::Close, Task::Release, HELD),
];

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = strace::missing(row.program()) {
        return row.cannot(reason);
    }
    let mut at = 0;
    for variant in [
        Variant::Plain,
        Variant::First,
        Variant::Padded,
        Variant::Held,
    ] {
        let prepared = Prepared::new(row.program(), variant);
        for (pair, first, second, variants) in PAIRS {
            if !variants.contains(&variant) || !first.fits(variant) {
                continue;
            }
            let Course { points, .. } = course(&prepared, first);
            for (how, point) in faults(&points) {
                let kind = if how.contains("KILL") {
                    "killed"
                } else {
                    "refused"
                };
                let start = format!("{kind}/{}/{pair}/{}:{how}", variant.name(), point.call);
                at += 1;
                if row.wants_any(&start) && (!row.is_slice() || at % STRIDE == 0) {
                    let start = format!("{start}/");
                    row.in_turn(|row| {
                        relay(row, &start, &prepared, (first, second), (point, &how));
                    });
                }
            }
        }
    }
    strike_two(row);
    strike_lacking(row);
}

fn relay(
    row: &mut Row,
    start: &str,
    prepared: &Prepared,
    (first, second): (Task, Task),
    (point, how): (&Point, &str),
) {
    let recorded = row.prepare(start, || {
        let event = prepared.copy();
        let directory = event.directory().to_str().unwrap();
        let (_, mut trace) = recorded_with(prepared, first, &event, &[(&point.call, how)]);
        if point.was_missed(&trace) {
            return None;
        }
        // Who is struck late has answered.
        let answered = parse(&trace, directory).iter().any(Event::is_an_answer);
        trace.push_str(&goes_on(prepared, second, &event));
        Some((answered, parse(&trace, directory)))
    });
    if let Some((answered, events)) = recorded {
        let asked = [(first.into(), answered), (second.into(), true)];
        Cuts::of(prepared, &asked).strike(row, start, &events, 0);
    }
}
