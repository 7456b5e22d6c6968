//! Handing over: a second thread blocks in the kernel's queue, and hands the lock over.

use std::fs::File;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::error::{Error, Kind, Result};
use crate::store::file::lock::awaited::{AwaitedLock, unusable};
use crate::store::file::lock::flock::{LockMode, lock_in_queue};
use crate::store::file::lock::wait::Wait;

/// Waits until the second thread brings the lock, at the longest until the deadline.
pub(crate) fn lock(
    lock: AwaitedLock<'_>,
    waiter: &mut LockWaiter,
    deadline: Instant,
    wait: &mut Wait<'_>,
) -> Result<File> {
    let (path, late) = (lock.path, lock.late(wait.limit));
    let ended = waiter.wait((lock.file, lock.mode), deadline, wait.still_wanted);
    match ended.map_err(|error| unusable(path, error))? {
        WaitEnd::Got(file) => Ok(file),
        WaitEnd::Unwanted => {
            let message = "stopped while waiting for the lock";
            Err(Error::new(Kind::Interrupted, message))
        }
        WaitEnd::TooLong => Err(late()),
    }
}

/// How often a waiter looks whether its lock is still wanted.
const STILL_WANTED: Duration = Duration::from_millis(200);

/// How a wait ended.
enum WaitEnd {
    Got(File),
    Unwanted,
    TooLong,
}

/// Takes requests to the waiting thread, and brings locks back.
type WaiterChannels = (Sender<(File, LockMode)>, Receiver<io::Result<File>>);

/// A thread that blocks on locks, so that the thread that wants them can stop waiting. It starts when it is
/// first needed; one serves all the locks of one thread, which never waits for two at once.
#[derive(Debug, Default)]
pub(crate) struct LockWaiter {
    thread: Option<WaiterChannels>,
}

impl LockWaiter {
    fn wait(
        &mut self,
        file: (File, LockMode),
        deadline: Instant,
        still_wanted: &mut dyn FnMut() -> bool,
    ) -> io::Result<WaitEnd> {
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
                    return locked.map(WaitEnd::Got);
                }
                // The thread is left to itself: it blocks still. It finds nobody to give the lock
                // to, so closes the file, and the lock with it.
                Err(RecvTimeoutError::Timeout) if !still_wanted() => return Ok(WaitEnd::Unwanted),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Ok(WaitEnd::TooLong),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }

    fn start() -> io::Result<WaiterChannels> {
        let (send_request, requests) = mpsc::channel::<(File, LockMode)>();
        let (send_lock, locks) = mpsc::channel();
        thread::Builder::new()
            .name("lock-wait".into())
            .stack_size(64 * 1024)
            .spawn(move || {
                for (file, mode) in requests {
                    let result = lock_in_queue(&file, mode).map(|()| file);
                    if send_lock.send(result).is_err() {
                        return;
                    }
                }
            })?;
        Ok((send_request, locks))
    }
}
