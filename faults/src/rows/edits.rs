//! Row 19: somebody edits `tickets.json` while a sale stands at a system call, at each of them in turn: a member of
//! their own, or the count; by another file that takes the name, or through a handle that was opened before. What
//! they wrote is kept, or named, and the sale stands either way.

use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::books::Books;
use crate::event::{Prepared, Variant};
use crate::holder::Holder;
use crate::program::Run;
use crate::request::Request;
use crate::row::{Fault, Row};
use crate::stopped::{StoppedCommand, go_on};
use crate::strace::{self, Point, course};
use crate::task::Task;
use crate::test_event::{LOCK, TestEvent, eventually, held, waiting};

/// What is written, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// A member, into what stands there at that moment.
    Member,
    /// A member, into what stood there before the sale began.
    Stale,
    /// Another count.
    Count,
    /// No JSON.
    Half,
    /// A member, through a handle from before.
    InPlace,
    /// The same, from the look to the write under `flock tickets.json.lock`, while the sale goes on as far as it can.
    Locked,
}

const ALL: [How; 6] = [
    How::Member,
    How::Stale,
    How::Count,
    How::Half,
    How::InPlace,
    How::Locked,
];

/// In a slice, of the calls every so manyth.
const STRIDE: usize = 17;

/// What is done to holds, to the sale, and with lists meanwhile.
const LIVES: [Task; 4] = [Task::Expire, Task::Confirm, Task::Import, Task::Close];

/// What they write.
const NOTE: &str = "\"note\": \"doors at eight\"";

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = strace::missing(row.program()) {
        return row.cannot(reason);
    }
    if Holder::missing() {
        return row.cannot("no flock(1)");
    }
    for variant in [Variant::Plain, Variant::Foreign] {
        let prepared = Prepared::new(row.program(), variant);
        every_call(row, &prepared, Task::Book, STRIDE);
    }
    let held = Prepared::new(row.program(), Variant::Held);
    for task in LIVES {
        every_call(row, &held, task, 5 * STRIDE);
    }
}

fn every_call(row: &mut Row, prepared: &Prepared, task: Task, stride: usize) {
    let points = course(prepared, task).points;
    let what = if task == Task::Book {
        String::new()
    } else {
        format!("{}/", task.name())
    };
    let mut at = 0;
    for how in ALL {
        // Whoever ends is past all of it.
        for point in points.iter().filter(|point| point.call != "exit_group") {
            at += 1;
            let label = prepared.label;
            let name = format!("{label}/{what}{how:?}/{}:when={}", point.call, point.n);
            let column = match how {
                How::InPlace => "in place",
                How::Locked => "locked",
                _ => "replaced",
            };
            row.run(column, &name, at % stride == 0, || {
                edit(prepared, task, how, point)
            });
        }
    }
}

fn edit(prepared: &Prepared, task: Task, how: How, point: &Point) -> Fault {
    let event = prepared.copy();
    let before = fs::read_to_string(&event.file).unwrap();
    let mut handle = File::options()
        .read(true)
        .write(true)
        .open(&event.file)
        .unwrap();
    let mut sale = StoppedCommand::start(prepared, task, &event, point);
    if !sale.is_stopped() {
        sale.end();
        return Fault::Missed;
    }
    let reached = if how == How::Locked {
        write_locked(&event, sale.pid, &mut sale.tracer)
    } else {
        write(&event, how, &before, &mut handle)
    };
    drop(handle);
    let sale = sale.resume();
    judge(prepared, (task, &event), how, &sale, reached);
    Fault::Struck
}

/// For so long a sale may go on under an editor's lock. Who does not end until then waits for it.
const GOES_ON: Duration = Duration::from_millis(150);

