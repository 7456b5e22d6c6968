//! Clients that are slow, idle, too many, or that never read.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::client::{Answer, Server, command, exchange, through_shell};
use super::reads::Follower;
use crate::harness::{TestEvent, eventually};

const HALF_A_BODY: &str = "POST /api/v1/sales HTTP/1.1\r\nHost: x\r\nIdempotency-Key: h\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"buyer\":";
const WHOLE: &str = "GET /api/v1/event HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn who_is_slow_to_ask_is_told_or_sent_away() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let starts = [
        HALF_A_BODY,
        "GET /api/v1/event HTTP/1.1\r\nHost: x\r\n",
        "",
        WHOLE,
    ];
    let streams = starts.map(|start| {
        let mut stream = server.connect();
        stream.write_all(start.as_bytes()).unwrap();
        stream
    });
    // Each ends without a word more of its client.
    let [body, headers, nothing, idle] = streams.map(|stream| exchange(stream, b""));
    body.is_problem(408, "bad_request");
    assert!([0, 408].contains(&headers.status), "{headers:?}");
    assert_eq!(nothing.status, 0, "{nothing:?}");
    assert_eq!(idle.status, 200, "{idle:?}");
    server.sell("a", "bob", 1).is(201);
    assert_eq!(event.sales().len(), 1);
}

#[test]
fn who_never_reads_is_cut_off() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let mut stream = server.connect();
    let request = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(64);
    // The answers fill all that lies between, then the requests do; then the service has had enough.
    while stream.write_all(request.as_bytes()).is_ok() {}
    server.sell("a", "bob", 1).is(201);
}

#[test]
fn thousands_of_idle_connections_keep_nobody_from_buying() {
    let most = may_open(2_600);
    let event = TestEvent::stock(300);
    let server = Server::start(&event, "");
    let idle: Vec<TcpStream> = (0..most.saturating_sub(600))
        .map(|_| server.connect())
        .collect();
    for number in 0..20 {
        server.sell(&format!("k{number}"), "bob", 1).is(201);
    }
    assert_eq!(event.sales().len(), 20);
    drop(idle);
}

/// How many files this process may open, if it can be so many.
fn may_open(wanted: u64) -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.map_or(wanted, |most| most.min(wanted));
    if limit.current.is_some_and(|now| now < most) {
        let raised = Rlimit {
            current: Some(most),
            maximum: limit.maximum,
        };
        setrlimit(Resource::Nofile, raised).unwrap();
    }
    most
}

#[test]
fn above_the_limit_of_connections_a_buyer_comes_in_when_an_idle_one_has_to_go() {
    let event = TestEvent::stock(3);
    let plain = command(&event, "--listen 127.0.0.1:0");
    // 512 are for other files: 28 connections at once.
    let server = Server::run(&event, through_shell("ulimit -n 540", &plain));
    let mut idle: Vec<TcpStream> = (0..40).map(|_| server.connect()).collect();
    server.sell("a", "bob", 1).is(201);
    // The first ones had to go.
    let mut rest = [0; 1];
    assert_eq!(idle[0].read(&mut rest).unwrap(), 0);
}

#[test]
fn half_of_the_connections_may_follow_the_count_and_the_others_go_on_buying() {
    let event = TestEvent::stock(30);
    let plain = command(&event, "--listen 127.0.0.1:0");
    // 512 are for other files: 28 connections at once, of which 14 follow.
    let server = Server::run(&event, through_shell("ulimit -n 540", &plain));
    let mut followers: Vec<Follower> = (0..14).map(|_| Follower::of(&server, "")).collect();
    for follower in &mut followers {
        assert_eq!(follower.count().1, 30);
    }
    let refused = || {
        let first = Follower::of(&server, "Connection: close\r\n").line();
        assert_eq!(first, "HTTP/1.1 503 Service Unavailable");
    };
    for _ in 0..30 {
        refused();
    }
    let told = server.get("/api/v1/stream");
    told.is_problem(503, "overloaded");
    assert_eq!(told.header("retry-after"), "10");
    server.sell("a", "bob", 1).is(201);
    server.page("/").says(200, &["29 tickets left"]);
    for follower in &mut followers {
        assert_eq!(follower.count().1, 29);
    }
    // The place of one that goes is another's.
    drop(followers.pop());
    let mut next = eventually("there is a place again", || {
        let mut next = Follower::of(&server, "");
        (next.line() == "HTTP/1.1 200 OK").then_some(next)
    });
    assert_eq!(next.count().1, 29);
    refused();
    assert_eq!(server.get("/api/v1/event").is(200)["left"], 29);
}

#[test]
fn what_is_too_large_is_refused_however_it_is_sent() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let post = "POST /api/v1/sales HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\r\nContent-Type: application/json\r\n";
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    let chunked = format!(
        "{post}Transfer-Encoding: chunked\r\n\r\n{}",
        chunk.repeat(2)
    );
    server
        .raw(chunked.as_bytes())
        .is_problem(413, "bad_request");
    let told = format!(
        "{post}Content-Length: 99999999999\r\n\r\n{}",
        "x".repeat(0x8000)
    );
    server.raw(told.as_bytes()).is_problem(413, "bad_request");
    let many = "X: y\r\n".repeat(200);
    let many = format!("GET /api/v1/event HTTP/1.1\r\nHost: x\r\n{many}\r\n");
    assert_eq!(server.raw(many.as_bytes()).status, 431);
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(40_000));
    let answer: Answer = server.raw(long.as_bytes());
    assert!([414, 431].contains(&answer.status), "{answer:?}");
    assert_eq!(event.sales().len(), 0);
}
