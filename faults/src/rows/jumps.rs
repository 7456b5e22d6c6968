//! Of row 25: the clock of a service jumps while it sells, and holds come due and are not due any more.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::books::Books;
use crate::program::Program;
use crate::row::{Fault, Row};
use crate::service::{Answer, Service};
use crate::test_event::TestEvent;

/// A jump of the clock: by how much it differs from the right one when somebody holds three of four tickets for half an
/// hour, when somebody else needs them, and when the first ends the hold.
struct Jump {
    begun: &'static str,
    needed: &'static str,
    ended: &'static str,
    /// Whether the hold is due by the clock at which its tickets are needed.
    is_due: bool,
}

const fn jump(
    begun: &'static str,
    needed: &'static str,
    ended: &'static str,
    is_due: bool,
) -> Jump {
    Jump {
        begun,
        needed,
        ended,
        is_due,
    }
}

const JUMPS: [Jump; 10] = [
    jump("+0h", "+1h", "+0h", true),
    jump("+0h", "+1h", "+2h", true),
    jump("-1h", "+0h", "-1h", true),
    jump("+0h", "-1h", "+1h", false),
    jump("+1h", "+0h", "+2h", false),
    jump("+0h", "+10y", "+0h", true),
    jump("+0h", "+10y", "+20y", true),
    jump("-10y", "+0h", "-10y", true),
    jump("+0h", "-10y", "+10y", false),
    jump("+10y", "+0h", "+20y", false),
];

/// How a hold is ended: in words, the method and the end of the path.
const ENDS: [(&str, &str, &str); 2] = [
    ("confirmed", "POST", "/confirm"),
    ("released", "DELETE", ""),
];

/// Who comes first.
const ORDERS: [(&str, bool); 2] = [("needed first", false), ("ended first", true)];

/// A file that tells a service what time it is.
struct Clock(tempfile::NamedTempFile);

impl Clock {
    fn is(&self, offset: &str) {
        fs::write(self.0.path(), offset).unwrap();
    }
}

pub(crate) fn strike(row: &mut Row) {
    let program = row.program().clone();
    let Some(library) = library() else {
        return row.cannot("no faketime");
    };
    if !is_faked(&program, &library) {
        let reason = "the clock of a program without shared libraries cannot be set: give one that was built with TICKETS_LINK=dynamic";
        return row.cannot(reason);
    }
    for jump in &JUMPS {
        for (order, ends_first) in ORDERS {
            for end in ENDS {
                let Jump {
                    begun,
                    needed,
                    ended,
                    ..
                } = jump;
                let name = format!("clock/{order}/{}/{begun}/{needed}/{ended}", end.0);
                row.run("the clock", &name, true, || {
                    jumps(&program, &library, jump, end, ends_first)
                });
            }
        }
    }
}

/// The library that fakes the clock of programs with several threads.
fn library() -> Option<String> {
    let mut faketime = Command::new("faketime");
    let told = faketime.args(["-m", "-f", "+0h", "printenv", "LD_PRELOAD"]);
    let told = String::from_utf8(told.output().ok()?.stdout).ok()?;
    Some(told.trim().to_owned()).filter(|path| !path.is_empty())
}

/// The environment in which a clock is what this file says, at every look; what only measures a while is left alone.
fn environment<'a>(library: &'a str, clock: &'a Path) -> [(&'a str, &'a str); 4] {
    [
        ("LD_PRELOAD", library),
        (
            "FAKETIME_TIMESTAMP_FILE",
            clock.to_str().unwrap_or_default(),
        ),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ]
}

fn clock() -> Clock {
    let clock = Clock(tempfile::NamedTempFile::new().unwrap());
    clock.is("+0h");
    clock
}

