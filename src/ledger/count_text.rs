//! The text of the count file: a JSON object with its members in their order, and what is wrong with it, and where.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::limits::MAX_STOCK;
use crate::error::{Error, Kind};
use crate::json_words;

/// A whole number from 0 to [`MAX_STOCK`], or what was found instead.
pub(super) fn whole_number(text: &str) -> std::result::Result<u64, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let short: String = text.chars().take(40).collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("{short}, not a whole number"));
    }
    if text.starts_with('-') && digits.bytes().any(|digit| digit != b'0') {
        return Err(format!("{short}, below zero"));
    }
    match digits.parse() {
        Ok(number) if number <= MAX_STOCK => Ok(number),
        _ => Err(format!(
            "{short}, more than the {MAX_STOCK} that can be counted"
        )),
    }
}

/// All members of a JSON object in their order, with values as they were written.
pub(super) struct Members<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object like {\"ticket\": 2}")
            }
            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.push((name.0, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// What is wrong with the text, and where.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    pub(super) message: String,
    pub(super) line: u64,
    pub(super) column: u64,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>, line: u64, column: u64) -> Self {
        Self {
            message: message.into(),
            line,
            column,
        }
    }

    pub(super) fn json(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line() as u64, error.column() as u64);
        if error.is_data() {
            return Self::new("is not an object like {\"ticket\": 2}", line, column.max(1));
        }
        let what = json_words::in_words(error);
        Self::new(format!("is not valid JSON: {what}"), line, column.max(1))
    }

    pub(super) fn value(text: &str, value: &RawValue, message: String) -> Self {
        let offset = (value.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        let (line, column) = line_and_column(text.as_bytes().get(..offset).unwrap_or_default());
        Self::new(message, line, column)
    }

    pub(crate) fn in_file(self, path: &Path) -> Error {
        corrupt(self.message).at(path, self.line, self.column)
    }
}

pub(super) fn corrupt(message: impl Into<String>) -> Error {
    Error::new(Kind::Integrity, message).hint(
        "is this the right file? -f FILE names another; mend it by hand, or 'tickets restore DIR' puts a backup back",
    )
}

/// The line and column, from 1, of the byte that follows these.
pub(super) fn line_and_column(before: &[u8]) -> (u64, u64) {
    let line = before.split(|&byte| byte == b'\n').count() as u64;
    let column = before
        .iter()
        .rev()
        .take_while(|&&byte| byte != b'\n')
        .count() as u64
        + 1;
    (line, column)
}
