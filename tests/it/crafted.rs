//! An event whose ledger was made without the program.

use std::fs;

use serde_json::Value;

use crate::craft::{body, chained};
use crate::harness::TestEvent;

/// An event with this ledger, and a count that agrees with its last line.
pub(crate) fn event(lines: &[Value]) -> TestEvent {
    let event = TestEvent::empty();
    let ledger = chained(lines.iter().map(body));
    fs::write(&event.file, count(lines, ledger.len())).unwrap();
    fs::write(event.path("tickets.ledger.jsonl"), ledger).unwrap();
    event
}

fn count(lines: &[Value], bytes: usize) -> String {
    let mut sold = 0;
    for line in lines {
        match line["op"].as_str() {
            Some("sell") => sold += line["quantity"].as_i64().unwrap(),
            Some("cancel") => sold -= line["quantity"].as_i64().unwrap(),
            _ => {}
        }
    }
    let last = lines.last().unwrap();
    let (left, seq) = (&last["left"], &last["seq"]);
    format!("{{\"ticket\": {left}, \"sold\": {sold}, \"seq\": {seq}, \"bytes\": {bytes}}}\n")
}
