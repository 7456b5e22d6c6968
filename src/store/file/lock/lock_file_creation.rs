//! A lock file that may be missing yet: opened, or created like the files that it guards.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::ledger::CountFile;
use crate::store::file::count::read::{explain_missing, without_a_ledger};
use crate::store::file::files::open::{Access, open_regular, try_open_regular};
use crate::store::file::sys::Attributes;

/// Opens it, or creates it with mode and owner of the first of `models` that is there. `for_an_event`: it is created only
/// where the first of them is a count, or the second, its ledger, is there.
pub(super) fn open_or_create(path: &Path, models: &[PathBuf], for_an_event: bool) -> Result<File> {
    let Some(first) = models.first() else {
        return open_regular(path, Access::Read);
    };
    let there = |model: &&PathBuf| Attributes::of_name(model).is_ok();
    let model = models.iter().find(there).unwrap_or(first);
    let found = Attributes::of_name(model);
    found.map_err(|e| explain_missing(Error::io("look at", model, e), model))?;
    if for_an_event {
        if let Some((file, _)) = try_open_regular(path, Access::ReadWrite)? {
            return Ok(file);
        }
        if model == first && Attributes::of_name(models.get(1).unwrap_or(first)).is_err() {
            CountFile::read(first).map_err(|error| match models.get(1) {
                Some(ledger) => without_a_ledger(error, first, ledger),
                None => error,
            })?;
        }
    }
    open_regular(path, Access::CreateLike(model))
}
