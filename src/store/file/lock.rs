//! The advisory locks: the one module that calls `fs2`.
//!
//! The protocol. Three locks guard an event, always taken in this order:
//!
//! 1. **the name lock**, `flock` on `tickets.json.lock`, from the read to the write: it keeps out who locks
//!    that file from outside, and queues the buyers;
//! 2. **the ledger lock**, `flock` on the ledger itself, from the read to the write: nobody writes a line
//!    without it, by whatever name the ledger was reached;
//! 3. **the sync lock**, on a byte of the ledger ([`range`]): making durable, from the sync to the
//!    publication. It is not held while a line is decided, and nobody waits for one of the others with it:
//!    whoever publishes tries the name lock.
//!
//! Invariants:
//! - No file is ever renamed over while somebody may wait for its lock, except the ledger by a reset, which
//!   holds all three. Whoever gets a lock compares the file it locked with the file that the name means, and
//!   starts again if they differ; for the name lock [`Held::verify`] does so just before the write.
//! - A lock is awaited by blocking: the kernel queues the waiters in order. A thread of its own
//!   blocks ([`Waiter`]), so that the wait has a deadline on the monotonic clock; when the deadline
//!   passes, that thread drops the lock as soon as it gets it, and ends. A process that does nothing
//!   but buy blocks itself, and a [`Guard`] ends it at the deadline.
//! - No child process is started, and no handle duplicated, while a lock is held: both would share
//!   the lock. The standard library opens every file close-on-exec.

pub(crate) mod range;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::count::explain_missing;
use super::files::{Access, FileId, look, open_regular};
use super::holder::lock_holder;
use super::sys::{self, Attributes};
use crate::error::{Error, Kind, Result};

/// How often the file may be missing before that is an error: whoever makes it may come just after somebody who
/// takes it away.
const MISSING: u32 = 100;

/// How often a waiter looks whether its lock is still wanted.
const STILL_WANTED: Duration = Duration::from_millis(200);

/// A wish for a lock: for how long, and whether it is still wanted.
pub(crate) struct Wait<'a> {
    /// For how long to wait, on the monotonic clock.
    pub(crate) limit: Duration,
    /// When that is over, from the first lock on that is waited for.
    deadline: Option<Instant>,
    /// Asked a few times a second while waiting; `false` ends the wait.
    pub(crate) still_wanted: &'a mut dyn FnMut() -> bool,
    /// Called after each nap, before the lock is tried again: what can be done without it need not be done
    /// under it.
    meanwhile: Option<&'a mut dyn FnMut()>,
    /// How often to look again after a [`SPIN`], when somebody holds the lock.
    spins: u32,
    /// How often to give the processor up then, before a nap.
    yields: u32,
    /// How long to stay away then, at first and at last: so long that those who stay sell a hundred or so
    /// undisturbed.
    naps: (Duration, Duration),
}

impl<'a> Wait<'a> {
    /// Waits so long, as long as it is wanted.
    pub(crate) fn wanted(limit: Duration, still_wanted: &'a mut dyn FnMut() -> bool) -> Self {
        Self {
            limit,
            deadline: None,
            still_wanted,
            meanwhile: None,
            spins: SPINS,
            yields: YIELDS,
            naps: (NAP, NAP),
        }
    }

    /// When the wait is over: one deadline for all the locks that are taken one after the other.
    pub(crate) fn deadline(&mut self) -> Instant {
        let limit = self.limit;
        *self.deadline.get_or_insert_with(|| Instant::now() + limit)
    }

    /// The same, over at this moment: what another lock has left of it.
    pub(crate) fn until(self, deadline: Instant) -> Self {
        let deadline = Some(deadline);
        Self { deadline, ..self }
    }

    /// The same for a lock that its holders take again at once, for they wait for no disk: whoever looks
    /// less often, and ever more seldom, disturbs them less. (The busy handler of `SQLite` naps up to 100 ms.)
    pub(crate) fn seldom_looking(self) -> Self {
        Self {
            spins: 0,
            yields: 1,
            naps: (4 * NAP, 16 * NAP),
            ..self
        }
    }

