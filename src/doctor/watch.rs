//! A name that is read again and again while its file is replaced: what a reader finds there.

use crate::store::file::files::read::read_capped;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::report::{Check, CheckResult};
use crate::plural::count;

/// Versions differ in their bytes and in their length, up to so many.
const VERSIONS: u8 = 26;

/// The bytes of a version.
pub(super) fn version(number: u32) -> Vec<u8> {
    let kind = (number % u32::from(VERSIONS)) as u8;
    vec![b'a' + kind; 5000 + 131 * usize::from(kind)]
}

fn is_whole(bytes: &[u8]) -> bool {
    let kind = bytes.first().and_then(|first| first.checked_sub(b'a'));
    kind.is_some_and(|kind| kind < VERSIONS && bytes == version(kind.into()))
}

/// What a reader found under a name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct ReadCounts {
    reads: u64,
    /// How often another version was read than the time before.
    changes: u64,
    missing: u64,
    empty: u64,
    mixed: u64,
    failed: u64,
    /// How the first failure reads.
    error: Option<String>,
}

impl ReadCounts {
    pub(super) fn judge(&self, name: &'static str, times: u32) -> Check {
        let broken = [
            (self.missing, "missing"),
            (self.empty, "empty"),
            (self.mixed, "mixed"),
            (self.failed, "unreadable"),
        ];
        let found: Vec<String> = broken
            .iter()
            .filter(|(times, _)| *times > 0)
            .map(|(times, what)| format!("{} {what}", count(*times, "time")))
            .collect();
        let text = format!(
            "read {} while replaced {}",
            count(self.reads, "time"),
            count(times.into(), "time")
        );
        if !found.is_empty() {
            let error = self.error.iter().map(|error| format!(" ({error})"));
            let error = error.collect::<String>();
            let text = format!("{text}: {}{error}", found.join(", "));
            Check::new(name, CheckResult::Fail, text)
        } else if self.changes == 0 {
            let text = format!("{text}, but never meanwhile: not tried");
            Check::new(name, CheckResult::Note, text)
        } else {
            let text = format!("{text}: always there and whole");
            Check::new(name, CheckResult::Pass, text)
        }
    }
}

/// Opens and reads a name as a query does, again and again, as long as that is wanted.
pub(super) fn watch(path: &Path, wanted: impl Fn() -> bool) -> ReadCounts {
    let mut counts = ReadCounts::default();
    let mut last = None;
    while wanted() {
        counts.reads += 1;
        match read_capped(path, 1 << 20) {
            Ok((bytes, _)) if bytes.is_empty() => counts.empty += 1,
            Ok((bytes, _)) if is_whole(&bytes) => {
                let first = bytes.first().copied();
                counts.changes += u64::from(last.is_some() && last != first);
                last = first;
            }
            Ok(_) => counts.mixed += 1,
            Err(error) if error.is_not_found() => counts.missing += 1,
            Err(error) => {
                counts.failed += 1;
                counts.error.get_or_insert(error.message().to_owned());
            }
        }
    }
    counts
}
