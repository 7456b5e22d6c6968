//! Is a replaced file always there, and whole; can names be exchanged, linked and synced.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::ground::{COUNT, Ground, LOCK, is_full};
use super::party::{Answer, Order};
use super::report::{Check, Finding};
use super::witness::Witness;
use crate::error::{Error, Kind, Result};
use crate::store::file::files::{
    Access, FileId, open_regular, read_capped, sync_directory, write_beside,
};
use crate::store::file::replace::replace;
use crate::store::file::sys;

/// A file is replaced so often, unless that takes too long.
const TIMES: u32 = 2000;

/// It is replaced for so long at least, so that the reader surely has its turn,
const SHORTEST: Duration = Duration::from_millis(50);

/// and at most.
const LONGEST: Duration = Duration::from_millis(250);

/// Versions differ in their bytes and in their length, up to so many.
const VERSIONS: u8 = 26;

pub(super) fn examine(ground: &Ground<'_>) -> Result<[Check; 5]> {
    let mut witness = ground.witness()?;
    let count = ground.path(COUNT);
    fs::write(&count, version(0)).map_err(|error| Error::io("write", &count, error))?;
    Ok([
        watched(ground, &mut witness, "replace", &|path, bytes| {
            replace(path, bytes, false).map(drop)
        })?,
        watched(ground, &mut witness, "rename", &rename)?,
        exchange(ground)?,
        hard_links(ground),
        sync(ground),
    ])
}

/// How `replace` does it where names cannot be exchanged, and a reset everywhere.
fn rename(path: &Path, bytes: &[u8]) -> Result<()> {
    let temp = write_beside(path, bytes, None, false, None)?;
    temp.persist(path)
        .map_err(|e| Error::io("replace", path, e.error))?;
    Ok(())
}

/// Replaces the count again and again while the witness reads it.
fn watched(
    ground: &Ground<'_>,
    witness: &mut Witness<'_>,
    name: &'static str,
    way: &dyn Fn(&Path, &[u8]) -> Result<()>,
) -> Result<Check> {
    let path = ground.path(COUNT);
    witness.ask(Order::Watch)?;
    let start = Instant::now();
    let mut times = 0;
    while start.elapsed() < SHORTEST || (times < TIMES && start.elapsed() < LONGEST) {
        ground.go_on()?;
        times += 1;
        if let Err(error) = way(&path, &version(times)) {
            if is_full(&error) {
                return Err(error);
            }
            let text = format!("cannot be replaced: {}", error.message());
            return Ok(Check::new(name, Finding::Fail, text));
        }
    }
    match witness.ask(Order::Tell)? {
        Answer::Watched(tally) => Ok(tally.judge(name, times)),
        answer => Err(Error::new(
            Kind::Io,
            format!("the second process told nothing of what it read: {answer:?}"),
        )),
    }
}

/// The bytes of a version.
fn version(number: u32) -> Vec<u8> {
    let kind = (number % u32::from(VERSIONS)) as u8;
    vec![b'a' + kind; 5000 + 131 * usize::from(kind)]
}

fn is_whole(bytes: &[u8]) -> bool {
    let kind = bytes.first().and_then(|first| first.checked_sub(b'a'));
    kind.is_some_and(|kind| kind < VERSIONS && bytes == version(kind.into()))
}

/// What a reader found under a name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    reads: u64,
    /// How often another version was read than the time before.
    changes: u64,
    missing: u64,
    empty: u64,
    mixed: u64,
    failed: u64,
    /// How the first failure reads.
    error: Option<String>,
}

impl Tally {
    fn judge(&self, name: &'static str, times: u32) -> Check {
        let broken = [
            (self.missing, "missing"),
            (self.empty, "empty"),
            (self.mixed, "mixed"),
            (self.failed, "unreadable"),
        ];
        let found: Vec<String> = broken
            .iter()
            .filter(|(times, _)| *times > 0)
            .map(|(times, what)| format!("{times} times {what}"))
            .collect();
        let text = format!("read {} times while replaced {times} times", self.reads);
        if !found.is_empty() {
            let error = self.error.iter().map(|error| format!(" ({error})"));
            let error = error.collect::<String>();
            let text = format!("{text}: {}{error}", found.join(", "));
            Check::new(name, Finding::Fail, text)
        } else if self.changes == 0 {
            let text = format!("{text}, but never meanwhile: not tried");
            Check::new(name, Finding::Note, text)
        } else {
            let text = format!("{text}: always there and whole");
            Check::new(name, Finding::Pass, text)
        }
    }
}

/// Opens and reads a name as a query does, again and again, as long as that is wanted.
pub(super) fn watch(path: &Path, wanted: impl Fn() -> bool) -> Tally {
    let mut tally = Tally::default();
    let mut last = None;
    while wanted() {
        tally.reads += 1;
        match read_capped(path, 1 << 20) {
            Ok((bytes, _)) if bytes.is_empty() => tally.empty += 1,
            Ok((bytes, _)) if is_whole(&bytes) => {
                let first = bytes.first().copied();
                tally.changes += u64::from(last.is_some() && last != first);
                last = first;
            }
            Ok(_) => tally.mixed += 1,
            Err(error) if error.is_not_found() => tally.missing += 1,
            Err(error) => {
                tally.failed += 1;
                tally.error.get_or_insert(error.message().to_owned());
            }
        }
    }
    tally
}

fn exchange(ground: &Ground<'_>) -> Result<Check> {
    const NAME: &str = "exchange";
    let (a, b) = (ground.path(LOCK), ground.path(COUNT));
    let ids = || -> std::io::Result<_> { Ok((FileId::of_name(&a)?, FileId::of_name(&b)?)) };
    let look = |error| Error::io("look at", &a, error);
    let (was_a, was_b) = ids().map_err(look)?;
    Ok(match sys::exchange(&a, &b) {
        Ok(true) if ids().map_err(look)? == (was_b, was_a) => Check::new(
            NAME,
            Finding::Pass,
            "two names can be exchanged in one step",
        ),
        Ok(true) => Check::new(
            NAME,
            Finding::Fail,
            "names are not what they were exchanged to",
        ),
        Ok(false) => Check::new(
            NAME,
            Finding::Note,
            "two names cannot be exchanged: the count is replaced by rename",
        ),
        Err(error) => Check::new(
            NAME,
            Finding::Fail,
            format!("two names cannot be exchanged: {error}"),
        ),
    })
}

fn hard_links(ground: &Ground<'_>) -> Check {
    const NAME: &str = "hard_links";
    match fs::hard_link(ground.path(COUNT), ground.path("link")) {
        Ok(()) => Check::new(NAME, Finding::Pass, "a file can have a second name"),
        Err(error) => Check::new(
            NAME,
            Finding::Note,
            format!("a file cannot have a second name: {error}"),
        ),
    }
}

fn sync(ground: &Ground<'_>) -> Check {
    let path = ground.path(COUNT);
    let synced = open_regular(&path, Access::ReadWrite)
        .and_then(|file| file.sync_data().map_err(|e| Error::io("sync", &path, e)))
        .and_then(|()| sync_directory(&path));
    let wrong = synced.err().map(|error| error.message().to_owned());
    Check::of("sync", "a file and its directory can be synced", wrong)
}
