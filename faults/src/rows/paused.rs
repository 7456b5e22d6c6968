//! Row 2: a command stopped at every system call, while somebody else does the same, or resets the event.

mod judge;

use crate::books::Books;
use crate::event::{Prepared, Variant};
use crate::row::{Fault, Row};
use crate::rows::paused::judge::{goes_on, judge};
use crate::stopped::StoppedCommand;
use crate::strace::{self, Point, course};
use crate::task::Task;

/// Who is stopped, what another does meanwhile, and on which events.
type Pair = (&'static str, Task, Task, &'static [Variant]);

const OLD: &[Variant] = &[Variant::Plain, Variant::First, Variant::Padded];
const HELD: &[Variant] = &[Variant::Held];

const PAIRS: [Pair; 20] = [
    ("book, book", Task::Book, Task::Book, OLD),
    ("cancel, cancel", Task::Cancel, Task::Cancel, OLD),
    ("adjust, adjust", Task::Adjust, Task::Adjust, OLD),
    ("reset, reset", Task::Reset, Task::Reset, OLD),
    ("book, reset", Task::Book, Task::Reset, OLD),
    ("reset, book", Task::Reset, Task::Book, OLD),
    ("init, init", Task::Init, Task::Init, &[Variant::Nothing]),
    (
        "hold, hold",
        Task::Hold,
        Task::Hold,
        &[Variant::First, Variant::Held],
    ),
    (
        "import, import",
        Task::Import,
        Task::Import,
        &[Variant::First, Variant::Held],
    ),
    ("expire, expire", Task::Expire, Task::Expire, HELD),
    ("confirm, confirm", Task::Confirm, Task::Confirm, HELD),
    ("confirm, release", Task::Confirm, Task::Release, HELD),
    ("release, confirm", Task::Release, Task::Confirm, HELD),
    ("expire, hold", Task::Expire, Task::Hold, HELD),
    ("cancel, rename", Task::Cancel, Task::Rename, HELD),
    ("rename, cancel", Task::Rename, Task::Cancel, HELD),
    ("close, hold", Task::Close, Task::Hold, HELD),
    ("expire, close", Task::Expire, Task::Close, HELD),
    ("set, set", Task::Set, Task::Set, HELD),
    ("import, reset", Task::Import, Task::Reset, HELD),
];

/// In a slice, who books is stopped everywhere, and at the others' points every so manyth.
const STRIDE: usize = 5;
const LIFE_STRIDE: usize = 17;

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
        Variant::Nothing,
    ] {
        let prepared = Prepared::new(row.program(), variant);
        for (pair, task, other, variants) in PAIRS {
            if !variants.contains(&variant) || !task.fits(variant) {
                continue;
            }
            for point in &course(&prepared, task).points {
                at += 1;
                let whole = variant == Variant::Plain && pair == "book, book";
                let name = format!("{variant:?}/{pair}/{}:when={}", point.call, point.n);
                let stride = if variant.is_lived() {
                    LIFE_STRIDE
                } else {
                    STRIDE
                };
                row.run(pair, &name, whole || at % stride == 0, || {
                    pause(&prepared, task, other, point)
                });
            }
        }
    }
}

fn pause(prepared: &Prepared, task: Task, other: Task, point: &Point) -> Fault {
    let event = prepared.copy();
    let first = StoppedCommand::start(prepared, task, &event, point);
    if first.was_missed(point) {
        first.end();
        return Fault::Missed;
    }
    assert!(
        first.is_stopped() || point.call == "exit_group",
        "it was not stopped"
    );
    // The first may hold a lock: then the second is told so, and has done nothing, or cannot know.
    let waits = if other == Task::Init {
        ""
    } else {
        " --wait 0s"
    };
    let second = event.run(&format!("{}{waits}", other.line(prepared)));
    let first = first.resume();
    let told = format!(
        "first {first:?}\nsecond {second:?}\n{:#?}",
        Books::of(&event).lines
    );
    assert!([0, 1, 4, 5].contains(&second.code.unwrap()), "{told}");
    judge(prepared, &event, [(task, &first), (other, &second)], &told);
    goes_on(&event, &told);
    Fault::Struck
}
