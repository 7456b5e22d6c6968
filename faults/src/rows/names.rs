//! Row 18: two sellers reach one ledger, each by a name of its own, with a lock file of its own for most pairs of
//! names. One is held up at every system call in turn while the other sells: no line is written over another,
//! and each that was answered is there once, by whatever name it is looked for.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::books::Books;
use crate::event::{Prepared, Variant};
use crate::program::Run;
use crate::request::Request;
use crate::row::{Fault, Row};
use crate::strace::{self, Point, course, injection, traced};
use crate::task::Task;
use crate::test_event::{COUNT, LEDGER, LOCK, TestEvent};

/// How long, in microseconds: the other one has sold by then, unless it waits.
const DELAY: u32 = 30_000;

/// How often a call is waited for that this seller does not always make.
const TRIES: usize = 5;

/// In a slice, of the calls every so manyth.
const STRIDE: usize = 61;

/// How a ledger is reached. All but the first have their own directory in that of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Beside its count, as always.
    Itself,
    /// The ledger has a hard link beside another count.
    HardLink,
    /// A symbolic link to it stands beside another count.
    SymbolicLink,
    /// All files have hard links in another directory, as `cp -al` makes them.
    Copied,
    /// A symbolic link leads to the directory.
    LinkedDirectory,
    /// The file is mounted beside another count.
    Mounted,
}

const WAYS: [Way; 6] = [
    Way::Itself,
    Way::HardLink,
    Way::SymbolicLink,
    Way::Copied,
    Way::LinkedDirectory,
    Way::Mounted,
];

/// By which names what is done to holds and lists goes.
const SOME: [(Way, Way); 4] = [
    (Way::Itself, Way::HardLink),
    (Way::HardLink, Way::Itself),
    (Way::Mounted, Way::SymbolicLink),
    (Way::Copied, Way::LinkedDirectory),
];

const LIVES: [Task; 4] = [Task::Hold, Task::Confirm, Task::Import, Task::Expire];

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::HardLink => "hard link",
            Self::SymbolicLink => "symbolic link",
            Self::Copied => "copied by links",
            Self::LinkedDirectory => "linked directory",
            Self::Mounted => "mounted file",
        }
    }
}

/// A way to an event's ledger, made in a directory of its own.
#[derive(Debug)]
struct Reached {
    event: TestEvent,
    mounted: Option<PathBuf>,
}

impl Drop for Reached {
    fn drop(&mut self) {
        if let Some(mounted) = &self.mounted {
            let _ = Command::new("umount").arg(mounted).status();
        }
    }
}

impl Reached {
    /// Fails where that cannot be made here, and says why.
    fn make(original: &TestEvent, way: Way) -> Result<Self, String> {
        let mut event = TestEvent::empty(&original.program);
        let place = event.path("place");
        let within = |name: &str| place.join(name);
        if matches!(way, Way::Itself | Way::LinkedDirectory) {
            symlink(original.directory(), &place).unwrap();
        } else {
            fs::create_dir(&place).unwrap();
        }
        let ledger = original.path(LEDGER);
        let mut mounted = None;
        match way {
            Way::Itself | Way::LinkedDirectory => {}
            Way::Copied => {
                for name in [COUNT, LEDGER, LOCK] {
                    fs::hard_link(original.path(name), within(name)).unwrap();
                }
            }
            Way::HardLink | Way::SymbolicLink | Way::Mounted => {
                fs::copy(&original.file, within(COUNT)).unwrap();
            }
        }
        match way {
            Way::HardLink => fs::hard_link(&ledger, within(LEDGER)).unwrap(),
            Way::SymbolicLink => symlink(&ledger, within(LEDGER)).unwrap(),
            Way::Mounted => {
                fs::write(within(LEDGER), "").unwrap();
                mount(&ledger, &within(LEDGER))?;
                mounted = Some(within(LEDGER));
            }
            _ => {}
        }
        event.file = match way {
            Way::Itself => original.file.clone(),
            _ => within(COUNT),
        };
        Ok(Self { event, mounted })
    }