    /// The same, with something to do meanwhile.
    pub(crate) fn doing(self, meanwhile: &'a mut dyn FnMut()) -> Self {
        Self {
            meanwhile: Some(meanwhile),
            ..self
        }
    }
}

/// A file whose lock can be taken, by its name.
///
/// One a thread: a second one in the same thread would wait for itself.
#[derive(Debug)]
pub(crate) struct LockFile {
    path: PathBuf,
    /// The first of these that is there is what this one takes mode and owner from when it is created.
    models: Vec<PathBuf>,
    mode: Mode,
    file: Option<(File, FileId)>,
}

/// How a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// By one.
    Exclusive,
    /// By many.
    Shared,
}

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    path: &'a Path,
    file: &'a File,
    id: FileId,
    /// Of the file, when its name was looked at, if it was.
    length: Option<u64>,
}

/// What to do about a lock that is to be had without waiting for it.
pub(crate) enum Next {
    /// To try it.
    Try,
    /// To ask again before.
    Skip,
    /// To do without it.
    Stop,
}

/// What came of trying a lock.
pub(crate) enum Tried<'a> {
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
            mode: Mode::Exclusive,
            file: None,
        }
    }

    /// The lock on a file that is created where it is missing, like the first of `models` that is there in mode
    /// and owner.
    pub(crate) fn created_like(path: PathBuf, models: impl Into<Vec<PathBuf>>) -> Self {
        Self {
            path,
            models: models.into(),
            mode: Mode::Exclusive,
            file: None,
        }
    }

    /// The same, for many at once.
    pub(crate) fn shared(self) -> Self {
        Self {
            mode: Mode::Shared,
            ..self
        }
    }

    /// Takes the lock on the file that the name means.
    pub(crate) fn acquire(
        &mut self,
        patience: &mut Patience,
        wait: &mut Wait<'_>,
    ) -> Result<Held<'_>> {
        self.acquire_where(patience, wait, &mut |found| match found {
            Some(_) => Ok(true),
            None => Ok(false),
        })
    }

    /// The same, if `fits` says so of the file that is locked; it is asked with `None` where there is none,
    /// and may make one. Else all starts again.
    pub(crate) fn acquire_where(
        &mut self,
        patience: &mut Patience,
        wait: &mut Wait<'_>,
        fits: &mut dyn FnMut(Option<&Attributes>) -> Result<bool>,
    ) -> Result<Held<'_>> {
        let mut missing = 0;
        loop {
            let (file, id) = match self.take_lock(patience, wait) {
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

    /// Takes the lock on a file that the name meant a while ago. Whoever takes it so asks
    /// [`Held::verify`] before anything is changed.
    pub(crate) fn acquire_unverified(
        &mut self,
        patience: &mut Patience,
        wait: &mut Wait<'_>,
    ) -> Result<Held<'_>> {
        let (file, id) = self.take_lock(patience, wait)?;
        Ok(self.held(file, id, None))
    }

    /// Opens the file that the name means the next time: it is another one now.
    pub(crate) fn forget(&mut self) {
        self.file = None;
    }

    /// Takes the lock if nobody holds it. Whoever holds it may hold that of a file that has lost its name:
    /// the next try after its release tells.
    pub(crate) fn try_acquire(&mut self) -> Result<Option<Held<'_>>> {
        let mut tried = false;
        let once = &mut |_: bool| {
            let next = if tried { Next::Stop } else { Next::Try };
            tried = true;
            Ok(next)
        };
        Ok(match self.try_as_told(once)? {
            Tried::Held(held) => Some(held),
            Tried::Busy(_) => None,
        })
    }

    /// The same as often as `next` says; it is asked before each try, with whether others block for this lock.
    pub(crate) fn try_as_told(
        &mut self,
        next: &mut dyn FnMut(bool) -> Result<Next>,
    ) -> Result<Tried<'_>> {
        loop {
            let (file, id) = self.opened()?;
            let next = next(range::is_queued_for(&file));
            let tried = match next {
                Ok(Next::Try) => attempt(&file, self.mode).map_err(|error| self.unusable(error))?,
                _ => false,
            };
            if !tried {
                self.file = Some((file, id));
                match next? {
                    Next::Stop => return Ok(Tried::Busy(id)),
                    Next::Try | Next::Skip => continue,
                }
            }
            // The lock of a file that has lost its name guards nothing.
            if let Some(found) = named(&self.path, id)? {
                return Ok(Tried::Held(self.held(file, id, Some(found))));
            }
        }
    }

    /// Why it was not had in this time.
    pub(crate) fn busy(&self, id: FileId, limit: Duration) -> Error {
        busy(&self.path, id, limit)
    }

    fn take_lock(
        &mut self,
        patience: &mut Patience,
        wait: &mut Wait<'_>,
    ) -> Result<(File, FileId)> {
        let (file, id) = self.opened()?;
        known_bad!(LedgerUnlocked | LockOnData | LockUnverified | LockDeleted => if self.models.is_empty() {
            return Ok((file, id));
        });
        let deadline = wait.deadline();
        // A step control asks before each try.
        let is_stepped = matches!(patience, Patience::Stepped(_));
        if !is_stepped && attempt(&file, self.mode).map_err(|error| self.unusable(error))? {
            return Ok((file, id));
        }
        let file = self.block(file, id, deadline, patience, wait)?;
        Ok((file, id))
    }

    /// The name of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn opened(&mut self) -> Result<(File, FileId)> {
        if let Some(opened) = self.file.take() {
            return Ok(opened);
        }
        let file = self.open()?;
        let id = FileId::of_handle(&file).map_err(|e| Error::io("look at", &self.path, e))?;
        Ok((file, id))
    }

    fn held(&mut self, file: File, id: FileId, found: Option<Attributes>) -> Held<'_> {
        let (file, _) = self.file.insert((file, id));
        Held {
            path: &self.path,
            file,
            id,
            length: found.map(|found| found.length),
        }
    }

    fn open(&self) -> Result<File> {
        let Some(first) = self.models.first() else {
            return open_regular(&self.path, Access::Read);
        };
        let there = |model: &&PathBuf| Attributes::of_name(model).is_ok();
        let model = self.models.iter().find(there).unwrap_or(first);
        let found = Attributes::of_name(model);
        found.map_err(|e| explain_missing(Error::io("look at", model, e), model))?;
        open_regular(&self.path, Access::CreateLike(model))
    }

    /// Blocks until the lock is ours, at the longest until the deadline.
    fn block(
        &self,
        file: File,
        id: FileId,
        deadline: Instant,
        patience: &mut Patience,
        wait: &mut Wait<'_>,
    ) -> Result<File> {
        if let Patience::Stepped(stepper) = patience {
            while !attempt(&file, self.mode).map_err(|error| self.unusable(error))? {
                stepper.busy(id)?;
            }
            return Ok(file);
        }
        let (mut nap, longest) = wait.naps;
        let looks = if patience.looks_again() {
            wait.spins + wait.yields + NAPS
        } else {
            0
        };
        for look in 0..=looks {
            match look {
                0 => {}
                _ if look <= wait.spins => spin(),
                _ if look <= wait.spins + wait.yields => thread::yield_now(),
                // Whoever queues notices the deadline, and that the lock is wanted no more.
                _ if Instant::now() + nap >= deadline => break,
                _ => {
                    thread::sleep(nap);
                    nap = longest.min(2 * nap);
                    if let Some(meanwhile) = &mut wait.meanwhile {
                        meanwhile();
                    }
                }
            }
            if attempt(&file, self.mode).map_err(|error| self.unusable(error))? {
                return Ok(file);
            }
        }
        let late = {
            let (path, limit) = (self.path.clone(), wait.limit);
            move || busy(&path, id, limit)
        };
        let waiter = match patience {
            Patience::Stepped(_) => return Err(late()),
            Patience::HandedOver { waiter, .. } => waiter,
            Patience::Guarded(guard) => {
                guard
                    .arm(deadline, Box::new(late))
                    .map_err(|error| self.unusable(error))?;
                let locked = lock_in_queue(&file, self.mode);
                guard.disarm();
                return locked.map(|()| file).map_err(|error| self.unusable(error));
            }
        };
        let ended = waiter
            .wait((file, self.mode), deadline, wait.still_wanted)
            .map_err(|error| self.unusable(error))?;
        match ended {
            Waited::Got(file) => Ok(file),
            Waited::Unwanted => Err(Error::new(
                Kind::Interrupted,
                "stopped while waiting for the lock",
            )),
            Waited::TooLong => Err(late()),
        }
    }

    fn unusable(&self, error: io::Error) -> Error {
        Error::io("lock", &self.path, error)
            .hint("this file system may not support locks (some network file systems do not): keep the event on a local disk")
    }
}

