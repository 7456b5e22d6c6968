//! Whether an event can be sold from where it stands, known before anything is written.
//!
//! Two things go wrong only after the first sale, and then in silence: a count that cannot be replaced, and a
//! ledger that others who see the same count do not see.

use std::path::Path;

use super::event::EventFiles;
use super::files::{directory, look};
use super::sys::{self, Trait};
use crate::error::{Error, Kind, Result};

/// Refuses an event whose count cannot be replaced.
///
/// # Errors
/// [`Kind::Refused`]: nothing was written, and the hint says what to do.
pub(crate) fn refuse_unsellable(files: &EventFiles) -> Result<()> {
    let count = &files.count;
    let refused = |message: &str| Err(Error::new(Kind::Refused, message).at(count, 0, 0));
    if sys::has(count, Trait::MountRoot) {
        let message = "is a mount of its own, as a file is that was bound into a container alone: it cannot be \
                       replaced, and the ledger beside it is not the one that others see";
        return refused(message).map_err(|error| {
            error.hint("nothing was changed; mount the directory that holds it instead of the file")
        });
    }
    for fixed in [Trait::Immutable, Trait::AppendOnly] {
        if sys::has(count, fixed) {
            return refused(fixed.sentence()).map_err(|error| {
                error.hint("nothing was changed; 'lsattr' shows it, and 'chattr -i -a' on this file ends it")
            });
        }
        let directory = directory(count);
        if sys::has(directory, fixed) {
            let error = Error::new(Kind::Refused, fixed.sentence()).at(directory, 0, 0);
            return Err(error.hint(
                "nothing was changed; 'lsattr -d' shows it, and 'chattr -i -a' on this directory ends it",
            ));
        }
    }
    Ok(())
}

/// Whether there is another way to reach the ledger than by the name beside the count, in words for people: that
/// is safe, and worth to be known.
pub(crate) fn second_names(files: &EventFiles) -> Vec<String> {
    let mut notes = Vec::new();
    let name = files.ledger.display();
    if let Some(link) = &files.link {
        notes.push(format!(
            "{} is a symbolic link to {name}: whoever sells into that file sells from this stock",
            link.display()
        ));
    }
    if let Ok(Some(found)) = look(&files.ledger)
        && found.links > 1
    {
        notes.push(format!(
            "{name} has {} names (hard links, as 'cp -al' makes them): whoever sells under another of them sells \
             from this stock, and a copy that is to stay as it is needs a file of its own",
            found.links
        ));
    }
    if sys::has(&files.ledger, Trait::MountRoot) {
        notes.push(format!(
            "{name} is a mount of its own: it can be sold from, and cannot be replaced by a reset"
        ));
    }
    notes
}

/// Refuses to give a ledger's name to another file where that cannot work.
///
/// # Errors
/// [`Kind::Refused`]: nothing was written.
pub(crate) fn refuse_fixed_ledger(files: &EventFiles) -> Result<()> {
    let ledger: &Path = &files.ledger;
    for (what, message) in [
        (
            Trait::MountRoot,
            "is a mount of its own, and cannot be replaced by a new ledger",
        ),
        (Trait::Immutable, Trait::Immutable.sentence()),
        (Trait::AppendOnly, Trait::AppendOnly.sentence()),
    ] {
        if sys::has(ledger, what) {
            let error = Error::new(Kind::Refused, message).at(ledger, 0, 0);
            return Err(error.hint("nothing was changed"));
        }
    }
    Ok(())
}
