//! Replacing `tickets.json` atomically.

use std::path::Path;

use tempfile::TempPath;

use super::edit::{Edit, displaced};
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
    let model = Attributes::of_name(path).map_err(problem)?;
    let (version, old) = name_fresh(path, bytes, &model, sync, None)?;
    if let Some(old) = old {
        let replaced = Attributes::of_name(&old).map_err(problem)?;
        match displaced(old, &replaced, known) {
            Ok(old) => old.close().map_err(problem)?,
            Err(edit) => return Ok((version, Some(edit))),
        }
    }
    Ok((version, None))
}

/// The same without a sync, by an old version of the count of this ledger where the shelf has one. The
/// version that is replaced goes onto the shelf; `known`: which that is, as far as its caller
/// has seen. Returns it if it is another one.
pub(crate) fn replace_again(
    path: &Path,
    bytes: &[u8],
    shelf: &Shelf,
    ledger: FileId,
    known: Option<&Version>,
) -> Result<(Version, Option<Edit>)> {
    let problem = |e| Error::io("replace", path, e);
    let look = || Attributes::of_name(path).map_err(problem);
    let model = look()?;
    if let Some((fresh, spare)) = shelf.take(ledger, bytes, &model)
        // Somebody may have swept it meanwhile.
        && sys::exchange(&spare, path).is_ok_and(|exchanged| exchanged)
    {
        if let Ok(replaced) = Attributes::of_name(&spare) {
            // Changed since the look.
            if !replaced.is_like(&model) {
                take_after(fresh.file(), &model, &replaced).map_err(problem)?;
            }
            match displaced(spare, &replaced, known) {
                Ok(old) => shelf.keep(ledger, old, &replaced, known),
                Err(edit) => return Ok((fresh, Some(edit))),
            }
        }
        return Ok((fresh, None));
    }
    let model = look()?;
    // Only what is used again and again repays the search.
    let apart = shelf.has_room().then_some(ledger);
    let (version, old) = name_fresh(path, bytes, &model, false, apart)?;
    if let Some(old) = old
        && let Ok(replaced) = Attributes::of_name(&old)
    {
        match displaced(old, &replaced, known) {
            Ok(old) => shelf.keep(ledger, old, &replaced, known),
            Err(edit) => return Ok((version, Some(edit))),
        }
    }
    Ok((version, None))
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
