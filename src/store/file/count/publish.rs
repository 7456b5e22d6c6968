//! Publication: the count gets its name, and no edit of somebody else is lost.

#[cfg(test)]
#[path = "publish_tests.rs"]
mod tests;

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::ledger::{CountFile, Tally};
use crate::store::file::count::edit::{self, EDITS, Edit};
use crate::store::file::count::kept::{BROKEN, REPLACED};
use crate::store::file::count::replace::{replace, replace_again, replace_known};
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::{Access, open_regular};
use crate::store::file::files::version::Version;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::recycled::RecycledVersions;
use crate::store::file::sys::{FileId, look};

/// Writes the count of the ledger up to `tally`. `known`: the version that it replaces, as last seen; without one,
/// whatever stands there is written over.
///
/// # Errors
/// [`Kind::Integrity`]: somebody has put a count there meanwhile that the ledger does not bear out; it stands there
/// still.
pub(crate) fn publish_on(
    files: &EventFiles,
    recycled: &RecycledVersions,
    ledger: &LedgerFile,
    (count, tally): (&CountFile, &Tally),
    known: Option<&Version>,
) -> Result<(CountFile, Version)> {
    let mut put = |next: &CountFile, known: Option<&Version>| {
        // The count can be rebuilt from the ledger, so that it need not be synced; what is not ours in it
        // cannot.
        let (text, personal) = (next.render(), next.is_personal());
        where_it_is(files, known, |known| {
            if personal {
                replace_known(&files.count, text.as_bytes(), true, known)
            } else {
                replace_again(&files.count, text.as_bytes(), recycled, ledger.id, known)
            }
        })
    };
    publish_by(files, ledger, (count, tally), known, &mut put)
}

/// Gives the count's name to this one: returns the new version, and what it replaced if that is not the known one.
type Put<'p> = dyn FnMut(&CountFile, Option<&Version>) -> Result<(Version, Option<Edit>)> + 'p;

/// See [`publish_on`].
fn publish_by(
    files: &EventFiles,
    ledger: &LedgerFile,
    (count, tally): (&CountFile, &Tally),
    known: Option<&Version>,
    put: &mut Put<'_>,
) -> Result<(CountFile, Version)> {
    let mut named = Named::over(Some(count), count.counting(tally));
    let mut ours: Option<Version> = None;
    for _ in 0..EDITS {
        let (version, edit) = put(&named.next, ours.as_ref().or(known))?;
        let Some(edit) = edit else {
            return Ok((named.next, version));
        };
        match edit.count(files, ledger) {
            Ok(theirs) => named = named.edited(&theirs),
            Err(error) => {
                edit.put_back(files, &version, ours.is_some())?;
                return Err(error);
            }
        }
        ours = Some(version);
    }
    Err(edit::busy(&files.count))
}

/// What has the count's name, and what is to have it next.
///
/// An edit that comes back was made from what had the name before it: so what it changed of that is applied to the
/// next version, which keeps what the edits before it changed.
struct Named {
    base: CountFile,
    next: CountFile,
}

impl Named {
    /// `base`: what has the name; a new event's where nothing has.
    fn over(base: Option<&CountFile>, next: CountFile) -> Self {
        let base = base.map_or_else(|| CountFile::fresh(next.ticket), Clone::clone);
        Self { base, next }
    }

    /// The next version had the name, and took it from an edit.
    fn edited(self, theirs: &CountFile) -> Self {
        let next = self.next.taking_over(&self.base, theirs);
        Self {
            base: self.next,
            next,
        }
    }
}

/// Replaces the count, `known` as far as it was seen; where its name is missing, it is made first: empty, with the
/// rights of the ledger.
fn where_it_is<T>(
    files: &EventFiles,
    known: Option<&Version>,
    replace: impl Fn(Option<&Version>) -> Result<T>,
) -> Result<T> {
    match replace(known) {
        Err(error) if error.is_not_found() && matches!(look(&files.count), Ok(None)) => {
            let made = open_regular(&files.count, Access::CreateLike(&files.ledger))?;
            let id = FileId::of_handle(&made);
            let id = id.map_err(|e| Error::io("look at", &files.count, e))?;
            // Whatever anybody else puts there is none of this.
            let made = Version::read(made, id, Vec::new());
            replace(known.map(|_| &made))
        }
        result => result,
    }
}

/// Gives the count's name to a new file with this in it; `sync`: which is on the disk before.
pub(crate) fn put_count(files: &EventFiles, count: &CountFile, sync: bool) -> Result<Version> {
    let text = count.render();
    where_it_is(files, None, |_| {
        replace(&files.count, text.as_bytes(), sync)
    })
}

/// The same over the count and its version that were `old` when they were read: what somebody has changed of the rest
/// in one that was put there since is kept. One that says another count, or makes no sense, is kept beside; returns
/// its name there.
pub(crate) fn put_count_over(
    files: &EventFiles,
    old: (Option<&CountFile>, Option<&Version>),
    next: CountFile,
) -> Result<Option<PathBuf>> {
    put_over_by(files, old, next, &mut |next, known| {
        let text = next.render();
        where_it_is(files, known, |known| {
            replace_known(&files.count, text.as_bytes(), true, known)
        })
    })
}

/// See [`put_count_over`].
fn put_over_by(
    files: &EventFiles,
    (old, known): (Option<&CountFile>, Option<&Version>),
    next: CountFile,
    put: &mut Put<'_>,
) -> Result<Option<PathBuf>> {
    let mut named = Named::over(old, next);
    let mut ours: Option<Version> = None;
    let mut kept = None;
    for _ in 0..EDITS {
        let (version, edit) = put(&named.next, ours.as_ref().or(known))?;
        let Some(edit) = edit else {
            return Ok(kept);
        };
        match edit.parsed(files) {
            Ok(theirs) => {
                let says = |count: &CountFile| (count.ticket, count.counted);
                // One that was made from a version of ours says what that does.
                let is_known = old.map(says) == Some(says(&theirs))
                    || ours.is_some() && says(&named.next) == says(&theirs);
                if !is_known {
                    kept = edit.keep(files, REPLACED)?;
                }
                named = named.edited(&theirs);
            }
            Err(_) => return edit.keep(files, BROKEN),
        }
        ours = Some(version);
    }
    Err(edit::busy(&files.count))
}

/// The same as [`publish_on`] of a whole ledger, for the holder of all locks.
pub(crate) fn publish(
    files: &EventFiles,
    ledger: &LedgerFile,
    count: (&CountFile, &Tally),
    known: Option<&Version>,
) -> Result<(CountFile, Version)> {
    publish_on(files, &RecycledVersions::default(), ledger, count, known)
}