fn busy(path: &Path, id: FileId, limit: Duration) -> Error {
    let holder = lock_holder(id);
    let by = named_holder(holder);
    Error::new(
        Kind::Busy { holder },
        format!(
            "the lock was not had within {}: {by} holds it",
            humantime::format_duration(limit)
        ),
    )
    .at(path, 0, 0)
    .hint("wait longer with --wait 2m, or end that process; a lock goes with its holder, so never delete the lock file")
}

/// A holder, for people.
pub(crate) fn named_holder(holder: Option<u32>) -> String {
    match holder {
        None => "another process".to_owned(),
        Some(pid) => match sys::process_name(pid) {
            Some(name) => format!("process {pid} ({name})"),
            None => format!("process {pid}"),
        },
    }
}

/// What stands under the name, if it is this file.
fn named(path: &Path, id: FileId) -> Result<Option<Attributes>> {
    let found = look(path).map_err(|e| Error::io("look at", path, e))?;
    known_bad!(LockUnverified | LockOnData => return Ok(found.or_else(|| Attributes::of_name(Path::new(".")).ok())));
    Ok(found.filter(|found| found.id == id))
}

impl<'a> Held<'a> {
    /// Which file is locked.
    pub(crate) fn id(&self) -> FileId {
        self.id
    }

