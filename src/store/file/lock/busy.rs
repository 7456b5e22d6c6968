//! Why a lock was not had: who holds it.

use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Kind};
use crate::store::file::sys::{self, FileId, lock_holder};

pub(crate) fn lock_busy(path: &Path, id: FileId, limit: Duration) -> Error {
    let holder = lock_holder(id);
    let by = named_holder(holder);
    Error::new(
        Kind::Busy { holder },
        format!(
            "the lock was not had within {}: {by} holds it",
            humantime::format_duration(limit)
        ),
    )
    .at(path, 0, 0)
    .hint("wait longer with --wait 2m, or end that process; a lock goes with its holder, so never delete the lock file")
}

/// A holder, for people.
pub(crate) fn named_holder(holder: Option<u32>) -> String {
    match holder {
        None => "another process".to_owned(),
        Some(pid) => match sys::process_name(pid) {
            Some(name) => format!("process {pid} ({name})"),
            None => format!("process {pid}"),
        },
    }
}
