//! An event copied between files and clusters: by way of a backup in a directory that goes away, which both can make and
//! put back.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Store as _;
#[cfg(feature = "etcd")]
use super::etcd::event_store::EtcdStore;
use super::file::event::EventFiles;
use super::file::file_store::FileStore;
use super::file::files::directory::directory;
use super::file::sys::look;
use super::place;
use super::results::Backup;
use crate::error::{Error, Kind, Result};

/// Copies the event at `from` as it is now to `to`, where none is: every line of it, checked against the one before it.
///
/// # Errors
/// [`Kind::Refused`]: something of an event is at `to`; [`Kind::Integrity`]: the event does not add up.
pub(crate) fn copy(from: &Path, to: &Path, wait: Duration) -> Result<Backup> {
    refuse_what_is_there(to)?;
    let problem = |e| Error::io("make a directory in", &std::env::temp_dir(), e);
    let staging = tempfile::tempdir().map_err(problem)?;
    let saved = save(from, staging.path(), wait)?;
    let about = |error: Error| match error.place() {
        Some(place) if place.file.starts_with(staging.path()) => {
            let line = place.line;
            error.at(from, line, 0)
        }
        _ => error,
    };
    let named = renamed(&saved, &file_name(to)).map_err(about)?;
    if place::is_address(to) {
        return put_on_cluster(&named, to, wait).map_err(about);
    }
    FileStore::at(&named)?
        .backup(directory(to), wait)
        .map_err(about)
}

/// Saves the event to this directory; returns where its count is.
fn save(from: &Path, staging: &Path, wait: Duration) -> Result<PathBuf> {
    let mut store = place::open(from, None)?;
    store.backup(staging, wait)?;
    let name = if place::is_address(from) {
        file_name(from)
    } else {
        // A link is resolved.
        store.location().file_name().unwrap_or_default().into()
    };
    Ok(staging.join(name))
}

/// The name of the count of an event there, as a file.
fn file_name(event: &Path) -> PathBuf {
    let name = event.file_name().unwrap_or_default();
    if !place::is_address(event) {
        return name.into();
    }
    let name = name.to_string_lossy();
    format!("{}.json", name.split('?').next().unwrap_or_default()).into()
}

/// The same files under another name.
fn renamed(count: &Path, name: &Path) -> Result<PathBuf> {
    let old = EventFiles::at(count)?;
    let target = count.with_file_name(name);
    if old.count == target {
        return Ok(target);
    }
    // A name that no event can have is refused before anything is moved.
    let new = EventFiles::at(&target)?;
    for (old, new) in [(&old.ledger, &new.ledger), (&old.count, &new.count)] {
        if old.exists() {
            fs::rename(old, new).map_err(|e| Error::io("rename", old, e))?;
        }
    }
    Ok(target)
}

fn refuse_what_is_there(to: &Path) -> Result<()> {
    if place::is_address(to) {
        return match place::open(to, None)?.published() {
            Ok(_) => Err(is_there(to)),
            Err(error) if error.kind() == Kind::Missing => Ok(()),
            Err(error) if error.kind() == Kind::Integrity => Err(is_there(to)),
            Err(error) => Err(error),
        };
    }
    let files = EventFiles::at(to)?;
    for path in [&files.count, &files.ledger] {
        if look(path)
            .map_err(|e| Error::io("look at", path, e))?
            .is_some()
        {
            return Err(is_there(path));
        }
    }
    Ok(())
}

fn is_there(path: &Path) -> Error {
    let error = Error::new(Kind::Refused, "is there already, and is left alone").at(path, 0, 0);
    error.hint("nothing was changed; give the copy another name")
}

#[cfg(feature = "etcd")]
fn put_on_cluster(count: &Path, to: &Path, wait: Duration) -> Result<Backup> {
    EtcdStore::at(to)?.take_in(count, wait)
}

#[cfg(not(feature = "etcd"))]
fn put_on_cluster(_count: &Path, to: &Path, _wait: Duration) -> Result<Backup> {
    place::open(to, None).and_then(|mut store| store.backup(to, Duration::ZERO))
}
