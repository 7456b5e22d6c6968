//! Row 20: whoever sells, under whatever umask, and wherever it is killed: nobody may do more with any file beside the
//! count than with the one that it came from, and where root sells all of it is kept.
//!
//! Of a file that the seller owns in the end, the seller is not judged: whoever may replace a file may do so with one
//! that is the seller's own.

mod made;

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use tickets::BoxOffice;

use crate::access::{Access, List, Person, Whom, give_by_default};
use crate::event::{Prepared, Variant};
use crate::program::{Program, Run};
use crate::row::{Fault, Row};
use crate::strace::{self, Point, course, traced};
use crate::task::Task;
use crate::test_event::{COUNT, LEDGER, LOCK, TestEvent};

const ALICE: u32 = 71_001;
const BOB: u32 = 71_002;
const CAROL: u32 = 71_003;
const STAFF: u32 = 72_000;
const GUESTS: u32 = 72_001;
/// Of carol alone.
const CAROLS: u32 = 72_003;

/// In a slice, of the calls at which it is killed every so manyth.
const STRIDE: usize = 61;

/// So many sales through one `BoxOffice` make it keep old versions.
const REGULAR: u32 = 20;

/// A kind of count.
struct Kind {
    name: &'static str,
    access: Access,
    /// The ledger's mode, where that is another.
    ledger: Option<u32>,
    /// Whether the directory gives new files a list of its own.
    by_default: bool,
}

/// A list: what carol, the group, the mask, the guests and all others may.
fn list(carol: u16, group: u16, mask: u16, guests: u16, others: u16) -> List {
    vec![
        (Whom::Owner, 6),
        (Whom::User(CAROL), carol),
        (Whom::Group, group),
        (Whom::NamedGroup(GUESTS), guests),
        (Whom::Mask, mask),
        (Whom::Others, others),
    ]
}

fn kinds() -> Vec<Kind> {
    let kind = |name, mode, list: Option<List>| Kind {
        name,
        access: Access {
            uid: ALICE,
            gid: STAFF,
            mode,
            list,
            attached: [("user.note".to_owned(), b"hall 2".to_vec())].into(),
        },
        ledger: None,
        by_default: false,
    };
    let mut kinds = vec![
        kind("of the group", 0o660, None),
        kind("of all", 0o666, None),
        kind("of its owner", 0o600, None),
        kind("not of the group", 0o606, None),
        kind("carol is named", 0o660, Some(list(6, 4, 6, 0, 0))),
        kind("the mask is less", 0o640, Some(list(7, 6, 4, 4, 0))),
        kind("carol is kept out", 0o664, Some(list(0, 6, 6, 6, 4))),
    ];
    for (name, mode, list) in [
        ("of the group, in a directory with a list", 0o660, None),
        (
            "a list, in a directory with another",
            0o660,
            Some(list(6, 4, 6, 0, 0)),
        ),
    ] {
        kinds.push(Kind {
            by_default: true,
            ..kind(name, mode, list)
        });
    }
    kinds.push(Kind {
        ledger: Some(0o660),
        ..kind("the ledger is not of all", 0o666, None)
    });
    kinds
}

/// Who sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seller {
    Root,
    /// In the count's group.
    Bob,
    /// In no group of the count's.
    Carol,
}

impl Seller {
    fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Bob => "bob",
            Self::Carol => "carol",
        }
    }

    fn person(self) -> Option<Person> {
        let person = |uid, group| {
            Some(Person {
                uid,
                groups: vec![group],
            })
        };
        match self {
            Self::Root => None,
            Self::Bob => person(BOB, STAFF),
            Self::Carol => person(CAROL, CAROLS),
        }
    }
}

/// Everybody who is asked about.
fn people() -> Vec<Person> {
    let groups: [&[u32]; 6] = [
        &[],
        &[STAFF],
        &[GUESTS],
        &[CAROLS],
        &[STAFF, GUESTS],
        &[GUESTS, CAROLS],
    ];
    let uids = [ALICE, BOB, CAROL, 71_004];
    let of = |uid| {
        groups.map(|groups| Person {
            uid,
            groups: groups.to_vec(),
        })
    };
    uids.into_iter().flat_map(of).collect()
}

/// A reset where the file system has no links and cannot swap names.
const BY_COPIES: &str = "reset by copies";
const NO_LINKS: &[&str] = &[
    "strace",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-etrace=link,linkat,renameat2",
    "-einject=link,linkat,renameat2:error=EINVAL",
];

