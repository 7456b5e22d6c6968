//! Row 6, first part: a power cut at any moment of recorded commands: of all sequences of them, and of some
//! whose lines no sync covered before another sold.

use crate::event::{Prepared, VARIANTS, Variant};
use crate::power_cut::Cuts;
use crate::request::Request;
use crate::row::Row;
use crate::strace;
use crate::task::{LIFE, Task};
use crate::trace::parse;
use crate::unsynced::{LONG, event, goes_on, kill};

/// In a slice, of the short runs every so manyth.
const STRIDE: usize = 5;

/// Who sells after some were killed.
const LAST: [Task; 4] = [Task::Book, Task::Cancel, Task::Adjust, Task::Reset];

fn last(variant: Variant) -> [Task; 4] {
    match variant {
        Variant::Held => [Task::Confirm, Task::Hold, Task::Close, Task::Rename],
        _ => LAST,
    }
}

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = strace::missing(row.program()) {
        return row.cannot(reason);
    }
    let mut at = 0;
    let mut wanted = |row: &Row, start: &str, short: bool| {
        at += usize::from(short);
        row.wants_any(start) && (!row.is_slice() || short && at % STRIDE == 0)
    };
    for variant in VARIANTS {
        let prepared = Prepared::new(row.program(), variant);
        for tasks in sequences(variant) {
            let start = format!("{}/{}/", variant.name(), names(&tasks));
            let fits = tasks.iter().all(|task| task.fits(variant));
            if fits && wanted(row, &start, tasks.len() <= 2) {
                row.in_turn(|row| replay(row, &start, &prepared, &tasks));
            }
        }
    }
    strike_unsynced(row, &mut wanted);
}

/// Many who were killed before they synced, and one after them.
fn strike_unsynced(row: &mut Row, wanted: &mut dyn FnMut(&Row, &str, bool) -> bool) {
    for variant in [
        Variant::Plain,
        Variant::Padded,
        Variant::Torn,
        Variant::Held,
    ] {
        for page in [false, true] {
            if page && variant == Variant::Held {
                continue;
            }
            let prepared = event(row.program(), variant, page);
            // There are tickets for so many.
            let most = if variant == Variant::Held {
                2
            } else {
                LONG.len()
            };
            for killed in 2..=most {
                for last in last(variant) {
                    let place = if page { "a page's end" } else { "sectors" };
                    let start = format!(
                        "{}/{killed} unsynced, {place}/{}/",
                        variant.name(),
                        last.name()
                    );
                    if wanted(row, &start, killed == 2) {
                        row.in_turn(|row| unsynced(row, &start, &prepared, &LONG[..killed], last));
                    }
                }
            }
        }
    }
}

/// What is done on this event, one after the other.
fn sequences(variant: Variant) -> Vec<Vec<Task>> {
    match variant {
        Variant::Held => lives(),
        Variant::Closed => vec![vec![Task::Reopen]],
        Variant::Nothing => vec![vec![Task::Init]],
        _ => orders(),
    }
}

/// Each change of a sale's and an event's life, alone and with another one before or behind it.
fn lives() -> Vec<Vec<Task>> {
    let alone = LIFE.into_iter().chain([Task::Reset]);
    let mut all: Vec<_> = alone.map(|task| vec![task]).collect();
    let then_book = LIFE.into_iter().filter(|task| *task != Task::Close);
    all.extend(then_book.map(|task| vec![task, Task::Book]));
    all.extend([
        vec![Task::Book, Task::Expire],
        vec![Task::Expire, Task::Hold],
        vec![Task::Close, Task::Confirm],
        vec![Task::Hold, Task::Import, Task::Set],
        vec![Task::Rename, Task::Cancel],
    ]);
    all
}

/// All sequences of different commands. A reset is the last, or a sale follows it.
fn orders() -> Vec<Vec<Task>> {
    let mut all = vec![Vec::new()];
    let mut at = 0;
    while let Some(before) = all.get(at).cloned() {
        for task in LAST {
            let fits = task == Task::Book || !before.contains(&Task::Reset);
            if fits && !before.contains(&task) {
                all.push([&before[..], &[task]].concat());
            }
        }
        at += 1;
    }
    all.remove(0);
    all
}

fn names(tasks: &[Task]) -> String {
    let names: Vec<&str> = tasks.iter().map(|task| task.name()).collect();
    names.join(", ")
}

/// Cuts the power since the last of these commands began: what may be left before is that of a shorter
/// sequence.
fn replay(row: &mut Row, start: &str, prepared: &Prepared, tasks: &[Task]) {
    let recorded = row.prepare(start, || {
        let event = prepared.copy();
        let directory = event.directory().to_str().unwrap();
        let mut trace = String::new();
        let mut first = 0;
        for task in tasks {
            first = parse(&trace, directory).len();
            trace.push_str(&goes_on(prepared, *task, &event));
        }
        Some((first, parse(&trace, directory)))
    });
    if let Some((first, events)) = recorded {
        let asked: Vec<_> = tasks
            .iter()
            .map(|task| (Request::from(*task), true))
            .collect();
        Cuts::of(prepared, &asked).strike(row, start, &events, first);
    }
}

/// Some sell and are killed just before they sync; another goes on, and is answered.
fn unsynced(row: &mut Row, start: &str, prepared: &Prepared, killed: &[Request], last: Task) {
    let recorded = row.prepare(start, || {
        let event = prepared.copy();
        let kills = killed
            .iter()
            .map(|request| kill(prepared, *request, &event));
        let trace = kills.collect::<String>() + &goes_on(prepared, last, &event);
        Some(parse(&trace, event.directory().to_str().unwrap()))
    });
    if let Some(events) = recorded {
        let mut asked: Vec<_> = killed.iter().map(|request| (*request, false)).collect();
        asked.push((last.into(), true));
        Cuts::of(prepared, &asked).strike(row, start, &events, 0);
    }
}
