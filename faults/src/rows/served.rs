//! Row 24: a service is struck at every system call of a sale: killed, aborted, told to end, or refused the call. The
//! same key again is sold exactly once, whatever was answered. So are orders that wait together and are sold in one commit.

mod together;

use crate::attached::{Attached, only_files, points, struck};
use crate::books::Books;
use crate::event::{Prepared, Variant};
use crate::row::{Fault, Row};
use crate::service::{Answer, Service};
use crate::strace::Point;
use crate::test_event::TestEvent;

/// In a slice, of the points every so manyth.
const STRIDE: usize = 9;

/// One clerk: which of its calls is the n-th is then the same each time, but for those that wait for other threads.
const SERVICE: &str = "--clerks 1";

/// The key of the sale.
const KEY: &str = "k";

/// By which signals a service ends at once: somebody else's, and that of a clerk (or any other thread of a released
/// program) that makes a mistake, which ends all of them.
const ENDS: [(&str, &str); 2] = [("killed", "SIGKILL"), ("aborted", "SIGABRT")];

/// The exit code of a service that was told twice to end.
const AT_ONCE: i32 = 128 + 15;

/// What a system without room, or with a broken disk, refuses.
const REFUSALS: [&str; 2] = ["EIO", "ENOSPC"];

pub(crate) fn strike(row: &mut Row) {
    let missing = Service::missing(row.program());
    if let Some(reason) = missing.or_else(Attached::missing) {
        return row.cannot(reason);
    }
    let prepared = Prepared::new(row.program(), Variant::Plain);
    let on_files = course(&prepared, true);
    for (at, point) in course(&prepared, false).iter().enumerate() {
        let in_slice = at % STRIDE == 0 || point.call == "fdatasync";
        let same = |other: &Point| (&other.call, other.n) == (&point.call, point.n);
        let missed = if on_files.iter().any(same) {
            Fault::Missed
        } else {
            Fault::Harmless
        };
        for (end, signal) in ENDS {
            let name = format!("{end}/{}:when={}", point.call, point.n);
            let in_slice = in_slice && (end == "killed" || point.call == "fdatasync");
            row.run(end, &name, in_slice, || {
                kill(&prepared, point, signal, missed)
            });
        }
        let name = format!("SIGTERM/{}:when={}", point.call, point.n);
        row.run("SIGTERM", &name, in_slice, || {
            terminate(&prepared, point, missed)
        });
    }
    for (at, point) in on_files.iter().enumerate() {
        for error in REFUSALS {
            let in_slice = at % STRIDE == 0 || point.call == "fdatasync";
            let name = format!("refused/{}:{error}:when={}", point.call, point.n);
            row.run("refused", &name, in_slice, || {
                refuse(&prepared, point, error)
            });
        }
    }
    together::strike(row, &prepared);
}

/// The points of a sale; `files`: only the calls on the event's files.
fn course(prepared: &Prepared, files: bool) -> Vec<Point> {
    let event = prepared.copy_to(TestEvent::empty(&prepared.program.sound()));
    let service = Service::start(&event, SERVICE);
    let mut arguments = vec!["-y".to_owned()];
    if files {
        arguments.extend(only_files(&event));
    }
    let strace = Attached::to(service.pid(), &arguments);
    let answer = service.sell(KEY).unwrap();
    assert_eq!(answer.status, 201, "{answer:?}");
    points(&strace.detached())
}

fn injection(point: &Point, fault: &str) -> Vec<String> {
    vec![format!("-einject={}:{fault}:when={}", point.call, point.n)]
}

/// Whether that is the first sync of any thread: nobody is answered a sale before there is one.
fn is_first_sync(point: &Point) -> bool {
    point.call == "fdatasync" && point.n == 1
}

