//! A life of an event's own: holds that end, limits, the door, lists, and what each leaves on the ledger.

mod clocks;
mod desk;
mod doors;
mod evening;
pub(crate) mod holds;
pub(crate) mod imports;
pub(crate) mod life;
pub(crate) mod limits;
mod model;
mod passed_over;
mod survival;
mod watching;

use crate::harness::{Run, TestEvent};

/// An event that was made for real.
#[track_caller]
fn made(tickets: u64, options: &str) -> TestEvent {
    let event = TestEvent::empty();
    let (code, made) = event.json(&format!("init {tickets} {options}"));
    assert_eq!(code, 0, "{made:#}");
    event
}

/// Exit code, and the code of the error.
#[track_caller]
fn refused(event: &TestEvent, line: &str) -> (i32, String) {
    let before = event.ledger().len();
    let (code, document) = event.json(line);
    assert_eq!(event.ledger().len(), before, "{line} wrote: {document:#}");
    let error = document["error"]["code"].as_str().unwrap_or_default();
    (code, error.to_owned())
}

/// Holds; returns the hold's id.
#[track_caller]
fn held(event: &TestEvent, arguments: &str) -> String {
    let (code, document) = event.json(&format!("hold {arguments}"));
    assert_eq!(code, 0, "{document:#}");
    document["hold"]["id"].as_str().unwrap().to_owned()
}

/// left, sold and held as the ledger adds up, which `audit` verifies: what is due is held there.
#[track_caller]
fn audited(event: &TestEvent) -> [u64; 3] {
    let (code, audit) = event.json("audit");
    assert_eq!(code, 0, "{audit:#}");
    let all = ["left", "sold", "held"].map(|name| audit[name].as_u64().unwrap());
    assert_eq!(
        audit["capacity"].as_u64().unwrap(),
        all.iter().sum::<u64>(),
        "{audit:#}"
    );
    event.assert_adds_up();
    let (due, [left, sold, held]) = (audit["due"].as_u64().unwrap_or(0), all);
    [left - due, sold, held + due]
}

/// The ops of the last lines of the ledger.
fn last_ops(event: &TestEvent, lines: usize) -> Vec<String> {
    let ledger = event.ledger();
    let last = ledger.iter().skip(ledger.len() - lines);
    last.map(|line| line["op"].as_str().unwrap().to_owned())
        .collect()
}

/// Runs words that need not be split at spaces, with `--json`.
#[track_caller]
fn told(event: &TestEvent, words: &[&str]) -> (i32, serde_json::Value) {
    let words = [&["--json"], words].concat();
    Run::of(event.command(words).output().unwrap()).document()
}
