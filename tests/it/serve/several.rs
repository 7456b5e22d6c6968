//! Several events in one service.

use std::fs;

use super::client::{Server, bearer, command};
use crate::harness::TestEvent;

/// Three events in one directory.
fn three() -> (TestEvent, String) {
    let event = TestEvent::stock(3);
    let mut paths = String::new();
    for (name, stock) in [("gala", 5), ("New-Year_2027", 7)] {
        let path = event.path(&format!("{name}.json"));
        fs::write(&path, format!("{{\"ticket\": {stock}}}")).unwrap();
        paths.extend([" ", path.to_str().unwrap()]);
    }
    let paths = format!("{}{paths}", event.path("tickets.json").display());
    (event, paths)
}

#[test]
fn each_is_sold_at_its_own_path_and_the_list_names_all() {
    let (event, paths) = three();
    let server = Server::start(
        &event,
        &format!("--public-url https://x.example/shop/ {paths}"),
    );
    let list = server.get("/").is(200);
    let listed = |at: usize, member: &str| list["events"][at][member].clone();
    assert_eq!(listed(1, "name"), "gala");
    assert_eq!(listed(2, "url"), "https://x.example/shop/New-Year_2027/");
    let order = r#"{"buyer":"bob","quantity":2}"#;
    let sold = server.post("/gala/api/v1/sales", "a", order);
    let place = "location: https://x.example/shop/gala/api/v1/sales/2-";
    assert!(sold.head.contains(place), "{sold:?}");
    sold.is(201);
    // The same key is another order elsewhere.
    server
        .post("/New-Year_2027/api/v1/sales", "a", order)
        .is(201);
    for (name, left) in [("tickets", 3), ("gala", 3), ("New-Year_2027", 5)] {
        let told = server.get(&format!("/{name}/api/v1/event")).is(200);
        assert_eq!(told["left"], left, "{name}");
    }
    let described = server.get("/gala/api/v1/openapi.json").is(200);
    assert_eq!(
        described["servers"][0]["url"],
        "https://x.example/shop/gala"
    );
    let metrics = server.get("/metrics");
    for line in [
        "tickets_left{event=\"gala\"} 3",
        "tickets_left{event=\"New-Year_2027\"} 5",
    ] {
        assert!(metrics.body.contains(line), "{metrics:?}");
    }
    let list = |name: &str| server.call(&format!("GET /{name}/api/v1/sales"), &[&bearer()], "");
    assert_eq!(list("gala").is(200)["sales"].as_array().unwrap().len(), 1);
    assert_eq!(
        list("tickets").is(200)["sales"].as_array().unwrap().len(),
        0
    );
}

#[test]
fn no_path_leads_out_of_an_event_or_into_another_one() {
    let (event, paths) = three();
    let server = Server::start(&event, &paths);
    for path in [
        "/api/v1/event",
        "/GALA/api/v1/event",
        "/gala.json/api/v1/event",
        "/gala/../tickets/api/v1/event",
        "/gala/%2e%2e/tickets/api/v1/event",
        "/gala%2fapi/v1/event",
        "//gala/api/v1/event",
        "/gala//api/v1/event",
        "/gala/api/v1/event/",
        "/../gala.json",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/tickets.ledger.jsonl",
        "/gala%00/api/v1/event",
    ] {
        server.get(path).is_problem(404, "not_found");
    }
    server.get("/gala/api/v1/event").is(200);
    for id in ["..%2f2-abcdef", "2-%2e%2e", "%00", "2%0a", "-1", "{id}"] {
        let find = format!("GET /gala/api/v1/sales/{id}");
        server
            .call(&find, &[&bearer()], "")
            .is_problem(404, "refused");
    }
}

#[test]
fn names_that_are_no_plain_part_of_a_path_are_refused_at_the_start() {
    let (event, paths) = three();
    for name in ["a b", "metrics", "..x", "g\u{e4}la", "a%2fb", "{x}", "*"] {
        let path = event.path(&format!("{name}.json"));
        fs::write(&path, "{\"ticket\": 1}").unwrap();
        let mut command = command(&event, &format!("--listen 127.0.0.1:0 {paths}"));
        let refused = command.arg(&path).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{name} {refused:?}");
    }
    let mut twice = command(&event, &format!("--listen 127.0.0.1:0 {paths}"));
    let other = event.path("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("gala.json"), "{\"ticket\": 1}").unwrap();
    let refused = twice.arg(other.join("gala.json")).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
}
