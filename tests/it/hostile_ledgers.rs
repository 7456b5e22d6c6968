//! Ledgers that make no sense in hundreds of ways.

use std::fs;

use crate::corpus::{self, sound, tied};
use crate::craft::{body, chained, sale};
use crate::harness::TestEvent;
use crate::hostile::{MEMORY, assert_no_harm, assert_sensible, run};

#[test]
fn no_line_does_harm() {
    assert_no_harm(corpus::lines());
}

/// Whoever looks for a line by its number believes no number.
#[test]
fn no_number_of_an_old_line_does_harm() {
    for number in [0, 1, 4, u64::MAX - 1, u64::MAX] {
        for at in 1..3 {
            let mut lines = [sound(), vec![sale(5, 1, 6, None)]].concat();
            lines[at]["seq"] = number.into();
            let ledger = chained(lines.iter().map(body));
            let event = TestEvent::in_memory(tied("6", 5, ledger.len()));
            fs::write(event.path("tickets.ledger.jsonl"), &ledger).unwrap();
            for id in ["2", "3", "5", "6", &number.to_string()] {
                let id = format!("{id}-xxxxxx");
                let run = run(&event, &["cancel", &id], MEMORY);
                assert_sensible(&run, &format!("{number} in line {}: {run:?}", at + 1));
                assert_ne!(run.code, Some(0), "there is no such sale");
            }
        }
    }
}

#[test]
fn no_ledger_does_harm() {
    assert_no_harm(corpus::ledgers());
}
