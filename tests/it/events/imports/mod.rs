//! Lists of buyers: sold row by row, and once.

pub(crate) mod again;
pub(crate) mod formats;
pub(crate) mod long;
mod nonsense;
pub(crate) mod rejects;
mod separators;
pub(crate) mod skipped;
pub(crate) mod sold;

use std::fs;

use serde_json::Value;

use super::told;
use crate::harness::TestEvent;

/// Imports a list of this name and text: exit code, and the document.
#[track_caller]
fn import(event: &TestEvent, name: &str, text: &str, more: &[&str]) -> (i32, Value) {
    let list = event.path(name);
    fs::write(&list, text).unwrap();
    told(event, &[&["import", list.to_str().unwrap()], more].concat())
}

/// The rows that were refused, each with the code of its error.
#[track_caller]
fn refusals(done: &Value) -> Vec<(u64, &str)> {
    let rows = done["refused"].as_array().unwrap().iter();
    rows.map(|row| (row["row"].as_u64().unwrap(), row["code"].as_str().unwrap()))
        .collect()
}
