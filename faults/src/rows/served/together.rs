//! Orders that wait behind one another, and are sold in one commit: struck at every call on the event's files.

use std::io::Write as _;
use std::net::TcpStream;

use crate::attached::{Attached, only_files, points};
use crate::books::Books;
use crate::event::Prepared;
use crate::holder::Holder;
use crate::row::{Fault, Row};
use crate::rows::served::{REFUSALS, SERVICE, injection, is_first_sync};
use crate::service::{Answer, Service, answer, order};
use crate::strace::Point;
use crate::test_event::{LOCK, TestEvent, eventually, waiting};

/// The keys of the orders, none of which is that of a sale before; one waits twice.
const KEYS: [&str; 6] = ["1st", "2nd", "twice", "3rd", "twice", "4th"];

/// In a slice, of the points every so manyth.
const STRIDE: usize = 12;

/// How many courses tell which calls are made each time.
const COURSES: usize = 4;

pub(super) fn strike(row: &mut Row, prepared: &Prepared) {
    if Holder::missing() {
        return row.cannot("no flock(1)");
    }
    row.run("together", "together/alone", true, || alone(prepared));
    if !row.wants_any("together/") {
        return;
    }
    let points = course(prepared);
    // How often a clerk looks before it has the lock, or before it sleeps, is not the same each time.
    let others: Vec<_> = (0..COURSES).map(|_| course(prepared)).collect();
    for (at, point) in points.iter().enumerate() {
        let in_slice = at % STRIDE == 0 || point.call == "fdatasync";
        let same = |other: &Point| (&other.call, other.n) == (&point.call, point.n);
        let always = others.iter().all(|course| course.iter().any(same));
        let missed = if always {
            Fault::Missed
        } else {
            Fault::Harmless
        };
        let name = format!("together/killed/{}:when={}", point.call, point.n);
        row.run("together", &name, in_slice, || {
            killed(prepared, point, missed)
        });
        // A file that could not be closed is closed all the same, and strace leaves it open.
        for error in REFUSALS.iter().filter(|_| point.call != "close") {
            let name = format!("together/{}:{error}:when={}", point.call, point.n);
            row.run("together", &name, in_slice, || {
                refused(prepared, point, error, missed)
            });
        }
    }
}

/// A service whose only clerk has all of these orders, and waits for the lock with them.
struct Batch {
    event: TestEvent,
    service: Service,
    holder: Holder,
    streams: Vec<TcpStream>,
}

impl Batch {
    fn of(event: TestEvent) -> Self {
        let service = Service::start(&event, SERVICE);
        let holder = Holder::of(&event);
        let sent = |key: &str| {
            let mut stream = service.connect().unwrap();
            stream.write_all(order(key, false).as_bytes()).unwrap();
            stream
        };
        let first = sent("gone");
        let lock = event.path(LOCK);
        let waits = |times: usize| {
            eventually("the clerk waits for the lock", || {
                (waiting(&lock) == times).then_some(())
            });
        };
        waits(1);
        let mut streams = Vec::new();
        for key in KEYS {
            streams.push(sent(key));
            let all = streams.len();
            eventually("it waits for the clerk", || {
                (service.queue() == Some(all)).then_some(())
            });
        }
        drop(first);
        eventually("the clerk has taken them", || {
            (service.queue() == Some(0)).then_some(())
        });
        // The thread that waited for the order that has gone is left to itself, and waits still.
        waits(2);
        Self {
            event,
            service,
            holder,
            streams,
        }
    }

    /// What each is answered once the lock is free.
    fn answers(&mut self) -> Vec<Option<Answer>> {
        self.holder.kill();
        let answers = self.streams.iter_mut().map(|stream| answer(stream).ok());
        answers.collect()
    }
}

/// The points of their commit, of the calls on files.
fn course(prepared: &Prepared) -> Vec<Point> {
    let event = prepared.copy_to(TestEvent::empty(&prepared.program.sound()));
    let mut batch = Batch::of(event);
    let mut arguments = vec!["-y".to_owned()];
    arguments.extend(only_files(&batch.event));
    let strace = Attached::to(batch.service.pid(), &arguments);
    batch.answers();
    points(&strace.detached())
}

