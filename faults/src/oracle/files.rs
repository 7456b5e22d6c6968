//! What stands in the directory of an event that was struck.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::event::FOREIGN;
use crate::oracle::case::Case;
use crate::test_event::TestEvent;

/// Whether `tickets.json` is a count, with its mode and what is not ours in it.
pub(super) fn count_is_whole(case: &Case<'_>) {
    let text = fs::read_to_string(&case.event.file).unwrap();
    let count: Value = serde_json::from_str(&text).expect(&text);
    assert!(count["ticket"].is_u64(), "{text}");
    let foreign = case.prepared.variant.is_foreign();
    assert_eq!(text.contains(FOREIGN), foreign, "{text}");
    assert_eq!(
        mode(case.event, "tickets.json"),
        case.prepared.mode,
        "{text}"
    );
}

/// Under which names a ledger stands that is being archived.
pub(super) fn aside(event: &TestEvent) -> Vec<String> {
    let mut names = event.names();
    names.retain(|name| name.starts_with('.') && name.contains("-aside"));
    names
}

pub(super) fn mode(event: &TestEvent, name: &str) -> u32 {
    fs::metadata(event.path(name)).unwrap().permissions().mode() & 0o7777
}

/// The ledgers that were archived under a name with this in it.
pub(super) fn put_away(event: &TestEvent, part: &str) -> Vec<String> {
    let start = format!("tickets.ledger{part}");
    let mut names = event.names();
    names.retain(|name| name.starts_with(&start));
    names
}

pub(super) fn is_count(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap();
    serde_json::from_str::<Value>(&text).is_ok_and(|count| count["ticket"].is_u64())
}