/// Edits in place under the lock; the sale goes on meanwhile.
fn write_locked(event: &TestEvent, pid: u32, sale: &mut Child) -> bool {
    let lock = event.path(LOCK);
    let mut editor = Holder::waiting(event);
    // Stopped with the lock in its hands, it goes on.
    let it_is_had = |editor: &Holder| held(&lock, editor.pid());
    eventually("the editor has the lock, or waits", || {
        (it_is_had(&editor) || waiting(&lock) > 0).then_some(())
    });
    eventually("the editor has the lock", || {
        it_is_had(&editor).then_some(()).or_else(|| {
            go_on(pid);
            None
        })
    });
    let mut handle = File::options().read(true).write(true).open(&event.file);
    let handle = handle.as_mut().unwrap();
    let start = Instant::now();
    while sale.try_wait().unwrap().is_none() && start.elapsed() < GOES_ON {
        go_on(pid);
        thread::sleep(Duration::from_millis(2));
    }
    write(event, How::InPlace, "", handle);
    editor.kill();
    true
}

/// Edits; whether that reached a version that the sale must look at still.
fn write(event: &TestEvent, how: How, before: &str, handle: &mut File) -> bool {
    let now = || fs::read_to_string(&event.file).unwrap();
    let with_note = |text: &str| {
        let (head, _) = text.rsplit_once('}').unwrap();
        format!("{head}, {NOTE}}}\n")
    };
    let text = match how {
        How::Member | How::InPlace | How::Locked => with_note(&now()),
        How::Stale => with_note(before),
        How::Count => now().replacen("\"ticket\": ", "\"ticket\": 1", 1),
        How::Half => "{\"ticket\": ".to_owned(),
    };
    if how == How::InPlace {
        let named = fs::metadata(&event.file).unwrap().ino() == handle.metadata().unwrap().ino();
        handle.rewind().unwrap();
        handle.set_len(0).unwrap();
        handle.write_all(text.as_bytes()).unwrap();
        return named;
    }
    let new = event.path("edited");
    fs::write(&new, text).unwrap();
    fs::rename(&new, &event.file).unwrap();
    true
}

fn judge(
    prepared: &Prepared,
    (task, event): (Task, &TestEvent),
    how: How,
    sale: &Run,
    reached: bool,
) {
    let told = format!(
        "{how:?}: {sale:?}\n{}",
        fs::read_to_string(&event.file).unwrap()
    );
    let document: Value = serde_json::from_str(&sale.stdout).expect(&told);
    let sold = document["ok"] == true;
    assert!(
        sold || ["integrity", "outcome_unknown"]
            .contains(&document["error"]["code"].as_str().unwrap()),
        "{told}"
    );
    let (mut code, mut next) = event.json("book next --key next");
    if task == Task::Close && code == 4 {
        assert_eq!(event.json("reopen").0, 0, "{told}");
        (code, next) = event.json("book next --key next");
    }
    let named = code == 6 || !sold || document["warning"].is_string();
    assert!(code == 0 || code == 6, "{told}\n{next:#}");
    let keeps = !matches!(how, How::Count | How::Half);
    if code == 6 {
        assert!(!keeps || how == How::InPlace, "{told}\n{next:#}");
        repair(task, event, &told);
    }
    let text = fs::read_to_string(&event.file).unwrap();
    if keeps {
        assert!(
            text.contains(NOTE) || !reached,
            "the edit is lost: {told}\n{text}"
        );
    } else {
        assert!(named, "the edit was passed over in silence: {told}\n{text}");
    }
    let books = Books::of(event);
    assert_eq!(books.under("next").len(), 1, "{told}");
    let there = Request::from(task).times(prepared, &books.lines);
    assert!(
        there == task.marks() || there < task.marks() && !sold,
        "{told}\n{:#?}",
        books.lines
    );
    let (code, audit) = event.json("audit");
    assert_eq!(code, 0, "{told}\n{audit:#}");
}

/// What is damaged is repaired, and it goes on.
fn repair(task: Task, event: &TestEvent, told: &str) {
    let (code, repaired) = event.json("audit --repair");
    assert_eq!(code, 0, "{told}\n{repaired:#}");
    if task == Task::Close {
        assert_eq!(event.json("reopen").0, 0, "{told}");
    }
    assert_eq!(event.json("book next --key next").0, 0, "{told}");
}