    /// Whether the name still means the file that is locked. `false`: somebody deleted or replaced
    /// the lock file, and another process may hold the new one.
    pub(crate) fn verify(&self) -> Result<bool> {
        Ok(named(self.path, self.id)?.is_some())
    }

    /// The same in a third of the time, by the number of its names: a file that was deleted or replaced has none
    /// left. One that was moved away has, and one of several: for the lock of a file whose only use is to keep out
    /// people's own programs.
    pub(crate) fn has_a_name(&self) -> Result<bool> {
        known_bad!(LockUnverified | LockOnData => return Ok(true));
        let own = Attributes::of_handle(self.file);
        Ok(own.map_err(|e| Error::io("look at", self.path, e))?.links > 0)
    }

    /// The handle that holds it.
    pub(crate) fn file(&self) -> &'a File {
        self.file
    }

    /// How long the file was in bytes, when its name was seen to mean it.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }
}

impl Drop for Held<'_> {
    #[expect(clippy::disallowed_methods, reason = "this is the lock module")]
    fn drop(&mut self) {
        // Nothing can be done about a failure here; closing the file releases the lock too.
        let _ = fs2::FileExt::unlock(self.file);
        known_bad!(LockDeleted => crate::known_bad::delete_lock_file(self.path));
    }
}

/// How a thread waits for its locks, so that it need not wait for ever.
pub(crate) enum Patience {
    /// A second thread blocks and hands the lock over.
    HandedOver {
        waiter: Waiter,
        /// Whether to look again before: a lock that is held for microseconds is free again long
        /// before a second thread has run. Whoever finds it free overtakes those who queue.
        looks_again: bool,
    },
    /// The thread itself blocks, and the guard ends the whole process when that takes too long.
    Guarded(Box<dyn Guard>),
    /// The lock is tried, and whoever decides who goes on is asked before each further try.
    Stepped(Box<dyn Stepper>),
}

