//! Row 25: what happens beside a service that sells: the event is reset, put back from a backup, edited, taken away; its lock is
//! held by others; clients stop half way; a clerk hangs; and a long time goes by.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;

use crate::attached::Attached;
use crate::books::Books;
use crate::event::{Prepared, Variant};
use crate::holder::Holder;
use crate::row::{Fault, Row};
use crate::rows::{jumps, looks};
use crate::service::{Answer, Service, answer, order};
use crate::test_event::{COUNT, LEDGER, LOCK, TestEvent, eventually, waiting};

/// How many clients stop half way through their body.
const HALF_WAY: usize = 10;

/// Sales of a long time, and of a shorter one for a slice, after some that fill what is kept.
const SOAKS: [(&str, usize, bool); 2] =
    [("soak, short", 1_000, true), ("soak, long", 50_000, false)];
const WARM_UP: usize = 500;

/// By how much the service may grow in that time, in KiB: what it knows of each key, and what an allocator keeps.
const GROWTH: u64 = 8 << 10;

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = Service::missing(row.program()) {
        return row.cannot(reason);
    }
    let prepared = Prepared::new(row.program(), Variant::Plain);
    row.run("the event", "reset", true, || reset(&prepared));
    row.run("the event", "restored", true, || restored(&prepared));
    row.run("the event", "edited", true, || edited(&prepared));
    row.run("the event", "taken away", true, || taken_away(&prepared));
    row.run("clients", "half way", true, || half_way(&prepared));
    if Holder::missing() {
        row.cannot("no flock(1)");
    } else {
        row.run("the lock", "held", true, || lock_held(&prepared));
        row.run("clients", "gone while they wait", true, || gone(&prepared));
    }
    if let Some(reason) = Attached::missing() {
        row.cannot(reason);
    } else {
        row.run("a clerk", "hangs", false, || clerk_hangs(&prepared));
        looks::strike(row, &prepared);
    }
    jumps::strike(row);
    for (name, sales, in_slice) in SOAKS {
        row.run("time", name, in_slice, || soak(&prepared, sales));
    }
}

#[track_caller]
fn sold(service: &Service, key: &str) -> String {
    let answer = service.sell(key).unwrap();
    assert_eq!(answer.status, 201, "{key}: {answer:?}");
    answer.id()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code()), (status, code), "{answer:?}");
}

/// The books are right, and the service counts as they do.
#[track_caller]
fn judge(event: &TestEvent, service: &Service) -> Books {
    let books = Books::of(event);
    let look = service.look().unwrap();
    assert_eq!(look.body["left"], books.left, "{look:?}");
    assert_eq!(look.body["sold"], books.sold, "{look:?}");
    assert_eq!(event.json("audit").0, 0);
    books
}

fn reset(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "");
    sold(&service, "k");
    assert_eq!(event.json("reset 5 --force").0, 0);
    assert_eq!(service.look().unwrap().body["left"], 5);
    sold(&service, "k");
    let books = judge(&event, &service);
    assert_eq!((books.sold, books.left), (1, 4));
    Fault::Struck
}

/// What was sold behind the backup is given up, and its key sells anew; what was sold before it stands.
fn restored(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "");
    let before = sold(&service, "before");
    let backup = tempfile::tempdir().unwrap();
    let place = backup.path().join("backup");
    let place = place.to_str().unwrap();
    assert_eq!(event.json(&format!("backup {place}")).0, 0);
    sold(&service, "behind");
    assert_eq!(event.json(&format!("restore {place} --force")).0, 0);
    let again = service.sell("before").unwrap();
    assert_eq!((again.status, again.id()), (200, before));
    sold(&service, "behind");
    let books = judge(&event, &service);
    assert_eq!(books.under("before").len() + books.under("behind").len(), 2);
    Fault::Struck
}

/// A member of somebody's own is kept. A count that contradicts the ledger is named, and nothing is sold until it is mended.
fn edited(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "");
    sold(&service, "first");
    let mut count = event.count();
    count["hall"] = "B".into();
    put(&event.file, &count.to_string());
    sold(&service, "second");
    let mut count = event.count();
    assert_eq!(count["hall"], "B", "{count}");
    let left = count["ticket"].as_u64().unwrap();
    count["ticket"] = (left + 1).into();
    put(&event.file, &count.to_string());
    refused(&service.sell("third").unwrap(), 500, "integrity");
    refused(&service.look().unwrap(), 500, "integrity");
    assert!(Books::of(&event).under("third").is_empty());
    // It says what it has mended.
    event.json("audit --repair");
    sold(&service, "third");
    judge(&event, &service);
    Fault::Struck
}

/// Puts a text in a file's place at once, as an editor does.
fn put(file: &Path, text: &str) {
    let new = file.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(&new, file).unwrap();
}

fn taken_away(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "");
    sold(&service, "first");
    let away = tempfile::tempdir_in(event.directory().parent().unwrap()).unwrap();
    for name in [COUNT, LEDGER] {
        fs::rename(event.path(name), away.path().join(name)).unwrap();
    }
    let answer = service.sell("k").unwrap();
    assert_eq!(answer.status, 500, "{answer:?}");
    assert_eq!(service.look().unwrap().status, 500);
    for name in [LEDGER, COUNT] {
        fs::rename(away.path().join(name), event.path(name)).unwrap();
    }
    sold(&service, "k");
    assert_eq!(judge(&event, &service).under("k").len(), 1);
    Fault::Struck
}

