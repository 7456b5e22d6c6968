//! Is a replaced file always there, and whole; can names be exchanged, linked and synced.

use crate::store::file::files::directory::sync_directory;
use crate::store::file::files::write::write_beside;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use super::peer::{PeerAnswer, PeerRequest};
use super::peer_process::PeerProcess;
use super::report::{Check, CheckResult};
use super::scratch::{COUNT, Scratch, is_full};
use super::watch::version;
use crate::error::{Error, Kind, Result, told};
use crate::store::file::count::replace::replace;
use crate::store::file::files::exchange::{ExchangeTry, try_exchange};
use crate::store::file::files::open::{Access, open_regular};
use crate::store::file::sys;

/// A file is replaced so often, unless that takes too long.
const TIMES: u32 = 2000;

/// It is replaced for so long at least, so that the reader surely has its turn,
const SHORTEST: Duration = Duration::from_millis(50);

/// and at most.
const LONGEST: Duration = Duration::from_millis(250);

pub(super) fn examine(scratch: &Scratch<'_>) -> Result<[Check; 5]> {
    let mut peer = PeerProcess::start(scratch)?;
    let count = scratch.path(COUNT);
    fs::write(&count, version(0)).map_err(|error| Error::io("write", &count, error))?;
    Ok([
        watched(scratch, &mut peer, "replace", &|path, bytes| {
            replace(path, bytes, false).map(drop)
        })?,
        watched(scratch, &mut peer, "rename", &rename)?,
        exchange(&count, try_exchange(&count, sys::exchange))?,
        hard_links(scratch),
        sync(scratch),
    ])
}

/// How `replace` does it where names cannot be exchanged, and a reset everywhere.
fn rename(path: &Path, bytes: &[u8]) -> Result<()> {
    let temp = write_beside(path, bytes, None, false, None)?;
    temp.persist(path)
        .map_err(|e| Error::io("replace", path, e.error))?;
    Ok(())
}

/// Replaces the count again and again while the peer process reads it.
fn watched(
    scratch: &Scratch<'_>,
    peer: &mut PeerProcess<'_>,
    name: &'static str,
    way: &dyn Fn(&Path, &[u8]) -> Result<()>,
) -> Result<Check> {
    let path = scratch.path(COUNT);
    peer.ask(PeerRequest::Watch)?;
    let start = Instant::now();
    let mut times = 0;
    while start.elapsed() < SHORTEST || (times < TIMES && start.elapsed() < LONGEST) {
        scratch.go_on()?;
        times += 1;
        if let Err(error) = way(&path, &version(times)) {
            if is_full(&error) {
                return Err(error);
            }
            let text = format!("cannot be replaced: {}", error.message());
            return Ok(Check::new(name, CheckResult::Fail, text));
        }
    }
    match peer.ask(PeerRequest::Tell)? {
        PeerAnswer::Watched(counts) => Ok(counts.judge(name, times)),
        answer => Err(Error::new(
            Kind::Io,
            format!("the second process told nothing of what it read: {answer:?}"),
        )),
    }
}

/// A file system that drops the flags of a rename drops the one, too, by which nothing is replaced.
fn exchange(path: &Path, tried: io::Result<ExchangeTry>) -> Result<Check> {
    let (result, text) = match tried {
        Ok(ExchangeTry::Exchanged) => (
            CheckResult::Pass,
            "two names can be exchanged in one step".to_owned(),
        ),
        Ok(ExchangeTry::Claimed) => (
            CheckResult::Fail,
            "claims to exchange two names, and does not: what it says cannot be relied on"
                .to_owned(),
        ),
        Ok(ExchangeTry::Unsupported) => (
            CheckResult::Note,
            "two names cannot be exchanged: the count is replaced by rename".to_owned(),
        ),
        Err(error) => {
            let text = format!("two names cannot be exchanged: {}", told(&error));
            let error = Error::io("exchange names beside", path, error);
            if is_full(&error) {
                return Err(error);
            }
            (CheckResult::Fail, text)
        }
    };
    Ok(Check::new("exchange", result, text))
}

fn hard_links(scratch: &Scratch<'_>) -> Check {
    const NAME: &str = "hard_links";
    match fs::hard_link(scratch.path(COUNT), scratch.path("link")) {
        Ok(()) => Check::new(NAME, CheckResult::Pass, "a file can have a second name"),
        Err(error) => Check::new(
            NAME,
            CheckResult::Note,
            format!("a file cannot have a second name: {}", told(&error)),
        ),
    }
}

fn sync(scratch: &Scratch<'_>) -> Check {
    let path = scratch.path(COUNT);
    let synced = open_regular(&path, Access::ReadWrite)
        .and_then(|file| file.sync_data().map_err(|e| Error::io("sync", &path, e)))
        .and_then(|()| sync_directory(&path));
    let wrong = synced.err().map(|error| error.message().to_owned());
    Check::of("sync", "a file and its directory can be synced", wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_an_exchange_is_judged() {
        for (tried, result, part) in [
            (
                Ok(ExchangeTry::Exchanged),
                CheckResult::Pass,
                "can be exchanged",
            ),
            (Ok(ExchangeTry::Unsupported), CheckResult::Note, "by rename"),
            (
                Ok(ExchangeTry::Claimed),
                CheckResult::Fail,
                "claims to exchange two names, and does not",
            ),
            (
                Err(io::ErrorKind::Other.into()),
                CheckResult::Fail,
                "cannot be exchanged: ",
            ),
        ] {
            let check = exchange(Path::new(COUNT), tried).unwrap();
            assert_eq!((check.name, check.result), ("exchange", result));
            assert!(check.text.contains(part), "{}", check.text);
        }
        // Where there is no room nothing is known.
        let full = Err(io::ErrorKind::StorageFull.into());
        assert!(exchange(Path::new(COUNT), full).is_err());
    }
}