impl Default for Patience {
    fn default() -> Self {
        Self::HandedOver {
            waiter: Waiter::default(),
            looks_again: true,
        }
    }
}

/// How often to nap before queueing: enough for a few holders of a lock that nobody thinks under.
const NAPS: u32 = 15;

/// A few times as long as the lock is held when nobody thinks under it: whoever gives the processor up at
/// once hands it to the next one who finds the lock taken.
const SPINS: u32 = 3;
const SPIN: Duration = Duration::from_micros(4);

fn spin() {
    let start = Instant::now();
    while start.elapsed() < SPIN {
        std::hint::spin_loop();
    }
}

/// How long to stay away from a lock at first.
const NAP: Duration = Duration::from_millis(1);

/// After so many looks the others who look are too many: whoever goes on looking takes the processor
/// from the one that has the lock.
const YIELDS: u32 = 10;

impl Patience {
    /// A second thread blocks and hands the lock over, in the order of the queue.
    pub(crate) fn queued() -> Self {
        Self::HandedOver {
            waiter: Waiter::default(),
            looks_again: false,
        }
    }

    fn looks_again(&self) -> bool {
        match self {
            Self::HandedOver { looks_again, .. } => *looks_again,
            Self::Guarded(_) | Self::Stepped(_) => false,
        }
    }
}

impl std::fmt::Debug for Patience {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::HandedOver { .. } => "HandedOver",
            Self::Guarded(_) => "Guarded",
            Self::Stepped(_) => "Stepped",
        })
    }
}

/// Ends a process that has blocked on a lock for too long.
pub(crate) trait Guard: Send {
    /// From now until [`Guard::disarm`], the process ends at the deadline, and may end before when
    /// the lock is not wanted any more. `late` says why.
    fn arm(&mut self, deadline: Instant, late: Box<dyn Fn() -> Error + Send>) -> io::Result<()>;

    /// The lock is there.
    fn disarm(&mut self);
}

/// Decides when a lock that somebody else holds is tried again.
pub(crate) trait Stepper: Send {
    /// Returns when it is to be tried again. An error ends the wait.
    fn busy(&mut self, file: FileId) -> Result<()>;
}

/// How a wait ended.
enum Waited {
    Got(File),
    Unwanted,
    TooLong,
}

/// Takes wishes to the waiting thread, and brings locks back.
type Courier = (Sender<(File, Mode)>, Receiver<io::Result<File>>);

/// A thread that blocks on locks, so that whoever wants them can stop waiting. It starts when it is
/// first needed; one serves all the locks of one thread, which never waits for two at once.
#[derive(Debug, Default)]
pub(crate) struct Waiter {
    thread: Option<Courier>,
}