/// Nothing strikes: the lines stand in the order in which they came, and each key is sold once.
fn alone(prepared: &Prepared) -> Fault {
    let mut batch = Batch::of(prepared.copy());
    let answers = batch.answers();
    let status = answers.iter().flatten().map(|answer| answer.status);
    let status: Vec<u16> = status.collect();
    assert_eq!(status, [201, 201, 201, 201, 200, 201], "{answers:#?}");
    let books = Books::of(&batch.event);
    let keys = books.lines.iter().filter_map(|line| line["key"].as_str());
    let sold: Vec<&str> = keys.filter(|key| KEYS.contains(key)).collect();
    assert_eq!(sold, ["1st", "2nd", "twice", "3rd", "4th"]);
    judge(&batch.event, &batch.service, &books, &answers);
    Fault::Struck
}

/// `missed`: what it comes to where the call is not made this time.
fn killed(prepared: &Prepared, point: &Point, missed: Fault) -> Fault {
    let mut batch = Batch::of(prepared.copy());
    let mut arguments = injection(point, "signal=SIGKILL");
    arguments.extend(only_files(&batch.event));
    let strace = Attached::to(batch.service.pid(), &arguments);
    let answers = batch.answers();
    if answers.iter().any(Option::is_none) {
        // strace(1) has seen its end before anybody else does.
        batch.service.ended();
    }
    if !strace.detached().contains("+++ killed by SIGKILL") {
        return missed;
    }
    let books = Books::of(&batch.event);
    let service = Service::start(&batch.event, SERVICE);
    judge(&batch.event, &service, &books, &answers);
    Fault::Struck
}

fn refused(prepared: &Prepared, point: &Point, error: &str, missed: Fault) -> Fault {
    let mut batch = Batch::of(prepared.copy());
    let mut arguments = injection(point, &format!("error={error}"));
    arguments.extend(only_files(&batch.event));
    let strace = Attached::to(batch.service.pid(), &arguments);
    let answers = batch.answers();
    if !strace.detached().contains("(INJECTED)") {
        let sold = answers.iter().flatten().any(|answer| answer.status == 201);
        assert!(
            !sold || !is_first_sync(point),
            "answered, and no sync was made"
        );
        return missed;
    }
    let books = Books::of(&batch.event);
    for (key, answer) in KEYS.iter().zip(&answers) {
        let answer = answer.as_ref().unwrap();
        match (answer.status, answer.code()) {
            (200 | 201, _) => assert!(point.call != "fdatasync", "answered, and not synced"),
            (500, "outcome_unknown") => {}
            (500 | 503 | 409, _) => {
                assert!(books.under(key).is_empty(), "refused, and sold: {answer:?}");
            }
            _ => panic!("{answer:?}"),
        }
    }
    judge(&batch.event, &batch.service, &books, &answers);
    Fault::Struck
}

/// What was answered stands; each key again is sold once; the books are right.
fn judge(event: &TestEvent, service: &Service, books: &Books, answers: &[Option<Answer>]) {
    assert!(books.under("gone").is_empty(), "sold to nobody");
    for (at, key) in KEYS.iter().enumerate() {
        let before = books.under(key);
        assert!(before.len() <= 1, "sold twice: {before:?}");
        let again = service.sell(key).unwrap();
        assert!(matches!(again.status, 200 | 201), "{again:?}");
        if let Some(line) = before.first() {
            let id = line["id"].as_str().unwrap();
            assert_eq!((again.status, &again.id()[..]), (200, id));
        }
        if let Some(answer) = answers[at].as_ref().filter(|answer| answer.status < 300) {
            assert_eq!(again.id(), answer.id(), "taken back");
        }
    }
    let after = Books::of(event);
    assert!(KEYS.iter().all(|key| after.under(key).len() == 1));
    let look = service.look().unwrap();
    assert_eq!(look.body["left"], after.left, "{look:?}");
    assert_eq!(event.json("audit").0, 0);
}
