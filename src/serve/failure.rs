//! Why the service could not begin, as the library's error.

use std::fmt::Display;
use std::io;
use std::path::Path;

use crate::error::{Error, Kind, told};

/// The system refused something that is no file.
pub(super) fn io(doing: &str, error: &io::Error) -> Error {
    Error::new(Kind::Io, format!("could not {doing}: {}", told(error)))
}

/// A part of the service could not be set up.
pub(super) fn part(doing: &str, error: &impl Display) -> Error {
    Error::new(Kind::Io, format!("could not {doing}: {error}"))
}

/// A setting makes no sense.
pub(super) fn usage(message: impl Into<String>) -> Error {
    Error::new(Kind::Usage, message)
}

/// A file that a setting names is not as it must be.
pub(super) fn refused(file: &Path, line: u64, message: impl Into<String>) -> Error {
    Error::new(Kind::Refused, message).at(file, line, 0)
}