/// Others buy meanwhile. Told to end, the service does not wait for the rest of a body.
fn half_way(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let mut service = Service::start(&event, "");
    let mut half: Vec<TcpStream> = (0..HALF_WAY)
        .map(|at| half_an_order(&service, at))
        .collect();
    for number in 0..3 {
        sold(&service, &format!("whole-{number}"));
    }
    for gone in half.drain(..HALF_WAY / 2) {
        drop(gone);
    }
    service.signal("TERM");
    for mut stream in half {
        refused(&answer(&mut stream).unwrap(), 503, "draining");
    }
    assert_eq!(service.ended(), Some(0), "{}", service.log());
    let books = Books::of(&event);
    for at in 0..HALF_WAY {
        assert!(books.under(&format!("half-{at}")).is_empty());
    }
    assert_eq!(event.json("audit").0, 0);
    Fault::Struck
}

/// Half of an order, which is waited for: the answer that asks for the rest of the body came.
fn half_an_order(service: &Service, at: usize) -> TcpStream {
    let mut stream = service.connect().unwrap();
    let order = order(&format!("half-{at}"), false);
    let (head, body) = order.split_once("\r\n\r\n").unwrap();
    let head = format!("{head}\r\nExpect: 100-continue\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(answer(&mut stream).unwrap().status, 100);
    stream.write_all(&body.as_bytes()[..9]).unwrap();
    stream
}

/// An order that could not be begun in time was not done, and nobody waits with it who only reads.
fn lock_held(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "--clerks 2");
    let mut holder = Holder::of(&event);
    let busy = service.sell("k").unwrap();
    assert_eq!(busy.status, 503, "{busy:?}");
    assert_eq!(service.look().unwrap().status, 200);
    holder.kill();
    sold(&service, "k");
    assert_eq!(judge(&event, &service).under("k").len(), 1);
    Fault::Struck
}

/// An order whose client has gone before it was begun is not done.
fn gone(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "--clerks 1");
    let mut holder = Holder::of(&event);
    let mut stream = service.connect().unwrap();
    stream.write_all(order("gone", false).as_bytes()).unwrap();
    eventually("its clerk waits for the lock", || {
        (waiting(&event.path(LOCK)) == 1).then_some(())
    });
    drop(stream);
    eventually("it is seen to have gone", || {
        service.log().contains("status=499").then_some(())
    });
    holder.kill();
    sold(&service, "k");
    assert!(
        judge(&event, &service).under("gone").is_empty(),
        "sold to nobody"
    );
    Fault::Struck
}

/// Its order was begun: nobody knows. Other clerks sell once it goes on, and the same key is sold once.
fn clerk_hangs(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "--clerks 2");
    let delay = "-einject=fdatasync:delay_enter=25s:when=1".to_owned();
    let strace = Attached::to(service.pid(), &[delay]);
    refused(&service.sell("k").unwrap(), 500, "outcome_unknown");
    assert_eq!(service.look().unwrap().status, 200);
    eventually("it goes on", || {
        service
            .sell("next")
            .is_ok_and(|answer| answer.status < 300)
            .then_some(())
    });
    drop(strace);
    let again = service.sell("k").unwrap();
    assert_eq!(again.status, 200, "{again:?}");
    assert_eq!(judge(&event, &service).under("k").len(), 1);
    Fault::Struck
}

/// Sales, refusals, reads and clients that go: memory and descriptors stay as they are.
fn soak(prepared: &Prepared, sales: usize) -> Fault {
    let event = prepared.copy();
    assert_eq!(
        event
            .json(&format!(
                "adjust +{} --reason room",
                2 * sales + 2 * WARM_UP
            ))
            .0,
        0
    );
    let service = Service::start(&event, "");
    some(&service, "warm", WARM_UP);
    let before = (descriptors(&service), memory(&service));
    some(&service, "soak", sales);
    eventually("all connections are closed", || {
        (descriptors(&service) <= before.0).then_some(())
    });
    let after = memory(&service);
    assert!(after < before.1 + GROWTH, "{} KiB became {after}", before.1);
    judge(&event, &service);
    Fault::Struck
}

fn some(service: &Service, name: &str, sales: usize) {
    for number in 0..sales {
        sold(service, &format!("{name}-{number}"));
        match number % 4 {
            0 => drop(half_an_order(service, number)),
            1 => assert_eq!(service.look().unwrap().status, 200),
            2 => {
                let mut stream = service.connect().unwrap();
                let order = order(&format!("{name}-gone-{number}"), false);
                stream.write_all(order.as_bytes()).unwrap();
            }
            _ => {}
        }
    }
}

fn descriptors(service: &Service) -> usize {
    fs::read_dir(format!("/proc/{}/fd", service.pid()))
        .unwrap()
        .count()
}

/// What it has of its own, in KiB.
fn memory(service: &Service) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", service.pid())).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}
