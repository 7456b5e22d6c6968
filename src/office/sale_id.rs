//! The id of a sale or a hold, as people give it.

use super::order::{MAX_NAME, check_text};
use crate::error::{About, Error, Kind, Result};

/// An id as people give it: its number alone will do, in any case, also behind a `#`.
pub(super) fn id_of(id: &str) -> Result<&str> {
    let id = id.trim();
    let number = id
        .strip_prefix('#')
        .filter(|id| id.starts_with(|c: char| c.is_ascii_digit()));
    let id = number.unwrap_or(id);
    check_text("a sale's id", id, MAX_NAME)?;
    Ok(id)
}

/// What is said where no sale has this id.
pub(super) fn unknown(id: &str) -> Error {
    let error = Error::new(Kind::Refused, format!("there is no sale {id:?}"));
    let error = error.about(About::NoSuchSale);
    if id.starts_with(|c: char| c.is_ascii_digit()) {
        return error.hint("'tickets sales' lists them with their ids");
    }
    error.hint("an id is as in 7-k3v9xq; 'tickets sales' and 'tickets sales --held' list them")
}