    fn book(&self, key: &str) -> String {
        let (code, document) = self.event.json(&format!("book other --key {key}"));
        assert_eq!(code, 0, "{document:#}");
        document["sale"]["id"].to_string()
    }
}

fn mount(file: &Path, at: &Path) -> Result<(), String> {
    let mut command = Command::new("mount");
    let output = command.arg("--bind").args([file, at]).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(format!("no mount: {error}")),
    }
}

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = strace::missing(row.program()) {
        return row.cannot(reason);
    }
    let prepared = Prepared::new(row.program(), Variant::Plain);
    assert_eq!(prepared.event.json("adjust +90 --reason room").0, 0);
    let all = WAYS
        .into_iter()
        .flat_map(|one| WAYS.map(|other| (one, other)));
    every_call(row, &prepared, Task::Book, &all.collect::<Vec<_>>());
    let held = Prepared::crowded(row.program(), 10);
    for task in LIVES {
        every_call(row, &held, task, &SOME);
    }
}

fn every_call(row: &mut Row, prepared: &Prepared, task: Task, ways: &[(Way, Way)]) {
    let course = course(prepared, task);
    // Whoever ends is past all of it.
    let points = course.points.iter();
    let points: Vec<_> = points.filter(|point| point.call != "exit_group").collect();
    let mut at = 0;
    for &(one, other) in ways {
        if let Err(reason) = both(&prepared.copy(), one, other) {
            row.cannot(format!("{}, {}: {reason}", one.name(), other.name()));
            continue;
        }
        let what = if task == Task::Book {
            String::new()
        } else {
            format!("{}/", task.name())
        };
        for point in &points {
            at += 1;
            let names = format!("{}, {}", one.name(), other.name());
            let name = format!("{what}{names}/{}:when={}", point.call, point.n);
            row.run(one.name(), &name, at % STRIDE == 0, || {
                let struck = (0..TRIES).map(|_| delay(prepared, task, (one, other), point));
                let struck = struck.into_iter().find(|fault| *fault != Fault::Missed);
                struck.unwrap_or(Fault::Harmless)
            });
        }
    }
}

fn both(original: &TestEvent, one: Way, other: Way) -> Result<[Reached; 2], String> {
    Ok([
        Reached::make(original, one)?,
        Reached::make(original, other)?,
    ])
}

fn delay(prepared: &Prepared, task: Task, (one, other): (Way, Way), point: &Point) -> Fault {
    let original = prepared.copy();
    let [one, other] = both(&original, one, other).unwrap();
    let how = format!("delay_enter={DELAY}:when={}", point.n);
    let mut answered = Vec::new();
    let (run, trace) = std::thread::scope(|scope| {
        let held_up =
            scope.spawn(|| traced(prepared, task, &one.event, &injection(&point.call, &how)));
        for n in 0..3 {
            let key = format!("o-{n}");
            answered.push((other.book(&key), key));
        }
        held_up.join().unwrap()
    });
    if !trace.contains("(DELAYED)") {
        return Fault::Missed;
    }
    let mut sold = task.sells() + 5;
    if task == Task::Book {
        answered.push((id_of(run), "k".to_owned()));
    } else {
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    answered.push((one.book("after"), "after".to_owned()));
    answered.push((other.book("last"), "last".to_owned()));
    let books = Books::of(&original);
    for (id, key) in &answered {
        let sales = books.under(key);
        assert_eq!(sales.len(), 1, "{key}: {:#?}", books.lines);
        assert_eq!(sales[0]["id"].to_string(), *id, "{key}: {:#?}", books.lines);
    }
    let times = Request::from(task).times(prepared, &books.lines);
    assert_eq!(times, task.marks(), "{:#?}", books.lines);
    sold += Books::of(&prepared.event).sold;
    assert_eq!(books.sold, sold, "{:#?}", books.lines);
    for reached in [&one, &other] {
        let (code, audit) = reached.event.json("audit");
        assert_eq!((code, &audit["sold"]), (0, &books.sold.into()), "{audit:#}");
    }
    Fault::Struck
}

fn id_of(run: Run) -> String {
    let (code, document) = run.document();
    assert_eq!(code, 0, "{document:#}");
    document["sale"]["id"].to_string()
}