/// Whether that works on this program.
fn is_faked(program: &Program, library: &str) -> bool {
    let (event, clock) = (TestEvent::empty(&program.sound()), clock());
    fs::write(&event.file, "{\"ticket\": 4}\n").unwrap();
    let sold = |key: &str| {
        let mut command = event.command(["book", "bob", "--key", key]);
        command
            .envs(environment(library, clock.0.path()))
            .output()
            .unwrap();
        let books = Books::of(&event);
        let last = books.lines.last();
        last.map(|line| line["at"].as_str().unwrap()[..4].to_owned())
    };
    let right = sold("a");
    clock.is("+10y");
    sold("b") != right
}

/// Whether a hold is due is decided when somebody needs its tickets, by the clock of that moment, and stands from then
/// on. A hold that nobody needed may be ended whatever the clock says, and one that is made after the jumps is as any
/// other.
fn jumps(
    program: &Program,
    library: &str,
    jump: &Jump,
    (end, method, path): (&str, &str, &str),
    ends_first: bool,
) -> Fault {
    let event = TestEvent::empty(program);
    assert_eq!(event.json("init 4 --hold 30m").0, 0);
    let clock = clock();
    let mut service = Service::start_in(&event, "", environment(library, clock.0.path()));
    clock.is(jump.begun);
    let id = held(&service, "h", 3);
    let needs = || {
        clock.is(jump.needed);
        let order = r#"{"buyer":"alice","quantity":3}"#;
        told(&service.post("sales", "a", "X: -", order))
    };
    let ends = || {
        clock.is(jump.ended);
        told(&service.send(method, &format!("holds/{id}{path}"), "e", "Sale-Key: h", ""))
    };
    if !ends_first {
        clock.is(jump.needed);
        let body = service.look().unwrap().body;
        let wanted = if jump.is_due { [4, 0] } else { [1, 3] };
        assert_eq!([&body["left"], &body["held"]], wanted, "{body}");
    }
    let (need, ended) = if ends_first {
        let ended = ends();
        (needs(), ended)
    } else {
        (needs(), ends())
    };
    assert_eq!((need.clone(), ended.clone()), wanted(jump, end, ends_first));
    // The same again is answered as before.
    assert_eq!(ends(), ended);
    let need_again = if need.0 == 201 { 200 } else { need.0 };
    // What was refused before may be free by now.
    let is_free = need.0 == 409 && end == "released";
    assert_eq!(needs().0, if is_free { 201 } else { need_again });
    let later = held(&service, "later", 1);
    let path = format!("holds/{later}/confirm");
    assert_eq!(
        told(&service.post(&path, "c", "Sale-Key: later", "")).0,
        200
    );
    service.signal("TERM");
    assert_eq!(service.ended(), Some(0), "{}", service.log());
    let books = Books::of(&event);
    assert_eq!((books.sold, books.held, books.left), (4, 0, 0));
    assert_eq!(event.json("audit").0, 0);
    Fault::Struck
}

/// Holds some under this key; the hold's id.
#[track_caller]
fn held(service: &Service, key: &str, quantity: u32) -> String {
    let order = format!(r#"{{"buyer":"bob","quantity":{quantity},"for":"30m"}}"#);
    let hold = service.post("holds", key, "X: -", &order).unwrap();
    assert_eq!(hold.status, 201, "{hold:?}");
    hold.body["hold"]["id"].as_str().unwrap().to_owned()
}

/// The status, and why something was refused.
type Told = (u16, String);

#[track_caller]
fn told(answer: &io::Result<Answer>) -> Told {
    let answer = answer.as_ref().unwrap();
    (answer.status, answer.code().to_owned())
}

/// What whoever needs the tickets is answered, and whoever ends the hold.
fn wanted(jump: &Jump, end: &str, ends_first: bool) -> (Told, Told) {
    let sold_out = (409, "sold_out".to_owned());
    let expired = (409, "expired".to_owned());
    let (sold, ended) = ((201, String::new()), (200, String::new()));
    match (ends_first, end) {
        // Nobody has needed it: whatever the clock says, it may be ended.
        (true, "confirmed") => (sold_out, ended),
        (true, _) => (sold, ended),
        (false, _) if jump.is_due => (sold, expired),
        (false, _) => (sold_out, ended),
    }
}
