//! Whether an event can be sold from where it stands, known before anything is written.
//!
//! Two things go wrong only after the first sale, and then in silence: a count that cannot be replaced, and a
//! ledger that others who see the same count do not see.

use std::io;
use std::path::Path;

use rustix::fs::{AtFlags, CWD};
use rustix::io::Errno;

use crate::error::{Error, Kind, Result};
use crate::shown::quoted;
use crate::store::file::event::EventFiles;
use crate::store::file::files::directory::directory;
use crate::store::file::files::open::{Access, open_regular};
use crate::store::file::people::user;
use crate::store::file::sys::{self, FileTrait, look};

/// Refuses an event that cannot be sold from: its count cannot be replaced, or its ledger or its lock file not be
/// written.
///
/// # Errors
/// [`Kind::Refused`]: nothing was written, and the hint says what to do.
pub(crate) fn refuse_unsellable(files: &EventFiles) -> Result<()> {
    let count = [
        FileTrait::MountRoot,
        FileTrait::Immutable,
        FileTrait::AppendOnly,
    ];
    match sys::first_trait(&files.count, &count) {
        Some(FileTrait::MountRoot) => return Err(mounted(&files.count)),
        Some(fixed) => return Err(unchangeable(&files.count, fixed, "this file")),
        None => refuse_fixed_name(&files.count)?,
    }
    refuse_fixed_itself(&files.ledger, "this file")?;
    refuse_fixed_itself(&files.lock, "this file")
}

/// Refuses a directory in which no name can be taken away again.
///
/// # Errors
/// [`Kind::Refused`].
pub(crate) fn refuse_fixed_directory(directory: &Path) -> Result<()> {
    refuse_fixed_itself(directory, "this directory")
}

/// Refuses an event whose count is a mount of its own.
///
/// # Errors
/// [`Kind::Refused`].
pub(crate) fn refuse_mounted_count(files: &EventFiles) -> Result<()> {
    match sys::first_trait(&files.count, &[FileTrait::MountRoot]) {
        Some(_) => Err(mounted(&files.count)),
        None => Ok(()),
    }
}

fn mounted(count: &Path) -> Error {
    let message = "is a mount of its own, as a file is that was bound into a container alone: it cannot be \
                   replaced, and the ledger beside it is not the one that others see";
    let error = Error::new(Kind::Refused, message).at(count, 0, 0);
    error.hint("nothing was changed; mount the directory that holds it instead of the file")
}

/// Refuses a file to whose name no other can be given.
fn refuse_fixed(path: &Path) -> Result<()> {
    refuse_fixed_itself(path, "this file")?;
    refuse_fixed_name(path)
}

/// The same, whatever the file itself is.
fn refuse_fixed_name(path: &Path) -> Result<()> {
    refuse_fixed_directory(directory(path))?;
    let Some(owner) = kept_by_sticky(path) else {
        return Ok(());
    };
    let owner = user(owner);
    let message =
        format!("is owned by {owner}, and its directory is sticky: only {owner} may replace it");
    let error = Error::new(Kind::Refused, message).at(path, 0, 0);
    Err(error.hint(format!(
        "nothing was changed; let {owner} do it, or let who owns the directory run chmod -t {}",
        quoted(directory(path).as_os_str())
    )))
}

fn refuse_fixed_itself(path: &Path, what: &str) -> Result<()> {
    match sys::first_trait(path, &[FileTrait::Immutable, FileTrait::AppendOnly]) {
        Some(fixed) => Err(unchangeable(path, fixed, what)),
        None => Ok(()),
    }
}

fn unchangeable(path: &Path, fixed: FileTrait, what: &str) -> Error {
    let error = Error::new(Kind::Refused, fixed.sentence()).at(path, 0, 0);
    error.hint(format!(
        "nothing was changed; 'lsattr -d' shows it, and 'chattr -i -a' on {what} ends it"
    ))
}

