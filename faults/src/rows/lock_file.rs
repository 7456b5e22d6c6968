//! Row 11: the lock file is deleted or replaced under the hands of those who wait for it; something else
//! stands in its place; the file system knows no locks.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::books::Books;
use crate::event::{Prepared, Variant};
use crate::holder::Holder;
use crate::program::{Program, Run};
use crate::row::{Fault, Row};
use crate::strace::{self, injection, traced};
use crate::task::Task;
use crate::test_event::{LEDGER, LOCK, TestEvent, eventually, waiting};

/// Something done to the lock file.
type Deed = (&'static str, fn(&Path));

/// What is done to the lock file while somebody waits for it.
const TAKEN_AWAY: [Deed; 2] = [
    ("deleted", |lock| fs::remove_file(lock).unwrap()),
    ("replaced", |lock| {
        let new = lock.with_extension("new");
        fs::write(&new, "").unwrap();
        fs::rename(new, lock).unwrap();
    }),
];

/// What stands in the lock file's place.
const IN_ITS_PLACE: [Deed; 5] = [
    ("a directory", |lock| fs::create_dir(lock).unwrap()),
    ("a FIFO", |lock| call("mkfifo", &[lock])),
    ("a device", |lock| {
        call(
            "mknod",
            &[lock, Path::new("c"), Path::new("1"), Path::new("3")],
        );
    }),
    ("a link to nothing", |lock| link(Path::new("nothing"), lock)),
    ("a link to itself", |lock| link(lock, lock)),
];

/// What file systems without locks say.
const ERRORS: [&str; 6] = ["ENOLCK", "ENOSYS", "EOPNOTSUPP", "ESTALE", "EIO", "EBADF"];

pub(crate) fn strike(row: &mut Row) {
    let program = row.program().clone();
    if Holder::missing() {
        row.cannot("no flock(1)");
    } else {
        for (name, take_away) in TAKEN_AWAY {
            row.run("taken away", name, true, || taken_away(&program, take_away));
        }
    }
    for variant in [Variant::Plain, Variant::First] {
        let prepared = Prepared::new(&program, variant);
        for (name, put) in IN_ITS_PLACE {
            let name = format!("{}/{name}", variant.name());
            row.run("in its place", &name, true, || in_its_place(&prepared, put));
        }
    }
    if let Some(reason) = strace::missing(&program) {
        return row.cannot(reason);
    }
    let prepared = Prepared::new(&program, Variant::Plain);
    for error in ERRORS {
        row.run("no locks", error, true, || no_locks(&prepared, error));
    }
}

fn call(program: &str, arguments: &[&Path]) {
    assert!(
        Command::new(program)
            .args(arguments)
            .status()
            .unwrap()
            .success(),
        "{program}"
    );
}

fn link(to: &Path, from: &Path) {
    std::os::unix::fs::symlink(to, from).unwrap();
}

/// Who waited for a lock file that is none any more sells nothing on the strength of it.
fn taken_away(program: &Program, take_away: fn(&Path)) -> Fault {
    let event = TestEvent::empty(program);
    fs::write(&event.file, "{\"ticket\": 9}\n").unwrap();
    assert_eq!(event.json("book first").0, 0);
    let lock = event.path(LOCK);
    let old = Holder::of(&event);
    let waiter = event.start("--json book waiter --key waiter --wait 120s");
    eventually("it waits", || (waiting(&lock) == 1).then_some(()));
    take_away(&lock);
    let new = Holder::of(&event);
    drop(old);
    eventually("it waits for the new lock file, or has ended", || {
        let sold = Books::of(&event).sold > 1;
        assert!(!sold, "sold under a lock that guards nothing");
        (waiting(&lock) == 1).then_some(())
    });
    drop(new);
    let run = Run::of(waiter.wait_with_output().unwrap());
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(event.json("book next").0, 0);
    assert_eq!(event.json("audit").0, 0);
    assert_eq!(Books::of(&event).sold, 3);
    Fault::Struck
}

fn in_its_place(prepared: &Prepared, put: fn(&Path)) -> Fault {
    let event = prepared.copy();
    let lock = event.path(LOCK);
    let _ = fs::remove_file(&lock);
    put(&lock);
    let before = fs::read(event.path(LEDGER)).ok();
    let run = event.run("--json book eve --key k --wait 5s");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains(LOCK), "the file is not named: {run:?}");
    assert_eq!(fs::read(event.path(LEDGER)).ok(), before, "{run:?}");
    let link = fs::symlink_metadata(&lock).unwrap();
    if link.is_dir() {
        fs::remove_dir(&lock).unwrap();
    } else {
        fs::remove_file(&lock).unwrap();
    }
    assert_eq!(event.json("book next --key next").0, 0);
    assert_eq!(event.json("audit").0, 0);
    Fault::Struck
}

fn no_locks(prepared: &Prepared, error: &str) -> Fault {
    let event = prepared.copy();
    let before = fs::read(event.path(LEDGER)).unwrap();
    let fault = injection("flock", &format!("error={error}:when=1+"));
    let (run, trace) = traced(prepared, Task::Book, &event, &fault);
    assert!(trace.contains("(INJECTED)"), "{trace}");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("hint"), "{run:?}");
    assert_eq!(fs::read(event.path(LEDGER)).unwrap(), before, "{run:?}");
    assert_eq!(event.json("book next --key next").0, 0);
    assert_eq!(event.json("audit").0, 0);
    Fault::Struck
}
