//! Two clocks: what a process writes whose clock is an hour fast or slow.

use std::fs;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{audited, refused};
use crate::harness::TestEvent;
use crate::{craft, crafted};

/// A time on a clock that is so many minutes fast.
fn clock(minutes: i64) -> String {
    let now = Timestamp::now() + SignedDuration::from_mins(minutes);
    format!("{now:.3}")
}

/// An event in which such a clock's process holds two of three for fifteen minutes.
fn held_by_a_clock(minutes: i64, more: &[Value]) -> (TestEvent, &'static str) {
    let mut hold = craft::line(
        2,
        "hold",
        2,
        1,
        &json!({"id": "2-abcdef", "buyer": "bob", "until": clock(minutes + 15)}),
    );
    hold["at"] = clock(minutes).into();
    let mut lines = vec![craft::line(1, "open", 3, 3, &json!({})), hold];
    lines.extend_from_slice(more);
    let event = crafted::event(&lines);
    // What is held is read from the ledger then.
    fs::remove_file(&event.file).unwrap();
    assert_eq!(event.json("audit --repair").0, 0);
    (event, "2-abcdef")
}

#[test]
fn what_a_fast_clock_holds_is_due_later_and_nobody_elses_until_then() {
    let (event, id) = held_by_a_clock(60, &[]);
    assert_eq!(event.json("query").1["left"], 1);
    let (code, document) = event.json("book eve -n 2");
    assert_eq!(
        (code, &document["error"]["held"]),
        (3, &2.into()),
        "{document:#}"
    );
    assert_eq!(document["left"], 1);
    assert_eq!(event.json(&format!("confirm {id}")).0, 0);
    assert_eq!(audited(&event), [1, 2, 0]);
}

#[test]
fn what_a_slow_clock_holds_is_due_already_and_still_its_own() {
    for needed in [false, true] {
        let (event, id) = held_by_a_clock(-60, &[]);
        let query = event.json("query").1;
        assert_eq!([&query["left"], &query["held"]], [3, 0]);
        assert_eq!(audited(&event), [1, 0, 2]);
        if !needed {
            // Past its time on our clock; nobody wants its tickets.
            event.booked("eve");
            assert_eq!(event.json(&format!("confirm {id}")).0, 0);
            assert_eq!(audited(&event), [0, 3, 0]);
            continue;
        }
        event.booked("eve -n 2");
        for _ in 0..2 {
            assert_eq!(
                refused(&event, &format!("confirm {id}")),
                (4, "expired".to_owned())
            );
            assert_eq!(
                refused(&event, &format!("release {id}")),
                (4, "expired".to_owned())
            );
        }
        assert_eq!(audited(&event), [1, 2, 0]);
    }
}

/// It is on the ledger: no clock decides that again.
#[test]
fn what_a_fast_clock_ended_has_ended() {
    let ends = json!({"ref": "2-abcdef"});
    let mut ends = craft::line(3, "expire", 2, 3, &ends);
    ends["at"] = clock(60).into();
    let mut sale = craft::sale(4, 3, 0, None);
    sale["at"] = clock(60).into();
    let (event, id) = held_by_a_clock(0, &[ends, sale]);
    assert_eq!(
        refused(&event, &format!("confirm {id}")),
        (4, "expired".to_owned())
    );
    assert_eq!(event.json("book eve").0, 3);
    assert_eq!(audited(&event), [0, 3, 0]);
}

/// A time that cannot be read is due at once: it holds nothing back for ever.
#[test]
fn a_hold_without_a_time_that_can_be_read_is_due() {
    let hold = json!({"id": "2-abcdef", "buyer": "bob", "until": "Friday"});
    let hold = craft::line(2, "hold", 2, 1, &hold);
    let event = crafted::event(&[craft::line(1, "open", 3, 3, &json!({})), hold]);
    fs::remove_file(&event.file).unwrap();
    assert_eq!(event.json("query").1["left"], 3);
    event.booked("eve -n 3");
    assert_eq!(audited(&event), [0, 3, 0]);
}
