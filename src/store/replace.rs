//! Replacing `tickets.json` atomically.

use std::path::Path;

use tempfile::TempPath;

use super::files::{FileId, take_after, write_beside};
use super::spares::Shelf;
use super::sys::{self, Attributes};
use super::version::Version;
use crate::error::{Error, Result};

/// Replaces a file by a fresh one with these bytes, atomically: whoever opens `path` reads the
/// old bytes or the new ones, never a mixture, and never finds the name missing. Mode and owner
/// are kept. Returns the new version.
///
/// `sync`: the bytes are on disk before the name means them. Without it a power cut may leave an
/// empty file under the name.
///
/// Exchanging the two names instead of renaming over one spares the flush that ext4 makes when a
/// file is replaced (`auto_da_alloc`).
pub(crate) fn replace(path: &Path, bytes: &[u8], sync: bool) -> Result<Version> {
    let problem = |e| Error::io("replace", path, e);
    let model = Attributes::of_name(path).map_err(problem)?;
    let (version, old) = name_fresh(path, bytes, &model, sync, None)?;
    if let Some(old) = old {
        old.close().map_err(problem)?;
    }
    Ok(version)
}

/// The same without a sync, by an old version of the count of this ledger where the shelf has one. The
/// version that is replaced goes onto the shelf; `known`: which that is, as far as its caller
/// has seen.
pub(crate) fn replace_again(
    path: &Path,
    bytes: &[u8],
    shelf: &Shelf,
    ledger: FileId,
    known: Option<&Version>,
) -> Result<Version> {
    let problem = |e| Error::io("replace", path, e);
    let look = || Attributes::of_name(path).map_err(problem);
    let model = look()?;
    if let Some((fresh, spare)) = shelf.take(ledger, bytes, &model)
        // Somebody may have swept it meanwhile.
        && sys::exchange(&spare, path).is_ok_and(|exchanged| exchanged)
    {
        if let Ok(replaced) = Attributes::of_name(&spare) {
            // Changed since the look.
            if !replaced.is_like(&model)
                && let Some(file) = fresh.file()
            {
                take_after(file, &model, &replaced).map_err(problem)?;
            }
            shelf.keep(ledger, spare, &replaced, known);
        }
        return Ok(fresh);
    }
    let model = look()?;
    // Only what is used again and again repays the search.
    let apart = shelf.has_room().then_some(ledger);
    let (version, old) = name_fresh(path, bytes, &model, false, apart)?;
    if let Some(old) = old
        && let Ok(replaced) = Attributes::of_name(&old)
    {
        shelf.keep(ledger, old, &replaced, known);
    }
    Ok(version)
}

/// Gives the name to a new file; returns it, and what the old one is called now if it is still there.
fn name_fresh(
    path: &Path,
    bytes: &[u8],
    model: &Attributes,
    sync: bool,
    apart: Option<FileId>,
) -> Result<(Version, Option<TempPath>)> {
    let problem = |e| Error::io("replace", path, e);
    known_bad!(CountInPlace => return Ok((crate::known_bad::write_over(path, bytes)?, None)));
    let (file, temp) = write_beside(path, bytes, Some(model), sync, apart)?.into_parts();
    let old = if sys::exchange(&temp, path).map_err(problem)? {
        // The temporary name now means the old version.
        Some(temp)
    } else {
        temp.persist(path).map_err(|e| problem(e.error))?;
        None
    };
    let id = FileId::of_handle(&file).map_err(problem)?;
    Ok((Version::written(file, id, bytes), old))
}
