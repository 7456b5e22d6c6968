//! Row 23: SIGTERM at any moment while a service sells. Each sale that was answered is on the ledger, each on the ledger was
//! answered unless its client had gone, streams are told the end, and the service exits with 0.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::books::Books;
use crate::program::Program;
use crate::rng::Rng;
use crate::row::{Fault, Row};
use crate::service::{Service, answer, exchange, order};
use crate::test_event::{TestEvent, eventually};

/// How many moments, and how many of them in a slice.
const MOMENTS: u64 = 200;
const SLICE: u64 = 10;

const STOCK: i64 = 100_000;

/// Who waits for every answer: some on one connection each, some on one an order.
const BUYERS: usize = 6;
/// Who closes as soon as the order is sent.
const LEAVERS: usize = 2;

/// What became of the orders of one who waits, by their keys: the sale's id, or none.
type Told = Vec<(String, Option<String>)>;

pub(crate) fn strike(row: &mut Row) {
    let program = row.program().clone();
    if let Some(reason) = Service::missing(&program) {
        return row.cannot(reason);
    }
    for seed in 0..MOMENTS {
        let name = format!("seed {seed}");
        row.run("SIGTERM", &name, seed < SLICE, || drain(&program, seed));
    }
}

fn drain(program: &Program, seed: u64) -> Fault {
    let event = TestEvent::empty(program);
    fs::write(&event.file, format!("{{\"ticket\": {STOCK}}}\n")).unwrap();
    let mut service = Service::start(&event, "");
    let mut rng = Rng::of(seed);
    let (after, pause) = (
        rng.below(60) as usize,
        Duration::from_micros(rng.below(3000)),
    );
    let mut streams = [follow(&service), follow(&service)];
    let idle = service.connect().unwrap();
    let mut half = half_an_order(&service);
    let sold = AtomicUsize::new(0);
    let told: Vec<Told> = thread::scope(|scope| {
        let (service, sold) = (&service, &sold);
        let buyers: Vec<_> = (0..BUYERS)
            .map(|buyer| scope.spawn(move || buy(service, buyer, sold)))
            .collect();
        for leaver in 0..LEAVERS {
            scope.spawn(move || leave(service, leaver));
        }
        eventually("some have bought", || {
            (sold.load(Ordering::SeqCst) >= after).then_some(())
        });
        let moment = Instant::now() + pause;
        while Instant::now() < moment {
            std::hint::spin_loop();
        }
        service.signal("TERM");
        buyers
            .into_iter()
            .map(|buyer| buyer.join().unwrap())
            .collect()
    });
    for stream in &mut streams {
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("event: end"), "a stream was not told: {rest}");
    }
    if let Ok(answer) = answer(&mut half) {
        assert_eq!(
            (answer.status, answer.code()),
            (503, "draining"),
            "{answer:?}"
        );
    }
    assert_eq!(service.ended(), Some(0), "{}", service.log());
    drop(idle);
    judge(&event, told);
    Fault::Struck
}

/// Follows the count, and has read the first of it.
fn follow(service: &Service) -> TcpStream {
    let mut stream = service.connect().unwrap();
    let request = "GET /api/v1/stream HTTP/1.1\r\nHost: faults\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut first = [0; 64];
    assert!(stream.read(&mut first).unwrap() > 0);
    stream
}

fn half_an_order(service: &Service) -> TcpStream {
    let mut stream = service.connect().unwrap();
    let order = order("half", false);
    stream
        .write_all(&order.as_bytes()[..order.len() - 9])
        .unwrap();
    stream
}

/// Buys until nobody sells any more.
fn buy(service: &Service, buyer: usize, sold: &AtomicUsize) -> Told {
    let stays = buyer.is_multiple_of(2);
    let mut told = Told::new();
    let mut stream = None::<TcpStream>;
    for number in 0.. {
        let key = format!("b{buyer}-{number}");
        let Some(mut on) = stream.take().or_else(|| service.connect().ok()) else {
            return told;
        };
        let Ok(answer) = exchange(&mut on, order(&key, stays).as_bytes()) else {
            told.push((key, None));
            return told;
        };
        match answer.status {
            201 => told.push((key, Some(answer.id()))),
            503 => {
                assert_eq!(answer.code(), "draining", "{answer:?}");
                told.push((key, None));
                return told;
            }
            _ => panic!("{answer:?}"),
        }
        sold.fetch_add(1, Ordering::SeqCst);
        stream = stays.then_some(on);
    }
    told
}

/// Sends orders, and never waits for an answer.
fn leave(service: &Service, leaver: usize) {
    for number in 0.. {
        let Ok(mut stream) = service.connect() else {
            return;
        };
        let order = order(&format!("l{leaver}-{number}"), false);
        let _ = stream.write_all(order.as_bytes());
        thread::sleep(Duration::from_millis(1));
    }
}

fn judge(event: &TestEvent, told: Vec<Told>) {
    let mut ledger = BTreeMap::new();
    for line in Books::of(event).lines {
        if line["op"] == "sell" {
            let text = |name: &str| line[name].as_str().unwrap().to_owned();
            let twice = ledger.insert(text("key"), text("id"));
            assert_eq!(twice, None, "sold twice: {line}");
        }
    }
    for (key, id) in told.into_iter().flatten() {
        assert_eq!(
            ledger.remove(&key),
            id,
            "{key}: the ledger, and what was answered"
        );
    }
    assert!(
        ledger.keys().all(|key| key.starts_with('l')),
        "sold, and not answered: {ledger:?}"
    );
    assert_eq!(event.json("book next --key next").0, 0);
    assert_eq!(event.json("audit").0, 0);
}
