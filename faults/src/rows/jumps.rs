//! Of row 25: the clock of a service jumps while it sells, and holds come due and are not due any more.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::books::Books;
use crate::program::Program;
use crate::row::{Fault, Row};
use crate::service::{Answer, Service};
use crate::test_event::TestEvent;

/// How the clock differs from the right one when somebody holds three of four tickets for half an hour, when somebody else
/// needs them, and when the first confirms; and whether the other one gets them.
const JUMPS: [(&str, &str, &str, bool); 5] = [
    ("+0h", "+1h", "+0h", true),
    ("+0h", "+1h", "+2h", true),
    ("-1h", "+0h", "-1h", true),
    ("+0h", "-1h", "+1h", false),
    ("+1h", "+0h", "+2h", false),
];

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
    for jump in JUMPS {
        let (held, needed, ended, _) = jump;
        let name = format!("clock/{held}/{needed}/{ended}");
        row.run("the clock", &name, true, || jumps(&program, &library, jump));
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

/// Whether a hold is due is decided when somebody needs its tickets, by the clock of that moment, and stands from then on.
fn jumps(
    program: &Program,
    library: &str,
    (begun, needed, ended, is_due): (&str, &str, &str, bool),
) -> Fault {
    let event = TestEvent::empty(program);
    assert_eq!(event.json("init 4 --hold 30m").0, 0);
    let clock = clock();
    let mut service = Service::start_in(&event, "", environment(library, clock.0.path()));
    clock.is(begun);
    let order = r#"{"buyer":"bob","quantity":3,"for":"30m"}"#;
    let hold = service.post("holds", "h", "X: -", order).unwrap();
    assert_eq!(hold.status, 201, "{hold:?}");
    let id = hold.body["hold"]["id"].as_str().unwrap().to_owned();
    clock.is(needed);
    let order = r#"{"buyer":"alice","quantity":3}"#;
    let need = || service.post("sales", "a", "X: -", order).unwrap();
    let told = |answer: &Answer| (answer.status, answer.code().to_owned());
    let first = need();
    let refusal = (409, "sold_out".to_owned());
    let wanted = if is_due {
        (201, String::new())
    } else {
        refusal
    };
    assert_eq!(told(&first), wanted, "{first:?}");
    clock.is(ended);
    let confirm = || service.post(&format!("holds/{id}/confirm"), "c", "Sale-Key: h", "");
    let wanted = if is_due {
        (409, "expired".to_owned())
    } else {
        (200, String::new())
    };
    for _ in 0..2 {
        let confirmed = confirm().unwrap();
        assert_eq!(told(&confirmed), wanted, "{confirmed:?}");
    }
    assert_eq!(need().status, if is_due { 200 } else { 409 });
    service.signal("TERM");
    assert_eq!(service.ended(), Some(0), "{}", service.log());
    let books = Books::of(&event);
    assert_eq!((books.sold, books.held, books.left), (3, 0, 1));
    assert_eq!(event.json("audit").0, 0);
    Fault::Struck
}
