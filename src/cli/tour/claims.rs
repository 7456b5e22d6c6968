//! What the commands of the walk must have found: judged by their documents.

use serde_json::Value;

/// A number of a document; 0 where it has none.
fn number(document: &Value, pointer: &str) -> u64 {
    document
        .pointer(pointer)
        .and_then(Value::as_u64)
        .unwrap_or(0)
}

fn is(document: &Value, pointer: &str, wanted: impl Into<Value>) -> bool {
    document.pointer(pointer) == Some(&wanted.into())
}

/// Whether the list at this place has a finding of this kind.
fn has(document: &Value, pointer: &str, kind: &str) -> bool {
    let findings = document.pointer(pointer).and_then(Value::as_array);
    let mut kinds = findings.into_iter().flatten().map(|found| &found["kind"]);
    kinds.any(|found| found == kind)
}

/// A rush sold more than there was.
pub(super) fn oversold(document: &Value) -> bool {
    number(document, "/oversold") > 0
}

/// All eight bought of two tickets, in this schedule.
pub(super) fn all_eight_bought(document: &Value) -> bool {
    number(document, "/sold") == 8 && has(document, "/findings", "oversold")
}

/// The smallest race is the one that is told of, with its point of no return.
pub(super) fn smallest_race(document: &Value) -> bool {
    is(document, "/smallest/grants", "1 2 2 1")
        && number(document, "/smallest/no_return") == 2
        && has(document, "/smallest/findings", "oversold")
}

/// Two tickets were left.
pub(super) fn two_left(document: &Value) -> bool {
    number(document, "/left") == 2
}

/// Two were sold of two, and six of eight buyers found none.
pub(super) fn two_sold(document: &Value) -> bool {
    is(document, "/verdict", "safe")
        && number(document, "/sold") == 2
        && number(document, "/refused") == 6
}

/// One order of turns goes wrong without the lock, and well with it.
pub(super) fn lock_helps(document: &Value) -> bool {
    is(document, "/first/bad", true) && is(document, "/second/bad", false)
}

/// Every schedule is right, and there are several.
pub(super) fn none_is_bad(document: &Value) -> bool {
    is(document, "/proof", true) && is(document, "/bad", 0) && number(document, "/schedules") > 1
}

/// A query reads a count that is being written.
pub(super) fn torn_read(document: &Value) -> bool {
    has(document, "/smallest/findings", "torn_read")
}

/// The scoreboard says what is said of it.
pub(super) fn scoreboard(document: &Value) -> bool {
    let rows = document["rows"].as_array();
    let bad = |name: &str| {
        let rows = rows.into_iter().flatten();
        let own = rows.filter(|row| row["name"] == name);
        own.map(|row| number(row, "/bad")).max()
    };
    let is_bad = |name| bad(name).is_some_and(|bad| bad > 0);
    let is_right = |name| bad(name) == Some(0);
    ["exclusive, replace", "data-file, in-place"]
        .into_iter()
        .all(is_right)
        && [
            "none, replace",
            "shared, replace",
            "data-file, replace",
            "write-only, replace",
            "tutorial",
        ]
        .into_iter()
        .all(is_bad)
}

/// A way of selling oversells.
pub(super) fn oversells(document: &Value) -> bool {
    has(document, "/smallest/findings", "oversold")
}

/// A recorded run oversold, under a lock that had ended.
pub(super) fn recorded_lease(document: &Value) -> bool {
    has(document, "/findings", "oversold") && has(document, "/findings", "ended_lock")
}

/// The lab found the same.
pub(super) fn lease(document: &Value) -> bool {
    has(document, "/smallest/findings", "ended_lock")
}
