//! The end of the service.

use std::io::{Read as _, Write as _};
use std::thread;

use super::client::{Server, order};
use crate::harness::{TestEvent, eventually, flocks, foreign_lock};

#[test]
fn under_load_every_sale_that_was_answered_is_on_the_ledger_and_streams_end() {
    for round in 0..5 {
        let event = TestEvent::stock(10_000);
        let server = Server::start(&event, "");
        let mut stream = server.connect();
        stream
            .write_all(b"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")
            .unwrap();
        let mut seen = [0; 2048];
        assert!(stream.read(&mut seen).unwrap() > 0);
        let sold = thread::scope(|scope| {
            let server = &server;
            let buyers: Vec<_> = (0..4)
                .map(|buyer| scope.spawn(move || buy(server, buyer)))
                .collect();
            server.sell("first", "bob", 1).is(201);
            for at in 0..round * 7 {
                server.sell(&format!("more{at}"), "bob", 1).is(201);
            }
            server.terminate();
            let sold: Vec<String> = buyers
                .into_iter()
                .flat_map(|it| it.join().unwrap())
                .collect();
            sold
        });
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("event: end"), "{rest}");
        let (code, log) = server.ended();
        assert_eq!(code, Some(0), "{log}");
        let ids: Vec<_> = event
            .sales()
            .iter()
            .map(|sale| sale["id"].clone())
            .collect();
        assert!(
            sold.iter().all(|id| ids.contains(&id.as_str().into())),
            "{sold:?} {ids:?}"
        );
        event.assert_adds_up();
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    server.sell("first", "bob", 1).is(201);
    // An order that cannot be done yet.
    let held = foreign_lock(&event.path("tickets.json.lock"));
    let mut waiting = server.connect();
    waiting.write_all(&order("second", "bob")).unwrap();
    eventually("it waits for the lock", || {
        let waits = flocks(&event.path("tickets.json.lock"));
        waits.iter().any(|(_, waits)| *waits).then_some(())
    });
    server.terminate();
    server.has_logged("draining");
    server.terminate();
    let (code, log) = server.ended();
    assert_eq!(code, Some(128 + 15), "{log}");
    let mut answer = String::new();
    let _ = waiting.read_to_string(&mut answer);
    assert_eq!(answer, "");
    drop(held);
    assert_eq!(event.sales().len(), 1);
    event.assert_adds_up();
}

/// Buys until nobody answers; the ids of what was sold.
fn buy(server: &Server, buyer: usize) -> Vec<String> {
    let mut sold = Vec::new();
    for number in 0.. {
        let Ok(mut stream) = std::net::TcpStream::connect(&server.address) else {
            break;
        };
        let mut answer = String::new();
        let order = order(&format!("{buyer}-{number}"), &format!("b{buyer}"));
        let _ = stream.write_all(&order);
        let _ = stream.read_to_string(&mut answer);
        if !answer.starts_with("HTTP/1.1 201") {
            break;
        }
        let (_, id) = answer.split_once("\"id\":\"").unwrap();
        sold.push(id.split('"').next().unwrap().to_owned());
    }
    sold
}
