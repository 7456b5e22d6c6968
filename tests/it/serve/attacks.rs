//! What nobody should send.

use std::io::Write as _;

use super::client::Server;
use crate::harness::TestEvent;

#[test]
fn what_makes_no_sense_is_told_and_sells_nothing() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let sales = "/api/v1/sales";
    let good = r#"{"buyer":"bob","quantity":1}"#;
    server
        .call("POST /api/v1/sales", &[], good)
        .is_problem(400, "bad_request");
    server
        .post(sales, "p-0123", good)
        .is_problem(400, "bad_request");
    server.post(sales, "a", "{").is_problem(400, "bad_request");
    for wrong in [
        r#"{"buyer":"bob"}"#,
        r#"{"buyer":"bob","quantity":-1}"#,
        r#"{"buyer":"bob","quantity":1,"more":2}"#,
    ] {
        server
            .post(sales, "a", wrong)
            .is_problem(422, "bad_request");
    }
    for wrong in [
        r#"{"buyer":"bob","quantity":0}"#,
        r#"{"buyer":"a\nb","quantity":1}"#,
    ] {
        server.post(sales, "a", wrong).is_problem(422, "usage");
    }
    let kind = [
        "Idempotency-Key: a",
        "Content-Type: text/plain",
        "Content-Length: 0",
    ];
    server
        .call("POST /api/v1/sales", &kind, "")
        .is_problem(415, "bad_request");
    let huge = format!("{{\"buyer\":\"{}\",\"quantity\":1}}", "x".repeat(20_000));
    server
        .post(sales, "a", &huge)
        .is_problem(413, "bad_request");
    server.get("/no/such/path").is_problem(404, "not_found");
    let put = server.call("PUT /api/v1/event", &[], "");
    put.is_problem(405, "method_not_allowed");
    assert!(put.head.contains("allow: get"), "{put:?}");
    let header = format!("X: {}", "x".repeat(40_000));
    assert_eq!(server.call("GET /api/v1/event", &[&header], "").status, 431);
    assert_eq!(event.sales().len(), 0);
}

#[test]
fn idle_and_half_sent_requests_keep_nobody_from_buying() {
    let event = TestEvent::stock(300);
    let server = Server::start(&event, "");
    let mut idle: Vec<_> = (0..200).map(|_| server.connect()).collect();
    for half in idle.iter_mut().take(100) {
        half.write_all(b"POST /api/v1/sales HTTP/1.1\r\nHost: x\r\nIdempotency-Key: h\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"buyer\":").unwrap();
    }
    for number in 0..20 {
        server.sell(&format!("k{number}"), "bob", 1).is(201);
    }
    assert_eq!(event.sales().len(), 20);
    drop(idle);
}

#[test]
fn no_key_and_no_line_of_a_client_stands_in_the_log() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    server.sell("secret-key", "bob", 1).is(201);
    server.get("/r/p-secret-key").is_problem(404, "not_found");
    server
        .get("/api/v1/sales/7secret-key")
        .is_problem(401, "unauthorized");
    server.call(
        "GET /api/v1/event%0aINFO%20forged",
        &["X-Request-Id: forged"],
        "",
    );
    server.terminate();
    let (code, log) = server.ended();
    assert_eq!(code, Some(0));
    assert!(
        log.contains("/api/v1/sales") && !log.contains("secret-key"),
        "{log}"
    );
    assert!(!log.contains("forged") && !log.contains("bob"), "{log}");
}
