//! Failure: what a request to a cluster came to that was not done.

use crate::error::Error;

/// Why a request was not done.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Box<Error>,
    /// Whether it may have been done all the same.
    pub(super) unsure: bool,
    /// Whether it asked for a revision that is compacted away.
    pub(super) compacted: bool,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        *failure.error
    }
}
