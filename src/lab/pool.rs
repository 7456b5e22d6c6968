//! Several searchers at one time, each with buyers and an event of its own.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::error::{Error, Kind, Result};

/// The most processors that a search uses.
const MOST_SEARCHERS: usize = 8;

/// The most buyers of all searchers together: each takes two of the files that a process may have open, which
/// are 1,024 on most systems.
const MOST_BUYERS: usize = 256;

/// How often progress is told.
const GLANCE: Duration = Duration::from_millis(2);

/// Which part of the work a searcher does.
#[derive(Debug, Clone, Copy)]
pub(super) struct WorkShare {
    /// Which searcher, from 0.
    pub(super) me: usize,
    /// How many there are.
    pub(super) of: usize,
}

impl WorkShare {
    /// All of it.
    pub(super) const ALL: Self = Self { me: 0, of: 1 };
}

/// What all searchers see.
#[derive(Debug, Default)]
pub(super) struct ProgressBoard {
    schedules: AtomicU64,
    stopped: AtomicBool,
}

impl ProgressBoard {
    /// One more schedule was run to its end.
    pub(super) fn count(&self) {
        self.schedules.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether to go on.
    ///
    /// # Errors
    /// [`Kind::Interrupted`]: not.
    pub(super) fn go_on(&self) -> Result<()> {
        if self.stopped.load(Ordering::Relaxed) {
            return Err(Error::new(Kind::Interrupted, "the search was stopped"));
        }
        Ok(())
    }
}

/// How many searchers with so many buyers each this machine is good for.
pub(super) fn searchers(buyers: usize) -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let room = MOST_BUYERS / buyers.max(1);
    processors.min(MOST_SEARCHERS).min(room).max(1)
}

/// Does the work in so many shares. `progress` is told how many schedules were run, and stops it by `false`.
pub(super) fn share<T: Send>(
    searchers: usize,
    progress: &mut dyn FnMut(u64) -> bool,
    work: impl Fn(WorkShare, &ProgressBoard) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let board = ProgressBoard::default();
    thread::scope(|scope| {
        let (board, work) = (&board, &work);
        let start = |me| {
            let share = WorkShare { me, of: searchers };
            scope.spawn(move || {
                let done = work(share, board);
                if done.is_err() {
                    board.stopped.store(true, Ordering::Relaxed);
                }
                done
            })
        };
        let searchers: Vec<_> = (0..searchers).map(start).collect();
        while searchers.iter().any(|searcher| !searcher.is_finished()) {
            thread::park_timeout(GLANCE);
            if !progress(board.schedules.load(Ordering::Relaxed)) {
                board.stopped.store(true, Ordering::Relaxed);
            }
        }
        let ended = |_| Error::new(Kind::Io, "a searcher panicked");
        let join = |searcher: thread::ScopedJoinHandle<'_, _>| searcher.join().map_err(ended)?;
        // The one that failed, not those who were stopped for it.
        let done: Vec<Result<T>> = searchers.into_iter().map(join).collect();
        let stopped = |result: &Result<T>| {
            let kind = result.as_ref().err().map(Error::kind);
            kind == Some(Kind::Interrupted)
        };
        let (stopped, mut done): (Vec<_>, Vec<_>) = done.into_iter().partition(stopped);
        done.extend(stopped);
        done.into_iter().collect()
    })
}
