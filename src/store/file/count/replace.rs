//! Replacing `tickets.json` atomically.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::TempPath;

use crate::error::{Error, Result};
use crate::store::file::count::edit::{Edit, displaced};
use crate::store::file::files::version::Version;
use crate::store::file::files::write::write_beside;
use crate::store::file::recycled::RecycledVersions;
use crate::store::file::rights::Rights;
use crate::store::file::sys;
use crate::store::file::sys::{FileId, look};

/// Replaces a file by a fresh one with these bytes, atomically: a process that opens `path` reads the
/// old bytes or the new ones, never a mixture, and never finds the name missing. Its rights are kept, and those
/// that cannot be are never wider ([`crate::store::file::rights`]). Returns the new version.
///
/// `sync`: the bytes are on disk before the name means them. Without it a power cut may leave an
/// empty file under the name.
///
/// Exchanging the two names instead of renaming over one spares the flush that ext4 makes when a
/// file is replaced (`auto_da_alloc`).
pub(crate) fn replace(path: &Path, bytes: &[u8], sync: bool) -> Result<Version> {
    Ok(replace_known(path, bytes, sync, None)?.0)
}

/// The same; also returns what was replaced if that was not the `known` version.
pub(crate) fn replace_known(
    path: &Path,
    bytes: &[u8],
    sync: bool,
    known: Option<&Version>,
) -> Result<(Version, Option<Edit>)> {
    let problem = |e| Error::io("replace", path, e);
    let rights = Rights::of_name(path).map_err(problem)?;
    let (version, old) = name_fresh(path, bytes, &rights, sync, None)?;
    if let Some((old, replaced)) = old {
        match displaced(old, replaced, known) {
            Ok(old) => old.close().map_err(problem)?,
            Err(edit) => return Ok((version, Some(edit))),
        }
    }
    Ok((version, None))
}

/// The same without a sync, by an old version of the count of this ledger where the recycled versions has one. The
/// version that is replaced goes onto the recycled versions; `known`: which that is, as far as its caller
/// has seen. Returns it if it is another one.
pub(crate) fn replace_again(
    path: &Path,
    bytes: &[u8],
    recycled: &RecycledVersions,
    ledger: FileId,
    known: Option<&Version>,
) -> Result<(Version, Option<Edit>)> {
    let problem = |e| Error::io("replace", path, e);
    let now = || Rights::of_name(path).map_err(problem);
    let rights = now()?;
    if let Some((fresh, old)) = recycled.take(ledger, bytes, &rights)
        // Somebody may have removed it meanwhile.
        && sys::exchange(&old, path).is_ok_and(|exchanged| exchanged)
    {
        let replaced = fresh
            .file()
            .map(|file| make_up(file, &rights, &old))
            .transpose()
            .map_err(problem)?;
        if let Some(replaced) = replaced.flatten() {
            match displaced(old, replaced, known) {
                Ok(old) => recycled.keep(ledger, old, replaced, known),
                Err(edit) => return Ok((fresh, Some(edit))),
            }
        }
        return Ok((fresh, None));
    }
    let rights = now()?;
    // Only what is used again and again repays the search.
    let apart = recycled.has_room().then_some(ledger);
    let (version, old) = name_fresh(path, bytes, &rights, false, apart)?;
    if let Some((old, replaced)) = old {
        match displaced(old, replaced, known) {
            Ok(old) => recycled.keep(ledger, old, replaced, known),
            Err(edit) => return Ok((version, Some(edit))),
        }
    }
    Ok((version, None))
}

/// What lost its name, which it has now, and which file that is.
type Displaced = (TempPath, FileId);

/// Gives the name to a new file; returns it, and the old one if it is still there.
fn name_fresh(
    path: &Path,
    bytes: &[u8],
    rights: &Rights,
    sync: bool,
    apart: Option<FileId>,
) -> Result<(Version, Option<Displaced>)> {
    let problem = |e| Error::io("replace", path, e);
    known_bad!(CountInPlace => {
        crate::store::file::count::in_place::write(path, bytes, &mut || {})?;
        let read = crate::store::file::files::read::read_capped(path, crate::ledger::MAX_COUNT_BYTES)?;
        return Ok((read.1, None))
    });
    let (file, temp) = write_beside(path, bytes, Some(rights), sync, apart)?.into_parts();
    let old = if sys::exchange(&temp, path).map_err(problem)? {
        // The temporary name now means the old version.
        let replaced = make_up(&file, rights, &temp).map_err(problem)?;
        replaced.map(|replaced| (temp, replaced))
    } else {
        let now = Rights::of_name(path).map_err(problem)?;
        if now != *rights {
            now.give_to(&file).map_err(problem)?;
        }
        temp.persist(path).map_err(|e| problem(e.error))?;
        None
    };
    let id = FileId::of_handle(&file).map_err(problem)?;
    Ok((Version::written(file, id, bytes), old))
}

/// Gives the rights of what lost its name to what has it now, where somebody changed them since they were looked
/// at. Tells which file lost it; `None`: it is gone.
fn make_up(fresh: &File, looked: &Rights, replaced: &Path) -> io::Result<Option<FileId>> {
    // Somebody may have removed it.
    let Some(own) = look(replaced)? else {
        return Ok(None);
    };
    let rights = Rights::of_named(replaced, &own)?;
    if rights != *looked {
        rights.give_to(fresh)?;
    }
    Ok(Some(own.id))
}