impl Waiter {
    fn wait(
        &mut self,
        file: (File, Mode),
        deadline: Instant,
        still_wanted: &mut dyn FnMut() -> bool,
    ) -> io::Result<Waited> {
        let thread = match self.thread.take() {
            Some(thread) => thread,
            None => Self::start()?,
        };
        let gone = || io::Error::other("the waiting thread has ended");
        thread.0.send(file).map_err(|_| gone())?;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match thread.1.recv_timeout(left.min(STILL_WANTED)) {
                Ok(locked) => {
                    self.thread = Some(thread);
                    return locked.map(Waited::Got);
                }
                // The thread is left to itself: it blocks still. It finds nobody to give the lock
                // to, so closes the file, and the lock with it.
                Err(RecvTimeoutError::Timeout) if !still_wanted() => return Ok(Waited::Unwanted),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Ok(Waited::TooLong),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }

    fn start() -> io::Result<Courier> {
        let (send_wish, wishes) = mpsc::channel::<(File, Mode)>();
        let (send_lock, locks) = mpsc::channel();
        thread::Builder::new()
            .name("lock-wait".into())
            .stack_size(64 * 1024)
            .spawn(move || {
                for (file, mode) in wishes {
                    let result = lock_in_queue(&file, mode).map(|()| file);
                    if send_lock.send(result).is_err() {
                        return;
                    }
                }
            })?;
        Ok((send_wish, locks))
    }
}

/// Takes the exclusive lock. `Ok(false)`: somebody else holds it.
pub(crate) fn try_lock(file: &File) -> io::Result<bool> {
    attempt(file, Mode::Exclusive)
}

/// Takes the lock as one of many. `Ok(false)`: somebody else holds it alone.
pub(crate) fn try_lock_shared(file: &File) -> io::Result<bool> {
    attempt(file, Mode::Shared)
}

#[expect(clippy::disallowed_methods, reason = "this is the lock module")]
fn attempt(file: &File, mode: Mode) -> io::Result<bool> {
    loop {
        let tried = match mode {
            Mode::Exclusive => fs2::FileExt::try_lock_exclusive(file),
            Mode::Shared => fs2::FileExt::try_lock_shared(file),
        };
        match tried {
            Ok(()) => return Ok(true),
            Err(error) if error.kind() == fs2::lock_contended_error().kind() => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the lock module")]
fn lock(file: &File, mode: Mode) -> io::Result<()> {
    known_bad!(LockPolled => return crate::known_bad::poll(|| attempt(file, mode)));
    loop {
        let locked = match mode {
            Mode::Exclusive => fs2::FileExt::lock_exclusive(file),
            Mode::Shared => fs2::FileExt::lock_shared(file),
        };
        match locked {
            // Neither fs2 nor std goes on waiting after a signal.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Blocks, seen by those who ask whether somebody does.
fn lock_in_queue(file: &File, mode: Mode) -> io::Result<()> {
    range::join_queue(file);
    let locked = lock(file, mode);
    range::leave_queue(file);
    locked
}

/// Gives up a lock that [`try_lock`] or [`try_lock_shared`] took.
#[expect(clippy::disallowed_methods, reason = "this is the lock module")]
pub(crate) fn unlock(file: &File) -> io::Result<()> {
    fs2::FileExt::unlock(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_lock_on_a_file_that_lost_its_name_is_seen() {
        let place = tempfile::tempdir().unwrap();
        let (path, moved) = (place.path().join("lock"), place.path().join("moved"));
        for (what, has_a_name, is_the_one) in [
            ("nothing", true, true),
            ("removed", false, false),
            ("replaced", false, false),
            ("moved", true, false),
        ] {
            fs::write(&path, "").unwrap();
            let mut lock = LockFile::on(path.clone());
            let held = lock.try_acquire().unwrap().unwrap();
            match what {
                "removed" => fs::remove_file(&path).unwrap(),
                "replaced" => {
                    fs::write(&moved, "").unwrap();
                    fs::rename(&moved, &path).unwrap();
                }
                "moved" => fs::rename(&path, &moved).unwrap(),
                _ => {}
            }
            assert_eq!(held.has_a_name().unwrap(), has_a_name, "{what}");
            assert_eq!(held.verify().unwrap(), is_the_one, "{what}");
        }
    }

    /// A handle that is good for its name alone.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_lock_that_cannot_be_had_at_all_is_not_waited_for() {
        use std::os::unix::fs::OpenOptionsExt as _;
        let named = tempfile::NamedTempFile::new().unwrap();
        let flags = rustix::fs::OFlags::PATH.bits().cast_signed();
        let mut options = File::options();
        let file = options
            .read(true)
            .custom_flags(flags)
            .open(named.path())
            .unwrap();
        assert!(try_lock(&file).is_err());
        assert!(try_lock_shared(&file).is_err());
        assert!(lock(&file, Mode::Exclusive).is_err());
        assert!(lock(&file, Mode::Shared).is_err());
    }
}
