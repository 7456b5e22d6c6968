//! Row 7: one process is killed at any system call, or a sync of its fails; another goes on and is answered;
//! then the power is cut. What the second was answered rests on what the first left.

use crate::event::{Prepared, Task, Variant};
use crate::row::Row;
use crate::rows::replay::Cuts;
use crate::strace::{self, Course, Point, course, recorded, recorded_with};
use crate::trace::{Event, parse};

/// Who is struck, and who goes on. The same order again finds what the first wrote.
const PAIRS: [(&str, Task, Task); 4] = [
    ("book, book", Task::Book, Task::Book),
    ("book, adjust", Task::Book, Task::Adjust),
    ("cancel, book", Task::Cancel, Task::Book),
    ("reset, book", Task::Reset, Task::Book),
];

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
                    relay(
                        row,
                        &format!("{start}/"),
                        &prepared,
                        (first, second),
                        (point, &how),
                    );
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
    let shop = prepared.copy();
    let directory = shop.directory().to_str().unwrap();
    let (_, mut trace) = recorded_with(prepared, first, &shop, Some((&point.call, how)));
    // Who is struck late has answered.
    let answered = parse(&trace, directory).iter().any(Event::is_an_answer);
    let (run, more) = recorded(prepared, second, &shop);
    assert_eq!(run.code, Some(0), "{start}: {run:?}");
    trace.push_str(&more);
    let asked = [(first, answered), (second, true)];
    Cuts::of(prepared, &asked).strike(row, start, &parse(&trace, directory));
}
