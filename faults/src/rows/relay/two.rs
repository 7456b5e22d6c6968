//! Two are killed, and a third is answered.

use crate::event::{Prepared, Variant};
use crate::power_cut::Cuts;
use crate::row::Row;
use crate::rows::relay::points::{CHANGES, STRIDE};
use crate::strace::{Point, course, recorded_with};
use crate::task::Task;
use crate::trace::{Event, parse};
use crate::unsynced::{LONG, event, goes_on, kill};

/// The first is killed just before it syncs, the second where it writes, syncs or publishes.
pub(super) fn strike_two(row: &mut Row) {
    let mut at = 0;
    for variant in [Variant::Plain, Variant::Padded, Variant::Torn] {
        for page in [false, true] {
            let place = if page { "a page's end" } else { "sectors" };
            let start = format!("two killed/{}/{place}/", variant.name());
            if !row.wants_any(&start) {
                continue;
            }
            let prepared = event(row.program(), variant, page);
            let event = prepared.copy();
            kill(&prepared, LONG[0], &event);
            let points = course(&prepared.left_as(event), LONG[1]).points;
            let changes = |point: &&Point| CHANGES.contains(&point.call.as_str());
            for point in points.iter().filter(changes) {
                for third in [Task::Book, Task::Adjust] {
                    let start = format!("{start}{}:when={}/{}/", point.call, point.n, third.name());
                    at += 1;
                    if row.wants_any(&start) && (!row.is_slice() || at % STRIDE == 0) {
                        row.in_turn(|row| two(row, &start, &prepared, point, third));
                    }
                }
            }
        }
    }
}

fn two(row: &mut Row, start: &str, prepared: &Prepared, point: &Point, third: Task) {
    let recorded = row.prepare(start, || {
        let event = prepared.copy();
        let directory = event.directory().to_str().unwrap();
        let mut trace = kill(prepared, LONG[0], &event);
        let how = format!("signal=SIGKILL:when={}", point.n);
        let (_, more) = recorded_with(prepared, LONG[1], &event, &[(&point.call, &how)]);
        if point.was_missed(&more) {
            return None;
        }
        let answered = parse(&more, directory).iter().any(Event::is_an_answer);
        trace.push_str(&more);
        trace.push_str(&goes_on(prepared, third, &event));
        Some((answered, parse(&trace, directory)))
    });
    if let Some((answered, events)) = recorded {
        let asked = [(LONG[0], false), (LONG[1], answered), (third.into(), true)];
        Cuts::of(prepared, &asked).strike(row, start, &events, 0);
    }
}
