//! A body that makes no sense: what is wrong is named, with an example that makes sense.

use serde_json::{Value, json};

use super::client::Server;
use crate::harness::TestEvent;

/// The requests that take a body, but for the id of a sale.
const REQUESTS: [&str; 6] = [
    "/api/v1/sales",
    "/api/v1/holds",
    "/api/v1/sales/{id}/cancel",
    "/api/v1/adjustments",
    "/api/v1/close",
    "/api/v1/reopen",
];

#[test]
fn the_example_that_is_told_is_taken_and_each_request_has_one() {
    let event = TestEvent::empty();
    assert_eq!(event.run("init 30").code, Some(0));
    let server = Server::start(&event, "");
    let sale = server.sell("first", "bob", 2).is(201);
    let id = sale["sale"]["id"].as_str().unwrap();
    for request in REQUESTS {
        let path = request.replace("{id}", id);
        let told = server.managed(&path, "k", r#"{"colour":"red"}"#);
        told.is_problem(422, "bad_request");
        let detail = told.json()["detail"].as_str().unwrap().to_owned();
        let (why, example) = detail.split_once("; as in ").unwrap();
        assert!(why.starts_with("there is no member \"colour\""), "{detail}");
        let example: Value = serde_json::from_str(example).unwrap();
        let members = example.as_object().unwrap();
        assert!(members.keys().all(|name| why.contains(name)), "{detail}");
        let taken = server.managed(&path, request, &example.to_string());
        assert!([200, 201].contains(&taken.status), "{request}: {taken:?}");
    }
    event.assert_adds_up();
}

#[test]
fn what_is_missing_or_mistyped_is_named_and_nothing_is_sold() {
    let event = TestEvent::stock(30);
    let server = Server::start(&event, "");
    for (body, status, named) in [
        (
            r#"{"buyer":"bob"}"#,
            422,
            "the member \"quantity\" is missing",
        ),
        (r#"{"quantity":1}"#, 422, "the member \"buyer\" is missing"),
        (
            r#"{"buyer":"bob","quantity":"2"}"#,
            422,
            "\"quantity\" is a whole number",
        ),
        (
            r#"{"buyer":["bob"],"quantity":2}"#,
            422,
            "\"buyer\" is a text",
        ),
        (r#"["bob",2]"#, 422, "the body is one JSON object"),
        (
            "{\"buyer\":\"bob\",\n \"quantity\":}",
            400,
            "line 2, column 13",
        ),
        (
            "buyer=bob&quantity=2",
            400,
            "the body is no JSON: line 1, column 1",
        ),
    ] {
        let told = server.post("/api/v1/sales", "k", body);
        told.is_problem(status, "bad_request");
        let detail = told.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(named), "{body}: {detail}");
        assert!(
            detail.ends_with(r#"; as in {"buyer":"Ann","quantity":2}"#),
            "{detail}"
        );
    }
    // Left out or null, a body that may be is nothing.
    for (at, body) in ["", "null", " null\n", "{}"].iter().enumerate() {
        let closed = server.managed("/api/v1/close", &format!("c{at}"), body);
        assert_eq!(closed.is(200), json!({"on_sale": "closed"}), "{body}");
    }
    assert_eq!(event.sales().len(), 0);
}
