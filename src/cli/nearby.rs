//! An event that nobody named, or whose name is a slip, where others are at hand.

use std::fs;
use std::path::{Path, PathBuf};

use super::again;
use super::args::{Command, DEFAULT_FILE};
use crate::error::Place;
use crate::store::place::is_address;
use crate::{Error, Kind, shown};

/// So many are told at most.
const TOLD: usize = 3;

/// So many files are looked at in each place.
const LOOKED_AT: usize = 10_000;

/// The same error of a command on this event, with the events that may have been meant where there is none of the name that
/// was given, where that is a directory, or where there is none that is the default.
pub(super) fn told(error: Error, event: &Path) -> Error {
    let in_files = |place: &&Place| !is_address(&place.file);
    let Some(place) = error.place().filter(in_files) else {
        return error;
    };
    if error.kind() == Kind::Usage && event == place.file && event.is_dir() {
        return match meant(&events(event), "in it there is") {
            Some(hint) => error.hint(hint),
            None => error,
        };
    }
    if error.kind() != Kind::Missing {
        return error;
    }
    let (found, why) = if place.file == Path::new(DEFAULT_FILE) {
        (at_hand(), "no event was named, and here there is")
    } else {
        (like(&place.file), "there is")
    };
    let hints = [
        meant(&found, why),
        elsewhere(&error, &place.file),
        was_there(&error, &place.file),
    ];
    let own = error.hint_text().map(str::to_owned);
    let practice = to_practise_on(&error, &place.file);
    let again = put_back(&error, &place.file);
    let own = own.into_iter().chain(again);
    let hints = hints.into_iter().flatten().chain(own).chain(practice);
    let hints: Vec<String> = hints.collect();
    if hints.is_empty() {
        return error;
    }
    error.hint(hints.join("; "))
}

/// Whether an error says how an event is made.
fn makes_one(error: &Error) -> bool {
    let hint = error.hint_text().unwrap_or_default();
    hint.contains("'tickets init ")
}

/// The default event is also the one to practise on, which another command makes.
fn to_practise_on(error: &Error, file: &Path) -> Option<String> {
    let is_told = error
        .hint_text()
        .is_some_and(|hint| hint.contains("'tickets reset'"));
    let is_wanted = file == Path::new(DEFAULT_FILE) && makes_one(error) && !is_told;
    is_wanted.then(|| "'tickets reset' makes one with 2, to practise on".to_owned())
}

/// Where an event was looked for that could be made there by mistake: it may be in another directory.
fn elsewhere(error: &Error, file: &Path) -> Option<String> {
    if !makes_one(error) {
        return None;
    }
    let whole = std::path::absolute(file).ok()?;
    let looked = if file.is_absolute() {
        String::new()
    } else {
        format!(
            "it was looked for at {}; ",
            shown(&whole.display().to_string())
        )
    };
    Some(format!(
        "{looked}if the event is elsewhere, -f PATH names it"
    ))
}

/// Whether an event was there once: its lock file stays when the others are deleted.
fn was_once(file: &Path) -> bool {
    let mut lock = file.as_os_str().to_owned();
    lock.push(".lock");
    Path::new(&lock).exists()
}

/// An event that was named may have been deleted with all of its files.
fn put_back(error: &Error, file: &Path) -> Option<String> {
    let is_wanted = file != Path::new(DEFAULT_FILE) && makes_one(error) && !was_once(file);
    is_wanted.then(|| "'tickets restore DIR' puts a backup back".to_owned())
}

/// What is said where an event was once.
fn was_there(error: &Error, file: &Path) -> Option<String> {
    let is_wanted = makes_one(error) && was_once(file);
    is_wanted.then(|| {
        "one was there once: 'tickets restore DIR' puts it back, if there is a backup".to_owned()
    })
}

/// What is said beside an answer about the default event, which nobody named, where others are at hand: nothing for one
/// that is there to practise.
pub(super) fn unnamed(command: &Command) -> Option<String> {
    if !sells(command) || !Path::new(DEFAULT_FILE).exists() {
        return None;
    }
    let why = format!("no event was named, and so it was {DEFAULT_FILE}; here there is");
    meant(&at_hand(), &why)
}

/// Whether it is about somebody's tickets, or keeps them.
fn sells(command: &Command) -> bool {
    match command {
        Command::Set(arguments) => !arguments.settings.is_empty(),
        command => matches!(
            command,
            Command::Book(_)
                | Command::Hold(_)
                | Command::Confirm(_)
                | Command::Release(_)
                | Command::Rename(_)
                | Command::Show(_)
                | Command::Import(_)
                | Command::Close(_)
                | Command::Reopen(_)
                | Command::Door(_)
                | Command::Sales(_)
                | Command::Audit(_)
                | Command::Cancel(_)
                | Command::Adjust(_)
                | Command::Backup(_)
                // What it answers is told on the telephone.
                | Command::Query
        ),
    }
}

/// These events behind such words, and the command line with the first of them; `None`: there are none.
fn meant(found: &[PathBuf], why: &str) -> Option<String> {
    let example = again::of(found.first()?);
    let names = found.iter().take(TOLD);
    let names = names.map(|event| shown(&event.display().to_string()));
    let names = names.collect::<Vec<_>>().join(", ");
    let more = if found.len() > TOLD {
        " and others"
    } else {
        ""
    };
    Some(format!("{why} {names}{more}: {example}"))
}

/// The events here, and where the default one is: it is none of them.
fn at_hand() -> Vec<PathBuf> {
    let places = ["", "data"].iter().map(Path::new);
    let events = places.flat_map(events);
    events
        .filter(|event| event != Path::new(DEFAULT_FILE))
        .collect()
}

/// The events beside this file whose names are like its own, the likest first.
fn like(file: &Path) -> Vec<PathBuf> {
    let name = |path: &Path| {
        let stem = path.file_stem().unwrap_or_default();
        stem.to_string_lossy().to_lowercase()
    };
    let wanted = name(file);
    let place = file.parent().unwrap_or(Path::new(""));
    let mut found: Vec<(usize, PathBuf)> = events(place)
        .into_iter()
        .map(|event| (slips(&wanted, &name(&event)), event))
        .filter(|(slips, _)| *slips <= 2 && slips * 2 <= wanted.chars().count())
        .collect();
    found.sort();
    found.into_iter().map(|(_, event)| event).collect()
}

/// How many letters are left out, put in or taken for others between two words (the Levenshtein distance).
pub(super) fn slips(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    // To each beginning of `b`, from the beginning of `a` that has been walked.
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, letter) in a.chars().enumerate() {
        let mut left = at + 1;
        let mut next = vec![left];
        for ((other, above), diagonal) in b.iter().zip(row.iter().skip(1)).zip(&row) {
            let same = diagonal + usize::from(*other != letter);
            left = same.min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// Files in this directory that have a ledger, in the order of their names.
fn events(place: &Path) -> Vec<PathBuf> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted_letter_by_letter() {
        for (a, b, is) in [
            ("gala", "gala", 0),
            ("galla", "gala", 1),
            ("gla", "gala", 1),
            ("gale", "gala", 1),
            ("", "gala", 4),
            ("gala", "", 4),
            ("gaal", "gala", 2),
            ("m\u{fc}ller", "muller", 1),
        ] {
            assert_eq!(slips(a, b), is, "{a} {b}");
        }
    }
}
