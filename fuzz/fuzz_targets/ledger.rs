//! A ledger of any bytes, beside a count that counts none of it and one that counts a sound ledger.

#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use tickets_fuzz::{Event, tied};

fuzz_target!(init: tickets_fuzz::check(), |bytes: &[u8]| {
    for count in ["{\"ticket\": 9}", &tied()] {
        let event = Event::new();
        fs::write(event.count(), count).expect("the count is written");
        fs::write(event.ledger(), bytes).expect("the ledger is written");
        event.try_everything();
    }
});
