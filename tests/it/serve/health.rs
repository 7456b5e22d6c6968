//! Whether the service says truly that it can sell.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::client::{Server, command, through_shell};
use crate::harness::{TestEvent, eventually};

#[test]
fn it_is_ready_as_long_as_the_event_adds_up() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    server.sell("a", "bob", 1).is(201);
    assert_eq!(server.get("/readyz").status, 200);
    let count = fs::read(&event.file).unwrap();
    fs::write(&event.file, "{\"ticket\": 77}").unwrap();
    server.get("/readyz").is_problem(503, "unready");
    server.get("/api/v1/event").is_problem(500, "integrity");
    server.sell("b", "bob", 1).is_problem(500, "integrity");
    assert_eq!(server.get("/healthz").status, 200);
    assert!(
        server
            .get("/metrics")
            .body
            .contains("tickets_sound{event=\"tickets\"} 0")
    );
    fs::write(&event.file, count).unwrap();
    assert_eq!(server.get("/readyz").status, 200);
    server.sell("b", "bob", 1).is(201);
    event.assert_adds_up();
}

#[test]
fn it_is_not_ready_where_the_disk_refuses_and_sells_nothing_there() {
    let event = TestEvent::stock(3);
    assert_eq!(event.run("book cli").code, Some(0));
    let plain = command(&event, "--listen 127.0.0.1:0");
    // No file may grow any more, which is told as an error.
    let refused = through_shell("trap '' XFSZ; ulimit -f 0", &plain);
    let server = Server::run(&event, refused);
    server.get("/readyz").is_problem(503, "unready");
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.get("/api/v1/event").is(200)["left"], 2);
    let answer = server.sell("a", "bob", 1);
    assert_eq!(answer.status, 500, "{answer:?}");
    assert!(!answer.body.contains("tickets.json"), "{answer:?}");
    assert_eq!(event.sales().len(), 1);
    drop(server);
    Server::start(&event, "").sell("a", "bob", 1).is(201);
    event.assert_adds_up();
}

#[test]
fn it_is_not_ready_while_it_drains() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let mut stream = server.connect();
    stream
        .write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\n")
        .unwrap();
    // What was sent is read before the answer to this comes.
    server.sell("a", "bob", 1).is(201);
    server.terminate();
    eventually("nobody can connect", || {
        TcpStream::connect(&server.address).err().map(drop)
    });
    let _ = stream.write_all(b"\r\n");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(
        answer.is_empty() || answer.contains("\"draining\""),
        "{answer}"
    );
    assert_eq!(server.ended().0, Some(0));
}
