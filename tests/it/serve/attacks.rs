//! What nobody should send.

use std::io::Write as _;

use super::client::{Server, order};
use crate::harness::{TestEvent, eventually, flocks, foreign_lock};

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
    server.get("/r/p-secret-key").says(404, &[]);
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

#[test]
fn each_line_of_the_log_is_one_of_the_service_and_tells_no_key_and_no_token() {
    let event = TestEvent::empty();
    assert_eq!(event.run("init 5 --hold 15m").code, Some(0));
    let server = Server::start(&event, "--log json");
    let secrets = [
        "secret-key",
        "other-secret",
        "Bearer secret",
        "forged",
        "quuxly",
    ];
    let wanted = r#"{"buyer":"quuxly","quantity":1,"note":"forged"}"#;
    let sold = server.post("/api/v1/sales", "secret-key", wanted).is(201);
    let kept = server.post(
        "/api/v1/holds",
        "other-secret",
        r#"{"buyer":"quuxly","quantity":1}"#,
    );
    let hold = kept.is(201)["hold"]["id"].as_str().unwrap().to_owned();
    let sale = sold["sale"]["id"].as_str().unwrap().to_owned();
    server
        .sell("secret-key", "quuxly", 3)
        .is_problem(422, "refused");
    server
        .sell("new-secret-key", "forged\nline", 1)
        .is_problem(422, "usage");
    for (request, headers) in [
        (
            format!("GET /api/v1/sales/{sale}"),
            ["Idempotency-Key: secret-key", "X: y"],
        ),
        (
            format!("POST /api/v1/sales/{sale}/cancel"),
            ["Idempotency-Key: x-secret-key", "Sale-Key: secret-key"],
        ),
        (
            format!("POST /api/v1/holds/{hold}/confirm"),
            ["Idempotency-Key: y-secret-key", "Sale-Key: other-secret"],
        ),
        (
            "GET /api/v1/sales?buyer=quuxly".to_owned(),
            ["Authorization: Bearer secret", "X: y"],
        ),
        (
            "GET /r/secret-key".to_owned(),
            ["X-Request-Id: forged", "User-Agent: forged"],
        ),
        (
            "GET /forged%0a%7b%22level%22".to_owned(),
            ["Referer: forged", "Cookie: forged"],
        ),
        ("FORGED /api/v1/event".to_owned(), ["X: y", "Z: z"]),
        (
            "GET /api/v1/sales/7-secret-key".to_owned(),
            ["X: y", "Z: z"],
        ),
    ] {
        server.call(&request, &headers, "");
    }
    // What fails in the files is told there too.
    std::fs::write(&event.file, "{\"ticket\": 77}").unwrap();
    server
        .sell("third-secret-key", "quuxly", 1)
        .is_problem(500, "integrity");
    server.terminate();
    let (code, log) = server.ended();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.lines().count() > 12, "{log}");
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["level"].is_string(), "{log}");
    }
    for secret in secrets {
        assert!(
            !log.to_lowercase().contains(&secret.to_lowercase()),
            "{secret}: {log}"
        );
    }
}

#[test]
fn who_has_gone_before_the_order_began_is_not_sold_to() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    server.sell("first", "bob", 1).is(201);
    let lock = event.path("tickets.json.lock");
    let held = foreign_lock(&lock);
    let mut gone = server.connect();
    gone.write_all(&order("g", "gone")).unwrap();
    eventually("it waits for the lock", || {
        flocks(&lock).iter().any(|(_, waits)| *waits).then_some(())
    });
    drop(gone);
    server.has_logged("status=499");
    drop(held);
    assert_eq!(server.sell("next", "bob", 1).is(201)["left"], 1);
    let buyers: Vec<_> = event
        .sales()
        .iter()
        .map(|sale| sale["buyer"].clone())
        .collect();
    assert_eq!(buyers, ["bob", "bob"]);
    event.assert_adds_up();
}

#[test]
fn an_order_that_is_sent_twice_at_once_is_sold_once() {
    let event = TestEvent::stock(30);
    let server = Server::start(&event, "");
    for round in 0..5 {
        let answers: Vec<_> = std::thread::scope(|scope| {
            let clicks: Vec<_> = (0..6)
                .map(|_| scope.spawn(|| server.sell(&format!("k{round}"), "bob", 2)))
                .collect();
            clicks.into_iter().map(|it| it.join().unwrap()).collect()
        });
        let new = answers.iter().filter(|answer| answer.status == 201);
        assert_eq!(new.count(), 1, "{answers:?}");
        let ids: std::collections::HashSet<_> = answers
            .iter()
            .map(|answer| answer.json()["sale"]["id"].to_string())
            .collect();
        assert_eq!(ids.len(), 1, "{answers:?}");
    }
    assert_eq!(event.sales().len(), 5);
}

#[test]
fn a_method_that_is_not_there_is_told_which_ones_are() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    for (path, allowed) in [
        ("/api/v1/event", "get,head"),
        ("/api/v1/sales", "get,head,post"),
        ("/api/v1/sales/2-abcdef/cancel", "post"),
        ("/api/v1/holds/2-abcdef", "delete"),
        ("/api/v1/openapi.json", "get,head"),
        ("/healthz", "get,head"),
        ("/metrics", "get,head"),
    ] {
        for method in ["PUT", "PATCH", "OPTIONS", "TRACE", "BREW"] {
            let answer = server.call(&format!("{method} {path}"), &[], "");
            answer.is_problem(405, "method_not_allowed");
            let line = answer
                .head
                .lines()
                .find_map(|line| line.strip_prefix("allow: "));
            let mut told: Vec<_> = line.unwrap().split(',').map(str::trim).collect();
            told.sort_unstable();
            assert_eq!(told.join(","), allowed, "{method} {path}");
        }
    }
}
