//! Row 2: a command stopped at every system call, while somebody else does the same, or resets the event.

use std::fs;
use std::process::Stdio;

use crate::books::Books;
use crate::event::{Prepared, Variant};
use crate::program::Run;
use crate::request::Request;
use crate::row::{Fault, Row};
use crate::strace::{self, Point, command, course, injection};
use crate::task::Task;
use crate::test_event::{TestEvent, eventually, memory, resumed};

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
    let trace = tempfile::NamedTempFile::new_in(memory()).unwrap();
    let fault = injection(&point.call, &format!("signal=SIGSTOP:when={}", point.n));
    let mut first = command(prepared, task, &event, &fault, trace.path());
    let first = first.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let first = first.unwrap();
    let mut stopped = None;
    // Who is stopped as it ends may be gone before anybody sees it.
    let pid = eventually("it is stopped, or at its end", || {
        let text = fs::read_to_string(trace.path()).unwrap();
        let line = text
            .lines()
            .find(|line| line.contains("stopped by SIGSTOP") || line.contains("+++"))?;
        stopped = Some(line.contains("stopped"));
        line.split(' ').next()?.parse().ok()
    });
    if stopped != Some(true) && point.was_missed(&fs::read_to_string(trace.path()).unwrap()) {
        first.wait_with_output().unwrap();
        return Fault::Missed;
    }
    assert!(
        stopped == Some(true) || point.call == "exit_group",
        "it was not stopped"
    );
    // The first may hold a lock: then the second is told so, and has done nothing, or cannot know.
    let waits = if other == Task::Init {
        ""
    } else {
        " --wait 0s"
    };
    let second = event.run(&format!("{}{waits}", other.line(prepared)));
    let first = resumed(stopped.is_some_and(|stopped| stopped).then_some(pid), first);
    let told = format!(
        "first {first:?}\nsecond {second:?}\n{:#?}",
        Books::of(&event).lines
    );
    assert!([0, 1, 4, 5].contains(&second.code.unwrap()), "{told}");
    judge(prepared, &event, [(task, &first), (other, &second)], &told);
    goes_on(&event, &told);
    Fault::Struck
}

fn judge(
    prepared: &Prepared,
    event: &TestEvent,
    [(task, first), (other, second)]: [(Task, &Run); 2],
    told: &str,
) {
    if task == other {
        judge_twins(prepared, task, event, [first, second], told);
    } else if task != Task::Reset && other != Task::Reset {
        judge_two(prepared, event, [(task, first), (other, second)], told);
    } else if task == Task::Import {
        judge_imported(prepared, event, first, told);
    } else {
        let (book, reset) = if task == Task::Book {
            (first, second)
        } else {
            (second, first)
        };
        judge_reset(prepared, event, book, reset, told);
    }
}

/// Two who did the same.
fn judge_twins(
    prepared: &Prepared,
    task: Task,
    event: &TestEvent,
    [first, second]: [&Run; 2],
    told: &str,
) {
    let before = Books::of(&prepared.event);
    let after = Books::of(event);
    let done = i64::from(first.code == Some(0)) + i64::from(second.code == Some(0));
    match task {
        Task::Book => {
            assert_eq!(first.code, Some(0), "{told}");
            assert_eq!(after.under("k").len(), 1, "{told}");
        }
        Task::Cancel => {
            assert_eq!(after.cancelled(&prepared.id), 2, "{told}");
            let refused = first.code == Some(4);
            assert!(done <= 1 && (refused || first.code == Some(0)), "{told}");
        }
        Task::Adjust => {
            assert_eq!(first.code, Some(0), "{told}");
            let grown = after.capacity - before.capacity;
            // Who does not know may have done it.
            let most = done + i64::from(second.code == Some(1));
            assert!((done..=most).contains(&grown), "{told}");
        }
        Task::Reset => {
            assert_eq!(first.code, Some(0), "{told}");
            assert_eq!(after.sold, 0, "{told}");
        }
        Task::Query | Task::Audit | Task::Door => {}
        // Whoever comes second is told that it is there already.
        Task::Init => assert!(done == 1 || first.code == Some(4), "{told}"),
        _ => {
            assert_eq!(first.code, Some(0), "{told}");
            let times = Request::from(task).times(prepared, &after.lines);
            assert_eq!(times, task.marks(), "{told}");
        }
    }
}

/// Two who did something else: each is done if it was answered, and not if it was refused.
fn judge_two(prepared: &Prepared, event: &TestEvent, both: [(Task, &Run); 2], told: &str) {
    let after = Books::of(event);
    let mut done = 0;
    for (task, run) in both {
        let times = Request::from(task).times(prepared, &after.lines);
        match run.code {
            Some(0) => assert_eq!(times, task.marks(), "{task:?}: {told}"),
            // Who does not know may have done it.
            Some(1) => {}
            _ => assert_eq!(times, 0, "{task:?}: {told}"),
        }
        done += times;
    }
    let one_only = [Task::Confirm, Task::Release];
    assert!(
        done <= 1 || !both.iter().all(|(task, _)| one_only.contains(task)),
        "{told}"
    );
}

/// One who imported while the event was reset: each row is on one of the ledgers, once at most.
fn judge_imported(prepared: &Prepared, event: &TestEvent, import: &Run, told: &str) {
    let names = event.names();
    let ledgers = names
        .iter()
        .filter(|name| name.starts_with("tickets.ledger."));
    let on = |name: &String| {
        let text = fs::read_to_string(event.path(name)).unwrap();
        let lines: Vec<_> = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        Request::from(Task::Import).times(prepared, &lines)
    };
    let times: Vec<_> = ledgers.map(on).collect();
    let (sum, all) = (times.iter().sum::<usize>(), Task::Import.marks());
    assert!(
        sum <= all && (import.code != Some(0) || sum == all),
        "{times:?}: {told}"
    );
}

/// One who booked and one who reset: the sale is on the new ledger, or on the old one that was archived.
fn judge_reset(prepared: &Prepared, event: &TestEvent, book: &Run, reset: &Run, told: &str) {
    let sold = |name: &String| {
        fs::read_to_string(event.path(name))
            .unwrap()
            .matches("\"key\":\"k\"")
            .count()
    };
    let ledgers = event.names();
    let ledgers = ledgers
        .iter()
        .filter(|name| name.starts_with("tickets.ledger."));
    let sales: usize = ledgers.map(sold).sum();
    assert!(sales <= 1 && (book.code != Some(0) || sales == 1), "{told}");
    let opening = |event: &TestEvent| Books::of(event).lines.first().cloned();
    let was_reset = opening(event) != opening(&prepared.event);
    if prepared.variant == Variant::Plain {
        assert!(was_reset || reset.code != Some(0), "{told}");
    }
}

fn goes_on(event: &TestEvent, told: &str) {
    // It may be closed.
    let (code, next) = event.json("book next --key next");
    if code == 4 {
        assert_eq!(next["error"]["code"], "closed", "{next:#}\n{told}");
        assert_eq!(event.json("reopen").0, 0, "{told}");
    }
    assert_eq!(event.json("book next --key next").0, 0, "{told}");
    let (code, audit) = event.json("audit");
    assert_eq!(code, 0, "{audit:#}\n{told}");
    let books = Books::of(event);
    let numbers = (&audit["capacity"], &audit["sold"], &audit["left"]);
    let wanted = (
        &books.capacity.into(),
        &books.sold.into(),
        &books.left.into(),
    );
    assert_eq!(numbers, wanted, "{audit:#}\n{told}");
    let orphans = event.names().iter().any(|name| name.starts_with('.'));
    assert!(!orphans, "{:?}\n{told}", event.names());
}
