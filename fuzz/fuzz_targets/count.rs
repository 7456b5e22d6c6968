//! A `tickets.json` of any bytes, without a ledger and beside a sound one.

#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use tickets_fuzz::{Event, LEDGER};

fuzz_target!(init: tickets_fuzz::check(), |bytes: &[u8]| {
    for ledger in [None, Some(LEDGER)] {
        let event = Event::new();
        fs::write(event.count(), bytes).expect("the count is written");
        if let Some(ledger) = ledger {
            fs::write(event.ledger(), ledger).expect("the ledger is written");
        }
        event.try_everything();
    }
});
