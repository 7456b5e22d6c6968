//! An event that is served: its clerks, its reads, and who follows its count.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::clerks::{Clerks, Staff};
use super::failure;
use super::lookups::LookupPool;
use super::reader::{EventReader, Seen};
use super::roll::EventRoll;
use super::settings::Settings;
use crate::BoxOffice;
use crate::error::{Kind, Result};
use crate::office::KeyIndex;
use crate::shown;
use crate::store::change_watch::ChangeWatch;
use crate::store::place::{self, is_address};

/// How long a clerk waits on a cluster for those to order again whom it has just answered: less than a commit takes.
const GATHERS: Duration = Duration::from_millis(2);

/// Paths of the service itself.
const RESERVED: [&str; 9] = [
    "api", "book", "desk", "healthz", "hold", "metrics", "page", "r", "readyz",
];

/// An event that is served.
#[derive(Debug)]
pub(super) struct Event {
    /// Its file without `.json`.
    pub(super) name: String,
    /// Its count.
    pub(super) path: PathBuf,
    /// Where it is served: empty, or as in `/gala`.
    pub(super) prefix: String,
    pub(super) clerks: Clerks,
    pub(super) reader: EventReader,
    pub(super) lookups: LookupPool,
    pub(super) roll: EventRoll,
    /// What was seen last, for those who follow it.
    pub(super) changes: watch::Sender<Option<Seen>>,
    /// Told of where the event tells that it may have changed.
    pub(super) changed: Arc<Notify>,
    /// `None`: it tells nothing, and is looked at.
    pub(super) watch: Option<ChangeWatch>,
}

/// Opens all of them.
pub(super) fn open_all(settings: &Settings) -> Result<Vec<Event>> {
    let mut names = HashSet::new();
    let alone = settings.events.len() == 1;
    let mut events = Vec::new();
    for path in &settings.events {
        let name = name(path, alone)?;
        if !names.insert(name.clone()) {
            let message = format!("two events are called {name:?}");
            return Err(failure::usage(message).hint("each is served at a path of its own name"));
        }
        events.push(Event::open(path, name, alone, settings)?);
    }
    Ok(events)
}

impl Event {
    /// One that does not add up is served too: it says so, until somebody puts it right.
    fn open(path: &Path, name: String, alone: bool, settings: &Settings) -> Result<Self> {
        let office = BoxOffice::at(path)?;
        match office.state() {
            Err(error) if error.kind() == Kind::Missing => return Err(error),
            _ => {}
        }
        // An address also says who asks; of a file's path a link is resolved.
        let path = if is_address(path) {
            path
        } else {
            office.path()
        };
        let keys = KeyIndex::default();
        let changed = Arc::new(Notify::new());
        let tells = Arc::clone(&changed);
        let watch = place::watch(path, Box::new(move || tells.notify_one()))?;
        Ok(Self {
            prefix: if alone {
                String::new()
            } else {
                format!("/{name}")
            },
            name,
            clerks: Clerks::hire(path, &keys, staff(path, settings.clerks), settings.queue)?,
            reader: EventReader::of(path)?,
            lookups: LookupPool::of(path, &keys),
            roll: EventRoll::default(),
            changes: watch::Sender::new(None),
            changed,
            watch,
            path: path.to_path_buf(),
        })
    }
}

/// Who sells it. On a cluster one clerk: of two who commit at once one does it in vain, and what waits for one is sold in its
/// next commit, which costs so much that it waits a moment for more.
fn staff(path: &Path, wanted: usize) -> Staff {
    if is_address(path) {
        return Staff {
            clerks: 1,
            gathers: GATHERS,
        };
    }
    Staff {
        clerks: wanted,
        gathers: Duration::ZERO,
    }
}

/// What an event is called in a path. An event that is alone needs no name.
fn name(path: &Path, alone: bool) -> Result<String> {
    let name = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain);
    if alone || fits && !RESERVED.contains(&name) {
        return Ok(name.to_owned());
    }
    let message = format!(
        "{} cannot be served at a path of its name",
        shown(&path.display().to_string())
    );
    Err(failure::usage(message).hint("letters, digits, - _ and . are for names of events"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_plain_part_of_a_path() {
        for (path, expected) in [
            ("gala.json", "gala"),
            ("/a/New-Year_2027.json", "New-Year_2027"),
        ] {
            assert_eq!(name(path.as_ref(), false).unwrap(), expected);
        }
        for path in [
            "metrics.json",
            "a b.json",
            "gäla.json",
            "..json",
            "a%2fb.json",
            "{x}.json",
            "*.json",
            "",
        ] {
            assert!(name(path.as_ref(), false).is_err(), "{path}");
            assert!(name(path.as_ref(), true).is_ok(), "{path}");
        }
    }
}
