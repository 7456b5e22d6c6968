//! An event that nobody named, where others are at hand: `-f` was forgotten.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::DEFAULT_FILE;
use super::hint::EventFlag;
use crate::{Error, Kind, shown};

/// So many are told at most.
const TOLD: usize = 3;

/// So many files are looked at in each place.
const LOOKED_AT: usize = 10_000;

/// The same error of a command of this name, with the events that may have been meant where the default is missing.
pub(super) fn told(error: Error, command: &str) -> Error {
    let is_default = |error: &Error| {
        let place = error.place();
        place.is_some_and(|place| place.file == Path::new(DEFAULT_FILE))
    };
    if error.kind() != Kind::Missing || !is_default(&error) {
        return error;
    }
    let found: Vec<PathBuf> = ["", "data"]
        .iter()
        .flat_map(|place| events(place))
        .collect();
    let Some(first) = found.first() else {
        return error;
    };
    let example = EventFlag::named(first.as_os_str()).command(command);
    let names = found.iter().take(TOLD);
    let names = names.map(|event| shown(&event.display().to_string()));
    let names = names.collect::<Vec<_>>().join(", ");
    let more = if found.len() > TOLD {
        " and others"
    } else {
        ""
    };
    let hint = format!("no event was named, and here there is {names}{more}: {example}");
    match error.hint_text().map(str::to_owned) {
        Some(own) => error.hint(format!("{hint}; {own}")),
        None => error.hint(hint),
    }
}

/// Files in this directory that have a ledger, in the order of their names.
fn events(place: &str) -> Vec<PathBuf> {
    let place = Path::new(place);
    let looked = if place.as_os_str().is_empty() {
        Path::new(".")
    } else {
        place
    };
    let entries = fs::read_dir(looked).into_iter().flatten().flatten();
    let names = entries
        .take(LOOKED_AT)
        .map(|entry| PathBuf::from(entry.file_name()));
    let mut events: Vec<PathBuf> = names
        .filter(|name| name.extension().is_some_and(|end| end == "json"))
        .filter(|name| looked.join(name.with_extension("ledger.jsonl")).is_file())
        .map(|name| place.join(name))
        .collect();
    events.sort();
    events
}
