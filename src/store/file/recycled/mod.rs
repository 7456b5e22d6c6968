//! Old versions of `tickets.json` that have lost their name, to be written again.
//!
//! A new file for every publication is dear: the file system looks for a free inode, makes a name,
//! and takes both away again. ext4 without a journal even passes over every inode that was freed in
//! the last seconds, one by one.
//!
//! A version may still be read by somebody who opened it before it lost its name. So it is written
//! again only while [`crate::store::file::sys::under_write_lease`] proves that nobody has it open. Nor may it have a second name,
//! which somebody may have given it. And it serves the same ledger only: after a power cut the name
//! may mean a file with its earlier contents, which must be an older count of this very ledger.
//!
//! Knows versions of a file and their rights; knows nothing of ledgers but which one a version counts.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::OFlags;
use tempfile::TempPath;

use crate::store::file::files::placement::{self, is_near};
use crate::store::file::files::version::Version;
use crate::store::file::rights::Rights;
use crate::store::file::sys::{self, Attributes, FileId};

/// The longest count that is written over an old one, in bytes. A disk writes it in one piece, so that a
/// power cut leaves the old one or the new one.
const LONGEST: usize = 512;

/// How many that somebody had open are passed over before a new file is made.
const TRIES: usize = 2;

/// Where recycled versions are kept, for those who share it. They are removed with the last of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecycledVersions(Arc<Mutex<Pool>>);

#[derive(Debug, Default)]
struct Pool {
    room: usize,
    /// Whether it matters where the inodes stand, once that was asked.
    placed: Option<bool>,
    versions: Vec<RecycledVersion>,
}

#[derive(Debug)]
struct RecycledVersion {
    /// The ledger that it counts.
    ledger: FileId,
    path: TempPath,
    /// Open as long as it is kept: that and its name tell others that no killed process left it.
    file: Arc<File>,
}

impl RecycledVersions {
    /// Makes room for so many, if there is less.
    pub(crate) fn widen(&self, room: usize) {
        let mut pool = self.lock();
        pool.room = pool.room.max(room);
    }

    /// A recycled version of the count of this ledger, with these bytes now, and these rights.
    pub(crate) fn take(
        &self,
        ledger: FileId,
        bytes: &[u8],
        rights: &Rights,
    ) -> Option<(Version, TempPath)> {
        if bytes.len() > LONGEST {
            return None;
        }
        for _ in 0..TRIES {
            let old = self.next()?;
            if old.ledger != ledger {
                continue;
            }
            match rewrite(&old, bytes, rights) {
                Rewritten::Done(version) => return Some((version, old.path)),
                // A process that has it open will close it.
                Rewritten::InUse => self.lock().versions.push(old),
                Rewritten::Unfit => {}
                Rewritten::Stale => self.lock().versions.clear(),
            }
        }
        None
    }

    /// Whether one more would be kept.
    pub(crate) fn has_room(&self) -> bool {
        let pool = self.lock();
        pool.versions.len() < pool.room
    }

    /// Keeps a version that has lost its name to this one, if there is room; removes it otherwise, and if its
    /// inode is too near to the ledger's: see [`temporary_apart`]. `known`: perhaps the same version.
    ///
    /// [`temporary_apart`]: crate::store::file::files::placement::temporary_apart
    pub(crate) fn keep(
        &self,
        ledger: FileId,
        path: TempPath,
        replaced: FileId,
        known: Option<&Version>,
    ) {
        if !self.has_room() {
            return;
        }
        let same = known.filter(|known| known.id() == Some(replaced));
        let file = same.and_then(Version::writable).or_else(|| open(&path));
        if let Some(file) = file
            && !(is_near(replaced, ledger) && self.is_placed(&file))
        {
            self.lock()
                .versions
                .push(RecycledVersion { ledger, path, file });
        }
    }

    fn is_placed(&self, file: &File) -> bool {
        let mut pool = self.lock();
        *pool.placed.get_or_insert_with(|| placement::matters(file))
    }

    /// The one that has lain there for longest.
    fn next(&self) -> Option<RecycledVersion> {
        let mut pool = self.lock();
        (!pool.versions.is_empty()).then(|| pool.versions.remove(0))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came of writing a recycled version again.
enum Rewritten {
    Done(Version),
    /// Somebody has it open.
    InUse,
    /// Whatever it is now, it is not to be written.
    Unfit,
    /// Others than those who may use the count may use it, and as likely the other ones: somebody has changed
    /// that of the count, and versions of before are to be had by nobody any more.
    Stale,
}

/// See [`Rewritten::Stale`].
struct Stale;

/// Writes the bytes over a recycled version, unless somebody else has it open. A failure is none: the caller
/// makes a new file.
fn rewrite(old: &RecycledVersion, bytes: &[u8], rights: &Rights) -> Rewritten {
    let file = &old.file;
    let written = sys::under_write_lease(file, || {
        // One name is its own. It has none when somebody has cleaned up it.
        let own = Attributes::of_handle(file).ok()?;
        if !own.is_file() || own.links != 1 {
            return None;
        }
        let before = Rights::of_known(file, &own).ok()?;
        if before.allow_others(rights) {
            return Some(Err(Stale));
        }
        file.write_all_at(bytes, 0).ok()?;
        if own.length != bytes.len() as u64 {
            file.set_len(bytes.len() as u64).ok()?;
        }
        if before != *rights {
            rights.give_to(file).ok()?;
        }
        Some(Ok(own.id))
    });
    match written {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => match Rights::of_handle(file) {
            Ok(before) if !before.allow_others(rights) => Rewritten::InUse,
            _ => Rewritten::Stale,
        },
        Err(_) | Ok(None) => Rewritten::Unfit,
        Ok(Some(Err(Stale))) => Rewritten::Stale,
        Ok(Some(Ok(id))) => Rewritten::Done(Version::written(Arc::clone(file), id, bytes)),
    }
}

fn open(path: &TempPath) -> Option<Arc<File>> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | sys::NOATIME;
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
        .ok()?;
    Some(Arc::new(file))
}
