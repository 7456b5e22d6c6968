//! The description of the API, judged by tools that others wrote.

use std::fs;
use std::process::{Command, Output};

use super::client::{Server, TOKEN};
use crate::harness::TestEvent;

/// What a tool says; `None`: it is not here.
fn tool(name: &str, arguments: &[&str], event: &TestEvent) -> Option<Output> {
    let mut command = Command::new(name);
    let output = command
        .args(arguments)
        .current_dir(event.directory())
        .output();
    if output.is_err() {
        eprintln!("skipped: no {name} here");
    }
    output.ok()
}

#[track_caller]
fn assert_passed(output: &Output) {
    let (out, err) = (&output.stdout, &output.stderr);
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    );
}

#[test]
fn the_description_is_one_of_openapi() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let described = server.get("/api/v1/openapi.json");
    let document = described.is(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    fs::write(event.path("openapi.json"), &described.body).unwrap();
    if let Some(output) = tool("openapi-spec-validator", &["openapi.json"], &event) {
        assert_passed(&output);
    }
}

#[test]
fn no_request_is_answered_otherwise_than_described() {
    let event = TestEvent::empty();
    let init = event.run("init 100000 --hold 10m --max-per-sale 50");
    assert_eq!(init.code, Some(0));
    let server = Server::start(&event, "");
    let place = format!("http://{}/api/v1/openapi.json", server.address);
    let token = format!("Authorization: Bearer {TOKEN}");
    // A stream does not end. What is described as an order may be refused all the same, by the event's rules and stock.
    let plain = [
        "run",
        &place,
        "--exclude-path=/api/v1/stream",
        "--checks=all",
        "--exclude-checks=positive_data_acceptance",
        "--max-examples=15",
        "--generation-deterministic",
        "--continue-on-failure",
        "--no-color",
    ];
    let rights: [&[&str]; 2] = [&[], &["--header", &token]];
    for right in rights {
        let arguments = [&plain[..], right].concat();
        if let Some(output) = tool("schemathesis", &arguments, &event) {
            assert_passed(&output);
        }
    }
    event.assert_adds_up();
}
