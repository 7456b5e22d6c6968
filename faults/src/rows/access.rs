//! Row 20: whoever sells, under whatever umask, and wherever it is killed: nobody may do more with any file beside the
//! count than with the one that it came from, and where root sells all of it is kept.
//!
//! Of a file that the seller owns in the end, the seller is not judged: whoever may replace a file may do so with one
//! that is the seller's own.

mod before;
mod deeds;
mod kinds;
mod made;

use std::fs;
use std::path::Path;

use tickets::BoxOffice;

use self::before::Before;
use self::deeds::sell;
use self::kinds::{Kind, Seller, kinds};
use crate::access::Access;
use crate::event::{Prepared, Variant};
use crate::program::Program;
use crate::row::{Fault, Row};
use crate::strace::{self, Point, course, traced};
use crate::task::Task;
use crate::test_event::TestEvent;

/// In a slice, of the calls at which it is killed every so manyth.
const STRIDE: usize = 61;

/// So many sales through one `BoxOffice` make it keep old versions.
const REGULAR: u32 = 20;

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = missing(row.program()) {
        return row.cannot(reason);
    }
    let no_strace = strace::missing(row.program());
    for kind in kinds() {
        for seller in [Seller::Root, Seller::Bob, Seller::Carol] {
            for umask in ["022", "077", "000"] {
                let name = format!("{}/{}/{umask}", kind.name, seller.name());
                let program = row.program().clone();
                row.run("who sells", &name, umask != "000", || {
                    sell(&program, &kind, seller, umask, no_strace.is_none())
                });
            }
        }
        let name = format!("{}/one office", kind.name);
        let program = row.program().clone();
        row.run("one office", &name, true, || one_office(&program, &kind));
    }
    let program = row.program().clone();
    row.run("one office", "changes", true, || changes(&program));
    made::strike(row, no_strace.is_none());
    if let Some(reason) = no_strace {
        return row.cannot(reason);
    }
    kills(row);
}

/// It is killed at every call.
fn kills(row: &mut Row) {
    let mut at = 0;
    for variant in [Variant::Plain, Variant::First, Variant::Torn, Variant::Held] {
        let held = variant == Variant::Held;
        for kind in kinds().into_iter().step_by(if held { 4 } else { 1 }) {
            let prepared = Prepared::new(row.program(), variant);
            kind.put(&prepared.event).unwrap();
            let tasks = if held {
                [Task::Expire, Task::Import]
            } else {
                [Task::Book, Task::Reset]
            };
            for task in tasks {
                for point in &course(&prepared, task).points {
                    at += 1;
                    let name = format!(
                        "{}/{}/{}/{}:when={}",
                        kind.name,
                        variant.name(),
                        task.name(),
                        point.call,
                        point.n
                    );
                    row.run("killed", &name, at % STRIDE == 0, || {
                        kill(&prepared, task, point)
                    });
                }
            }
        }
    }
}

/// Why files of other people cannot be made here, if so.
fn missing(program: &Program) -> Option<String> {
    let event = TestEvent::empty(program);
    fs::write(&event.file, "").unwrap();
    let tried = kinds().iter().try_for_each(|kind| kind.put(&event));
    tried
        .err()
        .map(|error| format!("owners, lists and attributes of files: {error}"))
}

/// A long-lived office, on a disk, with old versions that are written again.
fn one_office(program: &Program, kind: &Kind) -> Fault {
    let event = TestEvent::empty_in(program, Path::new("/tmp"));
    fs::write(&event.file, "{\"ticket\": 900}\n").unwrap();
    if kind.put(&event).is_err() {
        return Fault::Harmless;
    }
    let before = Before::of(&event);
    let mut office = BoxOffice::at(&event.file).unwrap();
    for _ in 0..2 * REGULAR {
        office.book("eve", 1).unwrap();
        before.all_is_kept(&event, "a sale");
    }
    Fault::StruckOften((2 * REGULAR).into())
}

/// The same while somebody changes who may do what, between two sales.
fn changes(program: &Program) -> Fault {
    let event = TestEvent::empty_in(program, Path::new("/tmp"));
    fs::write(&event.file, "{\"ticket\": 900}\n").unwrap();
    let mut office = BoxOffice::at(&event.file).unwrap();
    for _ in 0..REGULAR {
        office.book("eve", 1).unwrap();
    }
    let mut struck = 0;
    for round in 0..3 {
        for kind in kinds() {
            if kind.access.put(&event.file).is_err() {
                return Fault::Harmless;
            }
            let before = Before::of(&event);
            for sale in 0..=4 * round {
                office.book("eve", 1).unwrap();
                before.nobody_gained(&event, kind.name);
                let now = Access::of(&event.file).unwrap();
                assert_eq!(now, kind.access, "{}, sale {sale}", kind.name);
            }
            struck += 1;
        }
    }
    Fault::StruckOften(struck)
}

fn kill(prepared: &Prepared, task: Task, point: &Point) -> Fault {
    let event = TestEvent::empty(&prepared.program);
    let kept = fs::metadata(prepared.event.directory())
        .unwrap()
        .permissions();
    fs::set_permissions(event.directory(), kept).unwrap();
    let event = prepared.copy_to(event);
    let before = Before::of(&event);
    let fault = [
        format!("-etrace={}", point.call),
        format!("-einject={}:signal=SIGKILL:when={}", point.call, point.n),
    ];
    let (run, trace) = traced(prepared, task, &event, &fault);
    if point.was_missed(&trace) {
        return Fault::Missed;
    }
    assert_eq!(run.code, None, "it was not killed: {run:?}\n{trace}");
    let told = format!("killed at {}: {:?}", point.call, event.names());
    before.nobody_gained(&event, &told);
    let (code, document) = event.json("book next");
    assert_eq!(code, 0, "{document:#}\n{told}");
    before.all_is_kept(&event, &told);
    Fault::Struck
}
