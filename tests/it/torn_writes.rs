//! Torn bytes that a rush leaves on the ledger: they are found, and told to the byte.

use std::fs;
use std::io::Write;

use serde_json::Value;

use crate::harness::{Run, TestEvent, eventually, flocks, foreign_lock};

fn append(event: &TestEvent, bytes: &[u8]) {
    let path = event.path("tickets.ledger.jsonl");
    let mut ledger = fs::File::options().append(true).open(path).unwrap();
    ledger.write_all(bytes).unwrap();
}

/// A rush of one buyer without a sound lock, on an event that has sold one; `meanwhile` acts when the rush has
/// looked at the event and its buyer waits. Its report, and what it says of torn bytes.
fn rush(event: &TestEvent, mode: &str, meanwhile: impl FnOnce()) -> (Value, Vec<String>) {
    assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
    let held = foreign_lock(&event.file);
    let rush = event.start(&format!(
        "--json buy --users 1 --lock=data-file --think 0ms {mode}"
    ));
    eventually("the buyer waits for the lock of the count", || {
        flocks(&event.file)
            .iter()
            .any(|(_, waits)| *waits)
            .then_some(())
    });
    meanwhile();
    drop(held);
    let (_, report) = Run::of(rush.wait_with_output().unwrap()).document();
    let findings = report["findings"].as_array().unwrap().iter();
    let torn = findings.filter(|found| found["kind"] == "torn_write");
    let torn = torn.map(|found| found["text"].as_str().unwrap().to_owned());
    let torn = torn.collect();
    (report, torn)
}

fn told(bytes: usize) -> String {
    let bytes = match bytes {
        1 => "1 byte on the ledger is".to_owned(),
        bytes => format!("{bytes} bytes on the ledger are"),
    };
    format!("{bytes} no whole line: a buyer was cut off while it wrote")
}

#[test]
fn a_rush_says_how_many_torn_bytes_it_left() {
    for mode in ["", "--threads"] {
        for torn in [
            &b""[..],
            b"x\n",
            b"{\"seq\":3,\"at\":\n",
            // Two stretches.
            b"{\"seq\":3,\nxyz\n",
        ] {
            let event = TestEvent::stock(5);
            let (report, found) = rush(&event, mode, || append(&event, torn));
            let expected = match torn.len() {
                0 => Vec::new(),
                bytes => vec![told(bytes)],
            };
            assert_eq!(found, expected, "{report:#}");
            assert_eq!(report["sold"], 1, "{report:#}");
        }
    }
}

/// Each ledger is judged by itself, and each of the torn bytes counts once.
#[test]
fn a_rush_across_a_reset_says_how_many_torn_bytes_each_ledger_has() {
    let (old, new) = (&b"{\"seq\":3,\"at\":\n"[..], &b"xyz\n"[..]);
    for (before, after) in [(old, new), (old, b""), (b"", new), (b"", b"")] {
        let event = TestEvent::stock(5);
        let (report, found) = rush(&event, "", || {
            append(&event, before);
            assert_eq!(event.json("reset --force 5").0, 0);
            append(&event, after);
        });
        let lengths = [before.len(), after.len()];
        let torn = lengths.into_iter().filter(|bytes| *bytes > 0);
        assert_eq!(found, torn.map(told).collect::<Vec<_>>(), "{report:#}");
        assert_eq!(report["sold"], 1, "{report:#}");
    }
}
