//! An error for programs.

use serde::Serialize;

use super::hint::EventFlag;
use crate::{Error, Kind};

/// `{"ok":false,"command":"book","error":{"code":"sold_out","message":"…"},"left":1}`
#[derive(Serialize)]
pub(super) struct ErrorDocument<'a> {
    ok: bool,
    command: &'a str,
    error: ErrorMember<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u64>,
}

#[derive(Serialize)]
struct ErrorMember<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// Of a list: the first of its rows that make no sense.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    rows: &'a [RowMember<'a>],
    /// How many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    bad: Option<usize>,
}

/// A row of a list, and why it makes no sense.
#[derive(Serialize)]
pub(crate) struct RowMember<'a> {
    pub(crate) row: u64,
    pub(crate) message: &'a str,
}

impl<'a> ErrorDocument<'a> {
    pub(super) fn new(
        command: &'a str,
        error: &'a Error,
        left: Option<u64>,
        event: &EventFlag,
    ) -> Self {
        let place = error.place();
        let known = |number: u64| (number > 0).then_some(number);
        Self {
            ok: false,
            command,
            error: ErrorMember {
                code: error.kind().code(),
                message: error.message(),
                file: place.map(|place| place.file.display().to_string()),
                line: place.and_then(|place| known(place.line)),
                column: place.and_then(|place| known(place.column)),
                held: error.held_tickets(),
                due: error.next_due(),
                holder: match error.kind() {
                    Kind::Busy { holder } => holder,
                    _ => None,
                },
                hint: error.hint_text().map(|hint| event.hint(hint)),
                rows: &[],
                bad: None,
            },
            left: match error.kind() {
                Kind::SoldOut { left } => Some(left),
                _ => left,
            },
        }
    }

    /// The same of a list with such rows, and so many in all.
    pub(super) fn of_rows(mut self, rows: &'a [RowMember<'a>], all: usize) -> Self {
        (self.error.rows, self.error.bad) = (rows, Some(all));
        self
    }
}
