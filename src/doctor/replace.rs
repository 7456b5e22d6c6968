//! Is a replaced file always there, and whole; can names be exchanged, linked and synced.

use crate::store::file::files::directory::sync_directory;
use crate::store::file::files::write::write_beside;
use crate::store::file::sys::FileId;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::peer::{PeerAnswer, PeerRequest};
use super::peer_process::PeerProcess;
use super::report::{Check, CheckResult};
use super::scratch::{COUNT, LOCK, Scratch, is_full};
use super::watch::version;
use crate::error::{Error, Kind, Result, told};
use crate::store::file::count::replace::replace;
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
        exchange(scratch)?,
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

fn exchange(scratch: &Scratch<'_>) -> Result<Check> {
    const NAME: &str = "exchange";
    let (a, b) = (scratch.path(LOCK), scratch.path(COUNT));
    let ids = || -> std::io::Result<_> { Ok((FileId::of_name(&a)?, FileId::of_name(&b)?)) };
    let look = |error| Error::io("look at", &a, error);
    let (was_a, was_b) = ids().map_err(look)?;
    Ok(match sys::exchange(&a, &b) {
        Ok(true) if ids().map_err(look)? == (was_b, was_a) => Check::new(
            NAME,
            CheckResult::Pass,
            "two names can be exchanged in one step",
        ),
        Ok(true) => Check::new(
            NAME,
            CheckResult::Fail,
            "names are not what they were exchanged to",
        ),
        Ok(false) => Check::new(
            NAME,
            CheckResult::Note,
            "two names cannot be exchanged: the count is replaced by rename",
        ),
        Err(error) => Check::new(
            NAME,
            CheckResult::Fail,
            format!("two names cannot be exchanged: {}", told(&error)),
        ),
    })
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
