//! The errors of a rush that could not start: nothing was sold then.

use std::io;

use crate::error::{Error, Kind, told};

pub(super) fn start_error(doing: &str, error: &io::Error) -> Error {
    Error::new(Kind::Io, format!("could not {doing}: {}", told(error))).hint("nothing was sold")
}

/// Not every buyer could be started. `what`: processes or threads.
pub(super) fn too_many(count: u32, what: &str, error: &str) -> Error {
    Error::new(Kind::Io, format!("could not start {count} {what}: {error}"))
        .hint("nothing was sold; try fewer --users, or raise the limits ('ulimit -u', 'ulimit -n')")
}
