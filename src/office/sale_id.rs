//! The id of a sale or a hold, as people give it.

use super::order::{MAX_NAME, check_text};
use crate::error::{Error, Kind, Result};

/// An id as people give it: its number alone will do, in any case.
pub(super) fn id_of(id: &str) -> Result<&str> {
    let id = id.trim();
    check_text("a sale's id", id, MAX_NAME)?;
    Ok(id)
}

/// What is said where no sale has this id.
pub(super) fn unknown(id: &str) -> Error {
    Error::new(Kind::Refused, format!("there is no sale {id:?}"))
        .hint("'tickets sales' lists them with their ids")
}
