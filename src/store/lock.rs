//! The advisory lock: the one module that calls `fs2`.
//!
//! The protocol. Two locks guard an event, always taken in this order:
//!
//! 1. **the event's lock**, `flock` on `tickets.json.lock`: deciding, from the read to the append;
//! 2. **the ledger's lock**, `flock` on the ledger itself: making durable, from the sync to the
//!    publication.
//!
//! Invariants:
//! - Neither file is ever renamed over while somebody may wait for its lock, except the ledger by
//!   a reset, which holds both. Whoever gets a lock compares the file it locked with the file that
//!   the name means, and starts again if they differ; [`Held::verify`] compares once more just
//!   before the append.
//! - A lock is awaited by blocking: the kernel queues the waiters in order. A thread of its own
//!   blocks, so that the wait has a deadline on the monotonic clock; when the deadline passes, that
//!   thread drops the lock as soon as it gets it.
//! - No child process is started, and no handle duplicated, while a lock is held: both would share
//!   the lock. The standard library opens every file close-on-exec.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::files::{Access, FileId, open_regular};
use super::sys;
use crate::error::{Error, Kind, Result};

/// How often a waiter looks whether its lock is still wanted.
const STILL_WANTED: Duration = Duration::from_millis(200);

/// Which lock a purchase takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockKind {
    /// None: what happens is a race.
    #[default]
    None,
    /// An exclusive lock on `tickets.json.lock` from the read to the append: correct.
    Exclusive,
}

impl LockKind {
    /// The name on the command line and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Exclusive => "exclusive",
        }
    }
}

/// A wish for a lock: for how long, and whether it is still wanted.
pub(crate) struct Wait<'a> {
    /// For how long to wait, on the monotonic clock.
    pub(crate) limit: Duration,
    /// Asked a few times a second while waiting; `false` ends the wait.
    pub(crate) still_wanted: &'a mut dyn FnMut() -> bool,
}

/// A file whose lock can be taken, by its name.
///
/// One a thread: a second one in the same thread would wait for itself.
#[derive(Debug)]
pub(crate) struct LockFile {
    path: PathBuf,
    /// The file that this one takes mode and owner from when it is created.
    model: Option<PathBuf>,
    file: Option<File>,
}

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    path: &'a Path,
    file: &'a File,
    id: FileId,
}

impl LockFile {
    /// The lock on an existing file.
    pub(crate) fn on(path: PathBuf) -> Self {
        Self {
            path,
            model: None,
            file: None,
        }
    }

    /// The lock on a file that is created where it is missing, like `model` in mode and owner.
    pub(crate) fn created_like(path: PathBuf, model: PathBuf) -> Self {
        Self {
            path,
            model: Some(model),
            file: None,
        }
    }

    /// Takes the lock on the file that the name means.
    pub(crate) fn acquire(&mut self, wait: &mut Wait<'_>) -> Result<Held<'_>> {
        let deadline = Instant::now() + wait.limit;
        loop {
            let file = match self.file.take() {
                Some(file) => file,
                None => self.open()?,
            };
            let id = FileId::of_handle(&file).map_err(|e| Error::io("look at", &self.path, e))?;
            let file = self.block(file, id, deadline, wait)?;
            if self.means(id)? {
                return Ok(Held {
                    path: &self.path,
                    file: self.file.insert(file),
                    id,
                });
            }
            // Deleted or replaced while we waited: what we locked guards nothing.
        }
    }

    fn open(&self) -> Result<File> {
        match &self.model {
            None => open_regular(&self.path, Access::Read),
            Some(model) => {
                let model = fs::metadata(model).map_err(|e| Error::io("look at", model, e))?;
                open_regular(&self.path, Access::CreateLike(&model))
            }
        }
    }

    fn means(&self, id: FileId) -> Result<bool> {
        means(&self.path, id)
    }

    /// Blocks until the lock is ours, at the longest until the deadline.
    fn block(
        &self,
        file: File,
        id: FileId,
        deadline: Instant,
        wait: &mut Wait<'_>,
    ) -> Result<File> {
        match try_lock(&file) {
            Ok(true) => return Ok(file),
            Ok(false) => {}
            Err(error) => return Err(self.unusable(error)),
        }
        let (sender, receiver) = mpsc::channel();
        thread::Builder::new()
            .name("lock-wait".into())
            .stack_size(64 * 1024)
            .spawn(move || {
                let result = lock(&file);
                // When nobody waits any more, the file is closed here and the lock with it.
                let _ = sender.send(result.map(|()| file));
            })
            .map_err(|e| Error::io("wait for the lock on", &self.path, e))?;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match receiver.recv_timeout(left.min(STILL_WANTED)) {
                Ok(Ok(file)) => return Ok(file),
                Ok(Err(error)) => return Err(self.unusable(error)),
                Err(RecvTimeoutError::Timeout) if !(wait.still_wanted)() => {
                    return Err(Error::new(
                        Kind::Interrupted,
                        "stopped while waiting for the lock",
                    ));
                }
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    return Err(self.busy(id, wait.limit));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.unusable(io::Error::other("the waiting thread ended")));
                }
            }
        }
    }

    fn busy(&self, id: FileId, limit: Duration) -> Error {
        let holder = sys::lock_holder(id);
        let by = match holder {
            None => "another process".to_owned(),
            Some(pid) => match sys::process_name(pid) {
                Some(name) => format!("process {pid} ({name})"),
                None => format!("process {pid}"),
            },
        };
        Error::new(
            Kind::Busy { holder },
            format!(
                "the lock was not had within {}: {by} holds it",
                humantime::format_duration(limit)
            ),
        )
        .at(&self.path, 0, 0)
        .hint("wait longer with --wait 2m, or end that process; a lock goes with its holder, so never delete the lock file")
    }

    fn unusable(&self, error: io::Error) -> Error {
        Error::io("lock", &self.path, error)
            .hint("this file system may not support locks (some network file systems do not): keep the event on a local disk")
    }
}

fn means(path: &Path, id: FileId) -> Result<bool> {
    let named = FileId::of_name(path).map_err(|e| Error::io("look at", path, e))?;
    Ok(named == Some(id))
}

impl Held<'_> {
    /// Which file is locked.
    pub(crate) fn id(&self) -> FileId {
        self.id
    }

    /// Whether the name still means the file that is locked. `false`: somebody deleted or replaced
    /// the lock file, and another process may hold the new one.
    pub(crate) fn verify(&self) -> Result<bool> {
        means(self.path, self.id)
    }
}

impl Drop for Held<'_> {
    #[expect(clippy::disallowed_methods, reason = "this is the lock module")]
    fn drop(&mut self) {
        // Nothing can be done about a failure here; closing the file releases the lock too.
        let _ = fs2::FileExt::unlock(self.file);
    }
}

/// `Ok(false)`: somebody else holds it.
#[expect(clippy::disallowed_methods, reason = "this is the lock module")]
fn try_lock(file: &File) -> io::Result<bool> {
    loop {
        match fs2::FileExt::try_lock_exclusive(file) {
            Ok(()) => return Ok(true),
            Err(error) if error.kind() == fs2::lock_contended_error().kind() => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the lock module")]
fn lock(file: &File) -> io::Result<()> {
    loop {
        match fs2::FileExt::lock_exclusive(file) {
            // Neither fs2 nor std goes on waiting after a signal.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