/// Whose this file is, where only they, the directory's owner or root may replace or remove it.
pub(crate) fn kept_by_sticky(path: &Path) -> Option<u32> {
    let around = look(directory(path)).ok()??;
    if around.permissions() & STICKY_BIT == 0 {
        return None;
    }
    let ours = sys::effective_user()?;
    if ours == 0 || around.uid == ours {
        return None;
    }
    let owner = look(path).ok()??.uid;
    (owner != ours).then_some(owner)
}

/// The bit of a mode that says so.
pub(crate) const STICKY_BIT: u32 = 0o1000;

/// Opens what a sale opens, and tells what is wrong with it; a file that is not there is made by the first sale.
/// `lock`: whether the lock file is wanted too.
pub(crate) fn try_files(files: &EventFiles, lock: bool) -> Vec<Error> {
    let mut wanted = vec![
        (&files.count, Access::Read),
        (&files.ledger, Access::ReadWrite),
    ];
    if lock {
        wanted.push((&files.lock, Access::ReadWrite));
    }
    let tried = wanted.into_iter().map(|(path, access)| {
        let error = open_regular(path, access).err()?;
        if !error.is_not_found() {
            return Some(error);
        }
        let leads_nowhere = Error::new(Kind::Io, "is a symbolic link to nothing").at(path, 0, 0);
        let hint = "the event keeps a file of its own under this name: take the link away";
        path.is_symlink().then(|| leads_nowhere.hint(hint))
    });
    tried.flatten().collect()
}

/// The same, and the directories: whether names can be made in them.
pub(crate) fn try_event(files: &EventFiles) -> Vec<Error> {
    let mut wrong = try_files(files, true);
    let mut directories = vec![directory(&files.count), directory(&files.ledger)];
    directories.dedup();
    for directory in directories {
        let needs = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
        if let Err(error) = rustix::fs::accessat(CWD, directory, needs, AtFlags::EACCESS) {
            wrong.push(Error::io("write", directory, error.into()));
        }
    }
    wrong
}

/// Whether it is a right of this user that lacks, which files' owners may give.
pub(crate) fn lacks_right(error: &Error) -> bool {
    is(error, Errno::ACCESS)
}

/// Whether nobody may do it, as with what `chattr` has fixed.
pub(crate) fn is_forbidden(error: &Error) -> bool {
    is(error, Errno::PERM)
}

fn is(error: &Error, errno: Errno) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref());
    source.is_some_and(|source: &io::Error| source.raw_os_error() == Some(errno.raw_os_error()))
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
        && found.is_file()
        && found.links > 1
    {
        notes.push(format!(
            "{name} has {} names (hard links, as 'cp -al' makes them): whoever sells under another of them sells \
             from this stock, and a copy that is to stay as it is needs a file of its own",
            found.links
        ));
    }
    if sys::first_trait(&files.ledger, &[FileTrait::MountRoot]).is_some() {
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
    let ledger = &files.ledger;
    if sys::first_trait(ledger, &[FileTrait::MountRoot]).is_some() {
        let message = "is a mount of its own, and cannot be replaced by a new ledger";
        let error = Error::new(Kind::Refused, message).at(ledger, 0, 0);
        return Err(
            error.hint("nothing was changed; take the mount away first ('umount' on this file)")
        );
    }
    refuse_fixed(ledger)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_that_lacks_is_told_from_what_nobody_may() {
        let error = |errno: Errno| Error::io("write", Path::new("x"), errno.into());
        for (errno, lacks, forbidden) in [
            (Errno::ACCESS, true, false),
            (Errno::PERM, false, true),
            (Errno::NOSPC, false, false),
        ] {
            let error = error(errno);
            assert_eq!(
                (lacks_right(&error), is_forbidden(&error)),
                (lacks, forbidden)
            );
        }
        let other = Error::new(crate::error::Kind::Io, "x");
        assert!(!lacks_right(&other) && !is_forbidden(&other));
    }
}