/// What is done, one after the other: a name, and a command line, or something that happens to the files.
const DEEDS: [(&str, &str); 18] = [
    ("book", "book eve"),
    ("cancel", "cancel 2-"),
    ("adjust", "adjust +5 --reason x"),
    ("a torn end", "book eve"),
    ("a rush", "buy --users 3 --lock --think 0ms --force"),
    (
        "a rush of threads",
        "buy --users 3 --lock --think 0ms --force --threads",
    ),
    ("repair", "audit --repair"),
    ("reset", "reset 9 --force"),
    (BY_COPIES, "reset 9 --force"),
    ("hold", "hold fay --quantity 3 --for 1h"),
    ("confirm", "confirm HOLD"),
    ("rename", "rename HOLD Gilbert"),
    ("hold a moment", "hold gil --quantity 3 --for 0s"),
    ("release", "release HOLD"),
    ("set", "set --title Gala"),
    ("close", "close"),
    ("reopen", "reopen"),
    ("import", "import LIST --batch b"),
];

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

impl Kind {
    /// Makes the files of an event be of this kind.
    fn put(&self, event: &TestEvent) -> io::Result<()> {
        fs::set_permissions(event.directory(), fs::Permissions::from_mode(0o777))?;
        if self.by_default {
            give_by_default(event.directory(), &list(7, 7, 7, 7, 7))?;
        }
        for name in event.names() {
            let mut access = self.access.clone();
            if name != COUNT {
                access = access.bare();
            }
            if let (true, Some(mode)) = (name == LEDGER, self.ledger) {
                access.mode = mode;
            }
            access.put(&event.path(&name))?;
        }
        Ok(())
    }
}

/// What there is to compare with: the access of the count, the ledger and the lock file.
struct Before {
    count: Access,
    ledger: Access,
    lock: Access,
}

impl Before {
    /// Files that are not there yet follow the count.
    fn of(event: &TestEvent) -> Self {
        let count = Access::of(&event.file).unwrap();
        let or_new = |name| Access::of(&event.path(name)).unwrap_or_else(|| count.bare());
        Self {
            ledger: or_new(LEDGER),
            lock: or_new(LOCK),
            count,
        }
    }

    /// What the file of a name is judged by.
    fn judge_of(&self, name: &str) -> &Access {
        let name = name.strip_prefix('.').unwrap_or(name);
        if name.starts_with("tickets.ledger.") {
            &self.ledger
        } else if name.starts_with(LOCK) {
            &self.lock
        } else {
            &self.count
        }
    }

    /// Nobody may do more with any file.
    #[track_caller]
    fn nobody_gained(&self, event: &TestEvent, told: &str) {
        for name in event.names() {
            // It lost its name since, or is another program's.
            let Some(now) = Access::of(&event.path(&name)) else {
                continue;
            };
            let before = self.judge_of(&name);
            for person in people().iter().filter(|person| person.uid != now.uid) {
                let (may, might) = (now.of_person(person), before.of_person(person));
                assert!(
                    may & !might == 0,
                    "{person:?} may do more with {name} than before\n{now:?}\n{before:?}\n{told}"
                );
            }
        }
    }

    /// All of it is as it was.
    #[track_caller]
    fn all_is_kept(&self, event: &TestEvent, told: &str) {
        for name in event.names() {
            let now = Access::of(&event.path(&name)).unwrap();
            assert_eq!(&now, self.judge_of(&name), "{name}\n{told}");
        }
    }

    /// Who could use the count and the ledger still can, if the seller was of the group, or there is a list in which
    /// those can be named who are not its owner and its group any more.
    #[track_caller]
    fn nobody_lost(&self, event: &TestEvent, seller: &Person, told: &str) {
        let named = self.count.list.is_some();
        for name in [COUNT, LEDGER] {
            let now = Access::of(&event.path(name)).unwrap();
            let before = self.judge_of(name);
            assert_eq!(now.attached, before.attached, "{name}\n{told}");
            assert_eq!(now.mode & 0o770, before.mode & 0o770, "{name}\n{told}");
            let of_group = seller.groups.contains(&before.gid);
            for person in people() {
                let was_owner = before.uid == person.uid && !named;
                let is_of_new_group = person.groups.contains(&now.gid) && !of_group;
                if was_owner || is_of_new_group || person.uid == now.uid {
                    continue;
                }
                let (may, might) = (now.of_person(&person), before.of_person(&person));
                let mask = if person.uid == before.uid {
                    self.most()
                } else {
                    u8::MAX
                };
                assert!(
                    might & mask & !may == 0 || !named && !of_group,
                    "{person:?} may do less with {name} than before\n{now:?}\n{before:?}\n{told}"
                );
            }
        }
    }

