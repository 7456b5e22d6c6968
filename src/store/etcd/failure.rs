//! Failure: what a request to a cluster came to that was not done.

use crate::error::{Error, Kind};

/// Why a request was not done.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Box<Error>,
    /// Whether it may have been done all the same.
    pub(super) unsure: bool,
    /// Whether it asked for a revision that is compacted away.
    pub(super) compacted: bool,
}

impl Failure {
    /// The error of a look at one revision: one that may be said again where that was compacted away.
    pub(super) fn of_a_look(self) -> Error {
        if self.compacted {
            let busy = Kind::Busy { holder: None };
            self.error.with_kind(busy).hint("say it again")
        } else {
            *self.error
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        *failure.error
    }
}