/// `missed`: what it comes to where the call is not made this time.
fn kill(prepared: &Prepared, point: &Point, signal: &str, missed: Fault) -> Fault {
    let event = prepared.copy();
    let mut service = Service::start(&event, SERVICE);
    let strace = Attached::to(
        service.pid(),
        &injection(point, &format!("signal={signal}")),
    );
    let answer = service.sell(KEY).ok();
    if answer.is_none() {
        // strace(1) has seen its end before anybody else does.
        service.ended();
    }
    let trace = strace.detached();
    if !trace.contains(&format!("+++ killed by {signal}")) {
        assert_eq!(answer.map(|answer| answer.status), Some(201), "{trace}");
        return missed;
    }
    assert_eq!(service.ended(), None, "{}", service.log());
    let books = Books::of(&event);
    judge(&event, &Service::start(&event, ""), &books, answer.as_ref());
    Fault::Struck
}

/// The order was accepted and is answered, or it was not and nothing is sold. Where a second thread came to such a
/// call, the service was told twice, and may have ended at once.
fn terminate(prepared: &Prepared, point: &Point, missed: Fault) -> Fault {
    let event = prepared.copy();
    let mut service = Service::start(&event, SERVICE);
    let strace = Attached::to(service.pid(), &injection(point, "signal=SIGTERM"));
    let answer = service.sell(KEY).ok();
    let told = struck(&strace.detached(), point);
    if told == 0 {
        assert_eq!(answer.map(|answer| answer.status), Some(201));
        return missed;
    }
    let code = service.ended();
    let at_once = told > 1 && code == Some(AT_ONCE);
    assert!(at_once || code == Some(0), "{code:?}: {}", service.log());
    let books = Books::of(&event);
    let sold = books.under(KEY).len() == 1;
    match &answer {
        Some(answer) if answer.status == 201 => assert!(sold, "{answer:?}"),
        Some(answer) => assert_eq!((answer.code(), sold), ("draining", false), "{answer:?}"),
        None => assert!(at_once || !sold, "sold, and not answered"),
    }
    judge(&event, &Service::start(&event, ""), &books, answer.as_ref());
    Fault::Struck
}

fn refuse(prepared: &Prepared, point: &Point, error: &str) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, SERVICE);
    let mut arguments = injection(point, &format!("error={error}"));
    arguments.extend(only_files(&event));
    let strace = Attached::to(service.pid(), &arguments);
    let answer = service.sell(KEY).unwrap();
    if !strace.detached().contains("(INJECTED)") {
        let sold = answer.status == 201;
        assert!(
            !sold || !is_first_sync(point),
            "answered, and no sync was made"
        );
        return Fault::Missed;
    }
    let books = Books::of(&event);
    let sold = books.under(KEY).len();
    match (answer.status, answer.code()) {
        (201, _) => assert!(point.call != "fdatasync", "answered, and not synced"),
        (500, "outcome_unknown") => {}
        // The file system says which of its calls it lacks.
        (500 | 503 | 409, _) => assert_eq!(sold, 0, "refused, and sold: {answer:?}"),
        _ => panic!("{answer:?}"),
    }
    judge(&event, &service, &books, Some(&answer));
    Fault::Struck
}

/// The same key again is sold once, and so is the next one; the books are right.
fn judge(event: &TestEvent, service: &Service, books: &Books, answer: Option<&Answer>) {
    let before = books.under(KEY);
    assert!(before.len() <= 1, "sold twice: {before:?}");
    let again = service.sell(KEY).unwrap();
    assert!(matches!(again.status, 200 | 201), "{again:?}");
    if let Some(line) = before.first() {
        assert_eq!(
            (again.status, &again.id()[..]),
            (200, line["id"].as_str().unwrap())
        );
    }
    if let Some(answer) = answer.filter(|answer| answer.status == 201) {
        assert_eq!((again.status, again.id()), (200, answer.id()), "taken back");
    }
    let next = service.sell("next").unwrap();
    assert_eq!(next.status, 201, "{next:?}");
    let after = Books::of(event);
    for key in [KEY, "next"] {
        assert_eq!(after.under(key).len(), 1, "{:#?}", after.lines);
    }
    let look = service.look().unwrap();
    assert_eq!(look.body["left"], after.left, "{look:?}");
    assert_eq!(event.json("audit").0, 0);
}
