//! Row 7: one process is killed at any system call, or a sync of its fails; another goes on and is answered;
//! then the power is cut. What the second was answered rests on what the first left. Or two are killed, and a
//! third is answered.

use crate::event::{Prepared, Task, Variant};
use crate::power_cut::Cuts;
use crate::row::Row;
use crate::strace::{self, Course, Point, course, recorded_with};
use crate::trace::{Event, parse};
use crate::unproven::{LONG, event, goes_on, kill};

/// Who is struck, and who goes on. The same order again finds what the first wrote.
const PAIRS: [(&str, Task, Task); 4] = [
    ("book, book", Task::Book, Task::Book),
    ("book, adjust", Task::Book, Task::Adjust),
    ("cancel, book", Task::Cancel, Task::Book),
    ("reset, book", Task::Reset, Task::Book),
];

/// The calls at which the second of two is killed.
const CHANGES: [&str; 5] = ["pwrite64", "write", "fdatasync", "fsync", "renameat2"];

/// In a slice, of the points every so manyth.
const STRIDE: usize = 11;

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = strace::missing(row.program()) {
        return row.cannot(reason);
    }
    let mut at = 0;
    for variant in [Variant::Plain, Variant::First, Variant::Padded] {
        let prepared = Prepared::new(row.program(), variant);
        for (pair, first, second) in PAIRS {
            if !first.fits(variant) {
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
}

/// The first is killed just before it syncs, the second where it writes, syncs or publishes.
fn strike_two(row: &mut Row) {
    let mut at = 0;
    for variant in [Variant::Plain, Variant::Padded, Variant::Torn] {
        for page in [false, true] {
            let place = if page { "a page's end" } else { "sectors" };
            let start = format!("two killed/{}/{place}/", variant.name());
            if !row.wants_any(&start) {
                continue;
            }
            let prepared = event(row.program(), variant, page);
            let shop = prepared.copy();
            kill(&prepared, LONG[0], &shop);
            let points = course(&prepared.left_as(shop), LONG[1]).points;
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

/// Killed anywhere; every sync and write fails.
fn faults(points: &[Point]) -> Vec<(String, &Point)> {
    let mut faults = Vec::new();
    for point in points {
        faults.push((format!("signal=SIGKILL:when={}", point.n), point));
        if ["fsync", "fdatasync", "pwrite64", "write"].contains(&point.call.as_str()) {
            faults.push((format!("error=EIO:when={}", point.n), point));
        }
    }
    faults
}

fn relay(
    row: &mut Row,
    start: &str,
    prepared: &Prepared,
    (first, second): (Task, Task),
    (point, how): (&Point, &str),
) {
    let recorded = row.prepare(start, || {
        let shop = prepared.copy();
        let directory = shop.directory().to_str().unwrap();
        let (_, mut trace) = recorded_with(prepared, first, &shop, Some((&point.call, how)));
        if point.was_missed(&trace) {
            return None;
        }
        // Who is struck late has answered.
        let answered = parse(&trace, directory).iter().any(Event::is_an_answer);
        trace.push_str(&goes_on(prepared, second, &shop));
        Some((answered, parse(&trace, directory)))
    });
    if let Some((answered, events)) = recorded {
        let asked = [(first.into(), answered), (second.into(), true)];
        Cuts::of(prepared, &asked).strike(row, start, &events, 0);
    }
}

fn two(row: &mut Row, start: &str, prepared: &Prepared, point: &Point, third: Task) {
    let recorded = row.prepare(start, || {
        let shop = prepared.copy();
        let directory = shop.directory().to_str().unwrap();
        let mut trace = kill(prepared, LONG[0], &shop);
        let how = format!("signal=SIGKILL:when={}", point.n);
        let (_, more) = recorded_with(prepared, LONG[1], &shop, Some((&point.call, &how)));
        if point.was_missed(&more) {
            return None;
        }
        let answered = parse(&more, directory).iter().any(Event::is_an_answer);
        trace.push_str(&more);
        trace.push_str(&goes_on(prepared, third, &shop));
        Some((answered, parse(&trace, directory)))
    });
    if let Some((answered, events)) = recorded {
        let asked = [(LONG[0], false), (LONG[1], answered), (third.into(), true)];
        Cuts::of(prepared, &asked).strike(row, start, &events, 0);
    }
}