    /// Who may not read and write the ledger and the lock file cannot sell.
    fn may_be_sold_by(&self, seller: Seller) -> bool {
        seller.person().is_none_or(|person| {
            [&self.count, &self.ledger, &self.lock]
                .into_iter()
                .all(|access| access.of_person(&person) & 1 << 6 != 0)
        })
    }

    /// What somebody may who is named in the list, at the most.
    fn most(&self) -> u8 {
        let mask = self.count.mode >> 3 & 7;
        (1..8_u32)
            .filter(|wanted| mask & wanted == *wanted)
            .map(|wanted| 1 << wanted)
            .sum()
    }
}

fn sell(program: &Program, kind: &Kind, seller: Seller, umask: &str, strace: bool) -> Fault {
    let event = TestEvent::empty(program);
    fs::write(&event.file, "{\"ticket\": 90}\n").unwrap();
    kind.put(&event).unwrap();
    let mut struck = 0;
    for (what, line) in DEEDS {
        if strace || what != BY_COPIES {
            struck += u64::from(deed(&event, (seller, umask), what, line));
        }
    }
    match struck {
        0 => Fault::Harmless,
        _ => Fault::StruckOften(struck),
    }
}

/// Does it, and judges what everybody may then. Whether the seller could.
fn deed(event: &TestEvent, (seller, umask): (Seller, &str), what: &str, line: &str) -> bool {
    let before = Before::of(event);
    let is_new = event.names().len() < 3;
    if what == "a torn end"
        && let Ok(whole) = fs::read(event.path(LEDGER))
    {
        fs::write(event.path(LEDGER), [&whole[..], b"{\"seq\":"].concat()).unwrap();
    }
    let list = crate::life::list();
    let through = if what == BY_COPIES { NO_LINKS } else { &[] };
    let line = if what == "cancel" {
        line.to_owned() + &second(event)
    } else {
        let line = line.replace("HOLD", &last_hold(event));
        line.replace("LIST", list.to_str().unwrap())
    };
    let run = run(event, seller, umask, through, &line);
    let told = format!("{what}: {run:?}");
    before.nobody_gained(event, &told);
    if !before.may_be_sold_by(seller) {
        // Who may write the directory may make what is not there yet.
        assert!(run.code != Some(0) || is_new, "{told}");
        return false;
    }
    assert_eq!(run.code, Some(0), "{told}");
    match seller.person() {
        None => before.all_is_kept(event, &told),
        Some(person) => before.nobody_lost(event, &person, &told),
    }
    true
}

/// The rest of the id of the second line's sale.
fn second(event: &TestEvent) -> String {
    let text = fs::read_to_string(event.path(LEDGER)).unwrap_or_default();
    let id = text.split_once("\"id\":\"2-").map(|(_, rest)| rest);
    id.and_then(|rest| rest.split('"').next())
        .unwrap_or_default()
        .to_owned()
}

/// The id of the hold that was made last.
fn last_hold(event: &TestEvent) -> String {
    let text = fs::read_to_string(event.path(LEDGER)).unwrap_or_default();
    let line = text.lines().rfind(|line| line.contains("\"op\":\"hold\""));
    let line = line.and_then(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let id = line.and_then(|line| Some(line["id"].as_str()?.to_owned()));
    id.unwrap_or_else(|| "0-none".to_owned())
}

fn run(event: &TestEvent, seller: Seller, umask: &str, before: &[&str], line: &str) -> Run {
    let script = format!("umask {umask}; exec \"$@\"");
    let words = [&["sh", "-c", &script, "sh"], before].concat();
    let mut command: Command = event.program.through(&words, &event.file);
    if let Some(person) = seller.person() {
        command.uid(person.uid).gid(person.groups[0]);
    }
    command.current_dir("/").args(line.split_ascii_whitespace());
    Run::of(command.output().unwrap())
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
