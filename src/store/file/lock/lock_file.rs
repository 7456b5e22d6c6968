//! A file whose lock can be taken, by its name.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::store::file::lock::awaited::{AwaitedLock, unusable};
use crate::store::file::lock::busy::lock_busy;
use crate::store::file::lock::flock::{LockMode, attempt};
use crate::store::file::lock::held::{Held, named};
use crate::store::file::lock::lock_file_creation::open_or_create;
use crate::store::file::lock::range::is_queued_for;
use crate::store::file::lock::strategy::WaitStrategy;
use crate::store::file::lock::wait::Wait;
use crate::store::file::sys::{Attributes, FileId};

/// How often the file may be missing before that is an error: it may be made just after it was
/// taken away.
const MISSING: u32 = 100;

/// A file whose lock can be taken, by its name.
///
/// One a thread: a second one in the same thread would wait for itself.
#[derive(Debug)]
pub(crate) struct LockFile {
    path: PathBuf,
    /// The first of these that is there is what this one takes mode and owner from when it is created.
    models: Vec<PathBuf>,
    mode: LockMode,
    file: Option<(File, FileId)>,
    /// Whether it is made only where the first of the models is a count, or the second, its ledger, is there.
    for_an_event: bool,
}

/// What to do about a lock that is to be had without waiting for it.
pub(crate) enum NextTry {
    /// To try it.
    Try,
    /// To ask again before.
    Skip,
    /// To do without it.
    Stop,
}

/// What came of trying a lock.
pub(crate) enum LockTry<'a> {
    Held(Held<'a>),
    /// Somebody else holds that of this file.
    Busy(FileId),
}

impl LockFile {
    /// The lock on an existing file.
    pub(crate) fn on(path: PathBuf) -> Self {
        Self {
            path,
            models: Vec::new(),
            mode: LockMode::Exclusive,
            file: None,
            for_an_event: false,
        }
    }

    /// The lock on a file that is created where it is missing, like the first of `models` that is there in mode
    /// and owner.
    pub(crate) fn created_like(path: PathBuf, models: impl Into<Vec<PathBuf>>) -> Self {
        Self {
            path,
            models: models.into(),
            mode: LockMode::Exclusive,
            file: None,
            for_an_event: false,
        }
    }

    /// The same, for many at once.
    pub(crate) fn shared(self) -> Self {
        Self {
            mode: LockMode::Shared,
            ..self
        }
    }

    /// The same, made only where the first of the models is a count, or the second, its ledger, is there: nothing is
    /// left beside a file of somebody else, whose lock file may have this name.
    pub(crate) fn of_an_event(self) -> Self {
        Self {
            for_an_event: true,
            ..self
        }
    }

    /// It is made whatever stands under the name of the count.
    pub(crate) fn make_an_event(&mut self) {
        self.for_an_event = false;
    }

    /// Takes the lock on the file that the name means.
    pub(crate) fn acquire(
        &mut self,
        strategy: &mut WaitStrategy,
        wait: &mut Wait<'_>,
    ) -> Result<Held<'_>> {
        self.acquire_where(strategy, wait, &mut |found| match found {
            Some(_) => Ok(true),
            None => Ok(false),
        })
    }

    /// The same, if `fits` says so of the file that is locked; it is asked with `None` where there is none,
    /// and may make one. Else all starts again.
    pub(crate) fn acquire_where(
        &mut self,
        strategy: &mut WaitStrategy,
        wait: &mut Wait<'_>,
        fits: &mut dyn FnMut(Option<&Attributes>) -> Result<bool>,
    ) -> Result<Held<'_>> {
        let mut missing = 0;
        loop {
            let (file, id) = match self.take_lock(strategy, wait) {
                Err(error) if error.is_not_found() && missing < MISSING => {
                    missing += 1;
                    fits(None)?;
                    continue;
                }
                result => result?,
            };
            // Deleted or replaced while we waited: then what we locked guards nothing.
            let Some(found) = named(&self.path, id)? else {
                continue;
            };
            if fits(Some(&found))? {
                return Ok(self.held(file, id, Some(found)));
            }
        }
    }

    /// Takes the lock on a file that the name meant a while ago. A caller that takes it so asks
    /// [`Held::verify`] before anything is changed.
    pub(crate) fn acquire_unverified(
        &mut self,
        strategy: &mut WaitStrategy,
        wait: &mut Wait<'_>,
    ) -> Result<Held<'_>> {
        let (file, id) = self.take_lock(strategy, wait)?;
        Ok(self.held(file, id, None))
    }

    /// Opens the file that the name means the next time: it is another one now.
    pub(crate) fn forget(&mut self) {
        self.file = None;
    }

    /// Takes the lock if nobody holds it. Its holder may hold that of a file that has lost its name:
    /// the next try after its release tells.
    pub(crate) fn try_acquire(&mut self) -> Result<Option<Held<'_>>> {
        let mut tried = false;
        let once = &mut |_: bool| {
            let next = if tried { NextTry::Stop } else { NextTry::Try };
            tried = true;
            Ok(next)
        };
        Ok(match self.try_as_told(once)? {
            LockTry::Held(held) => Some(held),
            LockTry::Busy(_) => None,
        })
    }

    /// The same as often as `next` says; it is asked before each try, with whether others block for this lock.
    pub(crate) fn try_as_told(
        &mut self,
        next: &mut dyn FnMut(bool) -> Result<NextTry>,
    ) -> Result<LockTry<'_>> {
        loop {
            let (file, id) = self.opened()?;
            let next = next(is_queued_for(&file));
            let tried = match next {
                Ok(NextTry::Try) => {
                    attempt(&file, self.mode).map_err(|error| unusable(&self.path, error))?
                }
                _ => false,
            };
            if !tried {
                self.file = Some((file, id));
                match next? {
                    NextTry::Stop => return Ok(LockTry::Busy(id)),
                    NextTry::Try | NextTry::Skip => continue,
                }
            }
            // The lock of a file that has lost its name guards nothing.
            if let Some(found) = named(&self.path, id)? {
                return Ok(LockTry::Held(self.held(file, id, Some(found))));
            }
        }
    }

    /// Why it was not had in this time.
    pub(crate) fn busy(&self, id: FileId, limit: Duration) -> Error {
        lock_busy(&self.path, id, limit)
    }

    fn take_lock(
        &mut self,
        strategy: &mut WaitStrategy,
        wait: &mut Wait<'_>,
    ) -> Result<(File, FileId)> {
        let (file, id) = self.opened()?;
        known_bad!(LedgerUnlocked | LockOnData | LockUnverified | LockDeleted => if self.models.is_empty() {
            return Ok((file, id));
        });
        let (path, mode) = (&*self.path, self.mode);
        let lock = AwaitedLock {
            path,
            file,
            id,
            mode,
        };
        // The limit counts from the first try on.
        wait.deadline();
        // A step control is asked before each try.
        if !strategy.is_stepped() && lock.attempt()? {
            return Ok((lock.file, id));
        }
        Ok((strategy.lock(lock, wait)?, id))
    }

    /// The name of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn opened(&mut self) -> Result<(File, FileId)> {
        if let Some(opened) = self.file.take() {
            return Ok(opened);
        }
        let file = open_or_create(&self.path, &self.models, self.for_an_event)?;
        let id = FileId::of_handle(&file).map_err(|e| Error::io("look at", &self.path, e))?;
        Ok((file, id))
    }

    fn held(&mut self, file: File, id: FileId, found: Option<Attributes>) -> Held<'_> {
        let (file, _) = self.file.insert((file, id));
        Held::new(&self.path, file, id, found)
    }
}

#[cfg(test)]
mod tests;
